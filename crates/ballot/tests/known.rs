//! Known answers: worked examples that others have published, each with its source.

use psephos_ballot::{
    Contest, ContestReport, ContestResult, ElectionTally, Layout, Method, Tally, Vote,
};
use serde_json::{Value, json};

/// The first letters of the alphabet stand for the candidates.
fn contest(method: Method, seats: u16, candidates: u16) -> Contest {
    let candidates = ('A'..='Z').take(candidates.into()).map(String::from).collect();
    Contest { id: "c".into(), seats, title: "Contest".into(), method, write_ins: None, candidates }
}

fn count(contest: &Contest, votes: &[(Vote, u64)]) -> ContestResult {
    let contests = [contest.clone()];
    psephos_ballot::contest::check(&contests).unwrap();
    let layout = Layout::all(&contests).unwrap();
    let mut tally = ElectionTally::new(&contests);
    for (vote, count) in votes {
        vote.check(contest).unwrap();
        (0..*count).for_each(|_| tally.add(&layout, &Ok(vec![vote.clone()])));
    }
    tally.results().remove(0)
}

fn index(letter: char) -> u16 {
    u16::try_from(u32::from(letter) - u32::from('A')).unwrap()
}

/// `ABC` ranks A before B before C.
fn rankings(ballots: &[(u64, &str)]) -> Vec<(Vote, u64)> {
    let vote = |letters: &str| Vote::ranking(letters.chars().map(index).collect());
    ballots.iter().map(|&(count, letters)| (vote(letters), count)).collect()
}

/// The same as rankings that could have equal ranks.
fn tiers(ballots: &[(u64, &str)]) -> Vec<(Vote, u64)> {
    let vote =
        |letters: &str| Vote::tiers(letters.chars().map(|letter| vec![index(letter)]).collect());
    ballots.iter().map(|&(count, letters)| (vote(letters), count)).collect()
}

fn letters(candidates: &[u16]) -> String {
    candidates.iter().map(|&c| char::from(b'A' + u8::try_from(c).unwrap())).collect()
}

/// Votes in units, one number for each candidate that has any.
fn units(result: &ContestResult, round: usize) -> Vec<u64> {
    result.tally.rounds().unwrap()[round].votes.iter().flatten().copied().collect()
}

fn elected(result: &ContestResult) -> String {
    letters(&result.elected)
}

/// Tennessee's capital: Memphis, Nashville, Chattanooga and Knoxville are A to D. Wikipedia, "Borda count" and
/// "Instant-runoff voting".
const TENNESSEE: [(u64, &str); 4] = [(42, "ABCD"), (26, "BCDA"), (15, "CDBA"), (17, "DCBA")];

#[test]
fn borda_tennessee() {
    let capital = contest(Method::Borda { max_ranks: 4 }, 1, 4);
    let result = count(&capital, &rankings(&TENNESSEE));
    assert_eq!(result.tally, Tally::Borda { points: vec![126, 194, 173, 107] });
    assert_eq!(elected(&result), "B");
}

#[test]
fn irv_tennessee() {
    let result = count(&contest(Method::Irv { max_ranks: 4 }, 1, 4), &rankings(&TENNESSEE));
    assert_eq!(units(&result, 0), [42, 26, 15, 17]);
    assert_eq!(units(&result, 1), [42, 26, 32]);
    assert_eq!(units(&result, 2), [42, 58]);
    assert_eq!(elected(&result), "D");
}

/// Nashville beats every other: Wikipedia, "Condorcet method".
#[test]
fn schulze_tennessee() {
    let result = count(&contest(Method::Schulze { max_ranks: 4 }, 1, 4), &tiers(&TENNESSEE));
    let Tally::Schulze { pairs, ranking } = &result.tally else { panic!() };
    assert_eq!((pairs[1][0], pairs[1][2], pairs[1][3]), (58, 68, 68));
    assert_eq!(ranking.concat(), [1, 2, 3, 0]);
}

