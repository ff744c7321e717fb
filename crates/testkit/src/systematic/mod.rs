//! Systematic rejection: every byte, record, vector, element and scalar of tiny honest boards altered, as it is
//! and re-sealed, and what the audit must answer (spec/09-audit.md §9.14).

mod boards;
mod case;
mod change;
mod items;
mod legitimate;
mod outcome;
mod subject;
mod values;

pub use boards::{BOARDS, Board};
pub use case::{Case, Part, RecordFault, Sealed};
pub use change::{Change, Field, Number, Row, Vector};
pub use legitimate::Legitimate;
pub use outcome::{Counts, Outcome};
pub use subject::Subject;
pub use values::Value;
