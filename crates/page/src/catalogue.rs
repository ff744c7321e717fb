//! The catalogue of sentences: a Fluent file for each language (projectfluent.org), English among them.
//!
//! Every sentence of a page stands there and nowhere else. What an audit says of one record in its own words
//! (evidence and warnings) is data here: it is the same in every language, like the name of a check.

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use psephos_console::{count, visible};
use unic_langid::LanguageIdentifier;

/// The catalogue that is part of this crate, and the measure of what a translation must hold.
const ENGLISH: &str = include_str!("../catalogue/en.ftl");

/// What fills the gaps of a sentence: `gaps!["n" => 3_u64]`.
macro_rules! gaps {
    ($($name:literal => $value:expr),* $(,)?) => {{
        let mut gaps = fluent_bundle::FluentArgs::new();
        $(gaps.set($name, $value);)*
        gaps
    }};
}
pub(crate) use gaps;

/// What is wrong with a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// The language has no such tag.
    #[error("{0:?} is no tag of a language")]
    Language(String),
    /// The file is not what Fluent's syntax says.
    #[error("the catalogue cannot be read: {0}")]
    Syntax(String),
    /// A sentence stands twice.
    #[error("the catalogue has a sentence twice: {0}")]
    Twice(String),
    /// Sentences that the English catalogue has and this one lacks.
    #[error("the catalogue lacks {}", .0.join(", "))]
    Incomplete(Vec<String>),
}

/// Sentences in one language.
pub struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    language: String,
}

impl Catalogue {
    /// The sentences in English.
    ///
    /// # Errors
    /// None with the file as it stands; a test asserts it.
    pub fn english() -> Result<Catalogue, CatalogueError> {
        Catalogue::read("en", ENGLISH)
    }

    /// A translation: a Fluent file with all the sentences of the English one.
    ///
    /// # Errors
    /// [`CatalogueError`], with the sentences that are missing.
    pub fn translated(language: &str, source: &str) -> Result<Catalogue, CatalogueError> {
        let catalogue = Catalogue::read(language, source)?;
        let missing: Vec<String> =
            ids(ENGLISH).filter(|id| !catalogue.has(id)).map(str::to_owned).collect();
        if missing.is_empty() { Ok(catalogue) } else { Err(CatalogueError::Incomplete(missing)) }
    }

    fn read(language: &str, source: &str) -> Result<Catalogue, CatalogueError> {
        let tag: LanguageIdentifier =
            language.parse().map_err(|_| CatalogueError::Language(language.to_owned()))?;
        let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            CatalogueError::Syntax(errors.join("; "))
        })?;
        let mut bundle = FluentBundle::new(vec![tag]);
        // Others' words are isolated by whoever hands them in; numbers and the page's own words need no marks.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(number) if number.value >= 0.0 => Some(count(number.value as u64)),
            _ => None,
        }));
        bundle.add_resource(resource).map_err(|errors| {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            CatalogueError::Twice(errors.join("; "))
        })?;
        Ok(Catalogue { bundle, language: language.to_owned() })
    }

    /// The tag of the language, as HTML has it.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Whether there is a sentence of this name.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }

    /// A sentence without gaps.
    #[must_use]
    pub fn say(&self, id: &str) -> String {
        self.format(id, None)
    }

    /// A sentence with its gaps filled. Texts of others must come through [`isolated`].
    #[must_use]
    pub fn fill(&self, id: &str, gaps: &FluentArgs<'_>) -> String {
        self.format(id, Some(gaps))
    }

    /// The name of the sentence where there is none: tests find that, and a reader is told no lie.
    fn format(&self, id: &str, gaps: Option<&FluentArgs<'_>>) -> String {
        let pattern = self.bundle.get_message(id).and_then(|message| message.value());
        debug_assert!(pattern.is_some(), "the catalogue has no sentence {id}");
        let Some(pattern) = pattern else { return id.to_owned() };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, gaps, &mut errors);
        debug_assert!(errors.is_empty(), "{id}: {errors:?}");
        text.into_owned()
    }
}

/// The names of a file's sentences.
fn ids(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(|line| {
        let (id, _) = line.split_once(" =")?;
        id.starts_with(|first: char| first.is_ascii_alphabetic()).then_some(id)
    })
}

/// Somebody else's words for a gap in a sentence, or for a drawing: nothing in them is hidden, and whatever
/// direction they are written in, they do not turn that of the words around them (Unicode's isolates, which
/// [`visible`] lets nobody write).
#[must_use]
pub fn isolated(words: &str) -> String {
    format!("\u{2068}{}\u{2069}", one_line(words))
}

/// Somebody else's words on one line, with nothing hidden in them.
#[must_use]
pub fn one_line(words: &str) -> Cow<'_, str> {
    match visible(words) {
        shown if shown.contains(['\n', '\t']) => {
            Cow::Owned(shown.replace('\n', "\\n").replace('\t', "\\t"))
        }
        shown => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_english_catalogue_reads_and_counts() {
        let catalogue = Catalogue::english().unwrap();
        assert!(ids(ENGLISH).count() > 100);
        assert!(ids(ENGLISH).all(|id| catalogue.has(id)));
        let said = |n: u64| catalogue.fill("ballots-count", &gaps!["n" => n]);
        assert_eq!([said(1), said(80_101)], ["1 ballot", "80,101 ballots"]);
    }

    #[test]
    fn a_translation_must_be_complete() {
        let missing = Catalogue::translated("de", "ballots-count = Stimmzettel\n").err();
        assert!(matches!(missing, Some(CatalogueError::Incomplete(ids)) if ids.len() > 100));
        assert!(Catalogue::translated("de", ENGLISH).is_ok());
        let wrong = Catalogue::translated("no such language", ENGLISH).err();
        assert!(matches!(wrong, Some(CatalogueError::Language(_))));
        let wrong = Catalogue::translated("de", "a = { $").err();
        assert!(matches!(wrong, Some(CatalogueError::Syntax(_))));
    }

    #[test]
    fn words_of_others_hide_and_turn_nothing() {
        assert_eq!(isolated("Zoë"), "\u{2068}Zoë\u{2069}");
        assert_eq!(isolated("a\u{2069}\u{202e}b\n"), "\u{2068}a\\u2069\\u202eb\\n\u{2069}");
    }
}
