//! `encrypt`: a table of votes as a file of ballots, for trials.

use psephos_audit::view;
use psephos_ballot::file::read_ballots;
use psephos_console::{Exit, Failure, Mode, Progress, plural, say};
use psephos_participant::{Home, audit_failure, board_failure};
use psephos_record::bodies::Policy;
use psephos_remote::open_board;

use crate::cli::Encrypt;
use crate::description::{file_failure, readable, slates};
use crate::office::place;
use crate::voters::Electorate;

/// Encrypts every row of the table under throwaway credentials.
pub fn run(arguments: Encrypt) -> Result<Exit, Failure> {
    let (home, _) = Home::peek(&place(&arguments.home)?)?;
    let board = open_board(&home.board).map_err(board_failure)?;
    let view = view(&*board).map_err(audit_failure)?;
    let description = view
        .description()
        .ok_or_else(|| Failure::usage("there is no election on this board yet"))?;
    readable(&arguments.ballots)?;
    if description.policy != Policy::Open {
        return Err(Failure::usage("this election has a roll, and trial ballots are on none")
            .advice("try an election with policy = \"open\", or a rehearsal"));
    }
    let slates = slates(description);
    let ballots =
        read_ballots(&arguments.ballots, &description.contests, &slates).map_err(file_failure)?;
    let total = ballots.len() as u64;
    let mut bar = Progress::start(Mode::detect(arguments.quiet), "encrypting", Some(total));
    Electorate::new(&ballots).vote(&*board, description, &arguments.output, &mut bar)?;
    bar.finish("");
    if !arguments.quiet {
        let place = arguments.output.display();
        say(format!(
            "{} in {place}. Next: `psephos-authority intake {place}`.",
            plural(total, "ballot", "ballots")
        ));
    }
    Ok(Exit::Valid)
}
