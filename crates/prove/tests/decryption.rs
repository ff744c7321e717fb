//! Shares, their proof, combination and the check of plaintexts.

mod election;

use election::{Ceremony, OwnedList, ciphertexts, election as context, message, rng};
use psephos_core::pairs::pairs;
use psephos_core::rows::{MemoryRows, Rows, RowsError, Visitor};
use psephos_core::{Scalar, group, tree};
use psephos_proofs::decryption::{
    Cell, RelationError, RootedList, ShareError, SharedList, Statement, TrusteeShares, combine,
    find_bad_plaintexts, find_bad_shares, verify, verify_all,
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
            find_bad_plaintexts(width, input, shares, plaintexts.rooted(&rows))
        })
    }
}

const PROOF: Result<(), ShareError> = Err(ShareError::Proof(Fault::Equation));

#[test]
fn any_quorum_decrypts_to_the_messages() {
    let election = Election::new(2, 4, 1);
    for (trustee, decrypted) in election.decrypted.iter().enumerate() {
        assert_eq!(election.check(trustee, decrypted), Ok(()));
    }
    for quorum in [[0, 1], [1, 3], [3, 0]] {
        for batch in 0..2 {
            let plaintexts = election.plaintexts(&quorum, batch);
            for index in 0..plaintexts.bytes.len() / 32 {
                assert_eq!(plaintexts.get(index), message(index));
            }
            assert_eq!(election.bad_plaintexts(&quorum, batch, &plaintexts), Ok(vec![]));
        }
    }
    // One share too few gives other elements.
    let plaintexts = election.plaintexts(&[2], 0);
    assert_ne!(plaintexts.get(0), message(0));
}

#[test]
fn altered_shares_are_found_with_their_rows() {
    let election = Election::new(2, 4, 2);
    let delta = group::mul_base(&Scalar::from(5u64));
    let mut one = election.decrypted[1].clone();
    one[1].set(3 * 2 + 1, &(one[1].get(3 * 2 + 1) + delta));
    assert_eq!(election.check(1, &one), PROOF);
    assert_eq!(election.bad_shares((1, &one[1]), &[0, 3], 1), [Cell { row: 2, column: 1 }]);
    assert_eq!(election.bad_shares((1, &one[0]), &[2, 3], 0), []);
    let mut two = election.decrypted[1].clone();
    two[0].set(1, &(two[0].get(1) + delta));
    two[0].set(5, &(two[0].get(5) - delta));
    assert_eq!(election.check(1, &two), PROOF);
    let rows: Vec<u64> =
        election.bad_shares((1, &two[0]), &[0, 2], 0).iter().map(|cell| cell.row).collect();
    assert_eq!(rows, [1, 5]);
    // +Δ and −Δ in two lists under one proof.
    let mut across = election.decrypted[1].clone();
    across[0].set(0, &(across[0].get(0) + delta));
    across[1].set(0, &(across[1].get(0) - delta));
    assert_eq!(election.check(1, &across), PROOF);
    // Two shares swapped.
    let mut swapped = election.decrypted[1].clone();
    let (a, b) = (swapped[0].get(2), swapped[0].get(3));
    swapped[0].set(2, &b);
    swapped[0].set(3, &a);
    assert_eq!(election.check(1, &swapped), PROOF);
}

