//! The Fiat–Shamir transcript: merlin with the framing of spec/03-transcript.md.

use std::sync::Arc;

use crate::group::scalar_wide;
use crate::trace::{self, Kind};
use crate::{Element, Encoding, Scalar};

/// What the prover and the verifier have said so far, and the source of every challenge.
#[derive(Clone)]
pub struct Transcript(merlin::Transcript, Named);

/// What a trace calls its values.
#[derive(Clone)]
struct Named {
    argument: &'static str,
    subject: Option<Arc<str>>,
}

impl Transcript {
    /// Starts the transcript of one argument; `argument` is its name and version.
    pub fn new(argument: &'static str) -> Self {
        let named = Named { argument, subject: None };
        let mut transcript = Self(merlin::Transcript::new(b"psephos/v1"), named);
        transcript.bytes("argument", argument.as_bytes());
        transcript
    }

    /// Names what the transcript is about, should anybody trace it: what it absorbs from here on, and
    /// what is drawn from it. Absorbs nothing.
    pub fn concerns(&mut self, subject: impl FnOnce() -> String) {
        if trace::is_on() {
            self.1.subject = Some(subject().into());
        }
    }

    /// Says which part of its subject the transcript is about from here on. Absorbs nothing.
    pub fn concerns_part(&mut self, part: impl FnOnce() -> String) {
        if let Some(subject) = &self.1.subject {
            self.1.subject = Some(format!("{subject} {}", part()).into());
        }
    }

    /// The same transcript, for a use of the verifier's own that concerns nobody else.
    #[must_use]
    pub fn untraced(mut self) -> Self {
        self.1.subject = None;
        self
    }

    /// Traces what was drawn as bytes. Absorbs nothing.
    pub fn drawn(&self, name: &str, bytes: &[u8]) {
        self.trace(Kind::Drawn, name, bytes);
    }

    /// Traces both sides of an equation of the argument's page. Absorbs nothing.
    pub fn equation(&self, number: u8, left: &Element, right: &Element) {
        if let Named { argument, subject: Some(subject) } = &self.1 {
            trace::equation(subject, argument, number, &[*left], &[*right]);
        }
    }

    fn trace(&self, kind: Kind, name: &str, bytes: &[u8]) {
        if trace::is_on() {
            let Named { argument, subject } = &self.1;
            trace::value(subject.as_deref().unwrap_or_default(), argument, kind, name, bytes);
        }
    }

    /// Absorbs bytes; their length goes in with them.
    pub fn bytes(&mut self, label: &'static str, bytes: &[u8]) {
        if self.1.subject.is_some() {
            self.trace(Kind::Absorbed, label, bytes);
        }
        self.0.append_message(label.as_bytes(), bytes);
    }

    /// Absorbs an integer as LE64.
    pub fn integer(&mut self, label: &'static str, value: u64) {
        self.bytes(label, &value.to_le_bytes());
    }

    /// Absorbs one encoding.
    pub fn encoding(&mut self, label: &'static str, encoding: &Encoding) {
        self.bytes(label, encoding);
    }

    /// Absorbs a list: its count as LE64, then all encodings as one message.
    pub fn encodings(&mut self, label: &'static str, encodings: &[Encoding]) {
        self.integer("count", encodings.len() as u64);
        self.bytes(label, encodings.as_flattened());
    }

    /// The transcript itself, for an argument of another library that goes on with it.
    pub fn merlin(&mut self) -> &mut merlin::Transcript {
        &mut self.0
    }

    /// Draws 64 bytes and reduces them mod q; zero is drawn again.
    pub fn challenge(&mut self, label: &'static str) -> Scalar {
        loop {
            let challenge = scalar_wide(&self.challenge_bytes(label));
            if challenge != Scalar::ZERO {
                self.drawn(label, challenge.as_bytes());
                return challenge;
            }
        }
    }

    /// Draws `N` bytes.
    pub fn challenge_bytes<const N: usize>(&mut self, label: &'static str) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.challenge_bytes(label.as_bytes(), &mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vector of merlin's own documentation of its simple protocol.
    #[test]
    fn merlin_known_answer() {
        let mut transcript = merlin::Transcript::new(b"test protocol");
        transcript.append_message(b"some label", b"some data");
        let mut challenge = [0; 32];
        transcript.challenge_bytes(b"challenge", &mut challenge);
        assert_eq!(
            hex::encode(challenge),
            "d5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615"
        );
    }

    fn challenge(build: impl Fn(&mut Transcript)) -> Scalar {
        let mut transcript = Transcript::new("test");
        build(&mut transcript);
        transcript.challenge("c")
    }

    #[test]
    fn everything_absorbed_changes_the_challenge() {
        let base = challenge(|t| t.encodings("list", &[[1; 32], [2; 32]]));
        let others: [fn(&mut Transcript); 7] = [
            |t| t.bytes("list", [[1; 32], [2; 32]].as_flattened()),
            |t| t.encodings("list", &[[2; 32], [1; 32]]),
            |t| t.encodings("other", &[[1; 32], [2; 32]]),
            |t| t.encodings("list", &[[1; 32]]),
            |t| t.encodings("list", &[]),
            |_| (),
            |t| {
                t.encodings("list", &[[1; 32]]);
                t.encoding("list", &[2; 32]);
            },
        ];
        for other in others {
            assert_ne!(base, challenge(other));
        }
        assert_eq!(base, challenge(|t| t.encodings("list", &[[1; 32], [2; 32]])));
        assert_ne!(Transcript::new("a").challenge("c"), Transcript::new("b").challenge("c"));
    }

    #[test]
    fn consecutive_challenges_differ() {
        let mut transcript = Transcript::new("test");
        let (x, y) = (transcript.challenge("x"), transcript.challenge("x"));
        assert_ne!(x, y);
    }
}
