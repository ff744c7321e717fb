//! Expected: the files of `spec/vectors` for pages 5, 6 and 7 hold what these crates make of the
//! same seeds, and what stands in them verifies. `UPDATE_VECTORS=1` writes them anew.

mod election;

use election::{CEREMONY, Ceremony, OwnedList, ciphertexts, election as context, rng, stored};
use psephos_core::encodings::{Encodings, Fixed};
use psephos_core::pairs::pairs;
use psephos_core::transcript::Transcript;
use psephos_core::{Encoding, Scalar, group};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::{BallotLayout, ballot_challenge, ballot_transcript, verify_rows};
use psephos_proofs::decryption::{
    BlockWeights, Decryption, SharedList, Statement, TrusteeShares, aggregate, combine,
    find_bad_plaintexts, verify,
};
use psephos_proofs::key_ceremony::{
    Complaint, Deal, Edge, EncryptedShare, complaint_statement, complaint_transcript,
    deal_commitment, derive_keys, judge, open_share, verify_deal, verify_possession,
};
use psephos_proofs::sigma::{Dleq, Schnorr};
use psephos_prove::ballot::{BallotContent, prove_ballot};
use psephos_prove::decryption::prove_shares;
use psephos_prove::key_ceremony::Received;
use psephos_prove::sigma::prove_equality;
use psephos_secrets::SecretScalar;
use serde_json::{Value, json};

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn fixed<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().unwrap()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

fn deal_json(deal: &Deal, dealer: u64) -> Value {
    json!({
        "commitments": deal.commitments.0.iter().map(hex::encode).collect::<Vec<_>>(),
        "knowledge": hex::encode(deal.knowledge.to_bytes()),
        "shares": deal.shares.iter().map(|share| json!({
            "ephemeral": hex::encode(share.ephemeral.0),
            "knowledge": hex::encode(share.knowledge.to_bytes()),
            "ciphertext": hex::encode(share.ciphertext.0),
        })).collect::<Vec<_>>(),
        "deal commitment": hex::encode(deal_commitment(&CEREMONY, dealer, deal)),
    })
}

fn read_deal(value: &Value) -> Deal {
    let share = |value: &Value| EncryptedShare {
        ephemeral: Fixed(fixed(&value["ephemeral"])),
        knowledge: Schnorr::from_bytes(&fixed(&value["knowledge"])),
        ciphertext: Fixed(fixed(&value["ciphertext"])),
    };
    Deal {
        shares: list(&value["shares"]).iter().map(share).collect(),
        knowledge: Schnorr::from_bytes(&fixed(&value["knowledge"])),
        commitments: Encodings(list(&value["commitments"]).iter().map(fixed).collect()),
    }
}

fn complaint_json(edge: &Edge, deal: &Deal, complaint: &Complaint) -> Value {
    let judgement = judge(edge, deal, complaint);
    json!({
        "dealer": edge.dealer,
        "complainer": edge.recipient,
        "point": hex::encode(complaint.point.0),
        "proof": hex::encode(complaint.proof.to_bytes()),
        "convicted": format!("{:?}", judgement.verdict).to_lowercase(),
        "reason": judgement.reason.to_string(),
    })
}

fn edge(ceremony: &Ceremony, deal: &Deal, dealer: u64, recipient: u64) -> Edge {
    Edge {
        context: CEREMONY,
        dealer,
        recipient,
        ephemeral: deal.shares[recipient as usize].ephemeral.0,
        recipient_key: ceremony.keys[recipient as usize],
    }
}

