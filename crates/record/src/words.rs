//! A digest as words, to be compared over the telephone (spec/08-board.md §8.10).

use bip39::Language;
use psephos_core::Digest;

/// Words for a digest: 132 bits, so that not even its maker finds two digests with the same words.
pub const WORDS: usize = 12;

/// The first 132 bits of a digest as 12 words of the English list of BIP 39, 11 bits each, most significant
/// first.
///
/// ```
/// let words = psephos_record::words::words(&[0; 32]);
/// assert!(words.starts_with("abandon abandon "));
/// ```
pub fn words(digest: &Digest) -> String {
    let list = Language::English.word_list();
    let mut bits = digest.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
    let mut next = || {
        let index = bits.by_ref().take(11).fold(0, |index, bit| index << 1 | usize::from(bit));
        list.get(index).copied().unwrap_or_default()
    };
    let words: Vec<&str> = (0..WORDS).map(|_| next()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eleven_bits_each_most_significant_first() {
        // 00000000000 00000000001 11111111111 and zeros.
        let mut digest = [0; 32];
        digest[..5].copy_from_slice(&[0, 0, 0b0000_0111, 0b1111_1111, 0b1000_0000]);
        assert!(words(&digest).starts_with("abandon ability zoo abandon "));
        assert_eq!(words(&digest).split(' ').count(), WORDS);
    }

    #[test]
    fn each_of_the_first_132_bits_shows() {
        let zero = words(&[0; 32]);
        for bit in 0..256 {
            let mut digest = [0; 32];
            digest[bit / 8] |= 128 >> (bit % 8);
            assert_eq!(words(&digest) != zero, bit < 132, "bit {bit}");
        }
    }
}
