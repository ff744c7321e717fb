//! Mixes that do not hold, each signed by its trustee (spec/04-shuffle.md, spec/09-audit.md §9.4).

use psephos_audit::{BatchView, Culprit};
use psephos_ballot::{Contest, Method, Vote};
use psephos_core::elgamal::{Ciphertext, PublicKey};
use psephos_core::generators::Generators;
use psephos_core::{Element, Scalar, group, tree};
use psephos_proofs::shuffle::{Proof, Statement};
use psephos_prove::shuffle::{Turn, Witness, prove_with_generators};
use psephos_record::bodies::{Blob, Body, Mix};

use super::stage::{closed, plan};
use super::{Case, Fixture, NOT_CANONICAL};
use crate::{Author, Election, Plan, PlannedBox};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "mix.proof-row-replaced",
        altered: "The first trustee replaces a vote while it mixes; everybody goes on from its list.",
        make: || row_replaced(0),
    },
    Case {
        name: "mix.proof-row-replaced-by-the-last",
        altered: "The last trustee replaces a vote while it mixes, and the result follows.",
        make: || row_replaced(2),
    },
    Case {
        name: "mix.proof-votes-that-cancel",
        altered: "The second trustee adds an element to one vote and takes it from another.",
        make: || {
            second_lists(|bytes, row| {
                add(bytes, 32, group::base());
                add(bytes, row + 32, -group::base());
            })
        },
    },
    Case {
        name: "mix.proof-rows-swapped",
        altered: "The second trustee exchanges two rows of its list after it has proved it.",
        make: || second_lists(|bytes, row| bytes[..2 * row].rotate_left(row)),
    },
    Case {
        name: "mix.proof-row-doubled",
        altered: "The second trustee puts one row in the place of another.",
        make: || second_lists(|bytes, row| bytes.copy_within(..row, row)),
    },
    Case {
        name: "mix.proof-one-column-swapped",
        altered: "A trustee exchanges one column of two rows, so that halves of two ballots change places.",
        make: || {
            wide(|bytes| {
                let (first, second) = bytes.split_at_mut(128);
                first[64..].swap_with_slice(&mut second[64..128]);
            })
        },
    },
    Case {
        name: "mix.proof-one-column-changed",
        altered: "A trustee changes the second column of one row.",
        make: || wide(|bytes| add(bytes, 64 + 32, group::base())),
    },
    Case {
        name: "mix.proof-errors-of-two-mixes-cancel",
        altered: "One trustee adds an element to a vote and the next takes it away again.",
        make: errors_of_two_mixes,
    },
    Case {
        name: "mix.proof-others-go-on-from-the-good-list",
        altered: "The first trustee's mix does not hold; the others go on from the list before it, and are enough.",
        make: others_go_on,
    },
    Case {
        name: "mix.proof-not-a-permutation",
        altered: "A trustee re-encrypts one row twice and leaves one out, with the honest prover's proof.",
        make: || proved([0, 0, 2, 3, 4], |_| {}, |_, _| {}),
    },
    Case {
        name: "mix.proof-all-one-row",
        altered: "A trustee re-encrypts one row in the place of all, with the honest prover's proof.",
        make: || proved([1; 5], |_| {}, |_, _| {}),
    },
    Case {
        name: "mix.proof-other-generators",
        altered: "A trustee's proof commits on generators of its own label.",
        make: on_other_generators,
    },
    Case {
        name: "mix.proof-fewer-rows",
        altered: "A trustee proves all rows but the last.",
        make: || proved(IN_ORDER, |_| {}, one_row_less),
    },
    Case {
        name: "mix.proof-more-rows",
        altered: "A trustee proves its mix for eight rows, three of them padding, which fill the same matrix.",
        make: || proved(IN_ORDER, |_| {}, |statement, output| padded(statement, output, 8)),
    },
    Case {
        name: "mix.proof-other-place",
        altered: "A trustee proves its mix for another place in the chain.",
        make: || proved(IN_ORDER, |turn| turn.position += 1, |_, _| {}),
    },
    Case {
        name: "mix.proof-other-close",
        altered: "A trustee proves its mix for another close record.",
        make: || proved(IN_ORDER, |turn| turn.context.close[0] ^= 1, |_, _| {}),
    },
    Case {
        name: "mix.proof-other-box",
        altered: "A trustee proves its mix for another box.",
        make: || proved(IN_ORDER, |turn| turn.context.box_index += 1, |_, _| {}),
    },
    Case {
        name: "mix.proof-other-batch",
        altered: "A trustee proves its mix for another batch.",
        make: || proved(IN_ORDER, |turn| turn.context.batch_index += 1, |_, _| {}),
    },
    Case {
        name: "mix.proof-other-index",
        altered: "A trustee proves its mix under another trustee's index.",
        make: || proved(IN_ORDER, |turn| turn.prover += 1, |_, _| {}),
    },
    Case {
        name: "mix.proof-other-trustee-key",
        altered: "A trustee proves its mix under another signing key.",
        make: || proved(IN_ORDER, |turn| turn.prover_key[0] ^= 1, |_, _| {}),
    },
    Case {
        name: "mix.proof-other-election",
        altered: "A trustee proves its mix for another election.",
        make: || proved(IN_ORDER, |turn| turn.context.election.election[0] ^= 1, |_, _| {}),
    },
    Case {
        name: "mix.proof-of-another-mix",
        altered: "The second trustee's mix carries the first one's proof.",
        make: proof_of_another_mix,
    },
    Case {
        name: "mix.proof-whole-mix-of-another",
        altered: "A trustee posts another one's mix under its own name.",
        make: || {
            let mut election = closed();
            let body = election.mix_body(0);
            posted(election, 1, body)
        },
    },
    Case {
        name: "mix.proof-batches-exchanged",
        altered: "A trustee exchanges the proofs of two batches of the same size.",
        make: || {
            two_batches(|body| {
                let (first, second) = body.mixes.split_at_mut(1);
                std::mem::swap(&mut first[0].proof, &mut second[0].proof);
            })
        },
    },
    Case {
        name: "mix.proof-lists-of-batches-exchanged",
        altered: "A trustee exchanges the lists of two batches and their proofs.",
        make: || {
            two_batches(|body| {
                let (first, second) = body.mixes.split_at_mut(1);
                std::mem::swap(&mut first[0].output, &mut second[0].output);
                std::mem::swap(&mut first[0].proof, &mut second[0].proof);
            })
        },
    },
    Case {
        name: "mix.shape-row-dropped",
        altered: "A trustee leaves the last row out of its list.",
        make: || resized(|bytes, row| bytes.truncate(bytes.len() - row)),
    },
    Case {
        name: "mix.shape-row-added",
        altered: "A trustee adds a row to its list.",
        make: || resized(|bytes, row| bytes.extend_from_within(..row)),
    },
    Case {
        name: "shape.length-mix-other-columns",
        altered: "A trustee's proof is one of nine rows, which has more columns.",
        make: proof_of_more_rows,
    },
    Case {
        name: "shape.length-mix-padded-to-other-columns",
        altered: "A trustee proves its mix in a matrix of three columns, as if four rows of padding were rows.",
        make: || proved(IN_ORDER, |_| {}, |statement, output| padded(statement, output, 9)),
    },
    Case {
        name: "shape.length-mix-more-matrix-rows",
        altered: "A trustee's proof commits to twice as many matrix rows as the list has.",
        make: || {
            reproved(|proof| {
                proof.exponents.0.extend_from_within(..);
                proof.powers.0.extend_from_within(..);
            })
        },
    },
    Case {
        name: "shape.length-mix-without-proof",
        altered: "A trustee's mix comes without a proof.",
        make: || first_mix(|body| body.mixes[0].proof = None),
    },
    Case {
        name: "shape.length-mix-exponents-short",
        altered: "A trustee's proof has one commitment to exponents too few.",
        make: || reproved(|proof| proof.exponents.0.truncate(3)),
    },
    Case {
        name: "shape.length-mix-multiexp-response-empty",
        altered: "A trustee's proof has no responses in the multi-exponentiation argument.",
        make: || reproved(|proof| proof.multiexp.response.0.clear()),
    },
    Case {
        name: "shape.length-mix-of-nothing",
        altered: "A trustee's mix record names no batch.",
        make: || first_mix(|body| body.mixes.clear()),
    },
    Case {
        name: "shape.length-mix-batch-twice",
        altered: "A trustee's mix record names one batch twice.",
        make: || first_mix(|body| body.mixes.extend_from_within(..)),
    },
    Case {
        name: "shape.length-mix-no-such-batch",
        altered: "A trustee's mix record names a batch that there is not.",
        make: || first_mix(|body| body.mixes[0].batch_index = 1),
    },
    Case {
        name: "group.membership-mix-output-identity",
        altered: "A trustee puts the identity into its list.",
        make: || element_replaced([0; 32]),
    },
    Case {
        name: "group.membership-mix-output-no-element",
        altered: "A trustee puts a number into its list that is no element.",
        make: || element_replaced(NO_ELEMENT),
    },
    Case {
        name: "encoding.canonical-mix-output-odd",
        altered: "A trustee puts an odd number into its list, which encodes nothing.",
        make: || element_replaced([1; 32]),
    },
    Case {
        name: "encoding.canonical-mix-output",
        altered: "A trustee puts an element into its list that is not in its canonical encoding.",
        make: || element_replaced([0xff; 32]),
    },
    Case {
        name: "encoding.canonical-mix-response",
        altered: "A response in a trustee's proof is not below the group's order.",
        make: || reproved(|proof| proof.multiexp.response.0[0] = [0xff; 32]),
    },
    Case {
        name: "encoding.canonical-mix-commitment",
        altered: "A commitment in a trustee's proof is not in its canonical encoding.",
        make: || reproved(|proof| proof.exponents.0[0] = [0xff; 32]),
    },
    Case {
        name: "mix.chain-first-list-again",
        altered: "The second trustee mixes the first list, as if the first trustee had done nothing.",
        make: || second_mixes(|batch| (batch.first, 0)),
    },
    Case {
        name: "mix.chain-first-list-in-second-place",
        altered: "The second trustee mixes the first list and says that it stands in the second place.",
        make: || second_mixes(|batch| (batch.first, 1)),
    },
    Case {
        name: "mix.chain-wrong-place",
        altered: "The second trustee mixes the last good list and says that it stands in the first place.",
        make: || second_mixes(|batch| (batch.last, 0)),
    },
    Case {
        name: "mix.chain-list-of-its-own",
        altered: "The second trustee mixes a list of ballots that it made itself.",
        make: list_of_its_own,
    },
    Case {
        name: "mix.chain-input-of-another-batch",
        altered: "A trustee names the list of one batch as what it has mixed in another.",
        make: || two_batches(|body| body.mixes[0].input = body.mixes[1].input),
    },
    Case {
        name: "mix.identity-twice",
        altered: "A trustee mixes a batch a second time.",
        make: || {
            let mut election = closed();
            election.mix(0);
            let body = election.mix_body(0);
            posted(election, 0, body)
        },
    },
    Case {
        name: "mix.identity-stranger",
        altered: "Somebody whom the election does not know posts a mix.",
        make: by_a_stranger,
    },
    Case {
        name: "mix.quorum-mix-of-what-is-no-list",
        altered: "The first trustee's list has a row that is no element, and the second one posts a mix of it; the \
                  third mix alone is too few.",
        make: of_what_is_no_list,
    },
    Case {
        name: "mix.quorum-one-fails",
        altered: "All three trustees have to mix, the third one's mix does not hold, and all decrypt the list \
                  before it.",
        make: too_few_valid,
    },
    Case {
        name: "mix-in-order",
        altered: "A trustee re-encrypts all rows and leaves them in their order, which nobody can see.",
        make: in_order,
    },
];

