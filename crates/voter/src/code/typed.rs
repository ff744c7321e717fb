//! Reading a typed code, and saying what is wrong with it (spec/voter-code.md §4).

use bip39::Language;
use psephos_core::pairs::pairs;
use zeroize::Zeroizing;

use super::error::{CodeError, UnknownWord};
use super::field::Symbol;
use super::{CODE_WORDS, sums, word};

/// A word with more letters is cut before it is compared: the longest of the list has eight.
const LETTERS: usize = 16;
/// Suggestions for an unknown word.
const SUGGESTIONS: usize = 3;
/// Most letters to change, leave out, put in or exchange in a suggestion.
const FAR: usize = 2;

pub(super) fn read(text: &str) -> Result<[Symbol; CODE_WORDS], CodeError> {
    let lower = Zeroizing::new(text.to_lowercase());
    let typed: Vec<&str> =
        lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    if typed.len() != CODE_WORDS {
        return Err(CodeError::Count { found: typed.len() });
    }
    let mut symbols = Zeroizing::new([Symbol::ZERO; CODE_WORDS]);
    let mut unknown = Vec::new();
    for (place, (symbol, typed)) in pairs(symbols.iter_mut(), typed).enumerate() {
        match Language::English.find_word(typed) {
            Some(index) => *symbol = Symbol::new(index),
            None => unknown.push((place, typed)),
        }
    }
    if !unknown.is_empty() {
        return Err(CodeError::Unknown(explain_unknown(&symbols, &unknown)));
    }
    match explain(&symbols) {
        None => Ok(*symbols),
        Some(error) => Err(error),
    }
}

/// What is wrong with a code of known words.
fn explain(symbols: &[Symbol; CODE_WORDS]) -> Option<CodeError> {
    if sums(symbols) == (Symbol::ZERO, Symbol::ZERO) {
        return None;
    }
    if let Some((place, error)) = single(symbols)
        && let Some(&typed) = symbols.get(place)
    {
        return Some(CodeError::Wrong { place, typed: word(typed), right: word(typed + error) });
    }
    let swapped = (0..CODE_WORDS - 1).find(|&place| {
        let mut other = Zeroizing::new(*symbols);
        other.swap(place, place + 1);
        sums(&other) == (Symbol::ZERO, Symbol::ZERO)
    });
    Some(swapped.map_or(CodeError::Several, |place| CodeError::Swapped { place }))
}

/// The place and the value of the one error that explains the sums, if one does:
/// with error e at place j they are α^j·e and α^{2j}·e.
fn single(symbols: &[Symbol; CODE_WORDS]) -> Option<(usize, Symbol)> {
    let (first, second) = sums(symbols);
    if first == Symbol::ZERO || second == Symbol::ZERO {
        return None;
    }
    let locator = second * first.inverse();
    let exponents = 0u32..;
    let place = exponents.take(CODE_WORDS).position(|j| Symbol::root(j) == locator)?;
    Some((place, first * locator.inverse()))
}

/// Unknown words stand as zero in `symbols`. When there is only one, it is the code's only error if the
/// other words are right, and then the sums tell what it should be.
fn explain_unknown(symbols: &[Symbol; CODE_WORDS], unknown: &[(usize, &str)]) -> Vec<UnknownWord> {
    let told = match unknown {
        [(place, _)] if sums(symbols) == (Symbol::ZERO, Symbol::ZERO) => {
            Some((*place, Symbol::ZERO))
        }
        [(place, _)] => single(symbols).filter(|(found, _)| found == place),
        _ => None,
    };
    unknown
        .iter()
        .map(|&(place, typed)| UnknownWord {
            place,
            typed: typed.to_owned(),
            suggestions: match told {
                Some((_, right)) => vec![word(right)],
                None => similar(typed),
            },
        })
        .collect()
}

/// The words of the list that are most like a typed one.
fn similar(typed: &str) -> Vec<&'static str> {
    let typed: Vec<char> = typed.chars().take(LETTERS).collect();
    let mut near: Vec<(usize, &'static str)> = Language::English
        .word_list()
        .iter()
        .map(|word| (distance(&typed, &word.chars().collect::<Vec<_>>()), *word))
        .filter(|(distance, _)| *distance <= FAR)
        .collect();
    near.sort_unstable();
    near.into_iter().take(SUGGESTIONS).map(|(_, word)| word).collect()
}

/// Letters to change, leave out, put in or exchange with the next (optimal string alignment).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (i, letter) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, other) in right.iter().enumerate() {
            let at =
                |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX / 2);
            let mut least = at(&above, j) + usize::from(letter != other);
            least = least.min(at(&above, j + 1) + 1).min(at(&row, j) + 1);
            let exchanged = i > 0
                && j > 0
                && left.get(i - 1) == Some(other)
                && right.get(j - 1) == Some(letter);
            if exchanged {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(left.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn distances() {
        let cases = [
            ("", "", 0),
            ("", "abc", 3),
            ("abandon", "abandon", 0),
            ("abandn", "abandon", 1),
            ("abnadon", "abandon", 1),
            ("abxndonn", "abandon", 2),
            ("zoo", "abandon", 6),
        ];
        for (left, right, expected) in cases {
            assert_eq!(distance(&letters(left), &letters(right)), expected, "{left} {right}");
            assert_eq!(distance(&letters(right), &letters(left)), expected, "{right} {left}");
        }
    }

    #[test]
    fn suggestions_are_near_and_few() {
        assert_eq!(similar("abandonn")[0], "abandon");
        assert_eq!(similar("hosre")[0], "horse");
        assert!(similar("qqqqqqqq").is_empty());
        assert!(similar("ca").len() <= SUGGESTIONS);
    }
}
