//! What voters wrote, with numbers (spec/10-counting.md §11).

use super::ballots::Votes;
use crate::contest::{Contest, Method};
use crate::result::{Texts, WrittenText};
use crate::vote::Choice;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Most texts in a contest's result.
const MAX_TEXTS: usize = 100;
/// Most bytes of the texts in a contest's result together. One text always fits.
const MAX_BYTES: usize = 4_000;

/// The texts that go into the result; none for a contest without room for any.
pub(super) fn result(contest: &Contest, votes: &Votes) -> Option<Texts> {
    if contest.write_ins.is_none() && !matches!(contest.method, Method::Text { .. }) {
        return None;
    }
    let all = all(votes);
    let distinct = all.len() as u64;
    let mut bytes = 0;
    let fits = |(text, _): &(&str, u64)| {
        bytes += text.len();
        bytes <= MAX_BYTES
    };
    let most = all.into_iter().take(MAX_TEXTS).take_while(fits);
    let most = most.map(|(text, ballots)| WrittenText { text: text.to_owned(), ballots });
    Some(Texts { most: most.collect(), distinct })
}

/// Every text with the number of ballots that hold it: most ballots first, then bytewise.
pub(super) fn all(votes: &Votes) -> Vec<(&str, u64)> {
    let mut numbers: BTreeMap<&str, u64> = BTreeMap::new();
    for (vote, count) in votes {
        let answer = match &vote.choice {
            Choice::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        };
        let written = vote.write_ins.iter().chain(answer);
        for text in written.map(String::as_str).collect::<BTreeSet<&str>>() {
            *numbers.entry(text).or_default() += count;
        }
    }
    let mut all: Vec<(&str, u64)> = numbers.into_iter().collect();
    all.sort_by_key(|&(_, count)| Reverse(count));
    all
}