/// What the honest prover is given for an honest mix that only leaves the order as it is.
const IN_ORDER: [usize; 5] = [0, 1, 2, 3, 4];

/// The most columns of an argument here: those of nine rows.
const COLUMNS: usize = 3;

/// Canonical as a number, and the encoding of no element.
pub(super) const NO_ELEMENT: [u8; 32] = [8; 32];

pub(super) fn add(bytes: &mut [u8], place: usize, delta: Element) {
    let encoding = bytes[place..place + 32].try_into().expect("32 bytes");
    let element = group::decode(&encoding).expect("an element") + delta;
    bytes[place..place + 32].copy_from_slice(&group::encode(&element));
}

/// Replaces the output of a mix, its proof staying.
pub(super) fn with_output(
    election: &Election,
    body: &mut Mix,
    alter: impl Fn(&mut Vec<u8>, usize),
) {
    let output = body.mixes[0].output;
    let mut bytes = election.read(&output);
    alter(&mut bytes, output.row_length as usize);
    body.mixes[0].output = election.put(output.row_length, &bytes);
}

/// The trustee's fault, in its last record.
fn posted(mut election: Election, trustee: u64, body: Mix) -> Fixture {
    let record = election.post(Author::Trustee(trustee), Body::Mix(body));
    Fixture::blaming(election.board, &[Culprit::Trustee(trustee)]).at(record)
}