fn derived_ceremony() -> Value {
    let mut rng = rng(5);
    let mut ceremony = Ceremony::new(2, 3, &mut rng);
    let (keys, shares) = ceremony.finish(&mut rng);
    let honest = ceremony.deals[0].clone();
    let edge_0_2 = edge(&ceremony, &honest, 0, 2);
    let secret = ceremony.secrets[2].secret();
    let ephemeral = group::decode(&edge_0_2.ephemeral).unwrap();
    let point = group::encode(&(ephemeral * secret.expose()));
    let proof = prove_equality(
        complaint_transcript(&edge_0_2, &honest.shares[2].ciphertext.0),
        &complaint_statement(&edge_0_2, &point),
        secret,
        &mut rng,
    )
    .unwrap();
    let false_complaint = Complaint { point: Fixed(point), proof };
    // The ciphertext of share 2 altered: it no longer authenticates.
    ceremony.deals[0].shares[2].ciphertext.0[0] ^= 1;
    let bad = ceremony.deals[0].clone();
    let Received::Complaints(complaints) = ceremony.receive(2, &mut rng) else { panic!() };
    let share = open_share(&edge_0_2, &point, &honest.shares[2].ciphertext.0).unwrap();
    json!({
        "page": "05-key-ceremony.md",
        "election": hex::encode(CEREMONY.election),
        "attempt": CEREMONY.attempt,
        "threshold": 2,
        "acceptances": (0..3).map(|j| json!({
            "secret": hex::encode(*ceremony.secrets[j].to_bytes()),
            "key": hex::encode(ceremony.keys[j]),
            "proof": hex::encode(ceremony.acceptances[j].proof.to_bytes()),
        })).collect::<Vec<_>>(),
        "deals": [deal_json(&honest, 0), deal_json(&ceremony.deals[1], 1), deal_json(&ceremony.deals[2], 2)],
        "share of dealer 0 to recipient 2": {
            "associated data": hex::encode(edge_0_2.associated_data()),
            "point": hex::encode(point),
            "share": hex::encode(share.to_bytes()),
        },
        "public key": hex::encode(keys.public_key),
        "share keys": keys.share_keys.iter().map(hex::encode).collect::<Vec<_>>(),
        "shares": shares.iter().map(|share| hex::encode(*share.to_bytes())).collect::<Vec<_>>(),
        "false complaint": complaint_json(&edge_0_2, &honest, &false_complaint),
        "bad ciphertext of share 2": hex::encode(bad.shares[2].ciphertext.0),
        "true complaint": complaint_json(&edge_0_2, &bad, &complaints[0].complaint),
    })
}

#[test]
fn key_ceremony() {
    let stored = stored("key-ceremony", &derived_ceremony());
    let keys: Vec<Encoding> =
        list(&stored["acceptances"]).iter().map(|value| fixed(&value["key"])).collect();
    for (trustee, value) in list(&stored["acceptances"]).iter().enumerate() {
        let trustee = trustee as u64;
        let proof = Schnorr::from_bytes(&fixed(&value["proof"]));
        verify_possession(&CEREMONY, trustee, &fixed(&value["key"]), &proof).unwrap();
    }
    let deals: Vec<Deal> = list(&stored["deals"]).iter().map(read_deal).collect();
    for (dealer, (deal, value)) in pairs(&deals, list(&stored["deals"])).enumerate() {
        let dealer = dealer as u64;
        let commitment = fixed(&value["deal commitment"]);
        verify_deal(&CEREMONY, dealer, 2, &keys, &commitment, deal).unwrap();
    }
    let derived = derive_keys(2, &deals.iter().collect::<Vec<_>>()).unwrap();
    assert_eq!(derived.public_key, fixed(&stored["public key"]));
    for (key, share) in pairs(&derived.share_keys, list(&stored["shares"])) {
        let share = group::scalar(&fixed(share)).unwrap();
        assert_eq!(*key, group::encode(&group::mul_base(&share)));
    }
}

