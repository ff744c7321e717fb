//! Several trustees' shares, and what follows from them, in one pass.

use super::*;

/// The shares alone.
fn check_all(claims: &[(Statement<'_>, Dleq)]) -> Vec<Result<(), ShareError>> {
    verify_all(claims, &[], &|_, _| {}).shares
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
        assert_eq!(check_all(&claims), expected);
        for ((statement, proof), alone) in pairs(&claims, &expected) {
            assert_eq!(verify(statement, proof), *alone);
        }
        assert_eq!(check_all(&[]), []);
        // A list that cannot be read is the trouble of all who name it, and of nobody else.
        let damaged = Damaged(h1[0].rows());
        let root = claims[7].0.lists[0].shares.root;
        let (mut with_damaged, mut found) = (claims.clone(), expected.clone());
        for ((claim, _), answer) in pairs(&mut with_damaged, &mut found) {
            let list = &mut claim.lists[0];
            if list.shares.root == root {
                list.shares.rows = &damaged;
                *answer = Err(ShareError::Rows { list: 0, error: DAMAGED });
            }
        }
        assert_eq!(found.iter().filter(|answer| !expected.contains(answer)).count(), 2);
        assert_eq!(check_all(&with_damaged), found);
        let damaged = Damaged(election.inputs[0].rows());
        let mut with_damaged = claims.clone();
        with_damaged.iter_mut().for_each(|(claim, _)| claim.lists[0].input.rows = &damaged);
        let rows = Err(ShareError::Rows { list: 0, error: DAMAGED });
        let mut found = vec![rows; cases.len()];
        found[2] = expected[2].clone();
        assert_eq!(check_all(&with_damaged), found);
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
        assert_eq!(check_all(&claims), vec![Ok(()); 4]);
        let proof = claims[3].1;
        claims[0].1 = proof;
        assert_eq!(check_all(&claims), [PROOF, Ok(()), Ok(()), Ok(())]);
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
            find_bad_plaintexts(&Decryption { width, input, shares: &with_damaged, plaintexts }),
            Err(RelationError::Rows { term: 3, error: DAMAGED })
        );
        assert_eq!(
            find_bad_shares(width, with_damaged[1], shares),
            Err(RelationError::Rows { term: 0, error: DAMAGED })
        );
    });
}

/// Plaintexts checked beside the shares are found right exactly when they are, whatever the shares' proofs say.
#[test]
fn plaintexts_are_checked_with_the_shares() {
    let mut election = Election::new(2, 3, 16);
    let delta = group::mul_base(&Scalar::from(5u64));
    let good = election.plaintexts(&[0, 2], 1);
    let changed = |place: usize| {
        let mut list = good.clone();
        list.set(place, &(list.get(place) + delta));
        list
    };
    let mut short = good.clone();
    short.bytes.truncate(96);
    let mut garbage = good.clone();
    garbage.bytes[32 * 14..].fill(0xff);
    let mut two_cancel = changed(3);
    two_cancel.set(4, &(two_cancel.get(4) - delta));
    let other_batch = election.plaintexts(&[0, 1], 0);
    // The quorum, the batch, the plaintexts, and whether they follow.
    let cases: [(&[usize], usize, &OwnedList, bool); 10] = [
        (&[0, 2], 1, &good, true),
        (&[0, 1], 1, &good, true),
        (&[1, 2], 0, &other_batch, true),
        (&[0, 2], 1, &changed(0), false),
        (&[0, 2], 1, &changed(14), false),
        (&[0, 2], 1, &two_cancel, false),
        (&[0, 2], 1, &short, false),
        (&[0, 2], 1, &garbage, false),
        (&[1, 1], 1, &good, false),
        (&[0, 1], 0, &good, false),
    ];
    let found = |election: &Election, cases: &[(&[usize], usize, &OwnedList, bool)]| {
        let inputs = election.inputs.each_ref().map(OwnedList::rows);
        let decrypted: Vec<_> =
            election.decrypted.iter().map(|lists| lists.each_ref().map(OwnedList::rows)).collect();
        let quorums: Vec<Vec<TrusteeShares<'_>>> = cases
            .iter()
            .map(|(quorum, batch, ..)| {
                let share = |trustee: &usize| TrusteeShares {
                    trustee: *trustee as u64,
                    shares: election.decrypted[*trustee][*batch]
                        .rooted(&decrypted[*trustee][*batch]),
                };
                quorum.iter().map(share).collect()
            })
            .collect();
        let lists: Vec<_> = cases.iter().map(|(_, _, list, _)| list.rows()).collect();
        let decryptions: Vec<_> = pairs(pairs(cases, &quorums), &lists)
            .map(|(((_, batch, list, _), shares), rows)| Decryption {
                width: [1, 3][*batch],
                input: election.inputs[*batch].rooted(&inputs[*batch]),
                shares,
                plaintexts: list.rooted(rows),
            })
            .collect();
        let shared: Vec<_> = election.decrypted.iter().enumerate().collect();
        let verified = election.with_statements(&shared, |statements| {
            let claims: Vec<_> = pairs(statements.iter().cloned(), &election.proofs)
                .map(|(statement, proof)| (statement, *proof))
                .collect();
            verify_all(&claims, &decryptions, &|_, _| {})
        });
        for (decryption, holds) in pairs(&decryptions, &verified.plaintexts) {
            assert_eq!(find_bad_plaintexts(decryption) == Ok(vec![]), *holds);
        }
        verified
    };
    let expected: Vec<bool> = cases.iter().map(|(.., holds)| *holds).collect();
    let Verified { shares, plaintexts } = found(&election, &cases);
    assert_eq!((shares, plaintexts), (vec![Ok(()); 3], expected));

    // D + Δ with M − λΔ: right for these shares, which are not proved.
    let share = &mut election.decrypted[0][1];
    share.set(2, &(share.get(2) + delta));
    let lambda = psephos_proofs::key_ceremony::lagrange(&[0, 2], &Scalar::ZERO).unwrap()[0];
    let mut matched = good.clone();
    matched.set(2, &(good.get(2) - delta * lambda));
    let cases: [(&[usize], usize, &OwnedList, bool); 2] =
        [(&[0, 2], 1, &matched, true), (&[0, 2], 1, &good, false)];
    let Verified { shares, plaintexts } = found(&election, &cases);
    assert_eq!((shares, plaintexts), (vec![PROOF, Ok(()), Ok(())], vec![true, false]));
}

/// What is read is told, up to all of it: every list once.
#[test]
fn every_list_is_read_once() {
    let election = Election::new(2, 3, 17);
    let shared: Vec<_> = election.decrypted.iter().enumerate().collect();
    election.with_statements(&shared, |statements| {
        let claims: Vec<_> = pairs(statements.iter().cloned(), &election.proofs)
            .map(|(statement, proof)| (statement, *proof))
            .collect();
        let told = std::sync::Mutex::new(Vec::new());
        let verified =
            verify_all(&claims, &[], &|done, total| told.lock().unwrap().push((done, total)));
        assert_eq!(verified.shares, vec![Ok(()); 3]);
        let told = told.into_inner().unwrap();
        // 7 and 5 rows: each input once, and the shares of three trustees.
        assert_eq!(told.len(), 8);
        assert!(told.is_sorted() && told.iter().all(|(_, total)| *total == 48));
        assert_eq!(told.last(), Some(&(48, 48)));
    });
}