/// The first trustee's mix, altered.
fn first_mix(alter: impl Fn(&mut Mix)) -> Fixture {
    let mut election = closed();
    let mut body = election.mix_body(0);
    alter(&mut body);
    posted(election, 0, body)
}

fn reproved(alter: impl Fn(&mut Proof)) -> Fixture {
    first_mix(|body| alter(body.mixes[0].proof.as_mut().expect("a proof")))
}

fn resized(alter: impl Fn(&mut Vec<u8>, usize)) -> Fixture {
    let mut election = closed();
    let mut body = election.mix_body(0);
    with_output(&election, &mut body, alter);
    posted(election, 0, body)
}

fn element_replaced(value: [u8; 32]) -> Fixture {
    let fixture = resized(|bytes, row| bytes[row..row + 32].copy_from_slice(&value));
    Fixture { place: fixture.place.map(|(record, _)| (record, Some(1))), ..fixture }
}

/// One trustee replaces a vote; the others take its list for good, to the seal.
fn row_replaced(who: u64) -> Fixture {
    let mut election = closed();
    let mut record = 0;
    for trustee in election.everybody() {
        let mut body = election.mix_body(trustee);
        if trustee == who {
            with_output(&election, &mut body, |bytes, _| add(bytes, 32, group::base()));
            record = election.view().records;
        }
        election.post(Author::Trustee(trustee), Body::Mix(body));
    }
    election.share_all();
    election.publish();
    election.seal();
    Fixture::blaming(election.board, &[Culprit::Trustee(who)])
        .and_guilty(&[Culprit::Authority])
        .at(record)
}

