//! One election of a given size, step by step, each timed on its own.

use std::path::Path;

use chacha20::ChaCha20Rng;
use psephos_audit::{Options, Verdict, audit};
use psephos_core::elgamal::PublicKey;
use psephos_core::group::{self, Identity};
use psephos_core::pairs::pairs;
use psephos_core::rows::{MemoryRows, Rows, read_all};
use psephos_core::{Scalar, tree};
use psephos_proofs::ballot::verify_rows;
use psephos_proofs::decryption::{self as share, RootedList, ShareError, SharedList};
use psephos_proofs::shuffle::{Mix, Proof, Statement, verify_chain};
use psephos_prove::shuffle::{Turn, Witness, mix, prove_with_witness, reencrypt};
use psephos_record::board::{BlobRows, FolderBoard, WritableBoard};
use psephos_record::bodies::{Ballots, BatchMix, Blob, Body, Mix as MixBody, Share};
use psephos_record::cbor;
use psephos_record::message::Record;
use psephos_record::signature::sign;
use psephos_secrets::Permutation;
use psephos_testkit::{Author, Election};
use rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use zeroize::Zeroizing;

use crate::election::Poll;
use crate::floor::{Floors, Size};
use crate::machine;
use crate::measure::{Cost, is_counting, measure};
use crate::primitives::Primitives;
use crate::table::{Step, Table};

/// Hears what is going on.
pub type Tell<'a> = dyn Fn(&str) + Sync + 'a;

/// Ballots read before they are verified, as an audit does.
const BLOCK: usize = 1 << 14;

/// An election on its way, and what its steps took.
struct Run {
    size: Size,
    table: Table,
    election: Election,
}

/// Runs an election of this size on `threads` threads and measures every step. `folder` is an empty place for
/// a board on disk; `tell` hears what is going on.
///
/// # Panics
/// When a step fails: nothing that is measured may be wrong.
#[must_use]
pub fn run(size: Size, threads: usize, folder: &Path, tell: &Tell<'_>) -> Table {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    pool.install(|| {
        tell("making ballots");
        let poll = Poll::open(size);
        let ballots = poll.ballots(size.ballots);
        let mut run = Run {
            size,
            table: Table::new(machine::name(), size, threads),
            election: poll.election.clone(),
        };
        run.check_ballots(&poll, &ballots);
        run.close(&poll, ballots);
        run.mixes(tell);
        run.shares(tell);
        run.on_disk(folder, tell);
        run.table
    })
}

impl Run {
    /// Adds a line: `bytes` are those of all ballots together. The primitives are measured anew for every
    /// line, right after its step: a machine that others use too is now faster and now slower.
    fn line(&mut self, name: &'static str, cost: Cost, floor: fn(&Floors) -> f64, bytes: usize) {
        let ballots = self.size.ballots as f64;
        let us_per_ballot = 1e6 * cost.seconds / ballots;
        let primitives = if is_counting() { Primitives::default() } else { Primitives::measure() };
        let floor_us = floor(&Floors::new(self.size, primitives)) / self.table.threads as f64;
        self.table.steps.push(Step {
            name,
            us_per_ballot,
            floor_us,
            ratio: us_per_ballot / floor_us,
            peak_mib: cost.peak_bytes as f64 / f64::from(1 << 20),
            bytes_per_ballot: bytes as f64 / ballots,
        });
    }

    fn check_ballots(&mut self, poll: &Poll, ballots: &[u8]) {
        let piece = BLOCK * poll.layout.row_length();
        let (good, cost) = measure("ballot-check", || {
            let answers =
                ballots.chunks(piece).map(|rows| verify_rows(&poll.context, 0, &poll.layout, rows));
            answers.flatten().filter(Result::is_ok).count()
        });
        assert_eq!(good as u64, self.size.ballots, "every ballot is good");
        self.line("ballot-check", cost, Floors::ballot_check, ballots.len());
    }

    /// Puts the ballots on the board and closes: the rows in order are the first list.
    fn close(&mut self, poll: &Poll, ballots: Vec<u8>) {
        let length = poll.layout.row_length();
        let read = |row| poll.layout.read(row).expect("a ballot");
        let mut rows: Vec<Vec<u8>> = ballots
            .par_chunks(length)
            .map(|row| poll.layout.batch(read(row).rows, 0).expect("a batch").to_vec())
            .collect();
        rows.par_sort_unstable();
        let taken = self.election.put(length as u64, &ballots);
        drop(ballots);
        let body = Ballots { box_index: 0, ballots: taken };
        self.election.post(Author::Intake, Body::Ballots(body));
        let close = self.election.close_with(&rows, &[], self.size.ballots);
        self.election.post(Author::Authority, Body::Close(close));
    }

