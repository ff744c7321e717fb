//! A secret scalar.

use std::fmt;

use psephos_core::group;
use psephos_core::{Element, Encoding, Scalar};
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// An integer mod q that nobody else may learn. Erased when dropped, printed as `redacted`, without
/// `Clone`, `PartialEq` or serialisation; [`SecretScalar::to_bytes`] is for encrypted files only.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SecretScalar(Scalar);

impl SecretScalar {
    /// Uniform mod q.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut wide = Zeroizing::new([0; 64]);
        rng.fill_bytes(&mut *wide);
        Self(group::scalar_wide(&wide))
    }

    /// Takes over a scalar; the caller erases its own copies.
    #[must_use]
    pub fn new(scalar: Scalar) -> Self {
        Self(scalar)
    }

    /// Reads a canonical scalar; `None` for any other bytes.
    #[must_use]
    pub fn from_bytes(bytes: &Encoding) -> Option<Self> {
        group::scalar(bytes).ok().map(Self)
    }

    /// The 32 bytes of the scalar.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Encoding> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The scalar itself, for arithmetic in constant time.
    #[must_use]
    pub fn expose(&self) -> &Scalar {
        &self.0
    }

    /// x·G, in constant time.
    #[must_use]
    pub fn public(&self) -> Element {
        group::mul_base(&self.0)
    }
}

impl fmt::Debug for SecretScalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretScalar(<redacted>)")
    }
}
