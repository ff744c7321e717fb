//! ristretto255: decoding, encoding and fixed-base multiplication, in batches where there are many
//! (spec/02-group.md). Every heavy group operation of the workspace goes through this module,
//! [`crate::multiexp`] and [`crate::combination`].

use curve25519_dalek::constants::{RISTRETTO_BASEPOINT_POINT, RISTRETTO_BASEPOINT_TABLE};
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoBasepointTable};
use rayon::prelude::*;

use crate::{Element, Encoding, Scalar};

/// Elements per task in parallel work: large enough to drown the cost of a task,
/// small enough that two cores stay busy on a few thousand elements.
const CHUNK: usize = 1 << 10;

/// The order of the base field, p = 2^255 − 19, little-endian.
const FIELD_ORDER: Encoding = {
    let mut p = [0xff; 32];
    p[0] = 0xed;
    p[31] = 0x7f;
    p
};

/// Why 32 bytes are refused as an element or a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// Another encoding stands for the same value: a field value ≥ p or negative, a scalar ≥ q.
    #[error("the encoding is not canonical")]
    NonCanonical,
    /// A canonical field value that encodes no element.
    #[error("the bytes encode no element of the group")]
    NotElement,
    /// The identity, where the protocol refuses it.
    #[error("the identity is not allowed here")]
    Identity,
}

/// Whether the identity is an acceptable value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Accept it.
    Allowed,
    /// Answer [`GroupError::Identity`].
    Refused,
}

/// Decodes an element; the identity is accepted.
///
/// # Errors
/// [`GroupError::NonCanonical`] or [`GroupError::NotElement`].
pub fn decode(bytes: &Encoding) -> Result<Element, GroupError> {
    match CompressedRistretto(*bytes).decompress() {
        Some(element) => Ok(element),
        None if is_canonical_field_value(bytes) => Err(GroupError::NotElement),
        None => Err(GroupError::NonCanonical),
    }
}

/// Decodes an element; the identity is refused.
///
/// # Errors
/// Any [`GroupError`].
pub fn decode_proper(bytes: &Encoding) -> Result<Element, GroupError> {
    decode_as(bytes, Identity::Refused)
}

fn decode_as(bytes: &Encoding, identity: Identity) -> Result<Element, GroupError> {
    // Zeros are its one encoding; to ask an element costs four multiplications in the field.
    if identity == Identity::Refused && *bytes == [0; 32] {
        return Err(GroupError::Identity);
    }
    decode(bytes)
}

/// RFC 9496 §4.3.1, step 1: below p and not negative (even).
fn is_canonical_field_value(bytes: &Encoding) -> bool {
    let below_p = bytes.iter().rev().lt(FIELD_ORDER.iter().rev());
    below_p && bytes[0] & 1 == 0
}

/// Decodes every 32 bytes of `bytes`, in parallel and in variable time: for public values.
///
/// # Errors
/// The index of the first encoding refused, and why.
///
/// # Panics
/// When the length is no multiple of 32.
pub fn decode_batch(bytes: &[u8], identity: Identity) -> Result<Vec<Element>, (usize, GroupError)> {
    let (encodings, rest) = bytes.as_chunks::<32>();
    assert!(rest.is_empty(), "a batch of encodings is 32 bytes each");
    decode_all(encodings, identity)
}

/// [`decode_batch`] over encodings already apart.
///
/// # Errors
/// The index of the first encoding refused, and why.
pub fn decode_all(
    encodings: &[Encoding],
    identity: Identity,
) -> Result<Vec<Element>, (usize, GroupError)> {
    let decoded: Result<Vec<Element>, GroupError> = encodings
        .par_iter()
        .with_min_len(CHUNK / 8)
        .map(|encoding| decode_as(encoding, identity))
        .collect();
    // Which error a parallel pass reports depends on timing.
    decoded.or_else(|_| decode_alone(encodings, identity))
}

