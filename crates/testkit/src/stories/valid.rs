//! What an election survives and what makes no difference, and every counting method.

use psephos_ballot::contest::WriteIns;
use psephos_ballot::{Contest, Method, Vote};
use psephos_proofs::key_ceremony::deal_commitment;
use psephos_record::bodies::{Body, DealCommitment};
use psephos_record::kind::Kind;
use psephos_record::message::Record;
use psephos_record::signature::sign;

use super::stage::{complete, enrolled, plan};
use super::steps::append;
use super::{Case, Fixture, place};
use crate::{Author, Election, Plan, PlannedBox, Reseal};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "honest",
        altered: "Nothing; five ballots, three trustees, of whom two can decrypt.",
        make: || Fixture::valid(complete().board),
    },
    Case {
        name: "honest-pinned",
        altered: "Nothing; the auditor was told the election's id and the head.",
        make: || {
            let election = complete();
            let view = election.view();
            Fixture::valid(election.board).pinned(view.election()).pinned(view.head)
        },
    },
    Case {
        name: "ceremony-failed-and-held-again",
        altered: "A trustee deals wrongly and is complained of; a second attempt of the key ceremony is whole.",
        make: || {
            let mut election = wrongly_dealt(&[1]);
            complain(&mut election, &[1]);
            election.conclude();
            Fixture::valid(election.board)
        },
    },
    Case {
        name: "ceremony-failed-for-two-and-held-again",
        altered: "A trustee deals wrongly to two others, and both complain; a second attempt is whole.",
        make: || {
            let mut election = wrongly_dealt(&[0, 1]);
            complain(&mut election, &[0, 1]);
            election.conclude();
            Fixture::valid(election.board)
        },
    },
    Case {
        name: "ceremony-without-a-trustee",
        altered: "A trustee that was invited never enrols; the manifest leaves it out, and the others move up.",
        make: || {
            let mut election = Election::new(plan());
            election.propose();
            election.enrol(1);
            election.enrol(2);
            election.go_on_without(0);
            Fixture::valid(election.board)
        },
    },
    Case {
        name: "enrolment-on-its-way-to-a-manifest-without-it",
        altered: "A trustee enrols while the authority leaves it out of the manifest.",
        make: || {
            let mut election = Election::new(plan());
            election.propose();
            election.enrol(1);
            election.enrol(2);
            let late = Author::Trustee(0);
            let body = Body::Enrol(election.enrol_body(0, late));
            let message = election.message(late, &body);
            let signed = sign(message, election.key(late));
            election.go_on_without(0);
            let view = election.view();
            append(&election, Record::wrap(signed, view.records, view.head).encode());
            Fixture::valid(election.board)
        },
    },
    Case {
        name: "ceremony-given-up-and-held-again",
        altered: "The authority issues a second manifest before everybody has accepted the first.",
        make: || {
            let mut election = enrolled();
            election.issue_manifest();
            let body = election.accept_body(0);
            election.post(Author::Trustee(0), Body::Accept(body));
            election.conclude();
            Fixture::valid(election.board)
        },
    },
    Case {
        name: "files-that-no-record-names",
        altered: "Files lie in the board's folders that no record names; nobody looks at them.",
        make: || {
            Fixture::valid(complete().board)
                .with_stray("notes.txt", b"Counted twice.\n".to_vec())
                .with_stray("records/00000003.cbor.old", vec![0; 10])
                .with_stray("records/3.cbor", vec![0; 10])
                .with_stray("blobs/notes.txt", b"Counted twice.\n".to_vec())
                .with_stray(NO_BLOB, vec![0; 64])
        },
    },
    Case {
        name: "time-of-the-seal",
        altered: "The authority's seal says that it was made a second later.",
        make: || {
            let election = complete();
            let mut reseal = Reseal::of(&election);
            reseal.alter_message(place(&election, Kind::Seal), |message| message.time += 1);
            Fixture::valid(reseal.seal())
        },
    },
    Case {
        name: "count-marks",
        altered: "Plurality with write-ins, and approval.",
        make: || {
            let plurality = Contest {
                write_ins: Some(WriteIns { slots: 1, max_bytes: 10 }),
                ..contest("mayor", 1, Method::Plurality { max_marks: 1 })
            };
            let written = Vote { write_ins: vec!["Dora".into()], ..Vote::marks(vec![4]) };
            let mayor = [Vote::marks(vec![0]), Vote::marks(vec![1]), written, Vote::marks(vec![])];
            let park = [vec![0, 1, 2, 3], vec![1], vec![1, 2], vec![]].map(Vote::marks);
            counted(&[(plurality, mayor), (contest("park", 2, Method::Approval {}), park)])
        },
    },
    Case {
        name: "count-scores",
        altered: "Scores, Borda's points, and grades with majority judgment, where a blank ballot counts.",
        make: || {
            let scores = [vec![9, 0, 3, 1], vec![0, 9, 3, 1], vec![1, 1, 1, 1], vec![0, 0, 0, 0]];
            // Without the blank ballot the first would win, and not the second.
            let grades = [vec![2, 1, 0, 0], vec![2, 1, 1, 0], vec![0, 1, 0, 1], vec![0, 0, 0, 0]];
            let names = ["poor", "fair", "good"].map(String::from).to_vec();
            counted(&[
                (contest("score", 1, Method::Score { max_score: 9 }), scores.map(Vote::scores)),
                (contest("borda", 1, Method::Borda { max_ranks: 3 }), rankings()),
                (
                    contest("grades", 1, Method::MajorityJudgment { grades: names }),
                    grades.map(Vote::scores),
                ),
            ])
        },
    },
    Case {
        name: "count-rankings",
        altered: "Instant run-off, and the single transferable vote in three ways.",
        make: || {
            counted(&[
                (contest("irv", 1, Method::Irv { max_ranks: 4 }), rankings()),
                (contest("stv", 2, Method::Stv { max_ranks: 4 }), rankings()),
                (contest("scottish", 2, Method::ScottishStv { max_ranks: 4 }), rankings()),
                (contest("meek", 2, Method::Meek { max_ranks: 4 }), rankings()),
            ])
        },
    },
    Case {
        name: "count-pairs",
        altered: "Schulze's method, with equal ranks.",
        make: || {
            let tiers = [
                vec![vec![0], vec![1, 2], vec![3]],
                vec![vec![1], vec![2], vec![0]],
                vec![vec![2, 3], vec![0]],
                vec![],
            ];
            let schulze = contest("chair", 1, Method::Schulze { max_ranks: 4 });
            counted(&[(schulze, tiers.map(Vote::tiers))])
        },
    },
    Case {
        name: "count-party-lists",
        altered: "Party lists, by the divisors of D'Hondt and of Sainte-Laguë.",
        make: || {
            let marks = || [vec![0], vec![0], vec![1], vec![3]].map(Vote::marks);
            counted(&[
                (contest("dhondt", 3, Method::DHondt { max_marks: 1 }), marks()),
                (contest("sainte-lague", 3, Method::SainteLague { max_marks: 1 }), marks()),
            ])
        },
    },
    Case {
        name: "count-texts",
        altered: "Texts in the voters' own words.",
        make: || {
            let texts = ["A bench by the lake.", "Mehr Bäume!", "", "A bench by the lake."];
            let wish = Contest {
                candidates: Vec::new(),
                ..contest("wish", 1, Method::Text { max_bytes: 40 })
            };
            counted(&[(wish, texts.map(|text| Vote::text(text.into())))])
        },
    },
];