#[test]
fn every_part_of_the_statement_is_bound() {
    let election = Election::new(2, 3, 3);
    type Change = fn(&mut Statement<'_>);
    let changes: [Change; 13] = [
        |s| s.election.election[0] ^= 1,
        |s| s.election = ElectionContext { public_key: s.share_key, ..s.election },
        |s| s.close[0] ^= 1,
        |s| s.trustee += 1,
        |s| s.trustee_key[0] ^= 1,
        |s| s.share_key = group::encode(&group::base()),
        |s| s.lists[0].box_index += 1,
        |s| s.lists[0].batch_index += 1,
        |s| s.lists[0].input.root[0] ^= 1,
        |s| s.lists[0].shares.root[0] ^= 1,
        |s| s.lists.swap(0, 1),
        |s| s.lists.truncate(1),
        |s| s.lists.push(s.lists[0]),
    ];
    let verdict = |change: Change| {
        election.with_statement(0, &election.decrypted[0], |statement| {
            let mut statement = statement.clone();
            change(&mut statement);
            verify(&statement, &election.proofs[0])
        })
    };
    assert_eq!(verdict(|_| ()), Ok(()));
    for (index, change) in changes.into_iter().enumerate() {
        assert_eq!(verdict(change), PROOF, "change {index}");
    }
    // Another trustee's shares under its own proof, offered as this one's.
    let borrowed =
        election.with_statement(0, &election.decrypted[1], |s| verify(s, &election.proofs[1]));
    assert_eq!(borrowed, PROOF);
    for position in 0..3 {
        let mut bytes = election.proofs[0].to_bytes();
        bytes[32 * position + 1] ^= 1;
        let proof = Dleq::from_bytes(&bytes);
        let found = election.with_statement(0, &election.decrypted[0], |s| verify(s, &proof));
        assert!(matches!(found, Err(ShareError::Proof(_))), "{found:?}");
    }
}

#[test]
fn shapes_and_elements_come_before_the_equation() {
    let election = Election::new(2, 3, 4);
    let shares = |list, fault| Err(ShareError::Shares { list, fault });
    let mut short = election.decrypted[0].clone();
    short[1].bytes.truncate(4 * 96);
    let length = Fault::Length { field: "shares" };
    assert_eq!(election.check(0, &short), shares(1, length));
    let mut long = election.decrypted[0].clone();
    long[0].bytes.extend_from_slice(&election.decrypted[0][0].bytes[..32]);
    assert_eq!(election.check(0, &long), shares(0, length));
    let mut identity = election.decrypted[0].clone();
    identity[1].bytes[96..128].fill(0);
    let fault = Fault::Membership { field: "shares", index: 1 };
    assert_eq!(election.check(0, &identity), shares(1, fault));
    let mut garbage = election.decrypted[0].clone();
    garbage[0].bytes[6 * 32..].fill(0xff);
    let fault = Fault::NonCanonical { field: "shares", index: 6 };
    assert_eq!(election.check(0, &garbage), shares(0, fault));
    let mut proof = election.proofs[0];
    proof.response = [0xff; 32];
    let found = election.with_statement(0, &election.decrypted[0], |s| verify(s, &proof));
    let fault = Fault::NonCanonical { field: "response", index: 0 };
    assert_eq!(found, Err(ShareError::Proof(fault)));
    let zero = election.with_statement(0, &election.decrypted[0], |s| {
        let mut statement = s.clone();
        statement.lists[0].width = 0;
        verify(&statement, &election.proofs[0])
    });
    let input = Fault::Length { field: "input" };
    assert_eq!(zero, Err(ShareError::Input { list: 0, fault: input }));
}

#[test]
fn empty_lists_are_proved_too() {
    let mut rng = rng(5);
    let (keys, shares) = Ceremony::new(1, 1, &mut rng).finish(&mut rng);
    let empty = MemoryRows::new(&[], 64).unwrap();
    let none = MemoryRows::new(&[], 32).unwrap();
    let root = tree::root(&[]);
    let statement = Statement {
        election: context(&keys),
        close: CLOSE,
        trustee: 0,
        trustee_key: [1; 32],
        share_key: keys.share_keys[0],
        lists: vec![SharedList {
            box_index: 0,
            batch_index: 0,
            width: 1,
            input: RootedList { root, rows: &empty },
            shares: RootedList { root, rows: &none },
        }],
    };
    let made = PartialDecryptions::new(&shares[0], statement.lists[0].input).unwrap();
    assert!(made.rows().is_empty());
    let proof = prove_decryptions(&statement, vec![made], &shares[0], &mut rng).unwrap();
    assert_eq!(verify(&statement, &proof), Ok(()));
    let proof = prove_shares(&statement, &shares[0], &mut rng).unwrap();
    assert_eq!(verify(&statement, &proof), Ok(()));
    // Nothing is shared.
    let statement = Statement { lists: vec![], ..statement };
    let proof = prove_decryptions(&statement, vec![], &shares[0], &mut rng).unwrap();
    assert_eq!(verify(&statement, &proof), Ok(()));
}

#[test]
fn nothing_false_is_proved() {
    let election = Election::new(2, 3, 6);
    let prove = |trustee: usize, decrypted: &[OwnedList; 2]| {
        election.with_statement(trustee, decrypted, |statement| {
            prove_shares(statement, &election.shares[1], &mut rng(7))
        })
    };
    let refused = Err(ProveError::SelfCheck(Fault::Equation));
    assert_eq!(prove(0, &election.decrypted[0]), refused);
    let mut wrong = election.decrypted[1].clone();
    wrong[0].set(0, &message(0));
    assert_eq!(prove(1, &wrong), refused);
    let identity = OwnedList { bytes: vec![0; 64], row_length: 64 };
    let fault = Fault::Membership { field: "input", index: 0 };
    assert_eq!(
        identity.decrypted(&election.shares[0]).map(PartialDecryptions::into_rows),
        Err(ProveError::Input(fault))
    );
}

/// What is proved of elements in memory is what is proved of the stored ones, byte by byte.
#[test]
fn sums_in_memory_are_those_of_storage() {
    let election = Election::new(2, 3, 11);
    let share = &election.shares[1];
    election.with_statement(1, &election.decrypted[1], |statement| {
        let stored = prove_shares(statement, share, &mut rng(12)).unwrap();
        let made = prove_decryptions(statement, election.made(1), share, &mut rng(12)).unwrap();
        assert_eq!(made.to_bytes(), stored.to_bytes());
        assert_eq!(verify(statement, &made), Ok(()));
    });
}

#[test]
fn decryptions_are_proved_of_their_own_lists_only() {
    let election = Election::new(2, 3, 12);
    let prove = |trustee: usize, stored: usize, made: Vec<PartialDecryptions>| {
        election.with_statement(trustee, &election.decrypted[stored], |statement| {
            prove_decryptions(statement, made, &election.shares[1], &mut rng(7))
        })
    };
    let false_statement = Err(ProveError::SelfCheck(Fault::Equation));
    let length = Err(ProveError::Input(Fault::Length { field: "shares" }));
    assert!(prove(1, 1, election.made(1)).is_ok());
    // Of another trustee: all of it, its key alone, its stored lists alone.
    assert_eq!(prove(0, 0, election.made(0)), false_statement);
    assert_eq!(prove(0, 1, election.made(1)), false_statement);
    assert_eq!(prove(1, 0, election.made(1)), false_statement);
    assert_eq!(prove(1, 1, election.made(0)), false_statement);
    // Other lists: too few, exchanged, of another input.
    assert_eq!(prove(1, 1, election.made(1).split_off(1)), length);
    assert_eq!(prove(1, 1, election.made(1).into_iter().rev().collect()), length);
    let mut other = election.inputs[0].clone();
    other.set(1, &message(9));
    let mut made = election.made(1);
    made[0] = other.decrypted(&election.shares[1]).unwrap();
    assert_eq!(made[0].rows(), election.decrypted[1][0].bytes);
    assert_eq!(prove(1, 1, made), false_statement);
}

/// Expected: together, every statement gets the answer that it gets alone.
#[test]
fn several_trustees_in_one_pass() {
    let election = Election::new(2, 4, 13);
    let delta = group::mul_base(&Scalar::from(5u64));
    let honest = |trustee: usize| election.decrypted[trustee].clone();
    let mut altered = honest(1);
    altered[0].set(1, &(altered[0].get(1) + delta));
    altered[0].set(5, &(altered[0].get(5) - delta));
    let mut mixed_up = honest(0);
    mixed_up[1] = honest(1)[1].clone();
    let mut short = honest(2);
    short[0].bytes.truncate(6 * 32);
    let mut garbage = honest(3);
    garbage[1].bytes[4 * 96..].fill(0xff);
    let [h0, h1, h2, h3] = [0, 1, 2, 3].map(honest);
    // Who signs, what, and whose proof.
    let cases: [(usize, &[OwnedList; 2], usize); 10] = [
        (0, &h0, 0),
        (1, &altered, 1),
        (2, &short, 2),
        (3, &garbage, 3),
        // All of somebody else's, under one's own name; a list of somebody else's; a proof of somebody else's.
        (0, &h1, 1),
        (0, &mixed_up, 0),
        (2, &h2, 3),
        (1, &h1, 1),
        (2, &h2, 2),
        (3, &h3, 3),
    ];
    let shared = cases.map(|(trustee, decrypted, _)| (trustee, decrypted));
    election.with_statements(&shared, |statements| {
        let claims: Vec<_> = pairs(statements, &cases)
            .map(|(statement, (_, _, proof))| (statement.clone(), election.proofs[*proof]))
            .collect();
        let shares = |list, fault| Err(ShareError::Shares { list, fault });
        let expected = [
            Ok(()),
            PROOF,
            shares(0, Fault::Length { field: "shares" }),
            shares(1, Fault::NonCanonical { field: "shares", index: 4 }),
            PROOF,
            PROOF,
            PROOF,
            Ok(()),
            Ok(()),
            Ok(()),
        ];
        assert_eq!(verify_all(&claims), expected);
        for ((statement, proof), alone) in pairs(&claims, &expected) {
            assert_eq!(verify(statement, proof), *alone);
        }
        assert_eq!(verify_all(&[]), []);
        // A share list that cannot be read is its own statement's trouble, an input everybody's.
        let damaged = Damaged(h1[0].rows());
        let mut with_damaged = claims.clone();
        with_damaged[7].0.lists[0].shares.rows = &damaged;
        let mut found = expected.clone();
        found[7] = Err(ShareError::Rows { list: 0, error: DAMAGED });
        assert_eq!(verify_all(&with_damaged), found);
        let damaged = Damaged(election.inputs[0].rows());
        let mut with_damaged = claims.clone();
        with_damaged.iter_mut().for_each(|(claim, _)| claim.lists[0].input.rows = &damaged);
        let rows = Err(ShareError::Rows { list: 0, error: DAMAGED });
        let mut found = vec![rows; cases.len()];
        found[2] = expected[2].clone();
        assert_eq!(verify_all(&with_damaged), found);
    });
}

/// Trustees may have shared different lists, or the same in another order: a list's weights differ then in
/// where they start.
#[test]
fn lists_shared_in_part_are_checked_together() {
    let election = Election::new(2, 3, 14);
    let [h0, h1, h2] = [0, 1, 2].map(|trustee| &election.decrypted[trustee]);
    election.with_statements(&[(0, h0), (1, h1), (2, h2), (0, h0)], |statements| {
        let mut statements = statements.to_vec();
        statements[1].lists.swap(0, 1);
        statements[2].lists.remove(0);
        statements[3].lists.truncate(1);
        let mut claims: Vec<_> = statements
            .into_iter()
            .map(|statement| {
                let share = &election.shares[statement.trustee as usize];
                let proof = prove_shares(&statement, share, &mut rng(15)).unwrap();
                (statement, proof)
            })
            .collect();
        assert_eq!(verify_all(&claims), vec![Ok(()); 4]);
        let proof = claims[3].1;
        claims[0].1 = proof;
        assert_eq!(verify_all(&claims), [PROOF, Ok(()), Ok(()), Ok(())]);
    });
}

/// A list of which it only turns out at its end that it is not what its root names.
struct Damaged<'a>(MemoryRows<'a>);

