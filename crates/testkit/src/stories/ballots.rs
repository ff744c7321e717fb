//! Ballots that had to be rejected, accepted by the authority (spec/09-audit.md §9.5). The trustees then do
//! their work: but for this the election is VALID.

use std::sync::{Arc, LazyLock};

use psephos_audit::Culprit;
use psephos_ballot::Vote;
use psephos_core::pairs::pairs;
use psephos_core::transcript::Transcript;
use psephos_core::{Element, Encoding, Scalar, group};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::{ballot_challenge, ballot_transcript};
use psephos_prove::ballot::{BallotContent, prove_ballot};
use psephos_record::bodies::{Body, Reason, Rejected};
use psephos_secrets::SecretScalar;

use super::mixes::NO_ELEMENT;
use super::{AUTHORITY, Case, Fixture};
use crate::{Author, CastBallot, Election, Plan};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "ballot.proof-copy-re-randomised",
        altered: "Somebody's ballot stands twice, the copy re-randomised; the authority accepts both.",
        make: copy_re_randomised,
    },
    Case {
        name: "ballot.proof-borrowed",
        altered: "A ballot carries another ballot's proof, and the authority accepts it.",
        make: || {
            altered(|ballot, other| {
                let proof = ballot.len() - 64;
                ballot[proof..].copy_from_slice(&other[proof..]);
            })
        },
    },
    Case {
        name: "ballot.proof-other-credential",
        altered: "A ballot is put under another credential than it was made for, and the authority accepts it.",
        make: || altered(|ballot, other| ballot[CREDENTIAL].copy_from_slice(&other[CREDENTIAL])),
    },
    Case {
        name: "ballot.proof-other-counter",
        altered: "A ballot's counter is raised after it was made, and the authority accepts it.",
        make: || altered(|ballot, _| ballot[COUNTER] += 1),
    },
    Case {
        name: "ballot.proof-challenge-without-commitment",
        altered: "Somebody's copied votes under a proof whose commitment was chosen after the challenge; \
                  the authority accepts it.",
        make: || forged(commitment_after_challenge),
    },
    Case {
        name: "ballot.proof-challenge-without-credential",
        altered: "Somebody's copied votes under a proof whose credential was chosen after the challenge; \
                  the authority accepts it.",
        make: || forged(credential_after_challenge),
    },
    Case {
        name: "ballot.proof-challenge-without-rows",
        altered: "A ciphertext was chosen after the challenge of its ballot's proof; the authority accepts it.",
        make: || forged(row_after_challenge),
    },
    Case {
        name: "ballot.proof-one-power-for-all",
        altered: "Somebody's copied votes under a credential chosen so that both logarithms, which nobody \
                  knows, have a known sum; the authority accepts it.",
        make: || forged(known_sum),
    },
    Case {
        name: "ballot.proof-other-election",
        altered: "A ballot was proved for another election and names this one; the authority accepts it.",
        make: || elsewhere(true, |context, _| context.election[0] ^= 1),
    },
    Case {
        name: "ballot.proof-other-key",
        altered: "A ballot was proved for another election key; the authority accepts it.",
        make: || elsewhere(true, |context, _| context.public_key = group::encode(&group::base())),
    },
    Case {
        name: "ballot.proof-other-box",
        altered: "A ballot was proved for another box and names this one; the authority accepts it.",
        make: || elsewhere(true, |_, box_index| *box_index = 1),
    },
    Case {
        name: "ballot.context-other-election",
        altered: "A ballot of another election, honestly made, which the authority accepts.",
        make: || elsewhere(false, |context, _| context.election[0] ^= 1),
    },
    Case {
        name: "ballot.context-other-box",
        altered: "A ballot of another box, honestly made, which the authority accepts.",
        make: || elsewhere(false, |_, box_index| *box_index = 1),
    },
    Case {
        name: "ballot.shape-credential-identity",
        altered: "The authority accepts a ballot whose credential is the identity.",
        make: || misshapen(|_| CREDENTIAL.start, [0; 32]),
    },
    Case {
        name: "ballot.shape-a-identity",
        altered: "The authority accepts a ballot with the identity as the first half of a ciphertext.",
        make: || misshapen(|_| ROWS, [0; 32]),
    },
    Case {
        name: "ballot.shape-b-identity",
        altered: "The authority accepts a ballot with the identity as the second half of a ciphertext.",
        make: || misshapen(|_| ROWS + 32, [0; 32]),
    },
    Case {
        name: "ballot.shape-no-element",
        altered: "The authority accepts a ballot with a ciphertext that is no pair of elements.",
        make: || misshapen(|_| ROWS, NO_ELEMENT),
    },
    Case {
        name: "ballot.shape-element-not-canonical",
        altered: "The authority accepts a ballot with an element that is not in its canonical encoding.",
        make: || misshapen(|_| ROWS + 32, [0xff; 32]),
    },
    Case {
        name: "ballot.shape-scalar-not-canonical",
        altered: "The authority accepts a ballot whose response is as large as the group's order.",
        make: || misshapen(|length| length - 32, ORDER),
    },
    Case {
        name: "ballot.shape-one-ciphertext-more",
        altered: "The authority accepts a ballot with one ciphertext too many.",
        make: || resized(|ballot| ballot.extend_from_slice(&[0; 64])),
    },
    Case {
        name: "ballot.shape-one-ciphertext-less",
        altered: "The authority accepts a ballot with one ciphertext too few.",
        make: || resized(|ballot| drop(ballot.drain(ROWS..ROWS + 64))),
    },
    Case {
        name: "ballot.challenged-before",
        altered: "A voter has a ballot opened; the authority takes it in afterwards and accepts it.",
        make: || challenged(true),
    },
    Case {
        name: "ballot.challenged-after",
        altered: "The authority takes a ballot in; its voter has it opened before the end, and it is accepted.",
        make: || challenged(false),
    },
    Case {
        name: "intake.revote-lower-counter",
        altered: "Of three ballots of one credential the authority counts the one with the lowest counter, \
                  where the last counts.",
        make: || revoted(|_| 0),
    },
    Case {
        name: "intake.revote-higher-tracker",
        altered: "Of two ballots of one credential with the same counter the authority counts the one with \
                  the higher tracker.",
        make: || revoted(|right| 3 - right),
    },
];

