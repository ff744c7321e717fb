//! What is wrong with a typed code.

use std::fmt;

use super::CODE_WORDS;

/// Why a text is no code. Places count from 0; the text for people counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Too many words, or too few.
    #[error("a code has {CODE_WORDS} words, this has {found}")]
    Count {
        /// Words that were typed.
        found: usize,
    },
    /// Words that are not in the list.
    #[error("{}", listed(.0))]
    Unknown(Vec<UnknownWord>),
    /// One word is another than it should be.
    #[error("word {} of the code, {typed:?}, is wrong: it should be {right:?}", place + 1)]
    Wrong {
        /// Its place.
        place: usize,
        /// The word typed.
        typed: &'static str,
        /// The word that makes the code whole.
        right: &'static str,
    },
    /// Two neighbouring words stand in the wrong order.
    #[error("words {} and {} of the code have changed places", place + 1, place + 2)]
    Swapped {
        /// The place of the first.
        place: usize,
    },
    /// More than one word is wrong, and it cannot be told which.
    #[error("several words of the code are wrong")]
    Several,
}

/// A typed word that no code holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    /// Its place in the code, from 0.
    pub place: usize,
    /// The word typed.
    pub typed: String,
    /// The words most like it, the likeliest first; where the other words tell what it must be,
    /// that word alone.
    pub suggestions: Vec<&'static str>,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "word {} of the code, {:?}, is not in the list", self.place + 1, self.typed)?;
        match self.suggestions.as_slice() {
            [] => Ok(()),
            [words @ .., last] if !words.is_empty() => {
                write!(f, "; did you mean {} or {last}?", words.join(", "))
            }
            [word, ..] => write!(f, "; did you mean {word}?"),
        }
    }
}

fn listed(words: &[UnknownWord]) -> String {
    words.iter().map(UnknownWord::to_string).collect::<Vec<_>>().join("\n")
}
