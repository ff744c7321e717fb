//! Intermediate values with their names, for whoever writes another verifier and looks for the first
//! difference (spec/09-audit.md §9.12).
//!
//! Nothing is traced unless a program asks for it, and only the verifier does, which knows no secrets.
//! Until then each traced value costs one look at whether anybody listens.

use std::sync::OnceLock;

use crate::{Element, group};

type Sink = Box<dyn Fn(&str) + Send + Sync>;

static SINK: OnceLock<Sink> = OnceLock::new();

/// From here on, `sink` gets a line for each traced value of this process. `false` if somebody listens
/// already.
pub fn start(sink: impl Fn(&str) + Send + Sync + 'static) -> bool {
    SINK.set(Box::new(sink)).is_ok()
}

/// Whether anybody listens.
#[must_use]
pub fn is_on() -> bool {
    SINK.get().is_some()
}

/// What a value is to the argument it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The transcript absorbs it under the name.
    Absorbed,
    /// It is drawn from the transcript, or follows from such bytes alone: a challenge, a seed of weights.
    Drawn,
    /// It is computed with the challenges.
    Computed,
}

impl Kind {
    /// What stands between name and value.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Absorbed => '<',
            Self::Drawn => '>',
            Self::Computed => '=',
        }
    }
}

/// Traces a value: `subject: argument.name = hex`, spaces in the names becoming `_`.
pub fn value(subject: &str, argument: &str, kind: Kind, name: &str, bytes: &[u8]) {
    let Some(sink) = SINK.get() else { return };
    let of = if subject.is_empty() { String::new() } else { format!("{subject}: ") };
    let [argument, name] = [argument, name].map(|word| word.replace(' ', "_"));
    sink(&format!("{of}{argument}.{name} {} {}", kind.sign(), hex::encode(bytes)));
}

/// Traces elements that are computed, joined.
pub fn elements(subject: &str, argument: &str, name: &str, elements: &[Element]) {
    if is_on() {
        let encodings = group::encode_batch(elements);
        value(subject, argument, Kind::Computed, name, encodings.as_flattened());
    }
}

/// Traces both sides of an equation of the argument's page, each for whatever it is asked of, joined.
pub fn equation(subject: &str, argument: &str, number: u8, left: &[Element], right: &[Element]) {
    if is_on() {
        elements(subject, argument, &format!("equation {number} left"), left);
        elements(subject, argument, &format!("equation {number} right"), right);
    }
}