const DAMAGED: RowsError = RowsError::Storage(String::new());

impl Rows for Damaged<'_> {
    fn count(&self) -> u64 {
        self.0.count()
    }

    fn row_length(&self) -> usize {
        self.0.row_length()
    }

    fn visit(&self, visit: &mut Visitor) -> Result<(), RowsError> {
        self.0.visit(visit)?;
        Err(DAMAGED)
    }
}

/// Nothing that was read of such a list counts, however well it fits.
#[test]
fn what_a_damaged_list_holds_proves_nothing() {
    let election = Election::new(2, 3, 10);
    election.with_statement(0, &election.decrypted[0], |honest| {
        let (input, shares) = (election.inputs[1].rows(), election.decrypted[0][1].rows());
        let (input, shares) = (Damaged(input), Damaged(shares));
        let rows = Err(ShareError::Rows { list: 1, error: DAMAGED });
        let mut statement = honest.clone();
        statement.lists[1].input.rows = &input;
        assert_eq!(verify(&statement, &election.proofs[0]), rows);
        let mut statement = honest.clone();
        statement.lists[1].shares.rows = &shares;
        assert_eq!(verify(&statement, &election.proofs[0]), rows);
        // A bad element in it is nobody's fault either.
        let zeros = vec![0; election.decrypted[0][1].bytes.len()];
        let shares = Damaged(MemoryRows::new(&zeros, 96).unwrap());
        let mut statement = honest.clone();
        statement.lists[1].shares.rows = &shares;
        assert_eq!(verify(&statement, &election.proofs[0]), rows);
    });
    let plaintexts = election.plaintexts(&[0, 2], 1);
    let plaintext_rows = plaintexts.rows();
    election.with_quorum(&[0, 2], 1, |width, input, shares| {
        let damaged = Damaged(election.decrypted[2][1].rows());
        let mut with_damaged = shares.to_vec();
        with_damaged[1].shares.rows = &damaged;
        let plaintexts = plaintexts.rooted(&plaintext_rows);
        assert_eq!(
            find_bad_plaintexts(width, input, &with_damaged, plaintexts),
            Err(RelationError::Rows { term: 3, error: DAMAGED })
        );
        assert_eq!(
            find_bad_shares(width, with_damaged[1], shares),
            Err(RelationError::Rows { term: 0, error: DAMAGED })
        );
    });
}

