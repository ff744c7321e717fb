//! Whom the election waits for.

use std::borrow::Cow;
use std::fmt;

use psephos_audit::{CheckId, Excludable, Phase, View};

/// Somebody with something to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The election authority.
    Authority,
    /// A trustee, from 0, with the name the election gives it.
    Trustee(u64, String),
}

impl Who {
    /// For machines: the authority, or a trustee by its number.
    #[must_use]
    pub fn number(&self) -> String {
        match self {
            Who::Authority => "authority".to_owned(),
            Who::Trustee(index, _) => format!("trustee {index}"),
        }
    }
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// Publish the proposal.
    Propose,
    /// Enrol under the invitation.
    Enrol,
    /// Answer a trustee's counter-proposal.
    Answer {
        /// The trustee.
        trustee: u64,
    },
    /// Issue the manifest.
    IssueManifest,
    /// Issue a manifest for another key ceremony.
    NewAttempt,
    /// Accept the manifest.
    Accept,
    /// Commit to the deal.
    CommitDeal,
    /// Deal.
    Deal,
    /// Confirm the deals, or complain.
    Confirm,
    /// Open the election.
    Open,
    /// Take in ballots, then close.
    Close,
    /// Mix.
    Mix,
    /// Decrypt in part.
    Share,
    /// Put the lists that a record names on the board.
    Supply {
        /// The record.
        record: u64,
    },
    /// Exclude a record.
    Exclude {
        /// The record.
        record: u64,
        /// A check that it fails.
        check: CheckId,
    },
    /// Publish the result.
    Publish,
    /// Seal the board.
    Seal,
}

/// Who is awaited, and for what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Awaited {
    /// Who.
    pub who: Who,
    /// For what.
    pub task: Task,
}

/// Everybody who can bring the election forward now; empty once it is sealed.
pub fn awaited(view: &View) -> Vec<Awaited> {
    let ceremony = &view.ceremony;
    match view.phase {
        Phase::Empty => authority(Task::Propose),
        Phase::Enrolment => {
            let mut due = lacking(view, view.enrolments.iter().map(Option::is_some), Task::Enrol);
            for (trustee, answered) in view.counter_proposals.iter().enumerate() {
                if answered.is_some() {
                    due.extend(authority(Task::Answer { trustee: trustee as u64 }));
                }
            }
            if due.is_empty() { authority(Task::IssueManifest) } else { due }
        }
        Phase::Acceptance => {
            lacking(view, ceremony.accepts.iter().map(Option::is_some), Task::Accept)
        }
        Phase::Commitment => {
            lacking(view, ceremony.commitments.iter().map(Option::is_some), Task::CommitDeal)
        }
        Phase::Dealing => lacking(view, ceremony.deals.iter().map(Option::is_some), Task::Deal),
        Phase::Confirmation => lacking(view, ceremony.confirmed.iter().copied(), Task::Confirm),
        Phase::Failed => authority(Task::NewAttempt),
        Phase::Ready => authority(Task::Open),
        Phase::Voting => authority(Task::Close),
        Phase::Mixing => {
            view.next_mixers().into_iter().map(|index| trustee(view, index, Task::Mix)).collect()
        }
        // With too few mixes nobody decrypts, ever.
        Phase::Sharing if !view.has_enough_mixes() => Vec::new(),
        Phase::Sharing => {
            lacking(view, (0..trustees(view)).map(|index| view.has_shared(index)), Task::Share)
        }
        Phase::Tallying => authority(Task::Publish),
        Phase::Published => authority(Task::Seal),
        Phase::Sealed => Vec::new(),
    }
}

/// The authority, as long as records have to be excluded.
pub(crate) fn exclusions(records: &[Excludable]) -> Vec<Awaited> {
    let task = |found: &Excludable| Task::Exclude { record: found.record, check: found.check };
    records.iter().map(|found| Awaited { who: Who::Authority, task: task(found) }).collect()
}

/// The trustees that have named lists which are not there.
pub(crate) fn unread(view: &View, records: &[u64]) -> Vec<Awaited> {
    let author = |record: u64| {
        view.batches.iter().find_map(|batch| {
            let mix = batch.mixes.iter().find(|mix| mix.sequence == record).map(|mix| mix.trustee);
            let is_of = |share: &Option<psephos_audit::ShareView>| {
                share.as_ref().is_some_and(|share| share.sequence == record)
            };
            mix.or_else(|| batch.shares.iter().position(is_of).map(|index| index as u64))
        })
    };
    let awaited =
        |record: &u64| Some(trustee(view, author(*record)?, Task::Supply { record: *record }));
    records.iter().filter_map(awaited).collect()
}

fn authority(task: Task) -> Vec<Awaited> {
    vec![Awaited { who: Who::Authority, task }]
}

fn trustee(view: &View, index: u64, task: Task) -> Awaited {
    let names =
        view.description().map(|description| description.trustees.as_slice()).unwrap_or_default();
    let name =
        usize::try_from(index).ok().and_then(|place| names.get(place)).cloned().unwrap_or_default();
    Awaited { who: Who::Trustee(index, name), task }
}

fn lacking(view: &View, done: impl Iterator<Item = bool>, task: Task) -> Vec<Awaited> {
    done.enumerate()
        .filter(|(_, done)| !done)
        .map(|(index, _)| trustee(view, index as u64, task))
        .collect()
}

fn trustees(view: &View) -> u64 {
    view.description().map_or(0, |description| description.trustees.len() as u64)
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Authority => f.write_str("the authority"),
            Who::Trustee(number, name) => {
                // A name such as "Trustee 2" says it all.
                if name.is_empty() || name.eq_ignore_ascii_case(&format!("trustee {number}")) {
                    write!(f, "trustee {number}")
                } else {
                    write!(f, "trustee {number} ({name})")
                }
            }
        }
    }
}

impl Task {
    /// What is due, in words after "to".
    pub fn words(self) -> Cow<'static, str> {
        let words = match self {
            Task::Supply { record } => {
                return format!("put the lists on the board that its record {record} names").into();
            }
            Task::Exclude { record, check } => {
                return format!(
                    "exclude record {record}, which fails {check} \
                     (`psephos-authority exclude --record {record}`)"
                )
                .into();
            }
            Task::Answer { trustee } => {
                return format!(
                    "answer trustee {trustee}, who does not agree to the proposal \
                     (`psephos-authority reissue`, or `open --as-proposed`)"
                )
                .into();
            }
            Task::Propose => "publish the proposal",
            Task::Enrol => "enrol",
            Task::IssueManifest => "issue the manifest",
            Task::NewAttempt => "start another key ceremony",
            Task::Accept => "accept the manifest",
            Task::CommitDeal => "commit to the key deal",
            Task::Deal => "deal the key shares",
            Task::Confirm => "confirm the key deals",
            Task::Open => "open the election",
            Task::Close => "take in the ballots and close",
            Task::Mix => "mix",
            Task::Share => "decrypt",
            Task::Publish => "publish the result",
            Task::Seal => "seal the board",
        };
        words.into()
    }
}

impl fmt::Display for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.who, self.task.words())
    }
}