/// Where a ballot's credential, counter and first ciphertext stand.
const CREDENTIAL: std::ops::Range<usize> = 40..72;
const COUNTER: usize = 72;
const ROWS: usize = 80;

/// q, the order of the group: the smallest scalar that is not canonical.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Two trustees and three ballots, taken in.
pub(super) fn voted() -> Election {
    static MADE: LazyLock<Election> = LazyLock::new(|| Election::voted(Plan::new(2, 2, 3)));
    MADE.clone()
}

pub(super) fn votes() -> Vec<Vote> {
    vec![Vote::marks(vec![1]), Vote::ranking(vec![2])]
}

pub(super) fn credential(ballot: &[u8]) -> Culprit {
    Culprit::Credential(ballot[CREDENTIAL].try_into().expect("32 bytes"))
}

/// The authority takes in these ballots and accepts all but the rejected ones; the last is to be found.
pub(super) fn accepted(mut election: Election, box_index: u64, ballots: &[Vec<u8>]) -> Fixture {
    let sequence = election.take_in_box(box_index, ballots);
    let body = election.close_body(&[]);
    election.post(Author::Authority, Body::Close(body));
    election.finish();
    let last = ballots.last().expect("a ballot");
    let culprits = [AUTHORITY, &[credential(last)]].concat();
    Fixture::blaming(election.board, &culprits).at_row(sequence, ballots.len() as u64 - 1)
}

/// An honest ballot, altered with the help of another one.
fn altered(alter: impl Fn(&mut [u8], &[u8])) -> Fixture {
    let mut election = voted();
    let other = election.cast(&votes()).bytes;
    let mut ballot = election.cast(&votes()).bytes;
    alter(&mut ballot, &other);
    accepted(election, 0, &[ballot])
}

/// The voter's own proof of something else than a ballot of this election's first box.
pub(super) fn proved_for(
    election: &mut Election,
    ballot: &CastBallot,
    credential: &SecretScalar,
    alter: impl Fn(&mut ElectionContext, &mut u64),
) -> Vec<u8> {
    let (mut context, mut box_index) = (election.context(), 0);
    alter(&mut context, &mut box_index);
    let content =
        BallotContent { election: &context, box_index, counter: 0, elements: &ballot.elements };
    let layout = election.ballot_layout();
    prove_ballot(&layout, &content, credential, &ballot.randomness, &mut election.rng)
        .expect("an honest ballot")
}

