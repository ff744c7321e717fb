//! What somebody else writes in an honest trustee's name, and shares of lists that there are not.

use psephos_audit::{Audit, CheckId, Culprit, Verdict};
use psephos_record::bodies::{BatchShare, Body, Share};
use psephos_record::message::Record;
use psephos_record::signature::sign_bytes;
use psephos_testkit::{Author, Election};

use crate::{convicts, is_valid, plan};

/// A record in a trustee's name that somebody else has signed.
fn forge(election: &mut Election, trustee: u64, body: &Body) -> u64 {
    // The trustee itself knows nothing of it: its next message has the same counter.
    let message = election.clone().message(Author::Trustee(trustee), body);
    let stranger = sign_bytes(message.encode(), election.key(Author::Stranger));
    let sequence = election.append(Author::Trustee(trustee), message);
    let mut files = election.board.records();
    let mut record = Record::decode(&files.pop().unwrap()).unwrap();
    record.signature = stranger.signature;
    files.push(record.encode());
    election.board.set_records(files);
    sequence
}

/// An election to its end, with a bad mix and a bad share in the names of trustees who then make honest
/// ones; the forged records.
fn framed() -> (Election, [u64; 2]) {
    let mut election = Election::closed(plan());
    let mut mix = election.mix_body(0);
    mix.mixes[0].proof.as_mut().unwrap().powers.0.reverse();
    let forged_mix = forge(&mut election, 0, &Body::Mix(mix));
    election.mix_all();
    let mut share = election.share_body(1);
    share.proof.response = [0; 32];
    let forged_share = forge(&mut election, 1, &Body::Share(share));
    (election, [forged_mix, forged_share])
}

fn finish(election: &mut Election) -> Audit {
    election.share_all();
    election.publish();
    election.seal();
    election.audit()
}

/// What is wrong with a forged record convicts nobody, and does not stand in the way of whom it names.
#[test]
fn forged_records_convict_nobody() {
    let (mut election, forged) = framed();
    let audit = finish(&mut election);
    let text = audit.report.to_text();
    assert_eq!(audit.report.verdict, Verdict::Invalid, "{text}");
    let found: Vec<_> = audit.report.failures.iter().map(|f| (f.check, f.record)).collect();
    assert_eq!(found, forged.map(|record| (CheckId::BoardSignature, Some(record))), "{text}");
    assert!(audit.report.failures.iter().all(|failure| failure.culprits.is_empty()), "{text}");

    let (mut election, forged) = framed();
    for record in forged {
        election.exclude(record, "board.signature");
    }
    is_valid(&finish(&mut election));
}

/// A share of a batch that there is not, alone or beside one that there is.
#[test]
fn shares_of_no_batch() {
    let mut election = Election::mixed(plan());
    let honest = election.share_body(1);
    let alterations: [fn(&mut Vec<BatchShare>); 3] = [
        |lists| lists[0].batch_index = 1,
        |lists| lists[0].box_index = u64::MAX,
        |lists| {
            lists.push(BatchShare { batch_index: 1, ..lists[0] });
        },
    ];
    for alter in alterations {
        let mut election = election.clone();
        let mut lists = honest.lists.clone();
        alter(&mut lists);
        let body = Share { lists, proof: honest.proof };
        election.post(Author::Trustee(1), Body::Share(body));
        convicts(&election.audit(), CheckId::ShapeLength, &[Culprit::Trustee(1)]);
    }
}
