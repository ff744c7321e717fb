//! One trustee's shares and their proof.

use super::*;

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
