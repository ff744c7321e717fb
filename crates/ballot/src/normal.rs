//! Texts as voters' tools write them: in normal form C (Unicode Standard Annex 15), so that one name looks
//! the same from every keyboard. The audit does not ask for it.

use unicode_normalization::UnicodeNormalization;

/// The text in normal form C.
pub fn normalised(text: &str) -> String {
    text.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::normalised;

    #[test]
    fn one_name_has_one_form() {
        assert_eq!(normalised("Rene\u{301}e"), "Ren\u{e9}e");
        assert_eq!(normalised("Ren\u{e9}e"), "Ren\u{e9}e");
    }
}
