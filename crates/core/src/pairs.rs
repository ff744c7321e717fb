//! Walking two lists side by side without losing the end of the longer one.

/// Pairs of items of two sequences of one length. `Iterator::zip` would stop at the shorter one,
/// and a check over no items passes; the workspace's lints refuse it.
///
/// # Panics
/// When the lengths differ. Lengths that come from outside are compared before.
pub fn pairs<A, B>(left: A, right: B) -> impl ExactSizeIterator<Item = (A::Item, B::Item)>
where
    A: IntoIterator<IntoIter: ExactSizeIterator>,
    B: IntoIterator<IntoIter: ExactSizeIterator>,
{
    let (left, right) = (left.into_iter(), right.into_iter());
    assert_eq!(left.len(), right.len(), "two sequences of one length");
    #[expect(clippy::disallowed_methods, reason = "the one place, behind the comparison")]
    left.zip(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lists_pair_up() {
        assert_eq!(pairs([1, 2], ['a', 'b']).collect::<Vec<_>>(), [(1, 'a'), (2, 'b')]);
    }

    #[test]
    #[should_panic(expected = "two sequences of one length")]
    fn a_shorter_list_is_refused() {
        let _ = pairs(&[1, 2], &['a']);
    }
}
