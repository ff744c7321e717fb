//! `exclude`: this trustee states that another one is absent.

use psephos_console::{Exit, Failure, Mode};
use psephos_participant::{Passphrase, refusal_failure};
use psephos_protocol::{Awaited, Next, TrusteeAction, absences, is_stated};

use crate::cli::Exclude;
use crate::desk::Desk;

/// Audits, and states the absence if the board shows it.
pub fn run(arguments: Exclude) -> Result<Exit, Failure> {
    let passphrase = arguments.key_file.passphrase_file.as_deref();
    let mut desk = Desk::open(
        &arguments.home,
        arguments.place.board.as_ref().into(),
        Mode::detect(arguments.quiet),
        || Passphrase::obtain(passphrase),
    )?
    .slowed(arguments.place.slow_board);
    let trustee = arguments.trustee;
    let audited = desk.audit()?;
    if let Next::Refuse(refusal) = desk.next(&audited, true) {
        return Err(refusal_failure(&refusal, desk.station.board()));
    }
    if let Some(first) = audited.remedies.excludable.first() {
        let what = format!("record {} fails {}", first.record, first.check);
        return Err(Failure::new(Exit::Invalid, what)
            .advice("nothing was signed; the authority has to exclude that record first"));
    }
    let absent = absences(&audited.view).into_iter().find(|absence| absence.trustee == trustee);
    let Some(absence) = absent else {
        let awaited = psephos_protocol::awaited(&audited.view);
        let words: Vec<String> = awaited.iter().map(Awaited::to_string).collect();
        return Err(Failure::usage(format!("trustee {trustee} is not awaited to mix"))
            .advice(format!("nothing was signed; awaited: {}", words.join(", "))));
    };
    let own = desk.place(&audited.view);
    if trustee == own {
        return Err(Failure::usage("this trustee is itself awaited to mix")
            .advice("run `psephos-trustee run`"));
    }
    if !is_stated(&audited.view, own, &absence) {
        desk.act(&audited, &TrusteeAction::StateAbsence(absence))?;
    }
    desk.tell(format!("It is stated on the board that trustee {trustee} is absent."));
    desk.tell("Once enough trustees have stated it, the authority excludes that trustee.");
    Ok(Exit::Valid)
}