#[test]
fn wrong_plaintexts_are_named() {
    let election = Election::new(2, 3, 8);
    let quorum = [0, 2];
    let good = election.plaintexts(&quorum, 1);
    let delta = group::mul_base(&Scalar::from(9u64));
    let mut wrong = good.clone();
    wrong.set(4, &(wrong.get(4) + delta));
    wrong.set(11, &(wrong.get(11) - delta));
    assert_eq!(
        election.bad_plaintexts(&quorum, 1, &wrong),
        Ok(vec![Cell { row: 1, column: 1 }, Cell { row: 3, column: 2 }])
    );
    // The identity is a plaintext like any other.
    let mut identity = good.clone();
    identity.set(0, &(good.get(0) - good.get(0)));
    assert_eq!(
        election.bad_plaintexts(&quorum, 1, &identity),
        Ok(vec![Cell { row: 0, column: 0 }])
    );
    // D + Δ with M − λΔ: right for these shares, but then the shares are not proved.
    let mut election = election;
    let share = &mut election.decrypted[0][1];
    share.set(0, &(share.get(0) + delta));
    let lambda = psephos_proofs::key_ceremony::lagrange(&[0, 2], &Scalar::ZERO).unwrap()[0];
    let mut matched = good.clone();
    matched.set(0, &(good.get(0) - delta * lambda));
    assert_eq!(election.bad_plaintexts(&quorum, 1, &matched), Ok(vec![]));
    assert_eq!(election.check(0, &election.decrypted[0].clone()), PROOF);
    let mut short = good;
    short.bytes.truncate(96);
    let fault = Fault::Length { field: "plaintexts" };
    assert_eq!(
        election.bad_plaintexts(&quorum, 1, &short),
        Err(RelationError::Fault { term: 0, fault })
    );
    assert_eq!(election.bad_plaintexts(&[1, 1], 1, &short), Err(RelationError::Quorum));
}

