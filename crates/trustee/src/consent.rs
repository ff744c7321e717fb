//! What a trustee is about to sign, as a sentence, and whether its owner wants that.

use psephos_audit::{BatchView, View};
use psephos_console::{Failure, ask, plural};
use psephos_protocol::{BatchIndex, TrusteeAction};
use psephos_record::words::words;

use crate::desk::Desk;

/// Whether steps are taken without asking, or somebody is there to be asked.
///
/// # Errors
/// When neither is so: nothing that cannot be taken back is done unasked.
pub fn somebody_to_ask(yes: bool) -> Result<(), Failure> {
    if yes || ask::is_there() {
        return Ok(());
    }
    Err(Failure::usage("there is nobody to ask before each step that cannot be taken back")
        .advice("run this at a terminal, or give --yes to let it sign what is due without asking"))
}

/// The sentence that was agreed to last. Where somebody else's record comes first the same step is due again,
/// and its owner has said yes to it already.
#[derive(Default)]
pub struct Consent {
    last: Option<String>,
}

impl Consent {
    /// Shows what a step signs, and asks unless `yes`; nothing of both if it is what was agreed to last.
    pub fn given(
        &mut self,
        desk: &Desk,
        view: &View,
        action: &TrusteeAction,
        yes: bool,
    ) -> Result<bool, Failure> {
        let sentence = sentence(view, action);
        if self.last.as_ref() == Some(&sentence) {
            return Ok(true);
        }
        let trustee = desk.place(view);
        desk.tell(format!("As trustee {trustee} you sign: \u{201c}{sentence}\u{201d}"));
        let agreed = yes
            || ask::with_terminal(|terminal| {
                terminal.agrees("Sign it? It stands on the public board for ever.")
            })?;
        self.last = agreed.then_some(sentence);
        Ok(agreed)
    }
}

/// What an action signs, in the first person.
pub fn sentence(view: &View, action: &TrusteeAction) -> String {
    match action {
        TrusteeAction::Enrol => format!(
            "I have been invited to the election proposed as {}; this is my signing key.",
            words(&view.election())
        ),
        TrusteeAction::Accept => format!(
            "I take part in the election of the manifest {}; here is a fresh key for the key shares \
             that are sent to me.",
            words(&view.election())
        ),
        TrusteeAction::CommitDeal => "I commit to my deal of key shares, before I have seen \
             anybody else's."
            .to_owned(),
        TrusteeAction::Deal => {
            "These are my key shares for all trustees, the ones that I have committed to."
                .to_owned()
        }
        TrusteeAction::ConfirmOrComplain => "I have checked every key share sent to me: I keep \
             mine, or I show to everybody which one is wrong."
            .to_owned(),
        TrusteeAction::Mix { batches } => format!(
            "My lists are the lists of the ballots shuffled and re-encrypted; nothing was added, \
             left out or changed. {}.",
            lists(view, batches)
        ),
        TrusteeAction::StateAbsence(absence) => {
            format!("Trustee {} has not mixed, and is not to be waited for.", absence.trustee)
        }
        TrusteeAction::Share { lists: shared } => format!(
            "I have decrypted my part of the last lists, and of no others. {}.",
            lists(view, shared)
        ),
    }
}

/// Which lists are worked on: `box town, batch mayor: 1,200 ballots (5f1c09a2…)`.
fn lists(view: &View, batches: &[BatchIndex]) -> String {
    let chosen = |batch: &&BatchView| {
        let index = BatchIndex { box_index: batch.box_index, batch_index: batch.batch_index };
        batches.contains(&index)
    };
    let line = |batch: &BatchView| {
        let description = view.description();
        let id = description
            .and_then(|description| description.batch(batch.box_index, batch.batch_index))
            .map_or("", |batch| batch.id.as_str());
        let root = hex::encode(batch.last.root);
        format!(
            "Box {}, batch {id}: {} ({}…)",
            view.box_id(batch.box_index),
            plural(batch.last.rows, "row", "rows"),
            root.get(..8).unwrap_or_default()
        )
    };
    view.batches.iter().filter(chosen).map(line).collect::<Vec<_>>().join("; ")
}
