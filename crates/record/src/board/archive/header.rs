//! The 512 bytes before each file of an archive (spec/archive.md §2): POSIX ustar, every field fixed but for
//! name, length and checksum.

use psephos_core::Digest;

use crate::board::folder::{BLOBS, RECORDS, blob_name, record_name, sequence_of};

/// Bytes in a block: headers are one, and files are filled up to whole ones.
pub const BLOCK: usize = 512;

/// The first length that eleven octal digits cannot tell.
const OCTAL_END: u64 = 1 << 33;
/// What a length in binary begins with: 0x80, and as many zeros as leave eight bytes for the length.
const BINARY: [u8; 4] = [0x80, 0, 0, 0];

/// Which file of a board it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// The record with this sequence.
    Record(u64),
    /// The blob with this root.
    Blob(Digest),
}

impl Name {
    fn read(text: &str) -> Option<Self> {
        match text.split_once('/')? {
            (RECORDS, name) => sequence_of(name).map(Self::Record),
            (BLOBS, name) => {
                let mut root = Digest::default();
                hex::decode_to_slice(name, &mut root).ok().map(|()| Self::Blob(root))
            }
            _ => None,
        }
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Record(sequence) => f.write_str(&record_name(*sequence)),
            Self::Blob(root) => f.write_str(&blob_name(root)),
        }
    }
}

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The file.
    pub name: Name,
    /// Its length in bytes.
    pub length: u64,
}

impl Header {
    /// The block.
    pub fn encode(&self) -> Vec<u8> {
        let blank = self.with_checksum(*b"        ");
        let sum: u32 = blank.iter().map(|byte| u32::from(*byte)).sum();
        let digits = format!("{sum:06o}\0 ");
        // Three octal digits a byte, 512 bytes: six digits always do.
        self.with_checksum(digits.as_bytes().try_into().unwrap_or_default())
    }

    /// What a block says, if it is exactly the block that [`Header::encode`] makes: whatever else a tar
    /// archive may hold has no place in this format.
    pub fn decode(block: &[u8]) -> Option<Self> {
        let name = block.get(..100)?.split(|byte| *byte == 0).next()?;
        let name = Name::read(str::from_utf8(name).ok()?)?;
        let header = Self { name, length: read_length(block.get(124..136)?)? };
        (header.encode() == block).then_some(header)
    }

    fn with_checksum(&self, checksum: [u8; 8]) -> Vec<u8> {
        let name = self.name.to_string();
        let fields: [(&[u8], usize); 16] = [
            (name.as_bytes(), 100),
            (b"0000644", 8), // mode
            (b"0000000", 8), // user
            (b"0000000", 8), // group
            (&write_length(self.length), 12),
            (b"00000000000", 12), // time of modification
            (&checksum, 8),
            (b"0", 1),  // a regular file
            (b"", 100), // what a link points to
            (b"ustar\0", 6),
            (b"00", 2),
            (b"", 32),       // user's name
            (b"", 32),       // group's name
            (b"0000000", 8), // device
            (b"0000000", 8),
            (b"", 155 + 12), // prefix of the name, and what fills the block
        ];
        let mut block = Vec::with_capacity(BLOCK);
        for (content, length) in fields {
            let end = block.len() + length;
            block.extend_from_slice(content);
            block.resize(end, 0);
        }
        block
    }
}

fn write_length(length: u64) -> Vec<u8> {
    match length < OCTAL_END {
        true => format!("{length:011o}").into_bytes(),
        false => [&BINARY[..], &length.to_be_bytes()].concat(),
    }
}

fn read_length(field: &[u8]) -> Option<u64> {
    match field.strip_prefix(&BINARY) {
        Some(binary) => Some(u64::from_be_bytes(binary.try_into().ok()?)),
        None => u64::from_str_radix(str::from_utf8(field.get(..11)?).ok()?, 8).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(length: u64) -> Header {
        Header { name: Name::Record(7), length }
    }

    #[test]
    fn headers_are_read_as_they_were_written() {
        let blob = Header { name: Name::Blob([0xab; 32]), length: 3 };
        for header in [blob, header(0), header(511), header(OCTAL_END - 1), header(OCTAL_END)] {
            let block = header.encode();
            assert_eq!((block.len(), Header::decode(&block)), (BLOCK, Some(header)));
        }
        assert_eq!(Header::decode(&header(u64::MAX).encode()), Some(header(u64::MAX)));
    }

    #[test]
    fn no_other_block_is_a_header() {
        let block = header(1000).encode();
        for at in 0..BLOCK {
            for bit in 0..8 {
                let mut altered = block.clone();
                altered[at] ^= 1 << bit;
                assert_eq!(Header::decode(&altered), None, "byte {at}, bit {bit}");
            }
        }
        assert_eq!(Header::decode(&[0; BLOCK]), None);
        assert_eq!(Header::decode(&block[..511]), None);
    }

    /// The checksum that a name makes right again does not make the name a file of a board.
    #[test]
    fn only_files_of_a_board_have_names() {
        for name in [
            "records/7.cbor",
            "records/00000007.CBOR",
            "../00000007.cbor",
            "/00000007.cbor",
            "records/../00000007.cbor",
            "records//00000007.cbor",
            "blobs/00",
            "records/+0000007.cbor",
        ] {
            assert_eq!(Name::read(name), None, "{name}");
        }
        let upper = "AB".repeat(32);
        let read = Name::read(&format!("blobs/{upper}")).expect("a digest");
        assert_ne!(read.to_string(), format!("blobs/{upper}"));
    }
}
