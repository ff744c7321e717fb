//! Walking two lists side by side without losing the end of the longer one.

/// Pairs of elements of two lists of one length. `Iterator::zip` would stop at the shorter list,
/// and a check over no elements passes; the workspace's lints refuse it.
///
/// # Panics
/// When the lengths differ. Lengths that come from outside are compared before.
pub fn pairs<'a, A, B>(
    left: &'a [A],
    right: &'a [B],
) -> impl ExactSizeIterator<Item = (&'a A, &'a B)> {
    assert_eq!(left.len(), right.len(), "two lists of one length");
    #[allow(clippy::disallowed_methods)] // the one place, behind the comparison
    left.iter().zip(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lists_pair_up() {
        assert_eq!(pairs(&[1, 2], &['a', 'b']).collect::<Vec<_>>(), [(&1, &'a'), (&2, &'b')]);
    }

    #[test]
    #[should_panic(expected = "two lists of one length")]
    fn a_shorter_list_is_refused() {
        let _ = pairs(&[1, 2], &['a']);
    }
}
