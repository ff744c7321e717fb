//! Tiny honest elections, one for each feature.

use std::sync::Arc;

use psephos_ballot::contest::WriteIns;
use psephos_ballot::{Contest, Method, Vote};
use psephos_core::elgamal::PublicKey;
use psephos_core::{Scalar, group};
use psephos_proofs::key_ceremony::deal_commitment;
use psephos_prove::ballot::{BallotContent, BallotWitness, prove_bounded_ballot};
use psephos_record::bodies::{Blob, Body, Mix, Policy, SignOff, Waiver};
use psephos_secrets::SecretScalar;

use crate::{Author, Election, Plan, PlannedBox, credential_of};

/// A name, and what makes the election.
pub type Board = (&'static str, fn() -> Election);

/// All of them.
pub const BOARDS: [Board; 10] = [
    ("plain", plain),
    ("boxes", boxes),
    ("roll", roll),
    ("challenged", challenged),
    ("absent", absent),
    ("excluded", excluded),
    ("bounded", bounded),
    ("ceremonies", ceremonies),
    ("wide", wide),
    ("texts", texts),
];

/// Two trustees who are both needed, three ballots.
fn plain() -> Election {
    Election::complete(Plan::new(2, 2, 3))
}

/// A box that is merged into another one, and a box that closes under a waiver.
fn boxes() -> Election {
    let mut north = PlannedBox::new("north", &[&[0, 1]]);
    north.merge = Some(0);
    let boxes =
        vec![PlannedBox::new("town", &[&[0, 1]]), north, PlannedBox::new("island", &[&[0], &[1]])];
    let mut election = Election::opened(Plan { boxes, minimum: 3, ..Plan::new(2, 1, 6) });
    election.take_in_plan();
    let waiver = Waiver { box_index: 2, reason: "a small island".into() };
    election.post(Author::Authority, Body::Waiver(waiver));
    finish(election)
}

/// A lost code, and a voter who votes twice.
fn roll() -> Election {
    let plan = Plan::new(2, 1, 0).with_roll(Policy::Last);
    let mut election = Election::opened(Plan { voters: vec![0; 3], ..plan });
    let votes = Plan::new(1, 1, 3).votes;
    let lost = election.voters[0].clone();
    let secret = SecretScalar::random(&mut election.rng);
    let reissued = (0, Arc::new(secret));
    let entry = election.entry(&reissued);
    election.amend_roll(&[credential_of(&lost)], &[entry]);
    let again = election.voters[1].1.clone();
    let ballots = [
        election.cast_again(&votes[0], &lost.1, 0),
        election.cast_again(&votes[1], &reissued.1, 0),
        election.cast_again(&votes[2], &again, 0),
        election.cast_again(&votes[0], &again, 1),
    ];
    election.take_in(&ballots.map(|ballot| ballot.bytes));
    finish(election)
}

/// A ballot that was opened instead of cast, and one that was copied.
fn challenged() -> Election {
    let mut election = Election::opened(Plan::new(2, 1, 0));
    let votes = Plan::new(1, 1, 3).votes;
    let opened = election.cast(&votes[0]);
    let copied = election.cast(&votes[1]);
    let other = election.cast(&votes[2]);
    election.take_in(&[&opened, &copied, &copied, &other].map(|ballot| ballot.bytes.clone()));
    let row = election.challenge(&opened);
    election.post_challenges(&[row]);
    finish(election)
}

/// A trustee that is absent when its turn to mix comes.
fn absent() -> Election {
    let mut election = Election::closed(Plan { mixes: 1, ..Plan::new(2, 1, 2) });
    election.mix(0);
    election.exclude_absent(1, &[0]);
    election.share(0);
    election.publish_audited();
    let head = election.view().head;
    election.post(Author::Trustee(1), Body::SignOff(SignOff { head }));
    election.seal();
    election
}

/// A bad mix and a bad share, both excluded for cause.
fn excluded() -> Election {
    let mut election = Election::closed(Plan::new(3, 1, 2));
    let mut mix = election.mix_body(0);
    mix.mixes[0].output = rotated(&election, &mix.mixes[0].output);
    let record = election.post(Author::Trustee(0), Body::Mix(mix));
    election.exclude(record, "mix.proof");
    for trustee in [1, 2] {
        let batch = election.audit().view.batches[0].clone();
        let mix = election.mix_list(&batch, trustee, &batch.last, batch.position);
        election.post(Author::Trustee(trustee), Body::Mix(Mix { mixes: vec![mix] }));
    }
    let batch = election.audit().view.batches[0].clone();
    let mut share = election.share_lists(0, &[(batch.clone(), batch.last)]);
    share.lists[0].shares = rotated(&election, &share.lists[0].shares);
    let record = election.post(Author::Trustee(0), Body::Share(share));
    election.exclude(record, "decrypt.proof");
    for trustee in [1, 2] {
        let share = election.share_lists(trustee, &[(batch.clone(), batch.last)]);
        election.post(Author::Trustee(trustee), Body::Share(share));
    }
    election.publish_audited();
    election.seal();
    election
}

/// Rows in another order.
fn rotated(election: &Election, blob: &Blob) -> Blob {
    let mut bytes = election.read(blob);
    bytes.rotate_left(blob.row_length as usize);
    election.put(blob.row_length, &bytes)
}

/// Votes that are numbers, with proofs of their range.
fn bounded() -> Election {
    let mut plan = Plan::new(2, 1, 2);
    plan.contests.truncate(1);
    let boxes = vec![PlannedBox::new("all", &[&[0]])];
    let mut election = Election::opened(Plan { bits: Some(8), boxes, ..plan });
    let ballots = [vec![0], vec![1, 2]].map(|marks| cast_number(&mut election, marks));
    election.take_in(&ballots);
    finish(election)
}

/// A ballot of a box whose only batch is a number.
fn cast_number(election: &mut Election, marks: Vec<u16>) -> Vec<u8> {
    let context = election.context();
    let key = group::decode_proper(&context.public_key).expect("the election's key");
    let layouts = election.plan.layouts(0);
    let number = layouts[0].encode_number(&[Vote::marks(marks)]).expect("a vote");
    let (credential, random) =
        (SecretScalar::random(&mut election.rng), SecretScalar::random(&mut election.rng));
    let message = group::mul_base(&Scalar::from(number));
    let elements = PublicKey::new(key).encrypt(&message, random.expose()).encode();
    let content =
        BallotContent { election: &context, box_index: 0, counter: 0, elements: &elements };
    let witness = BallotWitness {
        credential: &credential,
        randomness: &[random],
        numbers: &[u64::from(number)],
    };
    let layout = election.ballot_layout();
    prove_bounded_ballot(&layout, &content, &witness, &mut election.rng).expect("an honest ballot")
}

/// A key ceremony that fails by a complaint, and a whole one.
fn ceremonies() -> Election {
    let mut election = Election::enrolled(Plan::new(2, 1, 2));
    election.issue_manifest();
    election.accept_all();
    for dealer in election.everybody() {
        let mut body = election.deal_commitment_body(dealer);
        if dealer == 0 {
            let mut deal = election.deals[&0].clone();
            deal.shares[1].ciphertext.0[0] ^= 1;
            let context = election.ceremony_context();
            body.commitment = deal_commitment(&context, 0, &deal);
            election.deals.insert(0, deal);
        }
        election.post(Author::Trustee(dealer), Body::DealCommitment(body));
    }
    election.deal_all();
    let complaint = election.complaint_body(1).expect("a share that cannot be opened");
    election.post(Author::Trustee(1), Body::Complain(complaint));
    election.conclude();
    election
}

/// A row of two ciphertexts.
fn wide() -> Election {
    let contest = |id: &str| Contest {
        id: id.into(),
        seats: 1,
        title: "Council".into(),
        method: Method::Irv { max_ranks: 30 },
        write_ins: None,
        candidates: (0..30).map(|index| format!("Candidate {index}")).collect(),
    };
    let contests = vec![contest("a"), contest("b")];
    let votes = (0..2).map(|index| vec![Vote::ranking(vec![index]), Vote::ranking(vec![index, 9])]);
    Election::complete(Plan { contests, votes: votes.collect(), ..Plan::new(2, 1, 0) })
}

/// A name that is written in, and a question that is answered in words.
fn texts() -> Election {
    let council = Contest {
        write_ins: Some(WriteIns { slots: 1, max_bytes: 10 }),
        ..Plan::new(1, 1, 0).contests.remove(0)
    };
    let question = Contest {
        id: "why".into(),
        seats: 1,
        title: "Why?".into(),
        method: Method::Text { max_bytes: 10 },
        write_ins: None,
        candidates: Vec::new(),
    };
    let write = |marks: &[u16], written: &str, text: &str| {
        let write_ins = if written.is_empty() { vec![] } else { vec![written.to_owned()] };
        vec![Vote { write_ins, ..Vote::marks(marks.to_vec()) }, Vote::text(text.to_owned())]
    };
    let votes = vec![write(&[0, 3], "Dora", "so"), write(&[1], "", "because")];
    Election::complete(Plan { contests: vec![council, question], votes, ..Plan::new(2, 1, 0) })
}

/// Everything from the close to the seal, honestly.
fn finish(mut election: Election) -> Election {
    election.close();
    election.mix_all();
    election.share_all();
    election.publish();
    election.seal();
    election
}
