//! Mixes, shares, result.

use psephos_audit::{BatchView, count};
use psephos_core::pairs::pairs;
use psephos_core::rows::{MemoryRows, Rows};
use psephos_proofs::BatchContext;
use psephos_proofs::decryption::{
    Proof, RootedList, SharedList, Statement, TrusteeShares, combine,
};
use psephos_prove::decryption::{PartialDecryptions, prove_decryptions, prove_shares};
use psephos_prove::shuffle::{Turn, mix};
use psephos_record::bodies::{
    BatchMix, BatchResult, BatchShare, Blob, Body, ElectionResult, Mix, Share,
};
use psephos_secrets::{KeyShare, Permutation};
use rand_core::CryptoRng;

use crate::election::continued;
use crate::{Author, Election};

impl Election {
    /// What a trustee's mix of a batch is bound to, at this place in the chain.
    #[must_use]
    pub fn turn(&self, batch: &BatchView, trustee: u64, position: u64) -> Turn {
        Turn {
            context: BatchContext {
                election: self.context(),
                close: self.view().close.expect("a closed election").digest,
                box_index: batch.box_index,
                batch_index: batch.batch_index,
            },
            position,
            prover: trustee,
            prover_key: self.public_key(Author::Trustee(trustee)),
            width: batch.width,
        }
    }

    /// A trustee's honest mix of everything.
    pub fn mix_body(&mut self, trustee: u64) -> Mix {
        let batches = self.view().batches;
        let mixes = batches
            .iter()
            .map(|batch| self.mix_list(batch, trustee, &batch.last, batch.position))
            .collect();
        Mix { mixes }
    }

    /// A trustee's honest mix of some list of a batch.
    pub fn mix_list(
        &mut self,
        batch: &BatchView,
        trustee: u64,
        input: &Blob,
        position: u64,
    ) -> BatchMix {
        let turn = self.turn(batch, trustee, position);
        let permutation = Permutation::random(input.rows as usize, &mut self.rng);
        let mixed =
            mix(&turn, &self.read(input), &permutation, &mut self.rng).expect("an honest mix");
        BatchMix {
            box_index: batch.box_index,
            batch_index: batch.batch_index,
            input: input.root,
            proof: mixed.proof,
            output: self.put(input.row_length, &mixed.output),
            position,
        }
    }

    /// A trustee mixes.
    pub fn mix(&mut self, trustee: u64) -> u64 {
        let body = self.mix_body(trustee);
        self.post(Author::Trustee(trustee), Body::Mix(body))
    }

    /// Everybody mixes.
    pub fn mix_all(&mut self) {
        for trustee in self.everybody() {
            self.mix(trustee);
        }
    }

    /// A trustee's honest shares of the last lists.
    pub fn share_body(&mut self, trustee: u64) -> Share {
        let lists: Vec<(BatchView, Blob)> =
            self.view().batches.into_iter().map(|batch| (batch.clone(), batch.last)).collect();
        self.share_lists(trustee, &lists)
    }

    /// A trustee's honest shares of some lists.
    pub fn share_lists(&mut self, trustee: u64, lists: &[(BatchView, Blob)]) -> Share {
        let secret = self.key_shares[&trustee].clone();
        let (mut decryptions, mut shares) = (Vec::new(), Vec::new());
        for (batch, input) in lists {
            let rows = self.rows(input);
            let rooted = RootedList { root: input.root, rows: &rows };
            let made = PartialDecryptions::new(&secret, rooted).expect("a good list");
            shares.push(self.put(32 * batch.width, made.rows()));
            decryptions.push(made);
        }
        self.prove_with(trustee, lists, &shares, |statement, secret, rng| {
            prove_decryptions(statement, decryptions, secret, rng).expect("honest shares")
        })
    }

    /// A `share` record of these share lists, with a proof made by the honest prover.
    ///
    /// # Panics
    /// When the shares are wrong: the prover refuses.
    pub fn prove_lists(
        &mut self,
        trustee: u64,
        lists: &[(BatchView, Blob)],
        shares: &[Blob],
    ) -> Share {
        self.prove_altered(trustee, lists, shares, |_| {})
    }

