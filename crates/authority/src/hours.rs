//! The dates of voting that everybody was told, against the clock of this machine.

use std::time::{SystemTime, UNIX_EPOCH};

use psephos_audit::View;
use psephos_console::{Failure, date};

/// Refuses to take ballots in before the beginning of voting.
pub fn begun(view: &View) -> Result<(), Failure> {
    let opens = view.description().and_then(|description| description.opens);
    match opens.filter(|opens| now() < *opens) {
        None => Ok(()),
        Some(opens) => Err(Failure::usage(format!("voting begins at {}", date(opens)))
            .advice("wait, or take ballots in with --early: every audit will tell of it")),
    }
}

/// Refuses to close before the end of voting.
pub fn ended(view: &View) -> Result<(), Failure> {
    let closes = view.description().and_then(|description| description.closes);
    match closes.filter(|closes| now() < *closes) {
        None => Ok(()),
        Some(closes) => Err(Failure::usage(format!("voting ends at {}", date(closes)))
            .advice("wait, or close with --early: every audit will tell of it")),
    }
}

/// Seconds since 1970-01-01 UTC.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
