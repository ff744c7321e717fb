//! `join`: from an invitation to an enrolled trustee, and its answer to the proposal.

use std::io::{self, BufRead};
use std::path::Path;

use psephos_audit::{Phase, ProposalView, View, audit};
use psephos_console::{Exit, Failure, Locator, Mode, ask, say};
use psephos_core::Digest;
use psephos_participant::{
    Audited, Home, HomeFile, OUTGOING, Passphrase, audit_failure, board_failure, make_vault,
    refusal_failure, terms, vault_failure,
};
use psephos_protocol::{Next, Refusal, TrusteeAction};
use psephos_record::board::{ArchiveBoard, Board};
use psephos_record::bodies::{Body, CounterProposal, Description};
use psephos_record::invitation::Invitation;
use psephos_record::message::{Record, SignedMessage};
use psephos_record::words::words;
use psephos_remote::open_writable;

use crate::answer::Answer;
use crate::cli::Join;
use crate::commands::airgap;
use crate::desk::{Desk, INVITATION, Lies, PROPOSAL, ROLE, changed_meanwhile, place};

/// Shows what is proposed, asks, makes keys, and posts enrolment and answer.
pub fn run(arguments: Join) -> Result<Exit, Failure> {
    let folder = place(&arguments.home)?;
    let has_home = Home::is_made(&folder)?;
    let mut desk = if has_home { enter(&arguments, &folder)? } else { begin(&arguments, &folder)? };
    if let Some(output) = &arguments.output {
        return carry(&mut desk, output);
    }
    let audited = enrol(&mut desk)?;
    let view = &audited.view;
    let is_left_out = view.manifest.is_some() && view.trustee(&desk.station.author()).is_none();
    if let Some(reply) = Reply::due(&mut desk, &audited.view)? {
        if let Some(body) = reply.body {
            desk.post(audited, &body)?;
        }
        desk.note_agreement(reply.agrees)?;
    }
    if is_left_out {
        desk.tell("The manifest is issued without you: you take no part in this election.");
    } else if desk.agreed() {
        desk.tell("You take part.\n\nNext: `psephos-trustee run`, and leave it running.");
    } else {
        desk.tell(
            "The authority sees your answer. Nothing is signed in your name until you agree.\n\n\
             Next: if the authority replaces its proposal, or you change your mind, \
             `psephos-trustee join` again.",
        );
    }
    Ok(Exit::Valid)
}

/// A home made for an invitation, with the answer that its owner has given.
fn begin(arguments: &Join, folder: &Path) -> Result<Desk, Failure> {
    let invitation = match &arguments.invitation {
        Some(given) => read_invitation(given)?,
        None if ask::is_there() => typed_invitation()?,
        None => {
            return Err(Failure::usage("there is no election in this home")
                .at(folder.display().to_string())
                .advice("give the invitation line that you have from the authority"));
        }
    };
    let place = match (&arguments.request, &arguments.board) {
        (Some(request), _) => Locator::from(request.clone()),
        (None, Some(board)) => board.clone(),
        (None, None) => Locator::from(invitation.board.clone()),
    };
    let board: Box<dyn Board> = match &arguments.request {
        Some(request) => Box::new(ArchiveBoard::open(request).map_err(board_failure)?),
        None => open_writable(&place, &folder.join(OUTGOING)).map_err(board_failure)?,
    };
    let standing = check(&*board, &invitation)?;
    let description = &standing.proposal.description;
    show(invitation.trustee, &standing.digest, description, None);
    let answer = Answer::obtain(&arguments.answer, description)?;
    // Nothing is made before it is known that the invitation holds, and what its owner says.
    let passphrase =
        Passphrase::choose(arguments.key_file.passphrase_file.as_deref(), "--passphrase-file")?;
    let throwaway = arguments.key_file.throwaway;
    let place = place.absolute()?;
    settle_in(folder, (&*board, place), &standing, &invitation, &passphrase, throwaway)?;
    let mode = Mode::detect(arguments.quiet);
    let mut desk = Desk::open(&arguments.home, lies(arguments), mode, || Ok(passphrase))?;
    desk.answer = Some(answer);
    Ok(desk)
}