/// The second trustee alters its list; the third goes on from it.
fn second_lists(alter: impl Fn(&mut Vec<u8>, usize)) -> Fixture {
    let mut election = closed();
    election.mix(0);
    let mut body = election.mix_body(1);
    with_output(&election, &mut body, alter);
    let record = election.post(Author::Trustee(1), Body::Mix(body));
    election.mix(2);
    Fixture::blaming(election.board, &[Culprit::Trustee(1)]).at(record)
}

fn others_go_on() -> Fixture {
    let mut election = closed();
    let mut body = election.mix_body(0);
    with_output(&election, &mut body, |bytes, row| bytes.rotate_left(row));
    let record = election.post(Author::Trustee(0), Body::Mix(body));
    for trustee in [1, 2] {
        election.mix_last_good(trustee);
    }
    for trustee in [1, 2] {
        election.share_last_good(trustee);
    }
    election.publish_audited();
    election.seal();
    Fixture::blaming(election.board, &[Culprit::Trustee(0)]).at(record)
}

/// Rows of two columns, as two contests in rounds of thirty candidates need them.
fn wide(alter: impl Fn(&mut [u8])) -> Fixture {
    let contest = |id: &str| Contest {
        id: id.into(),
        seats: 1,
        title: "Council".into(),
        method: Method::Irv { max_ranks: 30 },
        write_ins: None,
        candidates: (0..30).map(|index| format!("Candidate {index}")).collect(),
    };
    let votes = (0..3).map(|index| vec![Vote::ranking(vec![index]), Vote::ranking(vec![9, index])]);
    let plan = Plan {
        contests: vec![contest("first"), contest("second")],
        votes: votes.collect(),
        ..Plan::new(2, 2, 0)
    };
    let mut election = Election::closed(plan);
    assert_eq!(election.view().batches[0].width, 2);
    let mut body = election.mix_body(0);
    with_output(&election, &mut body, |bytes, _| alter(bytes));
    posted(election, 0, body)
}

