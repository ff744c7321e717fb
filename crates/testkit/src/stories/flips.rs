//! A bit or a letter flipped, as it is or with everything sealed again. Every one of them is tried elsewhere;
//! these show what answers.

use psephos_audit::Culprit;
use psephos_core::Encoding;
use psephos_record::bodies::Body;
use psephos_record::kind::Kind;

use super::stage::complete;
use super::{AUTHORITY, Case, Fixture, place};
use crate::{Election, Reseal, relink};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "board.signature-bit-of-a-message",
        altered: "A bit of trustee 0's mix is flipped, and the files behind it are wrapped anew.",
        make: || {
            let election = complete();
            let at = place(&election, Kind::Mix);
            let mut files = election.board.records();
            files[at][400] ^= 1;
            election.board.set_records(relink(files));
            Fixture::blaming(election.board, &[]).at(at as u64)
        },
    },
    Case {
        name: "board.chain-bit-of-a-record",
        altered: "A bit of trustee 0's mix is flipped on the board, and nothing else.",
        make: || {
            let election = complete();
            let at = place(&election, Kind::Mix);
            let mut files = election.board.records();
            files[at][400] ^= 1;
            election.board.set_records(files);
            Fixture::blaming(election.board, &[]).at(at as u64 + 1)
        },
    },
    Case {
        name: "mix.proof-bit-of-a-response",
        altered: "A bit of a response in trustee 0's shuffle proof is flipped, and all is sealed again.",
        make: || {
            resealed(Kind::Mix, |body| {
                let Body::Mix(mix) = body else { return };
                if let Some(proof) = &mut mix.mixes[0].proof {
                    flip(&mut proof.multiexp.response.0[0]);
                }
            })
        },
    },
    Case {
        name: "decrypt.proof-bit-of-the-response",
        altered: "A bit of the response in trustee 0's proof of its shares is flipped, and all is sealed again.",
        make: || {
            resealed(Kind::Share, |body| {
                let Body::Share(share) = body else { return };
                flip(&mut share.proof.response);
            })
        },
    },
    Case {
        name: "key.proof-letter-of-the-title",
        altered: "A letter is added to the election's title and all is sealed again: no proof is of this election.",
        make: || {
            let election = complete();
            let mut reseal = Reseal::of(&election);
            for kind in [Kind::Proposal, Kind::Manifest] {
                reseal.alter_body(place(&election, kind), |body| match body {
                    Body::Proposal(proposal) => proposal.description.title.push('s'),
                    Body::Manifest(manifest) => manifest.description.title.push('s'),
                    _ => {}
                });
            }
            let at = place(&election, Kind::Accept) as u64;
            let others = [Culprit::Trustee(1), Culprit::Trustee(2), Culprit::Authority];
            Fixture::blaming(reseal.seal(), &[Culprit::Trustee(0)]).and_guilty(&others).at(at)
        },
    },
];

fn flip(scalar: &mut Encoding) {
    scalar[0] ^= 1;
}

/// The first record of a kind, which is trustee 0's, altered.
fn resealed(kind: Kind, alter: impl FnOnce(&mut Body)) -> Fixture {
    let election: Election = complete();
    let at = place(&election, kind);
    let mut reseal = Reseal::of(&election);
    reseal.alter_body(at, alter);
    let fixture = Fixture::blaming(reseal.seal(), &[Culprit::Trustee(0)]);
    // The authority has gone on all the same.
    fixture.and_guilty(AUTHORITY).at(at as u64)
}
