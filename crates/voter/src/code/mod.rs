//! A voter's code: 12 words that are the credential's secret, and 2 that find a mistyped one
//! (spec/voter-code.md).

mod error;
mod field;
mod typed;

use std::fmt;

use bip39::Language;
use psephos_core::pairs::pairs;
use psephos_core::{Encoding, group, hash};
use psephos_secrets::SecretScalar;
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use field::Symbol;

pub use error::{CodeError, UnknownWord};

/// Words that are secret: 132 bits.
const SECRET_WORDS: usize = 12;
/// Words of a code.
pub const CODE_WORDS: usize = SECRET_WORDS + 2;
const DOMAIN: &str = "psephos/v1/credential";

/// A voter's code, whole and right. Erased when dropped, printed as `redacted`.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Code([Symbol; CODE_WORDS]);

impl Code {
    /// A fresh code.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut secret = Zeroizing::new([0u16; SECRET_WORDS]);
        for word in secret.iter_mut() {
            let mut bytes = Zeroizing::new([0; 2]);
            rng.fill_bytes(&mut *bytes);
            *word = u16::from_le_bytes(*bytes);
        }
        Self::of(&secret)
    }

    /// The code whose secret words have these indices (the lowest 11 bits of each).
    fn of(secret: &[u16; SECRET_WORDS]) -> Self {
        let mut symbols = Zeroizing::new([Symbol::ZERO; CODE_WORDS]);
        for (symbol, index) in pairs(symbols.iter_mut().take(SECRET_WORDS), secret) {
            *symbol = Symbol::new(*index);
        }
        // §3 (2): the two check words make both sums zero.
        let (first, second) = sums(&symbols);
        let (a, b) = (Symbol::root(12), Symbol::root(13));
        let last = (second + a * first) * (b * b + a * b).inverse();
        let before = (first + b * last) * a.inverse();
        let [.., thirteenth, fourteenth] = &mut *symbols;
        (*thirteenth, *fourteenth) = (before, last);
        Self(*symbols)
    }

    /// Reads what a voter typed: words between anything that is no letter, in any case.
    ///
    /// # Errors
    /// [`CodeError`], which says which word is wrong and what it should be, wherever the check words tell.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        typed::read(text).map(Self)
    }

    /// The words, in order.
    #[must_use]
    pub fn words(&self) -> [&'static str; CODE_WORDS] {
        self.0.map(word)
    }

    /// The words with a space between.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(self.words().join(" "))
    }

    /// The credential's secret key k.
    #[must_use]
    pub fn secret(&self) -> SecretScalar {
        let mut bytes = Zeroizing::new([[0; 8]; SECRET_WORDS]);
        for (integer, symbol) in pairs(bytes.iter_mut(), self.0.iter().take(SECRET_WORDS)) {
            *integer = u64::from(symbol.index()).to_le_bytes();
        }
        let wide = Zeroizing::new(hash::xof(DOMAIN, &[bytes.as_flattened()]).take::<64>());
        SecretScalar::new(group::scalar_wide(&wide))
    }

    /// The credential K = kG, as it stands on the roll.
    #[must_use]
    pub fn credential(&self) -> Encoding {
        group::encode(&self.secret().public())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(<redacted>)")
    }
}

/// The word of a symbol.
fn word(symbol: Symbol) -> &'static str {
    Language::English.word_list().get(usize::from(symbol.index())).copied().unwrap_or_default()
}

/// §3 (1): Σ α^i·c_i and Σ α^{2i}·c_i, both zero for a whole code.
fn sums(symbols: &[Symbol; CODE_WORDS]) -> (Symbol, Symbol) {
    let root = Symbol::root(1);
    // Horner's rule, from the last word.
    symbols.iter().rev().fold((Symbol::ZERO, Symbol::ZERO), |(first, second), symbol| {
        (first * root + *symbol, second * root * root + *symbol)
    })
}

#[cfg(test)]
mod tests;
