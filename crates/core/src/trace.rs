//! Intermediate values with their names, for whoever writes another verifier and looks for the first
//! difference (spec/09-audit.md §9.12).
//!
//! Nothing is traced unless a program asks for it, and only the verifier does, which knows no secrets.
//! Until then each traced value costs one look at whether anybody listens.

use std::sync::OnceLock;

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

/// Traces a value: `subject: argument.name = hex`, spaces in the names becoming `_`.
pub fn value(subject: &str, argument: &str, name: &str, bytes: &[u8]) {
    let Some(sink) = SINK.get() else { return };
    let of = if subject.is_empty() { String::new() } else { format!("{subject}: ") };
    let [argument, name] = [argument, name].map(|word| word.replace(' ', "_"));
    sink(&format!("{of}{argument}.{name} = {}", hex::encode(bytes)));
}
