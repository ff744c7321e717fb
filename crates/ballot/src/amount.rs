//! Numbers of votes with decimals, as reports and tables show them.

use serde::{Serialize, Serializer};
use std::fmt;

/// Most decimals shown; what a count knows beyond that is cut.
const SHOWN: u32 = 6;

/// A number of votes in units of a power of ten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount {
    units: u64,
    decimals: u32,
}

impl Amount {
    /// A number whose last `decimals` digits stand behind the point; cut to six.
    pub(crate) fn new(units: u64, decimals: u32) -> Amount {
        let cut = 10_u64.saturating_pow(decimals.saturating_sub(SHOWN));
        Amount { units: units / cut, decimals: decimals.min(SHOWN) }
    }

    fn unit(self) -> u64 {
        10_u64.saturating_pow(self.decimals)
    }

    /// For people: digits in groups of three, and all decimals.
    #[must_use]
    pub fn text(self) -> String {
        grouped(self.units / self.unit()) + &self.fraction()
    }

    /// What is left of it without `other`, a number of the same decimals; none where that is less than nothing.
    #[must_use]
    pub fn minus(self, other: Amount) -> Option<Amount> {
        let units = self.units.checked_sub(other.units)?;
        (self.decimals == other.decimals).then_some(Amount { units, decimals: self.decimals })
    }

    /// The nearest floating point number: for lengths in a drawing, never for counting.
    #[must_use]
    pub fn approximate(self) -> f64 {
        self.units as f64 / self.unit() as f64
    }

    /// The point and what follows it.
    fn fraction(self) -> String {
        match usize::try_from(self.decimals) {
            Ok(width @ 1..) => format!(".{:0width$}", self.units % self.unit()),
            _ => String::new(),
        }
    }
}

/// All decimals, and nothing between the digits.
impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&((self.units / self.unit()).to_string() + &self.fraction()))
    }
}

/// A whole number is written without a point. Others are written through the nearest 64-bit floating point
/// number, whose shortest decimal form is the number itself up to fifteen digits; nothing is computed with it.
impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.units % self.unit() {
            0 => serializer.serialize_u64(self.units / self.unit()),
            _ => serializer.serialize_f64(self.approximate()),
        }
    }
}

/// Digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
