//! Where the data items of an encoding lie (RFC 8949), so that each can be replaced without knowing its type.

use std::ops::Range;

/// The major types that matter here.
pub(super) const UNSIGNED: u8 = 0;
pub(super) const BYTES: u8 = 2;
pub(super) const TEXT: u8 = 3;
pub(super) const ARRAY: u8 = 4;
pub(super) const MAP: u8 = 5;

/// An item of an encoding.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Where it stands, such as `mixes.0.proof.powers`; empty for the whole.
    pub(super) path: String,
    pub(super) major: u8,
    /// Value, length or count.
    pub(super) argument: u64,
    /// From its head to its end.
    pub(super) range: Range<usize>,
    /// Where its head ends.
    pub(super) content: usize,
    /// An array's items, a map's values, by their places in the list of all.
    pub(super) children: Vec<usize>,
    /// Of a map's value: the map's place in the list of all, and where the key begins.
    pub(super) field_of: Option<(usize, usize)>,
}

/// Every item of a canonical encoding but the keys of maps, parents before their children.
///
/// # Panics
/// When the bytes are no such encoding.
pub(super) fn items(bytes: &[u8]) -> Vec<Item> {
    let mut found = Vec::new();
    let end = read(bytes, 0, String::new(), &mut found);
    assert_eq!(end, bytes.len(), "one item");
    found
}

/// Reads an item and everything in it; answers where it ends.
fn read(bytes: &[u8], start: usize, path: String, found: &mut Vec<Item>) -> usize {
    let (major, argument, content) = head_at(bytes, start);
    let place = found.len();
    let children = Vec::new();
    found.push(Item {
        path: path.clone(),
        major,
        argument,
        range: start..content,
        content,
        children,
        field_of: None,
    });
    let below =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let mut end = content;
    match major {
        BYTES | TEXT => end += argument as usize,
        ARRAY => {
            for index in 0..argument {
                let child = found.len();
                end = read(bytes, end, below(&index.to_string()), found);
                found[place].children.push(child);
            }
        }
        MAP => {
            for _ in 0..argument {
                let (_, length, name) = head_at(bytes, end);
                let value = name + length as usize;
                let name = String::from_utf8_lossy(&bytes[name..value]).into_owned();
                let child = found.len();
                let after = read(bytes, value, below(&name), found);
                found[child].field_of = Some((place, end));
                found[place].children.push(child);
                end = after;
            }
        }
        _ => {}
    }
    found[place].range.end = end;
    end
}

/// Major type and argument of the item that begins here, and where its head ends.
fn head_at(bytes: &[u8], start: usize) -> (u8, u64, usize) {
    let (major, short) = (bytes[start] >> 5, bytes[start] & 0x1f);
    let length = match short {
        24..=27 => 1 << (short - 24),
        _ => return (major, u64::from(short), start + 1),
    };
    let content = start + 1 + length;
    let argument =
        bytes[start + 1..content].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    (major, argument, content)
}

/// The shortest head of an item.
pub(super) fn head(major: u8, argument: u64) -> Vec<u8> {
    let long = argument.to_be_bytes();
    let (short, from) = match argument {
        0..24 => return vec![major << 5 | argument as u8],
        24..0x100 => (24, 7),
        0x100..0x1_0000 => (25, 6),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 0),
    };
    [&[major << 5 | short], &long[from..]].concat()
}

/// The bytes with others in the place of a part of them.
pub(super) fn splice(bytes: &[u8], range: Range<usize>, new: &[u8]) -> Vec<u8> {
    [&bytes[..range.start], new, &bytes[range.end..]].concat()
}

/// A byte string or text.
pub(super) fn string(major: u8, content: &[u8]) -> Vec<u8> {
    [&head(major, content.len() as u64), content].concat()
}