/// M. Schulze, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner
/// election method", Social Choice and Welfare 36 (2011), example 1 with 45 voters; also Wikipedia, "Schulze
/// method".
#[test]
fn schulze_45_voters() {
    let ballots = [
        (5, "ACBED"),
        (5, "ADECB"),
        (8, "BEDAC"),
        (3, "CABED"),
        (7, "CAEBD"),
        (2, "CBADE"),
        (7, "DCEBA"),
        (8, "EBADC"),
    ];
    let result = count(&contest(Method::Schulze { max_ranks: 5 }, 3, 5), &tiers(&ballots));
    let Tally::Schulze { pairs, ranking } = &result.tally else { panic!() };
    let expected = [
        [0, 20, 26, 30, 22],
        [25, 0, 16, 33, 18],
        [19, 29, 0, 17, 24],
        [15, 12, 28, 0, 14],
        [23, 27, 21, 31, 0],
    ];
    assert_eq!(pairs, &expected.map(Vec::from).to_vec());
    assert_eq!(ranking, &[[4], [0], [2], [1], [3]].map(Vec::from).to_vec());
    assert_eq!(elected(&result), "EAC");
}

/// Four lists, 230,000 votes, 8 seats: Wikipedia, "D'Hondt method" and its comparison with Sainte-Laguë.
#[test]
fn party_lists_of_230_000_votes() {
    // Thousands: the shares are the same.
    let votes: Vec<(Vote, u64)> = [(0, 100), (1, 80), (2, 30), (3, 20)]
        .map(|(list, n)| (Vote::marks(vec![list]), n))
        .to_vec();
    let dhondt = count(&contest(Method::DHondt { max_marks: 1 }, 8, 4), &votes);
    let expected = vec![100, 80, 30, 20];
    assert_eq!(dhondt.tally, Tally::DHondt { seats: vec![4, 3, 1, 0], votes: expected.clone() });
    assert_eq!(elected(&dhondt), "ABABACBA");
    let sainte_lague = count(&contest(Method::SainteLague { max_marks: 1 }, 8, 4), &votes);
    let tally = Tally::SainteLague { seats: vec![3, 3, 1, 1], votes: expected };
    assert_eq!(sainte_lague.tally, tally);
    // 100/5 and 20/1 are equal; both lists get their seat.
    assert_eq!((elected(&sainte_lague), sainte_lague.ties), ("ABACBADB".into(), vec![]));
}

/// 53, 24 and 23 thousand votes, 7 seats: Wikipedia, "Webster/Sainte-Laguë method".
#[test]
fn party_lists_of_100_000_votes() {
    let votes: Vec<(Vote, u64)> =
        [(0, 53), (1, 24), (2, 23)].map(|(list, n)| (Vote::marks(vec![list]), n)).to_vec();
    let result = count(&contest(Method::SainteLague { max_marks: 1 }, 7, 3), &votes);
    assert_eq!(result.tally, Tally::SainteLague { seats: vec![3, 2, 2], votes: vec![53, 24, 23] });
    let result = count(&contest(Method::DHondt { max_marks: 1 }, 7, 3), &votes);
    assert_eq!(result.tally, Tally::DHondt { seats: vec![4, 2, 1], votes: vec![53, 24, 23] });
}

/// The ballots of the made-up test "multi winner whole threshold" of RCTab (github.com/BrightSpots/rcv), which
/// counts by the rules of Minneapolis, and its numbers. Two skipped ranks in a row end a ballot there.
#[test]
fn stv_of_rctab() {
    let ballots = [
        (1, ""),
        (1, "A"),
        (2, "ABCEF"),
        (2, "ABDCFE"),
        (1, "ACBD"),
        (2, "B"),
        (1, "BCEFD"),
        (2, "BECD"),
        (1, "CDFABE"),
        (2, "CE"),
        (2, "CEADBF"),
        (1, "CEBFD"),
        (2, "CED"),
        (1, "CFDBA"),
        (1, "D"),
        (1, "DCEFA"),
        (1, "EABDFC"),
        (2, "ECFDBA"),
        (1, "EDFABC"),
        (1, "FABDEC"),
        (1, "FCBD"),
        (1, "FCDBA"),
    ];
    let result = count(&contest(Method::Stv { max_ranks: 6 }, 3, 6), &rankings(&ballots));
    let Tally::Stv { rounds, threshold } = &result.tally else { panic!() };
    assert_eq!((rounds.len(), *threshold), (5, 80_000));
    assert_eq!(units(&result, 0), [60_000, 50_000, 90_000, 20_000, 40_000, 30_000]);
    assert_eq!(units(&result, 1), [60_000, 50_000, 80_000, 21_111, 47_777, 31_111]);
    assert_eq!(units(&result, 2), [60_000, 50_000, 80_000, 57_777, 32_222]);
    assert_eq!(units(&result, 3), [71_111, 71_111, 80_000, 57_777]);
    assert_eq!(units(&result, 4), [103_333, 92_222, 80_000]);
    assert_eq!(elected(&result), "CAB");
    let out: Vec<String> = rounds.iter().map(|round| letters(&round.eliminated)).collect();
    assert_eq!(out, ["", "D", "F", "E", ""]);
    // 29 ballots name somebody; one ten-thousandth is lost when the surplus of 1 moves as nine times 0.1111.
    assert_eq!(rounds[4].exhausted, 10_000 + 290_000 - 1 - 103_333 - 92_222 - 80_000);
}

