//! Small elections for the tests.
#![allow(dead_code, missing_docs, reason = "each test binary uses its part")]

use std::fs;

use chacha20::ChaCha20Rng;
use psephos_core::elgamal::PublicKey;
use psephos_core::rows::MemoryRows;
use psephos_core::{Element, Encoding, Scalar, group, tree};
use psephos_proofs::ElectionContext;
use psephos_proofs::decryption::RootedList;
use psephos_proofs::key_ceremony::{CeremonyContext, Deal, ElectionKeys, derive_keys, verify_deal};
use psephos_prove::ProveError;
use psephos_prove::decryption::PartialDecryptions;
use psephos_prove::key_ceremony::{Acceptance, Received, SealedDeal, accept, receive};
use psephos_secrets::{KeyShare, SecretScalar, ShareEncryptionKey};
use rand_core::SeedableRng;
use serde_json::Value;

pub fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub const CEREMONY: CeremonyContext = CeremonyContext { election: [0xe1; 32], attempt: 1 };

/// The first rounds of a ceremony.
pub struct Ceremony {
    pub threshold: u64,
    pub secrets: Vec<ShareEncryptionKey>,
    pub acceptances: Vec<Acceptance>,
    pub keys: Vec<Encoding>,
    pub deals: Vec<Deal>,
}

impl Ceremony {
    pub fn new(threshold: u64, trustees: u64, rng: &mut ChaCha20Rng) -> Self {
        let (secrets, acceptances): (Vec<_>, Vec<_>) =
            (0..trustees).map(|trustee| accept(&CEREMONY, trustee, rng).unwrap()).unzip();
        let keys: Vec<Encoding> = acceptances.iter().map(|acceptance| acceptance.key).collect();
        let mut deals = Vec::new();
        for dealer in 0..trustees {
            let sealed = SealedDeal::new(&CEREMONY, dealer, threshold, &keys, rng).unwrap();
            let commitment = sealed.commitment();
            let deal = sealed.reveal();
            verify_deal(&CEREMONY, dealer, threshold, &keys, &commitment, &deal).unwrap();
            deals.push(deal);
        }
        Self { threshold, secrets, acceptances, keys, deals }
    }

    pub fn deals(&self) -> Vec<&Deal> {
        self.deals.iter().collect()
    }

    pub fn receive(&self, recipient: u64, rng: &mut ChaCha20Rng) -> Received {
        let key = &self.secrets[recipient as usize];
        receive(&CEREMONY, recipient, key, &self.deals(), rng).unwrap()
    }

    pub fn finish(&self, rng: &mut ChaCha20Rng) -> (ElectionKeys, Vec<KeyShare>) {
        let keys = derive_keys(self.threshold, &self.deals()).unwrap();
        let shares = (0..self.deals.len() as u64)
            .map(|trustee| match self.receive(trustee, rng) {
                Received::Share(share) => share,
                Received::Complaints(complaints) => panic!("{complaints:?}"),
            })
            .collect();
        (keys, shares)
    }
}

pub fn election(keys: &ElectionKeys) -> ElectionContext {
    ElectionContext { election: CEREMONY.election, public_key: keys.public_key }
}

/// Rows in memory that a test may change.
#[derive(Clone)]
pub struct OwnedList {
    pub bytes: Vec<u8>,
    pub row_length: usize,
}

impl OwnedList {
    pub fn rows(&self) -> MemoryRows<'_> {
        MemoryRows::new(&self.bytes, self.row_length).unwrap()
    }

    pub fn rooted<'a>(&self, rows: &'a MemoryRows<'_>) -> RootedList<'a> {
        RootedList { root: tree::root(&self.bytes), rows }
    }

    /// A trustee's partial decryptions of these ciphertexts.
    pub fn decrypted(&self, share: &KeyShare) -> Result<PartialDecryptions, ProveError> {
        PartialDecryptions::new(share, self.rooted(&self.rows()))
    }

    /// Replaces the encoding at a position of 32 bytes.
    pub fn set(&mut self, position: usize, element: &Element) {
        self.bytes[32 * position..32 * (position + 1)].copy_from_slice(&group::encode(element));
    }

    pub fn get(&self, position: usize) -> Element {
        let bytes = self.bytes[32 * position..32 * (position + 1)].try_into().unwrap();
        group::decode(&bytes).unwrap()
    }
}

/// Message number i is (i + 1)·G.
pub fn message(index: usize) -> Element {
    group::mul_base(&Scalar::from(index as u64 + 1))
}

/// `rows` × `width` encrypted messages.
pub fn ciphertexts(
    public_key: &Encoding,
    rows: usize,
    width: usize,
    rng: &mut ChaCha20Rng,
) -> OwnedList {
    let key = PublicKey::new(group::decode_proper(public_key).unwrap());
    let mut bytes = Vec::new();
    for index in 0..rows * width {
        let random = SecretScalar::random(rng);
        let ciphertext = key.encrypt(&message(index), random.expose());
        bytes.extend_from_slice(ciphertext.encode().as_flattened());
    }
    OwnedList { bytes, row_length: 64 * width }
}

/// The stored vectors, after comparing them with what was made just now.
pub fn stored(name: &str, derived: &Value) -> Value {
    let path = format!("{}/../../spec/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(derived).unwrap() + "\n";
        fs::write(&path, text).unwrap();
    }
    let stored: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(stored, *derived, "spec/vectors/{name}.json");
    stored
}