/// The home that is there: the same proposal again, or the one that has replaced it.
fn enter(arguments: &Join, folder: &Path) -> Result<Desk, Failure> {
    let passphrase = arguments.key_file.passphrase_file.as_deref();
    let mode = Mode::detect(arguments.quiet);
    let mut desk =
        Desk::open(&arguments.home, lies(arguments), mode, || Passphrase::obtain(passphrase))?;
    let audited = desk.audit()?;
    let standing = standing(&audited.view, desk.station.board())?.clone();
    if let Some(given) = &arguments.invitation {
        let invitation = read_invitation(given)?;
        if desk.index != invitation.trustee || !standing.is_or_was(&invitation.proposal) {
            return Err(Failure::usage("this home already belongs to another invitation")
                .at(folder.display().to_string())
                .advice("give another folder with --home; one home serves one election"));
        }
        // A proposal that replaces another may come with another invitation.
        let secret = invitation.secret.signing_key();
        let invited = usize::try_from(desk.index).ok();
        let invited = invited.and_then(|place| standing.proposal.invitations.get(place));
        if invited == Some(&secret.verifying_key().to_bytes()) {
            desk.vault.put(INVITATION, &secret.to_bytes()).map_err(vault_failure)?;
        }
    }
    let joined = *desk.proposal().0;
    if !standing.is_or_was(&joined) {
        return Err(refusal_failure(&Refusal::OtherProposal, desk.station.board()));
    }
    let is_replaced = standing.digest != joined;
    let description = &standing.proposal.description;
    let before = is_replaced.then(|| desk.proposal().1.description.clone());
    show(desk.index, &standing.digest, description, before.as_ref());
    if is_replaced || !desk.agreed() || arguments.answer.is_given() {
        desk.answer = Some(Answer::obtain(&arguments.answer, description)?);
    }
    if is_replaced {
        let file = desk.station.board().record(standing.sequence).map_err(board_failure)?;
        desk.replace_proposal(&unwrapped(&file)?, &standing)?;
    }
    Ok(desk)
}

/// Asked for, the line stands neither in the list of processes nor on the screen.
fn typed_invitation() -> Result<Invitation, Failure> {
    let line = rpassword::prompt_password("Invitation line from the authority (not shown): ")
        .map_err(|error| Failure::usage(format!("cannot ask for the invitation: {error}")))?;
    let line = zeroize::Zeroizing::new(line);
    Invitation::from_line(&line).map_err(|error| Failure::usage(error.to_string()))
}

/// Where the command line says that the board lies.
fn lies(arguments: &Join) -> Lies<'_> {
    match &arguments.request {
        Some(request) => Lies::InRequest(request),
        None => arguments.board.as_ref().into(),
    }
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

/// The proposal on the board, which must be the one that the invitation is to, or one that has replaced it,
/// with a place that is still free.
fn check(board: &dyn Board, invitation: &Invitation) -> Result<ProposalView, Failure> {
    let audit = audit(board, &Default::default(), &|_| {}).map_err(audit_failure)?;
    let place = || board.place();
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
    if !standing.is_or_was(&invitation.proposal)
        || standing.proposal.invitations.get(index) != Some(&key)
    {
        return Err(Failure::usage("the invitation is to another election than this board's")
            .at(place())
            .advice(
                "give the right board with --board, or ask the authority for a new invitation",
            ));
    }
    match audit.view.enrolments.get(index) {
        Some(None) => Ok(standing.clone()),
        _ => Err(Failure::usage("this invitation has been used: its trustee has enrolled")
            .at(place())
            .advice("if it was not you, tell the authority at once")),
    }
}

fn standing<'a>(view: &'a View, board: &dyn Board) -> Result<&'a ProposalView, Failure> {
    view.proposal
        .as_ref()
        .ok_or_else(|| Failure::usage("there is no election on this board yet").at(board.place()))
}

/// Makes the home: keys first, `home.json` last. Its owner has agreed to nothing yet.
fn settle_in(
    folder: &Path,
    (board, place): (&dyn Board, Locator),
    standing: &ProposalView,
    invitation: &Invitation,
    passphrase: &Passphrase,
    throwaway: bool,
) -> Result<(), Failure> {
    let home = Home::create(folder)?;
    let (vault, key) = make_vault(&home, passphrase, throwaway)?;
    let secret = invitation.secret.signing_key().to_bytes();
    vault.put(INVITATION, &secret).map_err(vault_failure)?;
    let file = board.record(standing.sequence).map_err(board_failure)?;
    let proposal = unwrapped(&file)?;
    // What is kept is what its owner was shown, whatever the board says now.
    let read = SignedMessage::decode(&proposal).map(|signed| signed.digest());
    if read.ok() != Some(standing.digest) {
        return Err(changed_meanwhile());
    }
    home.store(PROPOSAL, &proposal)?;
    home.write(&HomeFile {
        role: ROLE.to_owned(),
        board: place,
        trustee: Some(invitation.trustee),
        proposal: hex::encode(standing.digest),
        key: hex::encode(key.verifying_key().to_bytes()),
        agreed: false,
        first_counter: 0,
        intake_elsewhere: false,
    })
}