/// A root that no record names.
const NO_BLOB: &str = "blobs/0707070707070707070707070707070707070707070707070707070707070707";

/// Trustee 2's shares for these others cannot be decrypted.
fn wrongly_dealt(recipients: &[usize]) -> Election {
    let mut election = enrolled();
    election.issue_manifest();
    election.accept_all();
    for index in election.everybody() {
        let mut body = election.deal_commitment_body(index);
        if index == 2 {
            let context = election.ceremony_context();
            let deal = election.deals.get_mut(&2).expect("a deal");
            for recipient in recipients {
                deal.shares[*recipient].ciphertext.0[0] ^= 1;
            }
            body = DealCommitment { commitment: deal_commitment(&context, 2, deal) };
        }
        election.post(Author::Trustee(index), Body::DealCommitment(body));
    }
    election.deal_all();
    election
}

fn complain(election: &mut Election, trustees: &[u64]) {
    for trustee in trustees {
        let body = election.complaint_body(*trustee).expect("a complaint");
        election.post(Author::Trustee(*trustee), Body::Complain(body));
    }
}

/// Four candidates.
fn contest(id: &str, seats: u16, method: Method) -> Contest {
    let candidates = ["Anna", "Boris", "Clara", "Emil"].map(String::from).to_vec();
    Contest { id: id.into(), seats, title: id.into(), method, write_ins: None, candidates }
}

fn rankings() -> [Vote; 4] {
    [vec![0, 1, 2], vec![1, 0], vec![2, 1, 0], vec![1, 3]].map(Vote::ranking)
}

/// Four voters, each with a vote in every contest.
fn counted(contests: &[(Contest, [Vote; 4])]) -> Fixture {
    let votes =
        (0..4).map(|voter| contests.iter().map(|(_, votes)| votes[voter].clone()).collect());
    let all: Vec<u64> = (0..contests.len() as u64).collect();
    let plan = Plan {
        contests: contests.iter().map(|(contest, _)| contest.clone()).collect(),
        boxes: vec![PlannedBox::new("all", &[&all])],
        votes: votes.collect(),
        ..Plan::new(2, 1, 0)
    };
    Fixture::valid(Election::complete(plan).board)
}
