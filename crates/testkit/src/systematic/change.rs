//! What is done to a string of bytes: its bits, its length, the items of its encoding, its rows.

use psephos_core::Encoding;

use super::items::{ARRAY, BYTES, Item, MAP, TEXT, UNSIGNED, head, splice, string};
use super::values::Value;

/// One alteration of bytes. Items and blocks are named by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A bit of the byte at this place is flipped.
    Flip(u32),
    /// Only so many bytes are left.
    Cut(u32),
    /// Something is done to a list, byte string or text.
    Vector(u32, Vector),
    /// Two neighbours in a list, or in a byte string of elements, change places.
    Swap(u32, u32),
    /// 32 bytes of a byte string are another value.
    Block(u32, u32, Value),
    /// A number is another one.
    Number(u32, Number),
    /// Something is done to a field of a map.
    Field(u32, Field),
    /// The head of an item says that it is longer than anything can be.
    Huge(u32),
    /// Something is done to a row.
    Row(u32, Row),
    /// 32 bytes of rows, from this place on, are another value.
    Cell(u32, Value),
}

/// What is done to a list, byte string or text; a byte string's unit is 32 bytes, a text's is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vector {
    /// Nothing is left.
    Emptied,
    /// The first unit is missing.
    WithoutFirst,
    /// The last unit is missing.
    WithoutLast,
    /// The last unit stands twice.
    Longer,
    /// A unit of zero bytes is appended; to byte strings only.
    Padded,
    /// The last byte is missing; from byte strings only.
    Cut,
    /// It is another record's.
    Another,
}

/// What a number is replaced by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// 0.
    Zero,
    /// 1.
    One,
    /// One more.
    More,
    /// One less.
    Less,
    /// 2^64 − 1.
    Most,
}

/// What is done to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// It is left out.
    Missing,
    /// It stands twice.
    Doubled,
    /// It is null.
    Null,
    /// It is 0 where it was null.
    Filled,
}

/// What is done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    /// It is missing.
    Removed,
    /// It stands twice.
    Doubled,
    /// It changes places with the one behind it.
    Swapped,
}

const VECTORS: [Vector; 7] = [
    Vector::Emptied,
    Vector::WithoutFirst,
    Vector::WithoutLast,
    Vector::Longer,
    Vector::Padded,
    Vector::Cut,
    Vector::Another,
];
const NUMBERS: [Number; 5] = [Number::Zero, Number::One, Number::More, Number::Less, Number::Most];

impl Change {
    /// What it is counted as.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Change::Flip(_) => "bit flipped",
            Change::Cut(_) => "truncated",
            Change::Vector(..) => "vector of another length",
            Change::Swap(..) => "neighbours in a vector swapped",
            Change::Block(..) | Change::Cell(..) => "element or scalar replaced",
            Change::Number(..) => "number replaced",
            Change::Field(..) => "field left out, doubled or null",
            Change::Huge(_) => "huge length",
            Change::Row(..) => "row removed, doubled or swapped",
        }
    }
}

/// A flip of every byte.
pub(super) fn flips(length: usize) -> impl Iterator<Item = Change> {
    (0..length as u32).map(Change::Flip)
}

/// Truncations: by a byte, to the half, to one byte and to nothing.
pub(super) fn cuts(length: usize) -> Vec<Change> {
    let mut lengths = vec![length.saturating_sub(1), length / 2, 1, 0];
    lengths.dedup();
    lengths.retain(|left| *left < length);
    lengths.into_iter().map(|left| Change::Cut(left as u32)).collect()
}

