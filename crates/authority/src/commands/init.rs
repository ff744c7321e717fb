//! `init`: the proposal, and an invitation for each trustee.

use std::path::Path;

use ed25519_dalek::SigningKey;
use psephos_audit::Phase;
use psephos_ballot::file::PolicyKey;
use psephos_console::{Exit, Failure, Locator, count, leash, numbered, say};
use psephos_core::Digest;
use psephos_core::pairs::pairs;
use psephos_participant::{
    Home, HomeFile, OUTGOING, Offered, Passphrase, Station, board_failure, make_key, make_vault,
    signing_key,
};
use psephos_record::board::WritableBoard;
use psephos_record::bodies::{Body, Description, Proposal};
use psephos_record::invitation::InvitationSecret;
use psephos_remote::create_board;
use psephos_secrets::Vault;

use crate::cli::{Acting, Init};
use crate::description::{describe, read, roll_path};
use crate::invitations;
use crate::office::{INTAKE, Office, ROLE, place};
use crate::questions;
use crate::roll::RollFile;

/// Writes the proposal and prints the invitations.
pub fn run(arguments: Init) -> Result<Exit, Failure> {
    if arguments.acting.leash {
        leash();
    }
    let file = arguments.election.clone().map_or_else(questions::election, Ok)?;
    let place_of_board = arguments.board.clone().map_or_else(questions::board, Ok)?;
    let election = read(&file)?;
    let mut description = describe(&election, &arguments.numbers)?;
    let roll = roll_path(arguments.roll.as_deref(), &file, &election);
    let roll = roll.map(|path| RollFile::read(&path, &description)).transpose()?;
    if let Some(roll) = &roll {
        if election.policy == Some(PolicyKey::Open) {
            return Err(Failure::usage("the policy is \"open\", and there is a roll")
                .at(file.display().to_string())
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
        return resume(&arguments.acting, &place_of_board, &folder, description);
    }
    // Nothing is made before it is known that everything can be made.
    let passphrase = Passphrase::choose(
        arguments.acting.key_file.passphrase_file.as_deref(),
        "--passphrase-file",
    )?;
    let place_of_board = place_of_board.absolute()?;
    let board = create_board(&place_of_board, &folder.join(OUTGOING)).map_err(board_failure)?;
    if board.extent().map_err(board_failure)?.records > 0 {
        return Err(Failure::usage("this board already holds an election")
            .at(board.place())
            .advice("give a place that is new or empty"));
    }
    let home = Home::create(&folder)?;
    let (vault, key) = make_vault(&home, &passphrase, arguments.acting.key_file.throwaway)?;
    if let Some(roll) = &roll {
        roll.put(&*board)?;
    }
    begin(home, (place_of_board, board), &vault, key, description, &arguments.acting)
}

fn begin(
    home: Home,
    (place, board): (Locator, Box<dyn WritableBoard>),
    vault: &Vault,
    key: SigningKey,
    description: Description,
    acting: &Acting,
) -> Result<Exit, Failure> {
    let intake = make_key(vault, INTAKE)?.verifying_key().to_bytes();
    let description = Description { intake, ..description };
    let secrets: Vec<InvitationSecret> = (0..description.trustee_count())
        .map(|trustee| invitations::make(vault, trustee))
        .collect::<Result<_, _>>()?;
    let proposal = Proposal { description, invitations: invitations::keys(&secrets) };
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
        agreed: true,
        first_counter: 0,
        intake_elsewhere: false,
    })?;
    if station.offer(&audited.view, &signed)? == Offered::Overtaken {
        return Err(Failure::usage("somebody else has begun an election on this board")
            .at(place.to_string()));
    }
    show(
        &Office::new(station, acting),
        &proposal.description,
        &digest,
        secrets,
        &place.to_string(),
    );
    Ok(Exit::Valid)
}

/// The same command again: prints the same invitations, as long as it is the same election.
fn resume(
    acting: &Acting,
    board: &Locator,
    folder: &Path,
    description: Description,
) -> Result<Exit, Failure> {
    let (mut office, vault) = Office::enter_with_vault(acting, Some(board))?;
    let audited = office.settle()?;
    let intake = signing_key(&vault, INTAKE)?.verifying_key().to_bytes();
    let description = &Description { intake, ..description };
    let standing = audited.view.proposal.filter(|standing| {
        standing.authority == office.station.author()
            && standing.proposal.description == *description
    });
    let Some(standing) = standing.filter(|_| audited.view.phase <= Phase::Enrolment) else {
        return Err(Failure::usage("this home already belongs to an election, or to other terms of this one")
            .at(folder.display().to_string())
            .advice(
                "change the terms with `psephos-authority reissue`; for another election give another folder \
                 with --home, as one home serves one election",
            ));
    };
    let secrets: Vec<InvitationSecret> = (0..description.trustee_count())
        .map(|trustee| invitations::stored(&vault, trustee))
        .collect::<Result<_, _>>()?;
    let board = office.station.board().place();
    show(&office, description, &standing.digest, secrets, &board);
    Ok(Exit::Valid)
}

fn show(
    office: &Office,
    description: &Description,
    digest: &Digest,
    secrets: Vec<InvitationSecret>,
    board: &str,
) {
    invitations::show_proposal(office, description, digest, board);
    let lines: Vec<(u64, InvitationSecret)> = numbered(secrets).collect();
    invitations::show_lines(office, description, digest, &lines, board);
    office.tell(
        "\nNext: each trustee runs `psephos-trustee join`, which asks for its line; you run `psephos-authority open`.",
    );
}