/// [`decode_all`] on one core, for one of many tasks.
///
/// # Errors
/// The index of the first encoding refused, and why.
pub fn decode_alone(
    encodings: &[Encoding],
    identity: Identity,
) -> Result<Vec<Element>, (usize, GroupError)> {
    let numbered = encodings.iter().enumerate();
    numbered
        .map(|(index, encoding)| decode_as(encoding, identity).map_err(|error| (index, error)))
        .collect()
}

/// The canonical encoding of an element.
pub fn encode(element: &Element) -> Encoding {
    element.compress().to_bytes()
}

/// [`encode`] for many, in parallel.
pub fn encode_batch(elements: &[Element]) -> Vec<Encoding> {
    elements.par_iter().with_min_len(CHUNK / 8).map(encode).collect()
}

/// The encodings of 2·P for every P: one sixth of the price of [`encode_batch`],
/// for whoever can fold a half into the scalars.
pub fn encode_doubled_batch(halves: &[Element]) -> Vec<Encoding> {
    halves
        .par_chunks(CHUNK)
        .flat_map_iter(|chunk| {
            Element::double_and_compress_batch(chunk)
                .into_iter()
                .map(|encoding| encoding.to_bytes())
        })
        .collect()
}

/// Decodes a scalar.
///
/// # Errors
/// [`GroupError::NonCanonical`] when the value is q or more.
pub fn scalar(bytes: &Encoding) -> Result<Scalar, GroupError> {
    Option::from(Scalar::from_canonical_bytes(*bytes)).ok_or(GroupError::NonCanonical)
}

/// Reduces 64 bytes mod q; the result is uniform when the bytes are.
pub fn scalar_wide(bytes: &[u8; 64]) -> Scalar {
    Scalar::from_bytes_mod_order_wide(bytes)
}

/// The base point G.
pub fn base() -> Element {
    RISTRETTO_BASEPOINT_POINT
}

/// s·G in constant time.
pub fn mul_base(s: &Scalar) -> Element {
    RISTRETTO_BASEPOINT_TABLE * s
}

/// A table of multiples of one element, for many constant-time multiplications by it.
pub struct FixedBase(Box<RistrettoBasepointTable>);

impl FixedBase {
    /// Builds the table (30 KiB).
    pub fn new(element: &Element) -> Self {
        Self(Box::new(RistrettoBasepointTable::create(element)))
    }