/// The signed message in a record's file.
fn unwrapped(file: &[u8]) -> Result<Vec<u8>, Failure> {
    let record = Record::decode(file).map_err(|error| Failure::internal(error.to_string()))?;
    Ok(record.unwrap_message().encode())
}

/// Offers the enrolment until it stands.
fn enrol(desk: &mut Desk) -> Result<Audited, Failure> {
    let mut audited: Audited = desk.audit()?;
    loop {
        match desk.next(&audited, false) {
            Next::Act(action @ TrusteeAction::Enrol) => audited = desk.act(&audited, &action)?,
            Next::Refuse(Refusal::NotAgreed) => return Ok(audited),
            Next::Refuse(refusal) => return Err(refusal_failure(&refusal, desk.station.board())),
            _ => return Ok(audited),
        }
    }
}

/// Writes what is due of enrolment and answer into a file: one of them at a time, as an answer can only stand
/// behind the enrolment.
fn carry(desk: &mut Desk, output: &Path) -> Result<Exit, Failure> {
    let audited = desk.audit()?;
    match desk.next(&audited, false) {
        Next::Act(action @ TrusteeAction::Enrol) => {
            airgap::answer_with(desk, &audited, &action, output)?;
            if desk.answer.take() == Some(Answer::Agree) {
                desk.note_agreement(true)?;
            } else {
                desk.tell(
                    "Then export another request, and `join` again: your answer comes behind this.",
                );
            }
            return Ok(Exit::Valid);
        }
        Next::Refuse(refusal) if refusal != Refusal::NotAgreed => {
            return Err(refusal_failure(&refusal, desk.station.board()));
        }
        _ => {}
    }
    let reply = Reply::due(desk, &audited.view)?;
    if let Some(body) = reply.as_ref().and_then(|reply| reply.body.as_ref()) {
        let signed = desk.station.sign(&audited.view, body)?;
        airgap::write(desk, &signed, output)?;
    } else {
        desk.tell("Nothing has to be carried: you have enrolled.");
    }
    reply.map_or(Ok(()), |reply| desk.note_agreement(reply.agrees))?;
    Ok(Exit::Valid)
}

/// What its owner's answer comes to.
struct Reply {
    /// What has to be posted; nothing where the board shows the answer already.
    body: Option<Body>,
    agrees: bool,
}

impl Reply {
    /// Takes the answer that was given, if one was.
    fn due(desk: &mut Desk, view: &View) -> Result<Option<Reply>, Failure> {
        let Some(answer) = desk.answer.take() else { return Ok(None) };
        let place = usize::try_from(desk.index).unwrap_or(usize::MAX);
        let stands = view.counter_proposals.get(place).and_then(Option::as_ref);
        let agrees = answer == Answer::Agree;
        let proposed = desk.proposal().1.description.clone();
        let counter = match answer {
            Answer::Agree => CounterProposal { reason: String::new(), description: Some(proposed) },
            Answer::Decline { reason } => CounterProposal { reason, description: None },
            Answer::Counter { reason, description } => {
                CounterProposal { reason, description: Some(*description) }
            }
        };
        let is_told = match stands {
            Some(standing) => standing.counter == counter,
            None => agrees,
        };
        if !is_told && !agrees && view.phase != Phase::Enrolment {
            return Err(Failure::usage(
                "the manifest is issued: it is too late for another answer",
            )
            .advice("speak with the authority; until you agree, nothing is signed"));
        }
        let body =
            (!is_told && view.phase == Phase::Enrolment).then_some(Body::CounterProposal(counter));
        Ok(Some(Reply { body, agrees }))
    }
}

fn show(trustee: u64, digest: &Digest, description: &Description, before: Option<&Description>) {
    say(format!("You are trustee {trustee} of this election:\n"));
    say(terms::plain(description));
    if let Some(before) = before {
        say("The authority has replaced its proposal. What has changed:\n");
        for line in terms::differences(before, description) {
            say(format!("  {line}"));
        }
        say("");
    }
    say("Compare these words with the authority and the other trustees, over the telephone:\n");
    say(format!("  {}\n", words(digest)));
    say(format!("They stand for the proposal {}.", hex::encode(digest)));
    say("If anybody's words differ, do not go on.\n");
}
