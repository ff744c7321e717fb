//! Challenged ballots: another device sees what the ballot held, whatever was shown to the voter.

use chacha20::ChaCha20Rng;
use psephos_ballot::{Contest, Layout, Vote};
use psephos_core::{Scalar, group};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::{BallotFault, BallotLayout, verify_rows};
use psephos_secrets::SecretScalar;
use psephos_voter::{BallotMaker, BatchContent, Opening, OpeningError, Prepared, check_opening};
use rand_core::SeedableRng;

const BOX: u64 = 2;

fn contests() -> Vec<Contest> {
    let toml = r#"
title = "A test"
trustees = 1
[[contest]]
id = "mayor"
title = "Mayor"
method = "plurality"
candidates = ["Ada", "Ben", "Cem"]
[[contest]]
id = "council"
title = "Council"
method = "irv"
candidates = ["Ada", "Ben", "Cem"]
"#;
    psephos_ballot::file::ElectionFile::parse("test.toml", toml).unwrap().contests
}

struct Polling {
    election: ElectionContext,
    contests: Vec<Contest>,
    layout: BallotLayout,
    credential: SecretScalar,
    rng: ChaCha20Rng,
}

impl Polling {
    /// Two batches: one embedded, one bounded.
    fn open() -> Polling {
        let mut rng = ChaCha20Rng::seed_from_u64(8);
        let key = SecretScalar::random(&mut rng).public();
        Polling {
            election: ElectionContext { election: [4; 32], public_key: group::encode(&key) },
            contests: contests(),
            layout: BallotLayout::of(&[(1, None), (1, Some(32))]).unwrap(),
            credential: SecretScalar::random(&mut rng),
            rng,
        }
    }

    fn maker(&self) -> BallotMaker {
        BallotMaker::with_layout(self.election, BOX, self.layout.clone()).unwrap()
    }

    fn layouts(&self) -> [Layout<'_>; 2] {
        [0, 1].map(|index| Layout::of(&self.contests, &[index]).unwrap())
    }

    fn prepare(&mut self, votes: &[Vec<Vote>; 2]) -> Prepared {
        let maker = self.maker();
        let contests = self.contests.clone();
        let layouts = [0, 1].map(|index| Layout::of(&contests, &[index]).unwrap());
        let batches = [(&layouts[0], &votes[0][..]), (&layouts[1], &votes[1][..])];
        maker.prepare(&batches, &self.credential, 17, &mut self.rng).unwrap()
    }

    fn challenge(&mut self, prepared: Prepared) -> Opening {
        let tracker = prepared.tracker();
        let challenged =
            prepared.challenge(&self.election, &self.credential, &mut self.rng).unwrap();
        assert_eq!(challenged.challenge.tracker, tracker);
        assert_eq!(challenged.challenge.verify(&self.election), Ok(()));
        assert_eq!(challenged.opening.tracker(), tracker);
        challenged.opening
    }

    fn check(&self, opening: &Opening) -> Result<psephos_voter::Opened, OpeningError> {
        check_opening(&self.election, BOX, &self.layout, &self.layouts(), opening)
    }
}

fn votes() -> [Vec<Vote>; 2] {
    [vec![Vote::marks(vec![1])], vec![Vote::ranking(vec![2, 0])]]
}

#[test]
fn an_opened_ballot_shows_its_votes() {
    let mut polling = Polling::open();
    let prepared = polling.prepare(&votes());
    assert!(format!("{prepared:?}").ends_with("<redacted>)"));
    let again = Prepared::from_bytes(&prepared.to_bytes()).unwrap();
    let tracker = prepared.tracker();
    let opening = polling.challenge(again);
    let opening = Opening::from_bytes(&opening.to_bytes()).unwrap();
    assert_eq!((opening.election(), opening.box_index()), (Some(&[4; 32]), Some(BOX)));
    let opened = polling.check(&opening).unwrap();
    assert_eq!((opened.tracker, opened.counter), (tracker, 17));
    let [first, second] = votes();
    assert_eq!(opened.votes, [Ok(first), Ok(second)]);
    // Cast, it would have been a good ballot.
    let ballot = prepared.cast();
    assert_eq!(verify_rows(&polling.election, BOX, &polling.layout, &ballot), [Ok(())]);
}

#[test]
fn a_device_that_encrypts_something_else_is_found_out() {
    let mut polling = Polling::open();
    let prepared = polling.prepare(&[vec![Vote::marks(vec![2])], vec![Vote::ranking(vec![])]]);
    let opened = {
        let opening = polling.challenge(prepared);
        polling.check(&opening).unwrap()
    };
    assert_ne!(opened.votes[0], Ok(votes()[0].clone()));
    // Elements that are no vote are shown as such.
    let strange = [
        BatchContent::Elements(vec![SecretScalar::new(Scalar::from(5u64)).public()]),
        BatchContent::Number(u64::from(u32::MAX)),
    ];
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let prepared = polling.maker().encrypt(&strange, &polling.credential, 1, &mut rng).unwrap();
    let opening = polling.challenge(prepared);
    assert!(polling.check(&opening).unwrap().votes.iter().all(Result::is_err));
}

#[test]
fn altered_openings_show_nothing() {
    let mut polling = Polling::open();
    let prepared = polling.prepare(&votes());
    let opening = polling.challenge(prepared);
    let bytes = opening.to_bytes();
    for place in (0..bytes.len()).step_by(7).chain(bytes.len() - 64..bytes.len()) {
        let mut other = bytes.clone();
        other[place] ^= 1;
        let found = Opening::from_bytes(&other).and_then(|opening| polling.check(&opening));
        assert!(found.is_err(), "{place}");
    }
    for length in [0, 1, bytes.len() - 1] {
        assert!(matches!(Opening::from_bytes(&bytes[..length]), Err(OpeningError::Format(_))));
    }
    let other = ElectionContext { election: [5; 32], ..polling.election };
    let found = check_opening(&other, BOX, &polling.layout, &polling.layouts(), &opening);
    assert_eq!(found, Err(OpeningError::Ballot(BallotFault::Context)));
    let other = BallotLayout::new(&[1, 1]).unwrap();
    let found = check_opening(&polling.election, BOX, &other, &polling.layouts(), &opening);
    assert_eq!(found, Err(OpeningError::Length));
}

#[test]
fn contents_must_fit_the_box() {
    let mut polling = Polling::open();
    let maker = polling.maker();
    let element = || BatchContent::Elements(vec![group::base()]);
    let mut refused = |contents: &[BatchContent]| {
        maker.encrypt(contents, &polling.credential, 0, &mut polling.rng).is_err()
    };
    assert!(refused(&[element()]));
    assert!(refused(&[element(), element()]));
    assert!(refused(&[BatchContent::Number(1), BatchContent::Number(1)]));
    assert!(refused(&[element(), BatchContent::Number(1 << 32)]));
    assert!(!refused(&[element(), BatchContent::Number((1 << 32) - 1)]));
}