    /// Every trustee's mix in its parts, and the chain's verification.
    fn mixes(&mut self, tell: &Tell<'_>) {
        let mut chain: Vec<(Statement, Proof)> = Vec::new();
        let mut lists = vec![self.last_list()];
        let (mut reencrypting, mut proving) = (Cost::default(), Cost::default());
        for trustee in 0..self.size.mixes {
            tell(&format!("mix {} of {}", trustee + 1, self.size.mixes));
            let staged = self.mix(trustee, &lists[lists.len() - 1]);
            add(&mut reencrypting, staged.reencrypting);
            add(&mut proving, staged.proving);
            chain.push((staged.statement, staged.proof));
            lists.push(staged.output);
        }
        let mixes = self.size.mixes as f64;
        let each = |cost: Cost| Cost { seconds: cost.seconds / mixes, ..cost };
        let output = lists[0].len();
        self.line("re-encrypt", each(reencrypting), Floors::reencrypt, output);
        let proof = cbor::encode(&chain[0].1).len();
        self.line("prove", each(proving), Floors::prove, proof);

        tell("verifying the chain");
        let claims: Vec<Mix<'_>> =
            chain.iter().map(|(statement, proof)| (*statement, Some(proof))).collect();
        let length = 64 * self.size.width as usize;
        let rows: Vec<MemoryRows<'_>> =
            lists.iter().map(|list| MemoryRows::new(list, length).expect("whole rows")).collect();
        let views: Vec<&dyn Rows> = rows.iter().map(|rows| rows as _).collect();
        let (verdict, cost) = measure("verify", || verify_chain(&claims, &views, &[]));
        verdict.expect("honest mixes");
        self.line("verify", each(cost), Floors::verify, proof);
    }

    fn last_list(&self) -> Vec<u8> {
        let batch = &self.election.view().batches[0];
        self.election.read(&batch.last)
    }

    /// One trustee's mix, posted: re-encryption from open inputs to encoded outputs, then the proof.
    fn mix(&mut self, trustee: u64, input: &[u8]) -> Staged {
        let batch = self.election.view().batches[0].clone();
        let turn = self.election.turn(&batch, trustee, batch.position);
        let rows = self.size.ballots as usize;
        let key = group::decode_proper(&turn.context.election.public_key).expect("the key");
        let key = PublicKey::new(key);
        let permutation = Permutation::random(rows, &mut self.election.rng);
        let factors = random_scalars(rows * self.size.width as usize, trustee);
        let opened = group::decode_batch(input, Identity::Refused).expect("proper rows");
        let ((elements, output), reencrypting) = measure("re-encrypt", || {
            let elements = reencrypt(&key, &opened, permutation.sources(), &factors);
            let output = group::encode_batch(&elements).into_flattened();
            (elements, output)
        });
        drop(opened);
        let statement = statement(&turn, self.size.ballots, input, &output);
        let exponents = permutation.sources().iter().map(|source| source + 1).collect();
        let witness =
            Witness { exponents: Zeroizing::new(exponents), factors: Zeroizing::new(factors) };
        let rng = &mut self.election.rng;
        let (proof, proving) =
            measure("prove", || prove_with_witness(&statement, &elements, &witness, rng));
        let proof = proof.expect("an honest witness");
        let output_blob = self.election.put(batch.last.row_length, &output);
        self.election.post(
            Author::Trustee(trustee),
            Body::Mix(MixBody {
                mixes: vec![batch_mix(&turn, &batch.last, Some(proof.clone()), output_blob)],
            }),
        );
        Staged { statement, proof, output, reencrypting, proving }
    }

    /// Every trustee's shares, their check, and the plaintexts.
    fn shares(&mut self, tell: &Tell<'_>) {
        let batch = self.election.view().batches[0].clone();
        let list = (batch.clone(), batch.last);
        let mut sharing = Cost::default();
        let mut posted = Vec::new();
        for trustee in 0..self.size.trustees {
            tell(&format!("shares of trustee {trustee}"));
            let list = std::slice::from_ref(&list);
            let (share, cost) = measure("share", || self.election.share_lists(trustee, list));
            add(&mut sharing, cost);
            posted.push(share);
        }
        tell("checking the shares");
        let (answers, checking) = measure("share-check", || self.check_shares(&posted));
        assert!(answers.iter().all(Result::is_ok), "honest shares");
        for (trustee, share) in posted.into_iter().enumerate() {
            self.election.post(Author::Trustee(trustee as u64), Body::Share(share));
        }
        let trustees = self.size.trustees as f64;
        let each = |cost: Cost| Cost { seconds: cost.seconds / trustees, ..cost };
        let bytes = 32 * (self.size.ballots * self.size.width) as usize;
        self.line("share", each(sharing), Floors::share, bytes);
        self.line("share-check", each(checking), Floors::share_check, bytes);

        tell("combining");
        let batch = self.election.view().batches[0].clone();
        let (plaintexts, cost) = measure("combine", || self.election.decrypt(&batch));
        self.line("combine", cost, Floors::combine, plaintexts.1.len());
        let result = self.election.result_with(&[plaintexts]);
        self.election.post(Author::Authority, Body::Result(result));
        self.election.seal();
    }

