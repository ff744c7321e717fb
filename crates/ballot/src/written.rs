//! Texts that voters write: write-ins and the answers of text contests (spec/11-plaintext.md §5).

use crate::vote::{Choice, Vote};

/// Why a text cannot stand in a vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum TextFault {
    /// A write-in without a name.
    #[error("is empty")]
    Empty,
    /// More bytes than the contest allows.
    #[error("has {length} bytes in UTF-8, at most {max} fit")]
    TooLong {
        /// Its bytes.
        length: usize,
        /// The most there may be.
        max: u16,
    },
    /// A control character (Unicode category Cc), line breaks included.
    #[error("holds a control character or a line break")]
    Control,
    /// A byte that is not zero after one that is; in bytes only.
    #[error("goes on after a zero byte")]
    Gap,
    /// Bytes that are not UTF-8; in bytes only.
    #[error("is not UTF-8")]
    NotUtf8,
}

/// Why write-ins do not go with the slots that a vote names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum WriteInFault {
    /// A slot is named without a text, or a text stands in a slot that is not named.
    #[error("the write-in slots named are not the ones with a text")]
    Slots,
    /// The texts of marks do not increase, or the slots of a ranking do not stand in order.
    #[error("the write-ins are not in order")]
    Order,
    /// The same name twice.
    #[error("the same name is written in twice")]
    Twice,
}

/// Checks a text of at most `max` bytes; it may be empty.
pub(crate) fn check(text: &str, max: u16) -> Result<(), TextFault> {
    let length = text.len();
    if length > usize::from(max) {
        return Err(TextFault::TooLong { length, max });
    }
    if text.chars().any(char::is_control) {
        return Err(TextFault::Control);
    }
    Ok(())
}

/// Reads a text that is padded with zeros.
pub(crate) fn read(bytes: &[u8]) -> Result<String, TextFault> {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let (text, padding) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
    if padding.iter().any(|&byte| byte != 0) {
        return Err(TextFault::Gap);
    }
    let text = std::str::from_utf8(text).map_err(|_| TextFault::NotUtf8)?;
    check(text, u16::MAX)?;
    Ok(text.to_owned())
}

/// Checks that the slots named after `listed` candidates are the first ones, one for each text and in their
/// order.
pub(crate) fn check_slots(listed: u16, vote: &Vote) -> Result<(), WriteInFault> {
    let slots = vote.candidates().iter().copied().filter(|&candidate| candidate >= listed);
    let slots: Vec<u16> = slots.collect();
    let mut sorted = slots.clone();
    sorted.sort_unstable();
    if sorted != (listed..=u16::MAX).take(vote.write_ins.len()).collect::<Vec<_>>() {
        return Err(WriteInFault::Slots);
    }
    let mut texts: Vec<&String> = vote.write_ins.iter().collect();
    let in_order = match vote.choice {
        Choice::Marks(_) => texts.is_sorted(),
        _ => slots.is_sorted(),
    };
    texts.sort_unstable();
    if texts.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(WriteInFault::Twice);
    }
    if !in_order {
        return Err(WriteInFault::Order);
    }
    Ok(())
}