/// A ballot proved for something else; `renamed`: it names this election and box all the same.
fn elsewhere(renamed: bool, alter: fn(&mut ElectionContext, &mut u64)) -> Fixture {
    let mut election = voted();
    let ballot = election.cast(&votes());
    let credential = ballot.credential.clone();
    let mut bytes = proved_for(&mut election, &ballot, &credential, alter);
    if renamed {
        bytes[..40].copy_from_slice(&ballot.bytes[..40]);
    }
    accepted(election, 0, &[bytes])
}

/// Somebody's ballot as it stands on the board.
pub(super) fn first_ballot(election: &Election) -> Vec<u8> {
    let taken = election.view().ballots[0].ballots;
    election.read(&taken)[..taken.row_length as usize].to_vec()
}

/// The ciphertexts of somebody's ballot, re-randomised with factor 1: A + G and B + Y, the same votes.
fn copied(election: &Election) -> Vec<Element> {
    let ballot = first_ballot(election);
    let key = group::decode(&election.context().public_key).expect("the election's key");
    let (encodings, _) = ballot[ROWS..ballot.len() - 64].as_chunks::<32>();
    let summands: Vec<Element> =
        [group::base(), key].into_iter().cycle().take(encodings.len()).collect();
    pairs(encodings, summands)
        .map(|(encoding, summand)| group::decode(encoding).expect("a good ballot") + summand)
        .collect()
}

fn copy_re_randomised() -> Fixture {
    let election = voted();
    let mut ballot = first_ballot(&election);
    let rows = group::encode_batch(&copied(&election));
    let proof = ballot.len() - 64;
    ballot[ROWS..proof].copy_from_slice(rows.as_flattened());
    accepted(election, 0, &[ballot])
}

/// A ballot put together by somebody who copies votes and knows none of their logarithms.
struct Forgery {
    context: ElectionContext,
    credential: Element,
    elements: Vec<Element>,
    commitment: Element,
    response: Scalar,
    /// What the forger may choose.
    secret: Scalar,
}

impl Forgery {
    fn encoded(&self) -> (Encoding, Vec<Encoding>, Encoding) {
        let elements = group::encode_batch(&self.elements);
        (group::encode(&self.credential), elements, group::encode(&self.commitment))
    }

    /// Σ e^{i+2}·A_i.
    fn of_rows(&self, challenge: &Scalar) -> Element {
        let horner = |sum: Element, point: &Element| (sum + point) * challenge;
        let inner = self.elements.iter().step_by(2).rev().fold(Element::default(), horner);
        inner * challenge
    }

    fn bytes(&self) -> Vec<u8> {
        let (credential, elements, commitment) = self.encoded();
        let zero = [0; 8];
        let before = [&self.context.election[..], &zero, &credential, &zero].concat();
        let proof = [commitment, self.response.to_bytes()].concat();
        [&before, elements.as_flattened(), &proof].concat()
    }
}

/// A copied ballot under a proof that holds for a verifier whose challenge binds less.
fn forged(solve: fn(&mut Forgery)) -> Fixture {
    let mut election = voted();
    let elements = copied(&election);
    let mut random = || SecretScalar::random(&mut election.rng);
    let (credential, nonce, response) = (random(), random(), random());
    let mut forgery = Forgery {
        context: election.context(),
        credential: credential.public(),
        elements,
        commitment: nonce.public(),
        response: *response.expose(),
        secret: *nonce.expose(),
    };
    solve(&mut forgery);
    accepted(election, 0, &[forgery.bytes()])
}

/// T = z·G − e·K − Σ e^{i+2}·A_i, for an e that does not depend on T.
fn commitment_after_challenge(forgery: &mut Forgery) {
    let (credential, elements, _) = forgery.encoded();
    let mut transcript = ballot_transcript(&forgery.context, 0, &credential, 0, &elements);
    let challenge = transcript.challenge("challenge");
    forgery.commitment = group::mul_base(&forgery.response)
        - forgery.credential * challenge
        - forgery.of_rows(&challenge);
}

/// K = (z·G − T − Σ e^{i+2}·A_i) / e, for an e that does not depend on K.
fn credential_after_challenge(forgery: &mut Forgery) {
    let (_, elements, commitment) = forgery.encoded();
    let mut transcript = Transcript::new("ballot");
    forgery.context.absorb(&mut transcript);
    transcript.integer("box", 0);
    transcript.integer("counter", 0);
    transcript.encodings("rows", &elements);
    let challenge = ballot_challenge(&mut transcript, &commitment);
    let rest = group::mul_base(&forgery.response) - forgery.commitment;
    forgery.credential = (rest - forgery.of_rows(&challenge)) * challenge.invert();
}