    /// The same record with a proof made by the honest prover for another statement.
    ///
    /// # Panics
    /// When the shares are wrong: the prover refuses.
    pub fn prove_altered(
        &mut self,
        trustee: u64,
        lists: &[(BatchView, Blob)],
        shares: &[Blob],
        alter: impl Fn(&mut Statement<'_>),
    ) -> Share {
        self.prove_with(trustee, lists, shares, |statement, secret, rng| {
            alter(statement);
            prove_shares(statement, secret, rng).expect("honest shares")
        })
    }

    fn prove_with(
        &mut self,
        trustee: u64,
        lists: &[(BatchView, Blob)],
        shares: &[Blob],
        prove: impl FnOnce(&mut Statement<'_>, &KeyShare, &mut dyn CryptoRng) -> Proof,
    ) -> Share {
        let secret = self.key_shares[&trustee].clone();
        let mut rng = continued(&self.rng);
        let opened: Vec<_> = pairs(lists, shares)
            .map(|((batch, input), shares)| {
                (batch, input, shares, self.rows(input), self.rows(shares))
            })
            .collect();
        let mut statement = Statement {
            election: self.context(),
            close: self.view().close.expect("a closed election").digest,
            trustee,
            trustee_key: self.public_key(Author::Trustee(trustee)),
            share_key: secret.public(),
            lists: opened
                .iter()
                .map(|(batch, input, shares, input_rows, share_rows)| SharedList {
                    box_index: batch.box_index,
                    batch_index: batch.batch_index,
                    width: batch.width,
                    input: RootedList { root: input.root, rows: input_rows },
                    shares: RootedList { root: shares.root, rows: share_rows },
                })
                .collect(),
        };
        let proof = prove(&mut statement, &secret, &mut rng);
        let lists = opened
            .iter()
            .map(|(batch, input, shares, _, _)| BatchShare {
                box_index: batch.box_index,
                batch_index: batch.batch_index,
                input: input.root,
                shares: **shares,
            })
            .collect();
        drop(opened);
        self.rng = rng;
        Share { lists, proof }
    }

    /// A trustee shares.
    pub fn share(&mut self, trustee: u64) -> u64 {
        let body = self.share_body(trustee);
        self.post(Author::Trustee(trustee), Body::Share(body))
    }

    /// Everybody shares.
    pub fn share_all(&mut self) {
        for trustee in self.everybody() {
            self.share(trustee);
        }
    }

    /// The result that follows from the shares on the board.
    #[must_use]
    pub fn result_body(&self) -> ElectionResult {
        let view = self.view();
        let plaintexts: Vec<(Vec<u64>, Vec<u8>)> =
            view.batches.iter().map(|batch| self.decrypt(batch)).collect();
        self.result_with(&plaintexts)
    }

    /// A result of these plaintexts, one list a batch with the trustees it is said to come from,
    /// counted honestly.
    #[must_use]
    pub fn result_with(&self, plaintexts: &[(Vec<u64>, Vec<u8>)]) -> ElectionResult {
        let batches: Vec<BatchResult> = pairs(&self.view().batches, plaintexts)
            .map(|(batch, (trustees, bytes))| BatchResult {
                box_index: batch.box_index,
                batch_index: batch.batch_index,
                trustees: trustees.clone(),
                plaintexts: self.put(32 * batch.width, bytes),
            })
            .collect();
        let rows: Vec<MemoryRows<'_>> = pairs(&batches, plaintexts)
            .map(|(batch, (_, bytes))| {
                let length = batch.plaintexts.row_length as usize;
                MemoryRows::new(bytes, length).expect("whole rows")
            })
            .collect();
        let lists: Vec<&dyn Rows> = rows.iter().map(|rows| rows as &dyn Rows).collect();
        let counted =
            count(&self.plan.description([0; 32]), &lists).expect("rows of the batch's width");
        ElectionResult { batches, contests: counted.contests }
    }

    /// The trustees of lowest index that have shared a batch, and what it decrypts to.
    #[must_use]
    pub fn decrypt(&self, batch: &BatchView) -> (Vec<u64>, Vec<u8>) {
        let quorum = batch.quorum(self.plan.threshold).expect("enough shares");
        let opened: Vec<_> = quorum
            .iter()
            .map(|(trustee, share)| (*trustee, share.shares.root, self.rows(&share.shares)))
            .collect();
        let shares: Vec<TrusteeShares<'_>> = opened
            .iter()
            .map(|(trustee, root, rows)| TrusteeShares {
                trustee: *trustee,
                shares: RootedList { root: *root, rows },
            })
            .collect();
        let rows = self.rows(&batch.last);
        let input = RootedList { root: batch.last.root, rows: &rows };
        let plaintexts = combine(batch.width as usize, input, &shares).expect("good shares");
        (quorum.iter().map(|(trustee, _)| *trustee).collect(), plaintexts)
    }

    /// The authority publishes.
    pub fn publish(&mut self) -> u64 {
        let body = self.result_body();
        self.post(Author::Authority, Body::Result(body))
    }
}
