//! `init`: the proposal, and an invitation for each trustee.

use std::path::{Path, absolute};

use ed25519_dalek::SigningKey;
use psephos_audit::Phase;
use psephos_ballot::file::PolicyKey;
use psephos_console::{Exit, Failure, count, leash, nth, numbered, plural, say, voting_hours};
use psephos_core::Digest;
use psephos_core::pairs::pairs;
use psephos_participant::{
    Home, HomeFile, Offered, Passphrase, Station, board_failure, entropy, make_key, make_vault,
    signing_key, vault_failure,
};
use psephos_record::board::{Board, FolderBoard};
use psephos_record::bodies::{Body, Description, Proposal};
use psephos_record::invitation::{Invitation, InvitationSecret};
use psephos_record::words::words;
use psephos_secrets::Vault;
use rand_core::Rng;
use zeroize::Zeroizing;

use crate::cli::{Acting, Init};
use crate::description::{describe, read, roll_path};
use crate::office::{INTAKE, Office, ROLE, place};
use crate::roll::RollFile;

/// Writes the proposal and prints the invitations.
pub fn run(arguments: Init) -> Result<Exit, Failure> {
    if arguments.acting.leash {
        leash();
    }
    let election = read(&arguments.election)?;
    let mut description = describe(&election, &arguments.numbers)?;
    let roll = roll_path(arguments.roll.as_deref(), &arguments.election, &election);
    let roll = roll.map(|path| RollFile::read(&path, &description)).transpose()?;
    if let Some(roll) = &roll {
        if election.policy == Some(PolicyKey::Open) {
            return Err(Failure::usage("the policy is \"open\", and there is a roll")
                .at(arguments.election.display().to_string())
                .advice("leave out --roll, or say `policy = \"last\"` or `\"first\"`"));
        }
        roll.enter(&mut description);
        for (ballot_box, voters) in pairs(&description.boxes, roll.voters(&description)) {
            say(format!("  box {}: {} on the roll", ballot_box.id, count(voters)));
        }
    }
    description
        .check()
        .map_err(|fault| Failure::usage(format!("no such election can be held: {fault}")))?;
    let folder = place(&arguments.acting.home)?;
    if folder.join("home.json").is_file() {
        return resume(&arguments, &folder, description);
    }
    // Nothing is made before it is known that everything can be made.
    let passphrase = Passphrase::choose(arguments.acting.key_file.passphrase_file.as_deref())?;
    let board = FolderBoard::create(&arguments.board).map_err(board_failure)?;
    if board.extent().map_err(board_failure)?.records > 0 {
        return Err(Failure::usage("this board already holds an election")
            .at(board.path().display().to_string())
            .advice("give a folder that is new or empty"));
    }
    let home = Home::create(&folder)?;
    let (vault, key) = make_vault(&home, &passphrase, arguments.acting.key_file.throwaway)?;
    if let Some(roll) = &roll {
        roll.put(&board)?;
    }
    begin(home, board, &vault, key, description, &arguments.acting)
}

fn begin(
    home: Home,
    board: FolderBoard,
    vault: &Vault,
    key: SigningKey,
    description: Description,
    acting: &Acting,
) -> Result<Exit, Failure> {
    let place = absolute(board.path())
        .map_err(|error| Failure::io("cannot name the folder", board.path(), &error))?;
    let intake = make_key(vault, INTAKE)?.verifying_key().to_bytes();
    let (secrets, proposal) = invite(vault, Description { intake, ..description })?;
    let mut station = Station::new(home, board, key)?;
    let audited = station.audit(&|_| {})?;
    let signed = station.sign(&audited.view, &Body::Proposal(proposal.clone()))?;
    let digest = signed.digest();
    let author = station.author();
    station.home().write(&HomeFile {
        role: ROLE.to_owned(),
        board: place.clone(),
        trustee: None,
        proposal: hex::encode(digest),
        key: hex::encode(author),
    })?;
    if station.offer(&audited.view, &signed)? == Offered::Overtaken {
        return Err(Failure::usage("somebody else has begun an election on this board")
            .at(place.display().to_string()));
    }
    show(&Office::new(station, acting), &proposal.description, &digest, &secrets, &place);
    Ok(Exit::Valid)
}

