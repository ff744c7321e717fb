//! From an audited board and a role to the next action.
//!
//! Everything here is a pure function of the audit's [`View`](psephos_audit::View) and of what a role holds
//! at home; nothing is read, written or proved. The commands, the rehearsal and whatever answers across an
//! air gap all ask the same functions, so they cannot disagree about whose turn it is.

mod authority;
mod awaited;
mod next;
mod trustee;
mod words;

#[cfg(test)]
mod tests;

pub use authority::{AuthorityAction, authority};
pub use awaited::{Awaited, Task, Who, awaited};
pub use next::{Next, Refusal};
pub use trustee::{
    Absence, BatchIndex, Step, TrusteeAction, TrusteeHome, absences, is_stated, trustee,
};
pub use words::{done, phase};