#[test]
fn bad_cells_are_found_beyond_one_block() {
    let mut rng = rng(9);
    let (keys, shares) = Ceremony::new(1, 2, &mut rng).finish(&mut rng);
    let few = ciphertexts(&keys.public_key, 10, 1, &mut rng);
    let rows = 8_200;
    let input = OwnedList { bytes: few.bytes.repeat(rows / 10), row_length: 64 };
    let decrypted = OwnedList {
        bytes: few.decrypted(&shares[0]).unwrap().rows().repeat(rows / 10),
        row_length: 32,
    };
    let (input_rows, share_rows) = (input.rows(), decrypted.rows());
    let quorum = [TrusteeShares { trustee: 0, shares: decrypted.rooted(&share_rows) }];
    let bytes = combine(1, input.rooted(&input_rows), &quorum).unwrap();
    let mut plaintexts = OwnedList { bytes, row_length: 32 };
    let check = |plaintexts: &OwnedList| {
        let rows = plaintexts.rows();
        let input = input.rooted(&input_rows);
        find_bad_plaintexts(1, input, &quorum, plaintexts.rooted(&rows)).unwrap()
    };
    assert_eq!(check(&plaintexts), []);
    for row in [8191, 8192, 8_199] {
        plaintexts.set(row, &message(100));
    }
    let rows: Vec<u64> = check(&plaintexts).iter().map(|cell| cell.row).collect();
    assert_eq!(rows, [8191, 8192, 8_199]);
}