fn errors_of_two_mixes() -> Fixture {
    let mut election = closed();
    for (trustee, delta) in [(0, group::base()), (1, -group::base())] {
        let mut body = election.mix_body(trustee);
        with_output(&election, &mut body, |bytes, _| add(bytes, 32, delta));
        election.post(Author::Trustee(trustee), Body::Mix(body));
    }
    election.mix(2);
    Fixture::blaming(election.board, &[Culprit::Trustee(0)]).and_guilty(&[Culprit::Trustee(1)])
}

/// A list re-encrypted row by row, where output row i comes from input row `sources[i]`, and the honest
/// prover's proof, on these generators, of whatever `claim` says of it.
fn remixed(
    election: &mut Election,
    turn: &Turn,
    sources: &[usize],
    generators: &Generators,
    claim: impl Fn(&mut Statement, &mut Vec<Element>),
) -> (Vec<u8>, Proof) {
    let input = election.view().batches[0].first;
    let key = group::decode_proper(&election.context().public_key).expect("the election's key");
    let key = PublicKey::new(key);
    let bytes = election.read(&input);
    let (encodings, _) = bytes.as_chunks::<32>();
    let elements: Vec<Element> =
        encodings.iter().map(|one| group::decode(one).expect("a good list")).collect();
    let (mut output, mut factors) = (Vec::new(), Vec::new());
    for source in sources {
        let factor = Scalar::from(factors.len() as u64 + 7);
        let before = Ciphertext { a: elements[2 * source], b: elements[2 * source + 1] };
        let after = key.reencrypt(&before, &factor);
        output.extend([after.a, after.b]);
        factors.push(factor);
    }
    let list = group::encode_batch(&output).into_flattened();
    let mut statement = Statement {
        context: turn.context,
        position: turn.position,
        prover: turn.prover,
        prover_key: turn.prover_key,
        rows: sources.len() as u64,
        width: turn.width,
        input: input.root,
        output: tree::root(&list),
    };
    claim(&mut statement, &mut output);
    let rows = statement.rows as usize;
    let sources = sources.iter().copied().chain(sources.len()..);
    let exponents: Vec<u64> = sources.take(rows).map(|source| source as u64 + 1).collect();
    factors.resize(rows, Scalar::ZERO);
    let witness = Witness { exponents: exponents.into(), factors: factors.into() };
    let rng = &mut election.rng;
    let proof = prove_with_generators(generators, &statement, &output, &witness, rng);
    (list, proof.expect("a proof of something"))
}

/// The first trustee's mix of rows of one column, with these sources, proved by the honest prover for this
/// turn and claim.
fn proved(
    sources: [usize; 5],
    alter: impl Fn(&mut Turn),
    claim: impl Fn(&mut Statement, &mut Vec<Element>),
) -> Fixture {
    proved_on(&Generators::derive(COLUMNS), sources, alter, claim)
}

fn on_other_generators() -> Fixture {
    let generators = Generators::derive_from("psephos/v1/my-generator", COLUMNS);
    proved_on(&generators, IN_ORDER, |_| {}, |_, _| {})
}

fn proved_on(
    generators: &Generators,
    sources: [usize; 5],
    alter: impl Fn(&mut Turn),
    claim: impl Fn(&mut Statement, &mut Vec<Element>),
) -> Fixture {
    let mut election = closed();
    let body = mix_proved_on(&mut election, generators, sources, alter, claim);
    posted(election, 0, body)
}

fn mix_proved_on(
    election: &mut Election,
    generators: &Generators,
    sources: [usize; 5],
    alter: impl Fn(&mut Turn),
    claim: impl Fn(&mut Statement, &mut Vec<Element>),
) -> Mix {
    let batch = election.view().batches[0].clone();
    let mut turn = election.turn(&batch, 0, 0);
    alter(&mut turn);
    let mut body = election.mix_body(0);
    election.board.remove_blob(&body.mixes[0].output.root);
    let (output, proof) = remixed(election, &turn, &sources, generators, claim);
    body.mixes[0].output = election.put(batch.first.row_length, &output);
    body.mixes[0].proof = Some(proof);
    body
}

/// What the altered mixes above are when nothing is altered.
fn in_order() -> Fixture {
    let mut election = closed();
    let generators = Generators::derive(COLUMNS);
    let body = mix_proved_on(&mut election, &generators, IN_ORDER, |_| {}, |_, _| {});
    election.post(Author::Trustee(0), Body::Mix(body));
    for trustee in [1, 2] {
        election.mix(trustee);
    }
    election.share_all();
    election.publish();
    election.seal();
    Fixture::valid(election.board)
}