    /// s·P in constant time.
    pub fn mul(&self, s: &Scalar) -> Element {
        &*self.0 * s
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::traits::Identity as _;
    use proptest::prelude::*;

    fn bytes(text: &str) -> Encoding {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    /// RFC 9496 §A.1.
    #[test]
    fn multiples_of_the_base_point() {
        let multiples = [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
            "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
            "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
            "da80862773358b466ffadfe0b3293ab3d9fd53c5ea6c955358f568322daf6a57",
            "e882b131016b52c1d3337080187cf768423efccbb517bb495ab812c4160ff44e",
            "f64746d3c92b13050ed8d80236a7f0007c3b3f962f5ba793d19a601ebb1df403",
            "44f53520926ec81fbd5a387845beb7df85a96a24ece18738bdcfa6a7822a176d",
            "903293d8f2287ebe10e2374dc1a53e0bc887e592699f02d077d5263cdd55601c",
            "02622ace8f7303a31cafc63f8fc48fdc16e1c8c8d234b2f0d6685282a9076031",
            "20706fd788b2720a1ed2a5dad4952b01f413bcf0e7564de8cdc816689e2db95f",
            "bce83f8ba5dd2fa572864c24ba1810f9522bc6004afe95877ac73241cafdab42",
            "e4549ee16b9aa03099ca208c67adafcafa4c3f3e4e5303de6026e3ca8ff84460",
            "aa52e000df2e16f55fb1032fc33bc42742dad6bd5a8fc0be0167436c5948501f",
            "46376b80f409b29dc2b5f6f0c52591990896e5716f41477cd30085ab7f10301e",
            "e0c418f7c8d9c4cdd7395b93ea124f3ad99021bb681dfc3302a9d99a2e53e64e",
        ];
        for (k, text) in multiples.iter().enumerate() {
            let element = mul_base(&Scalar::from(k as u64));
            assert_eq!(hex::encode(encode(&element)), *text);
            assert_eq!(decode(&bytes(text)), Ok(element));
        }
    }

    /// RFC 9496 §A.2, group by group.
    #[test]
    fn bad_encodings() {
        let non_canonical = [
            "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
            "c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562",
            "c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78",
            "47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24",
            "f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72",
            "87260f7a2f12495118360f02c26a470f450dadf34a413d21042b43b9d93e1309",
        ];
        for text in non_canonical {
            assert_eq!(decode(&bytes(text)), Err(GroupError::NonCanonical), "{text}");
        }
        let no_elements = [
            "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
            "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
            "de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad7b",
            "bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042",
            "2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08",
            "f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22",
            "8268436f8c4126196cf64b3c7ddbda90746a378625f9813dd9b8457077256731",
            "2810e5cbc2cc4d4eece54f61c6f69758e289aa7ab440b3cbeaa21995c2f4232b",
            "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
            "a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220",
            "d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e",
            "8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32",
            "32888462f8b486c68ad7dd9610be5192bbeaf3b443951ac1a8118419d9fa097b",
            "227142501b9d4355ccba290404bde41575b037693cef1f438c47f8fbf35d1165",
            "5c37cc491da847cfeb9281d407efc41e15144c876e0170b499a96a22ed31e01e",
            "445425117cb8c90edcbc7c1cc0e74f747f2c1efa5630a967c64f287792a48a4b",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ];
        for text in no_elements {
            assert_eq!(decode(&bytes(text)), Err(GroupError::NotElement), "{text}");
        }
    }

    #[test]
    fn identity_is_refused_where_asked() {
        let identity = encode(&Element::identity());
        assert_eq!(decode(&identity), Ok(Element::identity()));
        assert_eq!(decode_proper(&identity), Err(GroupError::Identity));
        let list = [encode(&base()), identity];
        assert_eq!(decode_all(&list, Identity::Refused), Err((1, GroupError::Identity)));
        assert!(decode_all(&list, Identity::Allowed).is_ok());
    }

    #[test]
    fn scalars_are_below_the_order() {
        let q_minus_one = (-Scalar::ONE).to_bytes();
        assert_eq!(scalar(&q_minus_one), Ok(-Scalar::ONE));
        let mut q = q_minus_one;
        q[0] += 1;
        assert_eq!(scalar(&q), Err(GroupError::NonCanonical));
        assert_eq!(scalar(&[0xff; 32]), Err(GroupError::NonCanonical));
    }

    #[test]
    fn batches_agree_with_single_calls() {
        let elements: Vec<Element> = (1..3000u64).map(|k| mul_base(&Scalar::from(k * k))).collect();
        let encodings: Vec<Encoding> = elements.iter().map(encode).collect();
        assert_eq!(encode_batch(&elements), encodings);
        assert_eq!(decode_batch(encodings.as_flattened(), Identity::Refused), Ok(elements.clone()));
        let halves: Vec<Element> =
            (1..3000u64).map(|k| mul_base(&Scalar::from(k * k).div_by_2())).collect();
        assert_eq!(encode_doubled_batch(&halves), encodings);
        let table = FixedBase::new(&elements[5]);
        assert_eq!(table.mul(&Scalar::from(9u64)), elements[5] * Scalar::from(9u64));
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_themselves_or_not_at_all(encoding in any::<Encoding>()) {
            match decode(&encoding) {
                Ok(element) => prop_assert_eq!(encode(&element), encoding),
                Err(GroupError::NonCanonical) => prop_assert!(!is_canonical_field_value(&encoding)),
                Err(error) => prop_assert_eq!(error, GroupError::NotElement),
            }
        }

        #[test]
        fn the_first_refused_is_named(position in 0usize..600) {
            let mut list = vec![encode(&base()); 600];
            list[position] = [0xff; 32];
            if let Some(later) = list.get_mut(position + 100) { *later = [0; 32]; }
            prop_assert_eq!(decode_all(&list, Identity::Refused), Err((position, GroupError::NonCanonical)));
        }
    }
}
