//! Page 7 §7.2: the transcript of a trustee's shares, here of two lists.

use psephos_core::pairs::pairs;
use psephos_core::transcript::Transcript;
use psephos_proofs::decryption::{BlockWeights, RootedList, SharedList, Statement, aggregate};
use psephos_proofs::{ElectionContext, Fault};
use psephos_prove::ProveError;
use psephos_prove::decryption::prove_shares;

use super::election::{Ceremony, OwnedList, ciphertexts, election, message, rng};
use super::{Digest, Encoding, Line, Value, check, follow, page, probe};

#[derive(Clone)]
struct List {
    box_index: u64,
    batch_index: u64,
    width: u64,
    input: OwnedList,
    shares: OwnedList,
    roots: [Digest; 2],
}

#[derive(Clone)]
struct Case {
    election: ElectionContext,
    close: Digest,
    trustee: u64,
    trustee_key: Encoding,
    share_key: Encoding,
    lists: Vec<List>,
}

fn list(public_key: &Encoding, index: u64, rows: usize, width: usize) -> List {
    let input = ciphertexts(public_key, rows, width, &mut rng(index));
    // Any elements will do: nothing is proved here.
    let shares = ciphertexts(public_key, rows, width, &mut rng(index + 10));
    let shares = OwnedList {
        bytes: shares.bytes.chunks(64).flat_map(|pair| pair[..32].to_vec()).collect(),
        row_length: 32 * width,
    };
    let roots = [[index as u8; 32], [index as u8 + 100; 32]];
    List { box_index: index, batch_index: index + 1, width: width as u64, input, shares, roots }
}

fn case() -> Case {
    let mut rng = rng(1);
    let (keys, _) = Ceremony::new(1, 1, &mut rng).finish(&mut rng);
    Case {
        election: election(&keys),
        close: [2; 32],
        trustee: 3,
        trustee_key: [4; 32],
        share_key: [5; 32],
        lists: vec![list(&keys.public_key, 6, 3, 1), list(&keys.public_key, 8, 2, 2)],
    }
}

fn with_statement<T>(case: &Case, visit: impl FnOnce(&Statement<'_>) -> T) -> T {
    let rows: Vec<_> =
        case.lists.iter().map(|list| (list.input.rows(), list.shares.rows())).collect();
    let shared = |(list, (input, shares)): (&List, _)| SharedList {
        box_index: list.box_index,
        batch_index: list.batch_index,
        width: list.width,
        input: RootedList { root: list.roots[0], rows: input },
        shares: RootedList { root: list.roots[1], rows: shares },
    };
    let rows = rows.iter().map(|(input, shares)| (input as _, shares as _));
    visit(&Statement {
        election: case.election,
        close: case.close,
        trustee: case.trustee,
        trustee_key: case.trustee_key,
        share_key: case.share_key,
        lists: pairs(&case.lists, rows).map(shared).collect(),
    })
}

/// The state after the seed. The weights follow from that, and the sums from the weights.
fn challenges(case: &Case) -> Option<Vec<Digest>> {
    let mut aggregates = with_statement(case, aggregate).ok()?;
    Some(vec![probe(&mut aggregates.transcript)])
}

/// A row less in both lists.
fn shorten(list: &mut List) {
    for rows in [&mut list.input, &mut list.shares] {
        let length = rows.bytes.len() - rows.row_length;
        rows.bytes.truncate(length);
    }
}

/// The same rows read as twice as many of half the width, and the other way round.
fn reshape(list: &mut List) {
    let other = if list.width == 1 { 3 } else { 1 };
    list.width = other;
    list.input.row_length = 64 * other as usize;
    list.shares.row_length = 32 * other as usize;
}

/// The lines of list number `INDEX`.
fn lines_of<const INDEX: usize>() -> Vec<Line<Case>> {
    vec![
        Line::integer("box", |c| &mut c.lists[INDEX].box_index),
        Line::integer("batch", |c| &mut c.lists[INDEX].batch_index),
        Line::Absorbed {
            label: "rows",
            value: Box::new(|case| {
                let input = &case.lists[INDEX].input;
                Value::Integer((input.bytes.len() / input.row_length) as u64)
            }),
            changes: vec![Box::new(|case| shorten(&mut case.lists[INDEX]))],
        },
        Line::Absorbed {
            label: "width",
            value: Box::new(|case| Value::Integer(case.lists[INDEX].width)),
            changes: vec![Box::new(|case| reshape(&mut case.lists[INDEX]))],
        },
        Line::bytes("input", |c| &mut c.lists[INDEX].roots[0]),
        Line::bytes("shares", |c| &mut c.lists[INDEX].roots[1]),
    ]
}

fn lines() -> Vec<Line<Case>> {
    let mut lines = vec![
        Line::bytes("election", |c: &mut Case| &mut c.election.election),
        Line::encoding("public key", |c| &mut c.election.public_key),
        Line::bytes("close", |c| &mut c.close),
        Line::integer("trustee", |c| &mut c.trustee),
        Line::encoding("trustee key", |c| &mut c.trustee_key),
        Line::encoding("share key", |c| &mut c.share_key),
        Line::Absorbed {
            label: "lists",
            value: Box::new(|case| Value::Integer(case.lists.len() as u64)),
            changes: vec![
                Box::new(|case| case.lists.truncate(1)),
                Box::new(|case| case.lists.clear()),
                Box::new(|case| case.lists.extend_from_within(..1)),
                Box::new(|case| case.lists.swap(0, 1)),
            ],
        },
    ];
    lines.extend(lines_of::<0>());
    lines.extend(lines_of::<1>());
    lines.push(Line::Seed("weights"));
    lines.push(Line::Probe);
    lines
}

#[test]
fn every_line_of_shares() {
    let mut labels = page::calls(&page::part("07-decryption.md", "## 7.2", "## 7.3"));
    let seed = labels.pop().unwrap();
    let of_a_list = labels[labels.len() - 6..].to_vec();
    labels.extend(of_a_list);
    labels.push(seed);
    check(Transcript::new("decryption"), &labels, &case(), &lines(), challenges);
}

/// Two decryptions that are wrong by what cancels under the weights, if a trustee could choose its
/// shares when it knows these: with each of the lists' lines left out.
#[test]
fn shares_that_foresee_their_weights() {
    let mut rng = rng(2);
    let (keys, shares) = Ceremony::new(1, 1, &mut rng).finish(&mut rng);
    let mut case = case();
    (case.election, case.share_key) = (election(&keys), keys.share_keys[0]);
    for list in &mut case.lists {
        list.shares.bytes = list.input.decrypted(&shares[0]).unwrap().into_rows();
    }
    let prove = |case: &Case, seed| {
        let mut rng = super::election::rng(seed);
        with_statement(case, |statement| prove_shares(statement, &shares[0], &mut rng).map(|_| ()))
    };
    assert_eq!(prove(&case, 3), Ok(()));
    let without_shares = lines().into_iter().filter(|line| line.label() != "shares").collect();
    for table in [without_shares, lines()] {
        let mut transcript = Transcript::new("decryption");
        let (_, seed) = follow(&mut transcript, &case, &table)[0];
        let weights = BlockWeights::new(seed).range(0, 2);
        let mut forged = case.clone();
        let list = &mut forged.lists[0];
        list.shares.set(0, &(list.shares.get(0) + message(0) * weights[1]));
        list.shares.set(1, &(list.shares.get(1) - message(0) * weights[0]));
        list.roots[1] = psephos_core::tree::root(&list.shares.bytes);
        assert_eq!(prove(&forged, 4), Err(ProveError::SelfCheck(Fault::Equation)));
    }
}
