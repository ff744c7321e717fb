//! `join`: from an invitation to an enrolled trustee.

use std::io::{self, BufRead};
use std::path::{Path, PathBuf, absolute};

use psephos_audit::{ProposalView, View, audit};
use psephos_console::{Exit, Failure, Mode, nth, numbered, plural, voting_hours};
use psephos_participant::{
    Audited, Home, HomeFile, Passphrase, audit_failure, board_failure, make_vault, refusal_failure,
    vault_failure,
};
use psephos_protocol::{Next, Refusal, TrusteeAction};
use psephos_record::board::{Board, FolderBoard};
use psephos_record::bodies::{Blob, Description, Policy};
use psephos_record::invitation::Invitation;
use psephos_record::message::Record;
use psephos_record::words::words;

use crate::cli::Join;
use crate::desk::{Desk, INVITATION, PROPOSAL, ROLE, place};

/// Makes keys, enrols them and shows what is proposed.
pub fn run(arguments: Join) -> Result<Exit, Failure> {
    let invitation = read_invitation(&arguments.invitation)?;
    let folder = place(&arguments.home)?;
    let passphrase_file = arguments.key_file.passphrase_file.as_deref();
    let mode = Mode::detect(arguments.quiet);
    let mut desk = if folder.join("home.json").is_file() {
        let desk = Desk::open(&arguments.home, arguments.board.as_deref(), mode, || {
            Passphrase::obtain(passphrase_file)
        })?;
        if desk.index != invitation.trustee || *desk.proposal().0 != invitation.proposal {
            return Err(Failure::usage("this home already belongs to another invitation")
                .at(folder.display().to_string())
                .advice("give another folder with --home; one home serves one election"));
        }
        desk
    } else {
        let place = arguments.board.clone().unwrap_or_else(|| PathBuf::from(&invitation.board));
        let board = FolderBoard::open(place).map_err(board_failure)?;
        let sequence = check(&board, &invitation)?;
        // Nothing is made before it is known that the invitation holds.
        let passphrase = Passphrase::choose(passphrase_file)?;
        let throwaway = arguments.key_file.throwaway;
        settle_in(&folder, &board, sequence, &invitation, &passphrase, throwaway)?;
        Desk::open(&arguments.home, None, mode, || Ok(passphrase))?
    };
    enrol(&mut desk)?;
    show(&desk);
    Ok(Exit::Valid)
}

fn read_invitation(given: &str) -> Result<Invitation, Failure> {
    let mut line = zeroize::Zeroizing::new(given.to_owned());
    if given == "-" {
        line.clear();
        io::stdin().lock().read_line(&mut line).map_err(|error| {
            Failure::io("cannot read the invitation", Path::new("standard input"), &error)
        })?;
    }
    Invitation::from_line(&line).map_err(|error| Failure::usage(error.to_string()))
}

/// The board must hold the proposal that the invitation is to, with a place that is still free.
/// Returns the proposal's place on the board.
fn check(board: &FolderBoard, invitation: &Invitation) -> Result<u64, Failure> {
    let audit = audit(board, &Default::default(), &|_| {}).map_err(audit_failure)?;
    let place = || board.path().display().to_string();
    if let Some(failure) = audit.report.failures.first() {
        let refusal = Refusal::Failures {
            count: audit.report.failures.len(),
            first: format!("{}: {}", failure.check, failure.evidence),
        };
        return Err(refusal_failure(&refusal, board));
    }
    let standing = standing(&audit.view, board)?;
    let key = invitation.secret.signing_key().verifying_key().to_bytes();
    let index = usize::try_from(invitation.trustee).unwrap_or(usize::MAX);
    if standing.digest != invitation.proposal
        || standing.proposal.invitations.get(index) != Some(&key)
    {
        return Err(Failure::usage("the invitation is to another election than this board's")
            .at(place())
            .advice(
                "give the right board with --board, or ask the authority for a new invitation",
            ));
    }
    match audit.view.enrolments.get(index) {
        Some(None) => Ok(standing.sequence),
        _ => Err(Failure::usage("this invitation has been used: its trustee has enrolled")
            .at(place())
            .advice("if it was not you, tell the authority at once")),
    }
}