    /// All trustees' shares together, as an audit checks them.
    fn check_shares(&self, posted: &[Share]) -> Vec<Result<(), ShareError>> {
        let batch = &self.election.view().batches[0];
        let input = self.election.rows(&batch.last);
        let shares: Vec<BlobRows<'_>> =
            posted.iter().map(|share| self.election.rows(&share.lists[0].shares)).collect();
        let claims = pairs(posted, &shares).enumerate().map(|(trustee, (share, rows))| {
            let turn = self.election.turn(batch, trustee as u64, 0);
            let statement = share::Statement {
                election: turn.context.election,
                close: turn.context.close,
                trustee: turn.prover,
                trustee_key: turn.prover_key,
                share_key: self.election.key_shares[&turn.prover].public(),
                lists: vec![SharedList {
                    box_index: batch.box_index,
                    batch_index: batch.batch_index,
                    width: batch.width,
                    input: RootedList { root: batch.last.root, rows: &input },
                    shares: RootedList { root: share.lists[0].shares.root, rows },
                }],
            };
            (statement, share.proof)
        });
        share::verify_all(&claims.collect::<Vec<_>>(), &[], &|_, _| {}).shares
    }

    /// What the programs do, with files: a trustee's turn, and the whole audit.
    fn on_disk(&mut self, folder: &Path, tell: &Tell<'_>) {
        tell("a trustee's turn");
        let batch = self.election.view().batches[0].clone();
        let board = FolderBoard::create(folder.join("turn")).expect("a folder");
        let input = board.put_rows(batch.first.row_length, &self.election.read(&batch.first));
        let input = input.expect("a list on disk");
        let turn = self.election.turn(&batch, 0, 0);
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let (bytes, cost) = measure("mix", || self.take_turn(&board, &turn, &input, &mut rng));
        self.line("mix", cost, Floors::mix, bytes);

        tell("the audit");
        let board = self.election.board.write_to(&folder.join("board")).expect("a board on disk");
        let (audit, cost) = measure("audit", || {
            audit(&board, &Options::default(), &|_| {}).expect("a board that is read")
        });
        assert_eq!(audit.report.verdict, Verdict::Valid, "an honest election");
        let bytes = self.election.board.files().values().map(Vec::len).sum();
        self.line("audit", cost, Floors::audit, bytes);
    }

    /// From the list's file to the signed record's; how many bytes were written.
    fn take_turn(
        &self,
        board: &FolderBoard,
        turn: &Turn,
        input: &Blob,
        rng: &mut ChaCha20Rng,
    ) -> usize {
        let list = read_all(&BlobRows::new(board, input).expect("a list")).expect("the list");
        let permutation = Permutation::random(input.rows as usize, rng);
        let mixed = mix(turn, &list, &permutation, rng).expect("an honest mix");
        let output = board.put_rows(input.row_length, &mixed.output).expect("room on the disk");
        let body = Body::Mix(MixBody { mixes: vec![batch_mix(turn, input, mixed.proof, output)] });
        let message = self.election.clone().message(Author::Trustee(0), &body);
        let signed = sign(message, self.election.key(Author::Trustee(0)));
        let record = Record::wrap(signed, 0, [0; 32]).encode();
        board.create_record(0, &record).expect("room on the disk");
        mixed.output.len() + record.len()
    }
}

/// A mix of the chain, with what its parts took.
struct Staged {
    statement: Statement,
    proof: Proof,
    output: Vec<u8>,
    reencrypting: Cost,
    proving: Cost,
}

fn add(sum: &mut Cost, cost: Cost) {
    sum.seconds += cost.seconds;
    sum.peak_bytes = sum.peak_bytes.max(cost.peak_bytes);
}

fn statement(turn: &Turn, rows: u64, input: &[u8], output: &[u8]) -> Statement {
    Statement {
        context: turn.context,
        position: turn.position,
        prover: turn.prover,
        prover_key: turn.prover_key,
        rows,
        width: turn.width,
        input: tree::root(input),
        output: tree::root(output),
    }
}

fn batch_mix(turn: &Turn, input: &Blob, proof: Option<Proof>, output: Blob) -> BatchMix {
    BatchMix {
        box_index: turn.context.box_index,
        batch_index: turn.context.batch_index,
        input: input.root,
        proof,
        output,
        position: turn.position,
    }
}

fn random_scalars(count: usize, seed: u64) -> Vec<Scalar> {
    let draw = |index: usize| {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        rng.set_stream(index as u64);
        let mut wide = [0; 64];
        rng.fill_bytes(&mut wide);
        group::scalar_wide(&wide)
    };
    (0..count).into_par_iter().map(draw).collect()
}
