//! Items with their places, as they stand in formats.

/// The items, counted from `first`.
pub(crate) fn numbered<T>(
    first: u64,
    items: impl IntoIterator<Item = T>,
) -> impl Iterator<Item = (u64, T)> {
    items
        .into_iter()
        .enumerate()
        .map(move |(index, item)| (first.saturating_add(index as u64), item))
}
