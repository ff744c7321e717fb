//! The bounds there are.

use super::EQUALITY_LENGTH;

/// A bounded batch's number is below 2^8, 2^16 or 2^32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// 8.
    Eight,
    /// 16.
    Sixteen,
    /// 32.
    ThirtyTwo,
}

impl Bits {
    /// The bound of a manifest; `None` for any other number.
    #[must_use]
    pub const fn of(bits: u64) -> Option<Self> {
        match bits {
            8 => Some(Self::Eight),
            16 => Some(Self::Sixteen),
            32 => Some(Self::ThirtyTwo),
            _ => None,
        }
    }

    /// The bound as a number of bits.
    #[must_use]
    pub const fn number(self) -> u64 {
        1 << self.rounds()
    }

    /// Rounds of the inner-product argument: the logarithm of the number of bits.
    pub(super) const fn rounds(self) -> u32 {
        match self {
            Self::Eight => 3,
            Self::Sixteen => 4,
            Self::ThirtyTwo => 5,
        }
    }

    /// Bytes of the range proof: 9 encodings and two more a round.
    #[must_use]
    pub const fn proof_length(self) -> usize {
        32 * (9 + 2 * self.rounds() as usize)
    }

    /// Bytes of the whole range part: 704, 768 or 832.
    #[must_use]
    pub const fn part_length(self) -> usize {
        EQUALITY_LENGTH + self.proof_length()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_bounds() {
        let lengths = [(8, 704), (16, 768), (32, 832)];
        for (bits, length) in lengths {
            let bound = Bits::of(bits).unwrap();
            assert_eq!((bound.number(), bound.part_length()), (bits, length));
        }
        for bits in [0, 1, 7, 24, 64, u64::MAX] {
            assert_eq!(Bits::of(bits), None);
        }
    }
}