/// A_0 = (z·G − T − e·K) / e², for an e that does not depend on the rows.
fn row_after_challenge(forgery: &mut Forgery) {
    // T is somebody else's A: its logarithm is not known, and so A_0's will not be.
    forgery.commitment = forgery.elements[0];
    let (credential, _, commitment) = forgery.encoded();
    let mut transcript = Transcript::new("ballot");
    forgery.context.absorb(&mut transcript);
    transcript.integer("box", 0);
    transcript.encoding("credential", &credential);
    transcript.integer("counter", 0);
    let challenge = ballot_challenge(&mut transcript, &commitment);
    forgery.elements[0] = Element::default();
    let rest = group::mul_base(&forgery.response) - forgery.commitment;
    let missing = rest - forgery.credential * challenge - forgery.of_rows(&challenge);
    forgery.elements[0] = missing * (challenge * challenge).invert();
}

/// K = k·G − Σ A_i: the proof holds where every logarithm has the factor e.
fn known_sum(forgery: &mut Forgery) {
    let (known, nonce) = (forgery.response, forgery.secret);
    let sum: Element = forgery.elements.iter().step_by(2).sum();
    forgery.credential = group::mul_base(&known) - sum;
    let (credential, elements, commitment) = forgery.encoded();
    let mut transcript = ballot_transcript(&forgery.context, 0, &credential, 0, &elements);
    forgery.response = nonce + ballot_challenge(&mut transcript, &commitment) * known;
}

/// A ballot that is no ballot: nobody can mix the list that it is accepted into.
fn stuck(ballot: Vec<u8>) -> Fixture {
    let mut election = voted();
    let sequence = election.take_in(&[ballot]);
    let body = election.close_body(&[]);
    election.post(Author::Authority, Body::Close(body));
    Fixture::blaming(election.board, AUTHORITY).at_row(sequence, 0)
}

/// An honest ballot with 32 bytes replaced.
fn misshapen(place: impl Fn(usize) -> usize, value: [u8; 32]) -> Fixture {
    let mut ballot = voted().cast(&votes()).bytes;
    let place = place(ballot.len());
    ballot[place..place + 32].copy_from_slice(&value);
    stuck(ballot)
}

/// An honest ballot of another length, in a `ballots` record of its own.
fn resized(resize: impl Fn(&mut Vec<u8>)) -> Fixture {
    let mut ballot = voted().cast(&votes()).bytes;
    resize(&mut ballot);
    stuck(ballot)
}

/// A ballot taken in and opened; `first`: opened before it is taken in.
fn challenged(first: bool) -> Fixture {
    let mut election = voted();
    let ballot = election.cast(&votes());
    let row = election.challenge(&ballot);
    if first {
        election.post_challenges(&[row]);
        return accepted(election, 0, &[ballot.bytes]);
    }
    let sequence = election.take_in(std::slice::from_ref(&ballot.bytes));
    election.post_challenges(&[row]);
    let body = election.close_body(&[]);
    election.post(Author::Authority, Body::Close(body));
    election.finish();
    let culprits = [AUTHORITY, &[credential(&ballot.bytes)]].concat();
    Fixture::blaming(election.board, &culprits).at_row(sequence, 0)
}

/// Ballots of one credential with the counters 3, 5 and 5, of which another counts than the right one.
fn revoted(choose: fn(u64) -> u64) -> Fixture {
    let mut election = voted();
    let voter = Arc::new(SecretScalar::random(&mut election.rng));
    let ballots = [3, 5, 5].map(|counter| election.cast_again(&votes(), &voter, counter).bytes);
    let sequence = election.take_in(&ballots);
    let honest = election.rejected();
    let is_right = |row: &u64| !honest.iter().any(|bad| bad.row == *row);
    let kept = choose((1..3).find(is_right).expect("one that counts"));
    let reason = Reason::Counter.code();
    let others = (0..3).filter(|row| *row != kept);
    let rejected: Vec<_> = others.map(|row| Rejected { sequence, row, reason }).collect();
    let body = election.close_body(&rejected);
    election.post(Author::Authority, Body::Close(body));
    election.finish();
    let culprits = [AUTHORITY, &[credential(&ballots[0])]].concat();
    Fixture::blaming(election.board, &culprits)
}
