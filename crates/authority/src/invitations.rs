//! Invitations: one key for each trustee, kept in the vault so that its line can be printed again.

use psephos_console::{Exit, Failure, nth, numbered, plural, say, voting_hours};
use psephos_core::{Digest, Encoding};
use psephos_participant::{entropy, vault_failure};
use psephos_record::bodies::Description;
use psephos_record::invitation::{Invitation, InvitationSecret};
use psephos_record::words::words;
use psephos_secrets::Vault;
use rand_core::Rng;
use zeroize::Zeroizing;

use crate::office::Office;

/// A fresh invitation of a trustee, in place of any earlier one.
pub fn make(vault: &Vault, trustee: u64) -> Result<InvitationSecret, Failure> {
    let mut seed = Zeroizing::new([0; 32]);
    entropy().fill_bytes(&mut *seed);
    vault.put(&name(trustee), &*seed).map_err(vault_failure)?;
    Ok(InvitationSecret::new(*seed))
}

/// The invitation of a trustee that was made before.
pub fn stored(vault: &Vault, trustee: u64) -> Result<InvitationSecret, Failure> {
    let seed = vault.get(&name(trustee)).map_err(vault_failure)?;
    let seed = seed.as_slice().try_into().map_err(|_| {
        Failure::new(Exit::Io, "an invitation in the key file has another length")
            .advice("restore this home from its backup")
    })?;
    Ok(InvitationSecret::new(seed))
}

/// The public halves, as the proposal lists them.
pub fn keys(secrets: &[InvitationSecret]) -> Vec<Encoding> {
    secrets.iter().map(|secret| secret.signing_key().verifying_key().to_bytes()).collect()
}

fn name(trustee: u64) -> String {
    format!("invitation-{}", nth(trustee))
}

/// What is proposed, where, and its words.
pub fn show_proposal(office: &Office, description: &Description, digest: &Digest, board: &str) {
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
    office.tell(format!("  board     {}", board));
    office.tell(format!("  proposal  {}", hex::encode(digest)));
    office.tell(format!("            {}", words(digest)));
}

/// The lines of these trustees.
pub fn show_lines(
    office: &Office,
    description: &Description,
    digest: &Digest,
    secrets: &[(u64, InvitationSecret)],
    board: &str,
) {
    office.tell("\nSend each trustee its own line in private; whoever has it can take that trustee's place:\n");
    for (trustee, secret) in secrets {
        let invitation = Invitation {
            board: board.to_owned(),
            secret: secret.clone(),
            trustee: *trustee,
            proposal: *digest,
        };
        let named = numbered(&description.trustees).find(|(index, _)| index == trustee);
        let name = named.map_or("", |(_, name)| name.as_str());
        office.tell(format!("trustee {trustee} ({name}):"));
        say(&*invitation.to_line());
    }
}