/// Everything that is done to the items of an encoding; the strings at `opaque` paths hold encodings of their own.
pub(super) fn of_items(items: &[Item], opaque: &[&str]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let (place, count) = (place as u32, item.argument as u32);
        match item.major {
            UNSIGNED => changes.extend(NUMBERS.map(|number| Change::Number(place, number))),
            BYTES | TEXT | ARRAY => {
                changes.extend(VECTORS.map(|fault| Change::Vector(place, fault)));
                changes.push(Change::Huge(place));
            }
            MAP => changes.push(Change::Huge(place)),
            _ => changes.push(Change::Field(place, Field::Filled)),
        }
        if item.major == BYTES && !opaque.contains(&item.path.as_str()) {
            for block in 0..count / 32 {
                changes.extend(Value::ALL.map(|value| Change::Block(place, block, value)));
            }
            changes.extend((1..count / 32).map(|block| Change::Swap(place, block - 1)));
        }
        if item.major == ARRAY {
            changes.extend((1..count).map(|index| Change::Swap(place, index - 1)));
        }
        if item.field_of.is_some() {
            let faults = [Field::Missing, Field::Doubled, Field::Null];
            changes.extend(faults.map(|fault| Change::Field(place, fault)));
        }
    }
    changes
}

/// Everything that is done to rows of this length, whose elements and scalars begin at these places.
pub(super) fn of_rows(length: usize, row_length: usize, cells: &[usize]) -> Vec<Change> {
    let mut changes = cuts(length);
    for row in 0..length.checked_div(row_length).unwrap_or(0) {
        let faults = [Row::Removed, Row::Doubled, Row::Swapped];
        changes.extend(faults.map(|fault| Change::Row(row as u32, fault)));
        for cell in cells {
            let place = (row * row_length + cell) as u32;
            changes.extend(Value::ALL.map(|value| Change::Cell(place, value)));
        }
    }
    changes
}

/// What a change is made of beside the bytes.
pub(super) struct Material<'a> {
    /// The items of the bytes, if they are an encoding.
    pub(super) items: &'a [Item],
    /// The same of another record, to borrow from.
    pub(super) other: Option<(&'a [u8], &'a [Item])>,
    /// Bytes in a row, if they are rows.
    pub(super) row_length: usize,
}

impl Change {
    /// The altered bytes.
    pub(super) fn apply(self, bytes: &[u8], material: &Material<'_>) -> Vec<u8> {
        let item = |place: u32| &material.items[place as usize];
        match self {
            Change::Flip(at) => {
                let mut bytes = bytes.to_vec();
                bytes[at as usize] ^= 1 << (at % 8);
                bytes
            }
            Change::Cut(left) => bytes[..left as usize].to_vec(),
            Change::Vector(place, fault) => material.vector(bytes, item(place), fault),
            Change::Swap(place, first) => material.swapped(bytes, item(place), first as usize),
            Change::Block(place, block, value) => {
                let item = item(place);
                let at = item.content + 32 * block as usize;
                let other = material.same_place(&item.path).unwrap_or(bytes);
                let another = block_of(other, 32 * block as usize);
                with_block(bytes, item.content..item.range.end, at, value, &another)
            }
            Change::Number(place, number) => {
                let item = item(place);
                let old = item.argument;
                let new = match number {
                    Number::Zero => 0,
                    Number::One => 1,
                    Number::More => old.wrapping_add(1),
                    Number::Less => old.wrapping_sub(1),
                    Number::Most => u64::MAX,
                };
                splice(bytes, item.range.clone(), &head(UNSIGNED, new))
            }
            Change::Field(place, fault) => material.field(bytes, item(place), fault),
            Change::Huge(place) => {
                let item = item(place);
                let head = [&[item.major << 5 | 27], &(u64::MAX >> 8).to_be_bytes()[..]].concat();
                splice(bytes, item.range.start..item.content, &head)
            }
            Change::Row(row, fault) => {
                let mut rows: Vec<&[u8]> = bytes.chunks(material.row_length).collect();
                let row = row as usize;
                match fault {
                    Row::Removed => drop(rows.remove(row)),
                    Row::Doubled => rows.insert(row, rows[row]),
                    Row::Swapped if row + 1 < rows.len() => rows.swap(row, row + 1),
                    Row::Swapped => {}
                }
                rows.concat()
            }
            Change::Cell(at, value) => {
                let at = at as usize;
                // The same cell of another row.
                let another = block_of(bytes, at + material.row_length);
                with_block(bytes, 0..bytes.len(), at, value, &another)
            }
        }
    }
}

