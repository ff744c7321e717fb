//! Shares, their proof, combination and the check of plaintexts.

#[path = "../election/mod.rs"]
mod election;
mod plaintexts;
mod proof;
mod together;

use election::{Ceremony, OwnedList, ciphertexts, election as context, message, rng};
use psephos_core::pairs::pairs;
use psephos_core::rows::{MemoryRows, Rows, RowsError, Visitor};
use psephos_core::{Scalar, group, tree};
use psephos_proofs::decryption::{
    Cell, Decryption, RelationError, RootedList, ShareError, SharedList, Statement, TrusteeShares,
    Verified, combine, find_bad_plaintexts, find_bad_shares, verify, verify_all,
};
use psephos_proofs::key_ceremony::ElectionKeys;
use psephos_proofs::sigma::Dleq;
use psephos_proofs::{ElectionContext, Fault};
use psephos_prove::ProveError;
use psephos_prove::decryption::{PartialDecryptions, prove_decryptions, prove_shares};
use psephos_secrets::KeyShare;

const CLOSE: [u8; 32] = [0xc1; 32];

struct Election {
    keys: ElectionKeys,
    shares: Vec<KeyShare>,
    /// Two batches, of widths 1 and 3.
    inputs: [OwnedList; 2],
    /// For each trustee, for each batch.
    decrypted: Vec<[OwnedList; 2]>,
    proofs: Vec<Dleq>,
}

impl Election {
    fn new(threshold: u64, trustees: u64, seed: u64) -> Self {
        let mut rng = rng(seed);
        let (keys, shares) = Ceremony::new(threshold, trustees, &mut rng).finish(&mut rng);
        let inputs = [
            ciphertexts(&keys.public_key, 7, 1, &mut rng),
            ciphertexts(&keys.public_key, 5, 3, &mut rng),
        ];
        let decrypt = |share: &KeyShare| {
            inputs.each_ref().map(|input| OwnedList {
                bytes: input.decrypted(share).unwrap().into_rows(),
                row_length: input.row_length / 2,
            })
        };
        let decrypted = shares.iter().map(decrypt).collect();
        let mut election = Self { keys, shares, inputs, decrypted, proofs: Vec::new() };
        for trustee in 0..trustees as usize {
            let share = &election.shares[trustee];
            let proof =
                election.with_statement(trustee, &election.decrypted[trustee], |statement| {
                    prove_shares(statement, share, &mut rng).unwrap()
                });
            election.proofs.push(proof);
        }
        election
    }

    fn with_statement<T>(
        &self,
        trustee: usize,
        decrypted: &[OwnedList; 2],
        visit: impl FnOnce(&Statement<'_>) -> T,
    ) -> T {
        self.with_statements(&[(trustee, decrypted)], |statements| visit(&statements[0]))
    }

    /// Statements of trustees about these lists.
    fn with_statements<T>(
        &self,
        shared: &[(usize, &[OwnedList; 2])],
        visit: impl FnOnce(&[Statement<'_>]) -> T,
    ) -> T {
        let inputs = self.inputs.each_ref().map(OwnedList::rows);
        let rows: Vec<_> =
            shared.iter().map(|(_, lists)| lists.each_ref().map(OwnedList::rows)).collect();
        let statement = |((trustee, decrypted), rows): (&(usize, &[OwnedList; 2]), _)| {
            let rows: &[MemoryRows<'_>; 2] = rows;
            let list = |batch: usize, width| SharedList {
                box_index: 0,
                batch_index: batch as u64,
                width,
                input: self.inputs[batch].rooted(&inputs[batch]),
                shares: decrypted[batch].rooted(&rows[batch]),
            };
            Statement {
                election: context(&self.keys),
                close: CLOSE,
                trustee: *trustee as u64,
                trustee_key: [*trustee as u8; 32],
                share_key: self.keys.share_keys[*trustee],
                lists: vec![list(0, 1), list(1, 3)],
            }
        };
        let statements: Vec<_> = pairs(shared, &rows).map(statement).collect();
        visit(&statements)
    }

    /// Both lists' partial decryptions, as they are made.
    fn made(&self, trustee: usize) -> Vec<PartialDecryptions> {
        self.inputs.iter().map(|input| input.decrypted(&self.shares[trustee]).unwrap()).collect()
    }

    fn check(&self, trustee: usize, decrypted: &[OwnedList; 2]) -> Result<(), ShareError> {
        self.with_statement(trustee, decrypted, |s| verify(s, &self.proofs[trustee]))
    }

    fn bad_shares(&self, bad: (usize, &OwnedList), good: &[usize], batch: usize) -> Vec<Cell> {
        let width = self.inputs[batch].row_length / 64;
        let rows: Vec<MemoryRows<'_>> =
            good.iter().map(|trustee| self.decrypted[*trustee][batch].rows()).collect();
        let lists: Vec<_> = pairs(good, &rows)
            .map(|(trustee, rows)| TrusteeShares {
                trustee: *trustee as u64,
                shares: self.decrypted[*trustee][batch].rooted(rows),
            })
            .collect();
        let rows = bad.1.rows();
        let bad = TrusteeShares { trustee: bad.0 as u64, shares: bad.1.rooted(&rows) };
        find_bad_shares(width, bad, &lists).unwrap()
    }

    fn with_quorum<T>(
        &self,
        quorum: &[usize],
        batch: usize,
        visit: impl FnOnce(usize, RootedList<'_>, &[TrusteeShares<'_>]) -> T,
    ) -> T {
        let input = self.inputs[batch].rows();
        let rows: Vec<MemoryRows<'_>> =
            quorum.iter().map(|trustee| self.decrypted[*trustee][batch].rows()).collect();
        let lists: Vec<_> = pairs(quorum, &rows)
            .map(|(trustee, rows)| TrusteeShares {
                trustee: *trustee as u64,
                shares: self.decrypted[*trustee][batch].rooted(rows),
            })
            .collect();
        visit(self.inputs[batch].row_length / 64, self.inputs[batch].rooted(&input), &lists)
    }

    fn plaintexts(&self, quorum: &[usize], batch: usize) -> OwnedList {
        let bytes = self.with_quorum(quorum, batch, combine).unwrap();
        OwnedList { bytes, row_length: self.inputs[batch].row_length / 2 }
    }

    fn bad_plaintexts(
        &self,
        quorum: &[usize],
        batch: usize,
        plaintexts: &OwnedList,
    ) -> Result<Vec<Cell>, RelationError> {
        let rows = plaintexts.rows();
        self.with_quorum(quorum, batch, |width, input, shares| {
            let plaintexts = plaintexts.rooted(&rows);
            find_bad_plaintexts(&Decryption { width, input, shares, plaintexts })
        })
    }
}

const PROOF: Result<(), ShareError> = Err(ShareError::Proof(Fault::Equation));
