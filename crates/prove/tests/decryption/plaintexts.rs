//! Combination, and the check of plaintexts.

use super::*;

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
        let (shares, plaintexts) = (&quorum[..], plaintexts.rooted(&rows));
        find_bad_plaintexts(&Decryption { width: 1, input, shares, plaintexts }).unwrap()
    };
    assert_eq!(check(&plaintexts), []);
    for row in [8191, 8192, 8_199] {
        plaintexts.set(row, &message(100));
    }
    let rows: Vec<u64> = check(&plaintexts).iter().map(|cell| cell.row).collect();
    assert_eq!(rows, [8191, 8192, 8_199]);
}