fn derived_ballots() -> Value {
    let mut rng = rng(6);
    let (keys, _) = Ceremony::new(1, 1, &mut rng).finish(&mut rng);
    let election = context(&keys);
    let ballots: Vec<Value> = [&[1][..], &[2, 1]]
        .into_iter()
        .enumerate()
        .map(|(box_index, widths)| {
            let layout = BallotLayout::new(widths).unwrap();
            let credential = SecretScalar::random(&mut rng);
            let mut elements = Vec::new();
            let mut randomness = Vec::new();
            for index in 0..layout.ciphertexts() {
                let random = SecretScalar::random(&mut rng);
                let key = group::decode(&keys.public_key).unwrap();
                elements.push(group::encode(&random.public()));
                elements.push(group::encode(&(election::message(index) + key * random.expose())));
                randomness.push(random);
            }
            let (box_index, counter) = (box_index as u64, 7);
            let content =
                BallotContent { election: &election, box_index, counter, elements: &elements };
            let bytes =
                prove_ballot(&layout, &content, &credential, &randomness, &mut rng).unwrap();
            let row = layout.read(&bytes).unwrap();
            let mut transcript =
                ballot_transcript(&election, box_index, row.credential, counter, row.elements);
            let e = ballot_challenge(&mut transcript, row.commitment);
            json!({
                "box": box_index,
                "widths": widths,
                "counter": counter,
                "credential secret": hex::encode(*credential.to_bytes()),
                "randomness": randomness.iter().map(|r| hex::encode(*r.to_bytes())).collect::<Vec<_>>(),
                "challenge": hex::encode(e.to_bytes()),
                "ballot": hex::encode(&bytes),
                "tracker": hex::encode(row.tracker()),
            })
        })
        .collect();
    json!({
        "page": "06-ballot.md",
        "election": hex::encode(election.election),
        "public key": hex::encode(election.public_key),
        "ballots": ballots,
    })
}

#[test]
fn ballot() {
    let stored = stored("ballot", &derived_ballots());
    let election = ElectionContext {
        election: fixed(&stored["election"]),
        public_key: fixed(&stored["public key"]),
    };
    for value in list(&stored["ballots"]) {
        let widths: Vec<usize> =
            list(&value["widths"]).iter().map(|width| width.as_u64().unwrap() as usize).collect();
        let layout = BallotLayout::new(&widths).unwrap();
        let box_index = value["box"].as_u64().unwrap();
        let answers = verify_rows(&election, box_index, &layout, &bytes(&value["ballot"]));
        assert_eq!(answers, [Ok(())]);
    }
}

const CLOSE: Encoding = [0xc1; 32];

