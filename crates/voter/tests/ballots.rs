//! From votes to ballots that verify and decrypt to the votes.

use chacha20::ChaCha20Rng;
use psephos_ballot::{Contest, Layout, Method, Vote};
use psephos_core::elgamal::Ciphertext;
use psephos_core::group;
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::verify_rows;
use psephos_secrets::SecretScalar;
use psephos_voter::{BallotMaker, VoterError};
use rand_core::SeedableRng;

fn contests() -> Vec<Contest> {
    let contest = |id: &str, method| Contest {
        id: id.to_owned(),
        seats: 1,
        title: id.to_owned(),
        method,
        write_ins: None,
        candidates: vec!["Ada".to_owned(), "Ben".to_owned(), "Cem".to_owned()],
    };
    vec![
        contest("mayor", Method::Plurality { max_marks: 1 }),
        contest("council", Method::Irv { max_ranks: 3 }),
    ]
}

fn election(secret: &SecretScalar) -> ElectionContext {
    ElectionContext { election: [4; 32], public_key: group::encode(&secret.public()) }
}

#[test]
fn votes_come_back_from_their_ballot() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let secret = SecretScalar::random(&mut rng);
    let contests = contests();
    let layouts = [Layout::of(&contests, &[0]).unwrap(), Layout::of(&contests, &[1]).unwrap()];
    let votes = [vec![Vote::marks(vec![1])], vec![Vote::ranking(vec![2, 0])]];
    let widths = [layouts[0].width(), layouts[1].width()];
    let election = election(&secret);
    let maker = BallotMaker::new(election, 2, &widths).unwrap();
    let credential = SecretScalar::random(&mut rng);
    let batches = [(&layouts[0], &votes[0][..]), (&layouts[1], &votes[1][..])];
    let ballot = maker.vote(&batches, &credential, 5, &mut rng).unwrap();
    assert_eq!(verify_rows(&election, 2, maker.layout(), &ballot), [Ok(())]);
    let row = maker.layout().read(&ballot).unwrap();
    for batch in 0..2 {
        let (ciphertexts, _) = maker.layout().batch(row.rows, batch).unwrap().as_chunks::<64>();
        let plaintexts: Vec<_> = ciphertexts
            .iter()
            .map(|bytes| {
                let ciphertext = Ciphertext::decode(bytes).unwrap();
                group::encode(&(ciphertext.b - ciphertext.a * secret.expose()))
            })
            .collect();
        assert_eq!(layouts[batch].decode_row(&plaintexts).unwrap(), votes[batch]);
    }
    // The same votes as bytes make another ballot of the same kind.
    let data: Vec<Vec<u8>> =
        (0..2).map(|batch| layouts[batch].encode(&votes[batch]).unwrap()).collect();
    let data: Vec<&[u8]> = data.iter().map(Vec::as_slice).collect();
    let again = maker.encrypt_data(&data, &credential, 6, &mut rng).unwrap();
    assert_eq!(verify_rows(&election, 2, maker.layout(), &again), [Ok(())]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let secret = SecretScalar::random(&mut rng);
    let election = election(&secret);
    let refused = |election, widths: &[usize]| BallotMaker::new(election, 0, widths).err();
    let identity = ElectionContext { public_key: [0; 32], ..election };
    assert!(matches!(refused(identity, &[1]), Some(VoterError::PublicKey(_))));
    assert_eq!(refused(election, &[]), Some(VoterError::Widths));
    assert_eq!(refused(election, &[1, 0]), Some(VoterError::Widths));
    let maker = BallotMaker::new(election, 0, &[2]).unwrap();
    let mut encrypt = |data: &[&[u8]]| maker.encrypt_data(data, &secret, 0, &mut rng);
    let batches = VoterError::Batches { found: 0, stated: 1 };
    assert_eq!(encrypt(&[]), Err(batches));
    for length in [0, 30, 59, 61, 90] {
        assert_eq!(encrypt(&[&vec![0; length]]), Err(VoterError::Width { batch: 0 }));
    }
    assert!(encrypt(&[&[0; 60]]).is_ok());
    let contests = contests();
    let layout = Layout::of(&contests, &[0]).unwrap();
    let maker = BallotMaker::new(election, 0, &[layout.width()]).unwrap();
    let votes = [Vote::marks(vec![9])];
    let found = maker.vote(&[(&layout, &votes)], &secret, 0, &mut rng);
    assert!(matches!(found, Err(VoterError::Vote { batch: 0, contest: 0, .. })), "{found:?}");
}