fn standing<'a>(view: &'a View, board: &FolderBoard) -> Result<&'a ProposalView, Failure> {
    view.proposal.as_ref().ok_or_else(|| {
        Failure::usage("there is no election on this board yet")
            .at(board.path().display().to_string())
    })
}

/// Makes the home: keys first, `home.json` last.
fn settle_in(
    folder: &Path,
    board: &FolderBoard,
    sequence: u64,
    invitation: &Invitation,
    passphrase: &Passphrase,
    throwaway: bool,
) -> Result<(), Failure> {
    let home = Home::create(folder)?;
    let (vault, key) = make_vault(&home, passphrase, throwaway)?;
    let secret = invitation.secret.signing_key().to_bytes();
    vault.put(INVITATION, &secret).map_err(vault_failure)?;
    let file = board.record(sequence).map_err(board_failure)?;
    let record = Record::decode(&file).map_err(|error| Failure::internal(error.to_string()))?;
    home.store(PROPOSAL, &record.unwrap_message().encode())?;
    let place = absolute(board.path())
        .map_err(|error| Failure::io("cannot name the folder", board.path(), &error))?;
    home.write(&HomeFile {
        role: ROLE.to_owned(),
        board: place,
        trustee: Some(invitation.trustee),
        proposal: hex::encode(invitation.proposal),
        key: hex::encode(key.verifying_key().to_bytes()),
    })
}

/// Offers the enrolment until it stands.
fn enrol(desk: &mut Desk) -> Result<(), Failure> {
    let mut audited: Audited = desk.audit()?;
    loop {
        match desk.next(&audited, false) {
            Next::Act(action @ TrusteeAction::Enrol) => audited = desk.act(&audited, &action)?,
            Next::Refuse(refusal) => return Err(refusal_failure(&refusal, desk.station.board())),
            _ => return Ok(()),
        }
    }
}

fn show(desk: &Desk) {
    let (digest, proposal) = desk.proposal();
    desk.tell(format!("You are trustee {} of this election:\n", desk.index));
    desk.tell(plain(&proposal.description));
    desk.tell(
        "Compare these words with the authority and the other trustees, over the telephone:\n",
    );
    desk.tell(format!("  {}\n", words(digest)));
    desk.tell(format!("They stand for the proposal {}.", hex::encode(digest)));
    desk.tell("If anybody's words differ, do not go on.\n\nNext: `psephos-trustee run`.");
}

/// Who may vote, in plain words.
fn voters(description: &Description) -> String {
    let roll = |roll: &Blob, which| {
        let voters = plural(roll.rows, "voter", "voters");
        format!("The {voters} of a roll may vote; the {which} of a voter's ballots counts")
    };
    match (description.policy, &description.roll) {
        (Policy::First, Some(blob)) => roll(blob, "first"),
        (Policy::Last, Some(blob)) => roll(blob, "last"),
        _ => "Anybody may cast a ballot".to_owned(),
    }
}

/// The election in plain words.
fn plain(description: &Description) -> String {
    let trustees = description.trustee_count();
    let mut text = format!(
        "  {}\n\n  {} of the {trustees} trustees together can decrypt the mixed ballots; fewer cannot.\n  \
         At least {} of them mix before anything is decrypted. {}.\n",
        description.title,
        description.threshold,
        description.mixes,
        voters(description)
    );
    if let Some(hours) = voting_hours(description.opens, description.closes) {
        text += &format!("  {hours}\n");
    }
    for (index, name) in numbered(&description.trustees) {
        text += &format!("    trustee {index}: {name}\n");
    }
    for contest in &description.contests {
        text += &format!(
            "\n  {} ({}, {} to elect)\n",
            contest.title,
            contest.method.name(),
            contest.seats
        );
        for (index, name) in numbered(&contest.candidates) {
            text += &format!("    {:>3}  {name}\n", nth(index));
        }
    }
    text
}
