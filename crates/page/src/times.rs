//! Times that contradict each other. Times are their authors' claims; the order of the records is certain.

use psephos_audit::{Contribution, View};

/// What does not fit, in the order of the board.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Contradictions {
    /// Records that claim to be older than one that their author had seen, with that one.
    pub(crate) seen: Vec<(Contribution, Contribution)>,
    /// Records whose time has not come yet.
    pub(crate) future: Vec<Contribution>,
}

impl Contradictions {
    /// Those of a board, `now` being the reader's clock, if that is to be looked at.
    pub(crate) fn of(view: &View, now: Option<u64>) -> Contradictions {
        let all = &view.contributions;
        let known = |sequence: u64| {
            let place = all.binary_search_by_key(&sequence, |posted| posted.sequence).ok()?;
            all.get(place).copied()
        };
        let seen = |posted: &Contribution| {
            let knew = posted.knew.and_then(known)?;
            (posted.time < knew.time).then_some((*posted, knew))
        };
        let is_future = |posted: &&Contribution| now.is_some_and(|now| posted.time > now);
        Contradictions {
            seen: all.iter().filter_map(seen).collect(),
            future: all.iter().filter(is_future).copied().collect(),
        }
    }

    /// Whether this record's time is among them.
    pub(crate) fn concerns(&self, sequence: u64) -> bool {
        self.seen.iter().any(|(posted, _)| posted.sequence == sequence)
            || self.future.iter().any(|posted| posted.sequence == sequence)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.seen.is_empty() && self.future.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use psephos_record::kind::Kind;

    use super::*;

    fn posted(sequence: u64, time: u64, knew: Option<u64>) -> Contribution {
        let (kind, author) = (Kind::Accept, [7; 32]);
        Contribution { sequence, kind, author, time, knew, passed_over: false }
    }

    #[test]
    fn a_time_before_what_was_seen_and_one_to_come_contradict() {
        let contributions = vec![
            posted(0, 100, None),
            // Made before record 1 was posted, and without having seen it: nothing is wrong with that.
            posted(2, 90, None),
            posted(3, 99, Some(0)),
            posted(5, 100, Some(0)),
            // What it says it had seen has no effect and no time.
            posted(6, 1, Some(1)),
            posted(7, 301, Some(6)),
        ];
        let view = View { contributions, ..View::default() };
        let found = Contradictions::of(&view, Some(300));
        let seen: Vec<_> =
            found.seen.iter().map(|(posted, knew)| (posted.sequence, knew.sequence)).collect();
        assert_eq!(seen, [(3, 0)]);
        assert_eq!(found.future.iter().map(|posted| posted.sequence).collect::<Vec<_>>(), [7]);
        assert!(found.concerns(3) && found.concerns(7) && !found.concerns(5));
        assert!(Contradictions::of(&view, None).future.is_empty());
    }
}
