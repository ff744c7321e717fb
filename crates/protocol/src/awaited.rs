//! Whom the election waits for.

use std::fmt;

use psephos_audit::{Phase, View};

/// Somebody with something to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The election authority.
    Authority,
    /// A trustee, from 0, with the name the election gives it.
    Trustee(u64, String),
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// Publish the proposal.
    Propose,
    /// Enrol under the invitation.
    Enrol,
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
            let missing = lacking(view, view.enrolments.iter().map(Option::is_some), Task::Enrol);
            if missing.is_empty() { authority(Task::IssueManifest) } else { missing }
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
            view.next_mixer().into_iter().map(|index| trustee(view, index, Task::Mix)).collect()
        }
        Phase::Sharing => {
            lacking(view, (0..trustees(view)).map(|index| view.has_shared(index)), Task::Share)
        }
        Phase::Tallying => authority(Task::Publish),
        Phase::Published => authority(Task::Seal),
        Phase::Sealed => Vec::new(),
    }
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
            Who::Trustee(index, name) => {
                let number = index.saturating_add(1);
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
    pub fn words(self) -> &'static str {
        match self {
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
        }
    }
}

impl fmt::Display for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.who, self.task.words())
    }
}
