//! Items with their places, as they stand in formats, and numbers of them in sentences.

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

/// How many of something there are: `1 ballot`, `2 ballots`.
pub(crate) fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