/// One ballot is no plural.
#[test]
fn a_table_of_one_ballot() {
    let council = contest(Method::Stv { max_ranks: 3 }, 2, 3);
    for (number, words) in [(1, ": 1 ballot, 0 blank"), (2, ": 2 ballots, 0 blank")] {
        let text = psephos_ballot::table(&council, &count(&council, &rankings(&[(number, "A")])));
        assert!(text.contains(words), "{text}");
    }
}

/// What a report says of a count with decimals.
#[test]
fn a_report_with_decimals() {
    let ballots = rankings(&[(5, "ABC"), (1, "B"), (1, "CB")]);
    let council = contest(Method::Stv { max_ranks: 3 }, 2, 3);
    let result = count(&council, &ballots);
    let report: Value = serde_json::to_value(ContestReport::new(&council, &result)).unwrap();
    assert_eq!(report["threshold"], 3);
    assert_eq!(report["rounds"][0]["votes"], json!({"A": 5, "B": 1, "C": 1}));
    assert_eq!(report["rounds"][1]["votes"], json!({"A": 3, "B": 3, "C": 1}));
    let ballots = rankings(&[(7, "ABC"), (1, "B"), (1, "CB")]);
    let result = count(&council, &ballots);
    let report: Value = serde_json::to_value(ContestReport::new(&council, &result)).unwrap();
    // 3 of 7 is 0.4285 of each of seven ballots.
    assert_eq!(report["rounds"][1]["votes"], json!({"A": 4, "B": 3.9995, "C": 1}));
    assert_eq!(report["rounds"][2]["votes"], json!({"A": 4, "B": 4.9995}));
    assert_eq!(report["elected"], json!(["A", "B"]));
}

/// "test weak tiebreak for defeat of candidate" of Droop (github.com/jklundell/droop), whose Scottish rule was
/// compared with the program of the Scottish elections.
#[test]
fn scottish_exclusion_tied_now_and_not_before() {
    let ballots = [(1, "AB"), (2, "B"), (3, "C"), (4, "D"), (5, "E")];
    let result = count(&contest(Method::ScottishStv { max_ranks: 5 }, 2, 5), &rankings(&ballots));
    let Tally::ScottishStv { rounds, threshold } = &result.tally else { panic!() };
    assert_eq!(*threshold, 600_000);
    assert_eq!(units(&result, 1), [300_000, 300_000, 400_000, 500_000]);
    let out: Vec<String> = rounds.iter().map(|round| letters(&round.eliminated)).collect();
    assert_eq!((out.concat(), elected(&result)), ("ABC".into(), "ED".into()));
    let tie = &result.ties[0];
    assert_eq!(
        (letters(&tie.tied), letters(&tie.lost), tie.earlier),
        ("BC".into(), "B".into(), Some(0))
    );
}

/// The accuracy example of Voting matters 12 (2000), "The computational accuracy using the Meek algorithm";
/// the numbers are those that Droop (github.com/jklundell/droop) has by the reference rule.
#[test]
fn meek_close_to_a_tie() {
    let ballots = [
        (333, "AC"),
        (333, "AD"),
        (333, "AE"),
        (333, "BC"),
        (333, "BD"),
        (333, "BE"),
        (667, "C"),
        (667, "D"),
        (667, "E"),
        (1, "ABC"),
        (1, "ABD"),
        (2, "BAC"),
    ];
    let result = count(&contest(Method::Meek { max_ranks: 3 }, 3, 5), &rankings(&ballots));
    let Tally::Meek { quotas, .. } = &result.tally else { panic!() };
    assert_eq!(quotas[..2], [1_000_750_000_001; 2]);
    let second =
        [1_000_750_000_126, 1_000_750_000_126, 667_166_666_686, 667_166_666_562, 667_166_666_500];
    assert_eq!(units(&result, 1), second);
    // C, D and E are within the surplus of a quarter of a millionth.
    assert_eq!((letters(&result.ties[0].tied), result.ties[0].round), ("CDE".into(), 1));
}

