//! The audit of a whole election: a pure function of its board (spec/09-audit.md).
//!
//! It never stops at the first failure, names a culprit where one can be named, and says of every
//! check whether it was made.

mod check;
mod report;
mod view;

pub use check::{CheckId, Status, Verdict};
pub use report::{CheckResult, Culprit, FAILURES_LISTED, Failure, Report, SPEC};
pub use view::{
    BallotsView, BatchView, Ceremony, CloseView, ComplaintView, ElectionKeys, Enrolment,
    ManifestView, MixView, Phase, ProposalView, ShareView, View,
};
