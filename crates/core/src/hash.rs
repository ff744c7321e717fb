//! SHA3-256 and SHAKE256 with a domain in front (spec/01-conventions.md §3).

use std::io::{self, Read};

use sha3::Sha3_256;
use sha3::digest::{Digest as _, ExtendableOutput, Update, XofReader};
use shake::Shake256;

use crate::Digest;

/// `H[domain](parts)`: SHA3-256 over the domain's length as LE64, the domain and the
/// concatenated parts. Callers give every part a fixed length or its length in front.
pub fn hash(domain: &str, parts: &[&[u8]]) -> Digest {
    let mut hasher = Sha3_256::new();
    Update::update(&mut hasher, &(domain.len() as u64).to_le_bytes());
    Update::update(&mut hasher, domain.as_bytes());
    for part in parts {
        Update::update(&mut hasher, part);
    }
    hasher.finalize().into()
}

/// SHA3-256 of bytes that carry their own meaning, such as a record file.
pub fn plain(bytes: &[u8]) -> Digest {
    Sha3_256::digest(bytes).into()
}

/// [`plain`] of everything a reader gives, of any length.
///
/// # Errors
/// The reader's.
pub fn plain_reader(mut reader: impl Read) -> io::Result<Digest> {
    let mut hasher = Sha3_256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = match reader.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        match piece.get(..read) {
            Some([]) | None => return Ok(hasher.finalize().into()),
            Some(bytes) => Update::update(&mut hasher, bytes),
        }
    }
}

/// `X[domain](parts)`: SHAKE256 over the same input as [`hash`].
pub fn xof(domain: &str, parts: &[&[u8]]) -> Xof {
    let mut hasher = Shake256::default();
    hasher.update(&(domain.len() as u64).to_le_bytes());
    hasher.update(domain.as_bytes());
    for part in parts {
        hasher.update(part);
    }
    Xof(hasher.finalize_xof())
}

/// An endless stream of bytes out of SHAKE256.
pub struct Xof(<Shake256 as ExtendableOutput>::Reader);

impl Xof {
    /// Fills `buffer` with the next bytes of the stream.
    pub fn fill(&mut self, buffer: &mut [u8]) {
        self.0.read(buffer);
    }

    /// The next `N` bytes of the stream.
    pub fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_is_sha3_256_of_fips_202() {
        assert_eq!(
            hex::encode(plain(b"abc")),
            "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"
        );
        assert_eq!(
            hex::encode(plain(b"")),
            "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"
        );
    }

    #[test]
    fn what_is_read_is_hashed_whole() {
        let long = vec![7; 200_000];
        assert_eq!(plain_reader(long.as_slice()).unwrap(), plain(&long));
        assert_eq!(plain_reader(&b""[..]).unwrap(), plain(b""));
    }

    #[test]
    fn the_domain_is_framed_by_its_length() {
        assert_ne!(hash("ab", &[b"c"]), hash("a", &[b"bc"]));
        let framed = [&2u64.to_le_bytes()[..], b"abc"].concat();
        assert_eq!(hash("ab", &[b"c"]), plain(&framed));
    }

    #[test]
    fn xof_is_shake256_and_streams() {
        // FIPS 202: SHAKE256 of the empty message.
        let mut empty = Xof(Shake256::default().finalize_xof());
        assert_eq!(
            hex::encode(empty.take::<32>()),
            "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f"
        );
        let mut whole = xof("d", &[b"x"]);
        let mut parts = xof("d", &[b"x"]);
        let long: [u8; 300] = whole.take();
        let (a, b): ([u8; 100], [u8; 200]) = (parts.take(), parts.take());
        assert_eq!(long.to_vec(), [&a[..], &b[..]].concat());
    }
}