/// "Pollux and Helen should tie" of Droop: the rounding makes the difference of a few billionths.
#[test]
fn meek_rounds_up_what_is_kept() {
    for (ballots, first, second) in [
        ([(4, "AB"), (2, "C"), (0, "")], 2_000_000_004, 1_999_999_996),
        ([(5, "AB"), (1, "B"), (3, "C")], 3_000_000_005, 2_999_999_995),
    ] {
        let result = count(&contest(Method::Meek { max_ranks: 2 }, 2, 3), &rankings(&ballots));
        assert_eq!(units(&result, 1)[..2], [first, second]);
        // B has less than C, by a unit more than the surplus: that is no tie.
        assert_eq!((result.ties.len(), elected(&result)), (0, "AC".into()));
    }
}

/// The poll of April 2012 on ten candidates for the French presidency, 737 ballots, seven grades: M. Balinski and
/// R. Laraki, "Judge: Don't Vote!", Operations Research 62 (2014). Percentages there are ballots here.
#[test]
fn majority_judgment_france_2012() {
    let grades = ["Reject", "Poor", "Fair", "Good", "Very good", "Excellent", "Outstanding"];
    let method = Method::MajorityJudgment { grades: grades.map(String::from).to_vec() };
    // From outstanding to reject: Hollande, Joly, Le Pen, Mélenchon, Poutou, Arthaud, Cheminade, Bayrou,
    // Dupont-Aignan, Sarkozy.
    let given = [
        [92, 119, 121, 86, 109, 105, 105],
        [6, 22, 48, 87, 108, 182, 284],
        [44, 54, 70, 69, 103, 46, 351],
        [40, 70, 95, 108, 126, 111, 187],
        [1, 10, 33, 57, 92, 207, 337],
        [0, 10, 28, 48, 97, 186, 368],
        [3, 6, 18, 43, 86, 198, 383],
        [19, 72, 160, 186, 148, 88, 64],
        [4, 19, 44, 83, 149, 188, 250],
        [71, 91, 120, 81, 82, 58, 234],
    ];
    // Only each candidate's own grades count, so any ballots with these grades will do.
    let column = |row: &[usize; 7]| -> Vec<u16> {
        let numbers = row.iter().rev().enumerate();
        numbers.flat_map(|(grade, &n)| vec![u16::try_from(grade).unwrap(); n]).collect()
    };
    let columns: Vec<Vec<u16>> = given.iter().map(column).collect();
    assert!(columns.iter().all(|column| column.len() == 737));
    let ballot = |place: usize| columns.iter().map(|column| column[place]).collect();
    let votes: Vec<(Vote, u64)> = (0..737).map(|place| (Vote::scores(ballot(place)), 1)).collect();
    let result = count(&contest(method, 1, 10), &votes);
    let Tally::MajorityJudgment { grades, ranking } = &result.tally else { panic!() };
    // Here 64 ballots reject everybody: they are blank, and count.
    assert_eq!((result.blank, grades[7].as_slice()), (64, &[64, 88, 148, 186, 160, 72, 19][..]));
    assert_eq!(letters(&ranking.concat()), "AHJDIBECFG");
    assert_eq!((ranking.len(), elected(&result)), (10, "A".into()));
}

/// The example of spec/10-counting.md §10.9: whoever rejects everybody has given grades, as all others have.
#[test]
fn majority_judgment_counts_ballots_that_reject_everybody() {
    let grades = ["Reject", "Fair", "Good"].map(String::from).to_vec();
    let votes = [(vec![2, 1], 2), (vec![0, 1], 1), (vec![0, 0], 2)];
    let votes = votes.map(|(grades, number)| (Vote::scores(grades), number));
    let result = count(&contest(Method::MajorityJudgment { grades }, 1, 2), &votes);
    let Tally::MajorityJudgment { grades, ranking } = &result.tally else { panic!() };
    assert_eq!((&grades[0][..], &grades[1][..]), (&[3, 0, 2][..], &[2, 3, 0][..]));
    assert_eq!(
        (result.blank, letters(&ranking.concat()), elected(&result)),
        (2, "BA".into(), "B".into())
    );
}