fn one_row_less(statement: &mut Statement, output: &mut Vec<Element>) {
    statement.rows -= 1;
    output.truncate(2 * statement.rows as usize);
}

/// Claims `rows` rows: behind those there are stands what the argument pads with.
fn padded(statement: &mut Statement, output: &mut Vec<Element>, rows: u64) {
    statement.rows = rows;
    output.resize(2 * rows as usize, Element::default());
}

fn proof_of_another_mix() -> Fixture {
    let mut election = closed();
    let first = election.mix_body(0);
    election.post(Author::Trustee(0), Body::Mix(first.clone()));
    let mut second = election.mix_body(1);
    second.mixes[0].proof = first.mixes[0].proof.clone();
    posted(election, 1, second)
}

fn proof_of_more_rows() -> Fixture {
    let larger = Election::closed(Plan::new(3, 2, 9)).mix_body(0);
    first_mix(|body| body.mixes[0].proof = larger.mixes[0].proof.clone())
}

/// One box with the two contests in batches of their own.
pub(super) fn in_two_batches() -> Plan {
    Plan { boxes: vec![PlannedBox::new("all", &[&[0], &[1]])], ..Plan::new(2, 2, 3) }
}

fn two_batches(alter: impl Fn(&mut Mix)) -> Fixture {
    let mut election = Election::closed(in_two_batches());
    let mut body = election.mix_body(0);
    alter(&mut body);
    posted(election, 0, body)
}

/// The first trustee has mixed; the second mixes this list, and says this place.
fn second_mixes(choose: impl Fn(&BatchView) -> (Blob, u64)) -> Fixture {
    let mut election = closed();
    election.mix(0);
    let batch = election.view().batches[0].clone();
    let (list, position) = choose(&batch);
    let mix = election.mix_list(&batch, 1, &list, position);
    posted(election, 1, Mix { mixes: vec![mix] })
}

fn list_of_its_own() -> Fixture {
    let mut election = closed();
    election.mix(0);
    let batch = election.view().batches[0].clone();
    let ballots: Vec<u8> = plan()
        .votes
        .iter()
        .flat_map(|_| election.cast(&plan().votes[0]).elements.concat())
        .collect();
    let list = election.put(batch.first.row_length, &ballots);
    let mix = election.mix_list(&batch, 1, &list, 1);
    posted(election, 1, Mix { mixes: vec![mix] })
}

/// The list of the first trustee has a row that is no element, so nothing can be said of the second one's mix.
fn of_what_is_no_list() -> Fixture {
    let mut election = closed();
    let mut second = election.mix_body(1);
    let mut first = election.mix_body(0);
    with_output(&election, &mut first, |bytes, _| bytes[..32].copy_from_slice(&NOT_CANONICAL));
    second.mixes[0].input = first.mixes[0].output.root;
    second.mixes[0].position = 1;
    election.post(Author::Trustee(0), Body::Mix(first));
    election.post(Author::Trustee(1), Body::Mix(second));
    election.mix_last_good(2);
    election.share_last_good(2);
    Fixture::blaming(election.board, &[Culprit::Trustee(0), Culprit::Trustee(1)])
}

fn by_a_stranger() -> Fixture {
    let mut election = closed();
    let body = election.mix_body(0);
    let record = election.post(Author::Stranger, Body::Mix(body));
    let stranger = Culprit::Author(election.public_key(Author::Stranger));
    Fixture::blaming(election.board, &[stranger]).at(record)
}

fn too_few_valid() -> Fixture {
    let mut election = Election::closed(Plan { mixes: 3, ..plan() });
    election.mix(0);
    election.mix(1);
    let good = election.view().batches[0].clone();
    let mut body = election.mix_body(2);
    with_output(&election, &mut body, |bytes, row| bytes.rotate_left(row));
    election.post(Author::Trustee(2), Body::Mix(body));
    for trustee in election.everybody() {
        let body = election.share_lists(trustee, &[(good.clone(), good.last)]);
        election.post(Author::Trustee(trustee), Body::Share(body));
    }
    Fixture::blaming(election.board, &[Culprit::Trustee(2)])
}