/// Makes the invitations' keys; their secrets stay in the vault, so that a line can be printed again.
fn invite(
    vault: &Vault,
    description: Description,
) -> Result<(Vec<InvitationSecret>, Proposal), Failure> {
    let mut secrets = Vec::new();
    for trustee in 0..description.trustee_count() {
        let mut seed = Zeroizing::new([0; 32]);
        entropy().fill_bytes(&mut *seed);
        vault.put(&name(trustee), &*seed).map_err(vault_failure)?;
        secrets.push(InvitationSecret::new(*seed));
    }
    let invitations =
        secrets.iter().map(|secret| secret.signing_key().verifying_key().to_bytes()).collect();
    Ok((secrets, Proposal { description, invitations }))
}

fn name(trustee: u64) -> String {
    format!("invitation-{}", nth(trustee))
}

/// The same command again: prints the same invitations, as long as it is the same election.
fn resume(arguments: &Init, folder: &Path, description: Description) -> Result<Exit, Failure> {
    let acting = &arguments.acting;
    let mut office = Office::enter(acting, Some(&arguments.board))?;
    let audited = office.settle()?;
    let passphrase = Passphrase::obtain(acting.key_file.passphrase_file.as_deref())?;
    let vault = Vault::open(&folder.join("keys"), passphrase.expose()).map_err(vault_failure)?;
    let intake = signing_key(&vault, INTAKE)?.verifying_key().to_bytes();
    let description = &Description { intake, ..description };
    let standing = audited.view.proposal.filter(|standing| {
        standing.authority == office.station.author()
            && standing.proposal.description == *description
    });
    let Some(standing) = standing.filter(|_| audited.view.phase <= Phase::Enrolment) else {
        return Err(Failure::usage("this home already belongs to an election")
            .at(folder.display().to_string())
            .advice("give another folder with --home; one home serves one election"));
    };
    let mut secrets = Vec::new();
    for trustee in 0..description.trustee_count() {
        let seed = vault.get(&name(trustee)).map_err(vault_failure)?;
        let seed = seed.as_slice().try_into().map_err(|_| {
            Failure::new(Exit::Io, "an invitation in the key file has another length")
        })?;
        secrets.push(InvitationSecret::new(seed));
    }
    let board = office.station.board().path().to_owned();
    show(&office, description, &standing.digest, &secrets, &board);
    Ok(Exit::Valid)
}

fn show(
    office: &Office,
    description: &Description,
    digest: &Digest,
    secrets: &[InvitationSecret],
    board: &Path,
) {
    let trustees = description.trustee_count();
    office.tell(format!("Proposed: {}", description.title));
    office.tell(format!(
        "  {}, any {} of them decrypt; at least {} mix",
        plural(trustees, "trustee", "trustees"),
        description.threshold,
        description.mixes
    ));
    office.tell(match &description.roll {
        Some(roll) => format!("  {} on the roll", plural(roll.rows, "voter", "voters")),
        None => "  open: there is no roll, so anybody can vote, any number of times".to_owned(),
    });
    if let Some(hours) = voting_hours(description.opens, description.closes) {
        office.tell(format!("  {hours}"));
    }
    office.tell(format!("  board     {}", board.display()));
    office.tell(format!("  proposal  {}", hex::encode(digest)));
    office.tell(format!("            {}", words(digest)));
    office.tell("\nSend each trustee its own line in private; whoever has it can take that trustee's place:\n");
    for (trustee, secret) in numbered(secrets) {
        let invitation = Invitation {
            board: board.display().to_string(),
            secret: secret.clone(),
            trustee,
            proposal: *digest,
        };
        let name = description.trustees.get(trustee as usize).map_or("", String::as_str);
        office.tell(format!("trustee {trustee} ({name}):"));
        say(&*invitation.to_line());
    }
    office.tell(
        "\nNext: each trustee runs `psephos-trustee join LINE`, you run `psephos-authority open`.",
    );
}