/// Calls `visit` with the statement of a trustee over lists given as (width, input, shares).
fn with_statement<T>(
    election: ElectionContext,
    trustee: u64,
    share_key: Encoding,
    lists: &[(u64, OwnedList, OwnedList)],
    visit: impl FnOnce(&Statement<'_>) -> T,
) -> T {
    let rows: Vec<_> =
        lists.iter().map(|(_, input, shares)| (input.rows(), shares.rows())).collect();
    let lists = pairs(lists, &rows)
        .enumerate()
        .map(|(batch, ((width, input, shares), rows))| SharedList {
            box_index: 0,
            batch_index: batch as u64,
            width: *width,
            input: input.rooted(&rows.0),
            shares: shares.rooted(&rows.1),
        })
        .collect();
    let trustee_key = [trustee as u8; 32];
    visit(&Statement { election, close: CLOSE, trustee, trustee_key, share_key, lists })
}

/// The seed as spec/07-decryption.md §7.2 has it, written out a second time.
fn seed(statement: &Statement<'_>) -> [u8; 32] {
    let mut transcript = Transcript::new("decryption");
    transcript.bytes("election", &statement.election.election);
    transcript.encoding("public key", &statement.election.public_key);
    transcript.bytes("close", &statement.close);
    transcript.integer("trustee", statement.trustee);
    transcript.encoding("trustee key", &statement.trustee_key);
    transcript.encoding("share key", &statement.share_key);
    transcript.integer("lists", statement.lists.len() as u64);
    for list in &statement.lists {
        transcript.integer("box", list.box_index);
        transcript.integer("batch", list.batch_index);
        transcript.integer("rows", list.input.rows.count());
        transcript.integer("width", list.width);
        transcript.bytes("input", &list.input.root);
        transcript.bytes("shares", &list.shares.root);
    }
    transcript.challenge_bytes("weights")
}

fn derived_decryption() -> Value {
    let mut rng = rng(7);
    let (keys, shares) = Ceremony::new(2, 3, &mut rng).finish(&mut rng);
    let election = context(&keys);
    let inputs = [(1, 3), (2, 2)].map(|(width, rows)| {
        (width, ciphertexts(&keys.public_key, rows, width as usize, &mut rng))
    });
    let mut trustees = Vec::new();
    for (trustee, share) in shares.iter().enumerate() {
        let trustee = trustee as u64;
        let lists = inputs.clone().map(|(width, input)| {
            let bytes = input.decrypted(share).unwrap().into_rows();
            (width, input, OwnedList { bytes, row_length: 32 * width as usize })
        });
        let share_key = keys.share_keys[trustee as usize];
        with_statement(election, trustee, share_key, &lists, |statement| {
            let proof = prove_shares(statement, share, &mut rng).unwrap();
            let sums = aggregate(statement).unwrap().statement;
            let seed = seed(statement);
            let weights = BlockWeights::new(seed).range(0, 3);
            trustees.push(json!({
                "share": hex::encode(*share.to_bytes()),
                "share key": hex::encode(share_key),
                "trustee key": hex::encode(statement.trustee_key),
                "shares": lists.each_ref().map(|(_, _, shares)| hex::encode(&shares.bytes)),
                "seed": hex::encode(seed),
                "first weights": weights.iter().map(|w| hex::encode(w.to_bytes())).collect::<Vec<_>>(),
                "sum of A": hex::encode(sums.base),
                "sum of D": hex::encode(sums.image),
                "proof": hex::encode(proof.to_bytes()),
            }));
        });
    }
    json!({
        "page": "07-decryption.md",
        "election": hex::encode(election.election),
        "public key": hex::encode(election.public_key),
        "close": hex::encode(CLOSE),
        "lists": inputs.each_ref().map(|(width, input)| json!({
            "width": width,
            "input": hex::encode(&input.bytes),
            // Message number i is (i + 1)·G.
            "plaintexts": (0..input.bytes.len() / 64)
                .map(|i| hex::encode(group::encode(&group::mul_base(&Scalar::from(i as u64 + 1)))))
                .collect::<String>(),
        })),
        "trustees": trustees,
    })
}

#[test]
fn decryption() {
    let stored = stored("decryption", &derived_decryption());
    let election = ElectionContext {
        election: fixed(&stored["election"]),
        public_key: fixed(&stored["public key"]),
    };
    let widths: Vec<u64> =
        list(&stored["lists"]).iter().map(|list| list["width"].as_u64().unwrap()).collect();
    let owned = |value: &Value, row_length: u64| OwnedList {
        bytes: bytes(value),
        row_length: row_length as usize,
    };
    for (trustee, value) in list(&stored["trustees"]).iter().enumerate() {
        let trustee = trustee as u64;
        let lists: Vec<_> = (0..widths.len())
            .map(|i| {
                let input = owned(&stored["lists"][i]["input"], 64 * widths[i]);
                (widths[i], input, owned(&value["shares"][i], 32 * widths[i]))
            })
            .collect();
        let proof = Dleq::from_bytes(&fixed(&value["proof"]));
        with_statement(election, trustee, fixed(&value["share key"]), &lists, |statement| {
            assert_eq!(verify(statement, &proof), Ok(()));
        });
    }
    for (i, width) in widths.iter().enumerate() {
        let input = owned(&stored["lists"][i]["input"], 64 * width);
        let plaintexts = owned(&stored["lists"][i]["plaintexts"], 32 * width);
        let shares: Vec<_> = [0, 2]
            .map(|j| (j, owned(&stored["trustees"][j]["shares"][i], 32 * width)))
            .into_iter()
            .collect();
        let rows: Vec<_> = shares.iter().map(|(_, list)| list.rows()).collect();
        let quorum: Vec<_> = pairs(&shares, &rows)
            .map(|((j, list), rows)| TrusteeShares {
                trustee: *j as u64,
                shares: list.rooted(rows),
            })
            .collect();
        let (input_rows, plaintext_rows) = (input.rows(), plaintexts.rows());
        let (input, width) = (input.rooted(&input_rows), *width as usize);
        assert_eq!(combine(width, input, &quorum).unwrap(), plaintexts.bytes);
        let plaintexts = plaintexts.rooted(&plaintext_rows);
        let decryption = Decryption { width, input, shares: &quorum, plaintexts };
        assert_eq!(find_bad_plaintexts(&decryption), Ok(vec![]));
    }
}
