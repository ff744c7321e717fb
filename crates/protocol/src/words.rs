//! What a view says, in words for people.

use psephos_audit::{Phase, View};

/// What a trustee has contributed, in the order of the protocol.
pub fn done(view: &View, trustee: u64) -> Vec<&'static str> {
    let index = usize::try_from(trustee).unwrap_or(usize::MAX);
    let has = |list: Option<&bool>| list.copied().unwrap_or(false);
    let ceremony = &view.ceremony;
    // A manifest may hold fewer trustees than were invited, and all of them have enrolled.
    let enrolled =
        view.manifest.is_some() || view.enrolments.get(index).is_some_and(Option::is_some);
    let steps = [
        (enrolled, "enrolled"),
        (ceremony.accepts.get(index).is_some_and(Option::is_some), "accepted"),
        (ceremony.deals.get(index).is_some_and(Option::is_some), "dealt"),
        (has(ceremony.confirmed.get(index)), "confirmed"),
        (view.has_mixed(trustee) && !view.is_excluded(trustee), "mixed"),
        (view.is_excluded(trustee), "excluded from mixing"),
        (view.has_shared(trustee), "decrypted"),
    ];
    let done: Vec<&str> = steps.iter().filter(|(done, _)| *done).map(|(_, name)| *name).collect();
    if done.is_empty() { vec!["nothing yet"] } else { done }
}

/// A phase's name for people.
pub fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Empty => "not begun",
        Phase::Enrolment => "trustees enrol",
        Phase::Acceptance => "trustees accept the manifest",
        Phase::Commitment => "key ceremony: commitments",
        Phase::Dealing => "key ceremony: deals",
        Phase::Confirmation => "key ceremony: confirmations",
        Phase::Failed => "key ceremony failed",
        Phase::Ready => "ready to open",
        Phase::Voting => "open",
        Phase::Mixing => "mixing",
        Phase::Sharing => "decrypting",
        Phase::Tallying => "ready to publish",
        Phase::Published => "published, not sealed",
        Phase::Sealed => "sealed",
    }
}