/// 32 bytes from this place on; the first ones where there are no such.
fn block_of(bytes: &[u8], at: usize) -> Encoding {
    let block = bytes.get(at..).and_then(<[u8]>::first_chunk).or_else(|| bytes.first_chunk());
    *block.unwrap_or(&[0x55; 32])
}

fn with_block(
    bytes: &[u8],
    string: std::ops::Range<usize>,
    at: usize,
    value: Value,
    another: &Encoding,
) -> Vec<u8> {
    let old = block_of(bytes, at);
    let next = block_of(&bytes[string.clone()], at + 32 - string.start);
    splice(bytes, at..at + 32, &value.of(&old, &next, another))
}

impl Material<'_> {
    /// The content of the item at this path in the other record.
    fn same_place(&self, path: &str) -> Option<&[u8]> {
        let (bytes, items) = self.other?;
        let item = items.iter().find(|item| item.path == path && item.content < item.range.end)?;
        Some(&bytes[item.content..item.range.end])
    }

    fn vector(&self, bytes: &[u8], item: &Item, fault: Vector) -> Vec<u8> {
        if fault == Vector::Another {
            let Some((other, items)) = self.other else { return bytes.to_vec() };
            let same = items.iter().find(|same| same.path == item.path);
            let Some(same) = same else { return bytes.to_vec() };
            return splice(bytes, item.range.clone(), &other[same.range.clone()]);
        }
        let units = self.units(bytes, item);
        let count = units.len();
        let units = match fault {
            Vector::Emptied => Vec::new(),
            Vector::WithoutFirst => units.get(1..).unwrap_or(&[]).to_vec(),
            Vector::WithoutLast => units[..count.saturating_sub(1)].to_vec(),
            Vector::Longer => units.iter().chain(units.last()).cloned().collect(),
            Vector::Padded if item.major == BYTES => {
                units.into_iter().chain([vec![0; 32]]).collect()
            }
            Vector::Cut if item.major == BYTES => {
                let mut content = units.concat();
                content.pop();
                vec![content]
            }
            Vector::Padded | Vector::Cut | Vector::Another => units,
        };
        let new = match item.major {
            ARRAY => [head(ARRAY, units.len() as u64), units.concat()].concat(),
            major => string(major, &units.concat()),
        };
        splice(bytes, item.range.clone(), &new)
    }

    fn swapped(&self, bytes: &[u8], item: &Item, first: usize) -> Vec<u8> {
        let mut units = self.units(bytes, item);
        units.swap(first, first + 1);
        splice(bytes, item.content..item.range.end, &units.concat())
    }

    /// An array's items, the blocks of a byte string, the bytes of a text.
    fn units(&self, bytes: &[u8], item: &Item) -> Vec<Vec<u8>> {
        let content = &bytes[item.content..item.range.end];
        match item.major {
            ARRAY => {
                let child = |place: &usize| bytes[self.items[*place].range.clone()].to_vec();
                item.children.iter().map(child).collect()
            }
            BYTES => content.chunks(32).map(<[u8]>::to_vec).collect(),
            _ => content.chunks(1).map(<[u8]>::to_vec).collect(),
        }
    }

    fn field(&self, bytes: &[u8], item: &Item, fault: Field) -> Vec<u8> {
        const NULL: u8 = 0xf6;
        match (fault, item.field_of) {
            (Field::Null, _) => splice(bytes, item.range.clone(), &[NULL]),
            (Field::Filled, _) => splice(bytes, item.range.clone(), &head(UNSIGNED, 0)),
            (Field::Missing | Field::Doubled, None) => bytes.to_vec(),
            (Field::Missing | Field::Doubled, Some((map, key))) => {
                let map = &self.items[map];
                let field = &bytes[key..item.range.end];
                let (count, new) = match fault {
                    Field::Missing => (map.argument - 1, Vec::new()),
                    _ => (map.argument + 1, field.repeat(2)),
                };
                let altered = splice(bytes, key..item.range.end, &new);
                splice(&altered, map.range.start..map.content, &head(MAP, count))
            }
        }
    }
}
