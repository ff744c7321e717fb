//! A trustee whose keys never see a network or the board: every step as file in, file out.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use psephos_tests::{Election, Outcome, SMALL, SMALL_BALLOTS, programs, typed};

/// Trustee 2 of the test, trustee 1 of the reports, behind its gap.
struct Gap<'a> {
    election: &'a Election,
    carried: Cell<usize>,
}

impl Gap<'_> {
    fn new(election: &Election) -> Gap<'_> {
        Gap { election, carried: Cell::new(0) }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.carried.set(self.carried.get() + 1);
        self.election.path(&format!("{name}-{}", self.carried.get()))
    }

    fn request(&self) -> PathBuf {
        let request = self.file("request");
        let board = self.election.board();
        let arguments = ["export-request", "--board", text(&board), "--output", text(&request)];
        let said = programs().run("psephos-trustee", &arguments).exits(0).out;
        assert!(said.contains(" record") && said.contains("psephos-trustee answer"), "{said}");
        request
    }

    fn answer(&self, request: &Path) -> (Outcome, PathBuf) {
        let answer = self.file("answer");
        let mut command = self.election.command("psephos-trustee", "answer", "trustee-2");
        command.arg(request).arg("--yes").arg("--output").arg(&answer);
        (Outcome::of(command.output().expect("it starts")), answer)
    }

    fn import(&self, answer: &Path) -> Outcome {
        let board = self.election.board();
        let arguments = ["import-answer", text(answer), "--board", text(&board)];
        programs().run("psephos-trustee", &arguments)
    }

    /// One whole way there and back, if something is due.
    fn step(&self) -> bool {
        let (outcome, answer) = self.answer(&self.request());
        if outcome.code == 2 || !answer.exists() {
            return false;
        }
        outcome.exits(0);
        self.import(&answer).exits(0);
        true
    }

    fn join(&self, line: &str) -> PathBuf {
        let (request, answer) = (self.request(), self.file("answer"));
        let mut join = self.election.command("psephos-trustee", "join", "trustee-2");
        join.args(["-", "--yes", "--throwaway", "--request"]).arg(request);
        join.arg("--output").arg(&answer);
        join.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = typed(join, &format!("{line}\n"));
        let outcome = Outcome::of(child.wait_with_output().expect("it ends")).exits(0);
        assert!(outcome.out.contains("import-answer"), "{}", outcome.out);
        answer
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a name")
}

#[test]
fn a_whole_election_across_the_gap() {
    let (election, lines) = Election::propose(SMALL, 2, 2, &[]);
    let gap = Gap::new(&election);
    let before = election.files();
    let enrolment = gap.join(&lines[1]);
    assert!(election.files() == before, "the machine with the keys has not touched the board");
    gap.import(&enrolment).exits(0);
    election.join(1, &lines[0]).exits(0);
    for _ in 0..8 {
        if election.authority(&["open", "--once"]).code == 0 {
            break;
        }
        election.trustee(1, &["run", "--once"]).exits(2);
        gap.step();
    }
    election.vote(SMALL_BALLOTS);
    election.authority(&["close"]).exits(0);
    election.trustee(1, &["run", "--once"]).exits(2);

    // An answer made before others posted is still good: it stands behind what they have posted.
    let request = gap.request();
    let (outcome, mix) = gap.answer(&request);
    outcome.exits(0);
    // The same request answered again is the same answer, byte for byte.
    let (outcome, again) = gap.answer(&request);
    outcome.exits(0);
    assert!(fs::read(&mix).expect("readable") == fs::read(&again).expect("readable"));
    election.trustee(1, &["run", "--once"]).exits(2);
    gap.import(&mix).exits(0);
    let told = gap.import(&again).exits(0).out;
    assert!(told.contains("on the board already"), "{told}");

    assert!(gap.step(), "it decrypts");
    election.trustee(1, &["run", "--once"]);
    election.authority(&["publish", "--once"]).exits(0);
    assert!(!gap.step());
    assert_eq!(election.verify().exits(0).json()["verdict"], "VALID");
}

#[test]
fn an_answer_that_is_no_longer_due_is_not_put_on_the_board() {
    let election = Election::begin(SMALL, 3, 2);
    election.open();
    election.vote(SMALL_BALLOTS);
    election.authority(&["close"]).exits(0);
    election.trustee(1, &["run", "--once"]).exits(2);
    let gap = Gap::new(&election);
    let (outcome, mix) = gap.answer(&gap.request());
    outcome.exits(0);
    // Meanwhile the others state that it is absent, and go on without it.
    for trustee in [1, 3] {
        election.trustee(trustee, &["exclude", "--trustee", "1"]).exits(0);
    }
    election.authority(&["exclude", "--trustee", "1"]).exits(0);
    election.trustee(3, &["run", "--once"]).exits(2);
    let before = fs::read_dir(election.board().join("records")).expect("a folder").count();
    let refused = gap.import(&mix);
    // Passed over or refused: it convicts nobody, and the election goes on.
    let after = fs::read_dir(election.board().join("records")).expect("a folder").count();
    assert!(refused.code == 1 && after == before || refused.code == 0, "{refused:?}");
    for trustee in [1, 3] {
        election.trustee(trustee, &["run", "--once"]);
    }
    election.authority(&["publish", "--once"]).exits(0);
    election.verify().exits(0);
}

#[test]
fn answers_that_are_cut_off_altered_or_strange_are_refused() {
    let (election, lines) = Election::propose(SMALL, 2, 2, &[]);
    let gap = Gap::new(&election);
    let answer = gap.join(&lines[1]);
    let whole = fs::read(&answer).expect("readable");
    let before = election.files();
    let altered = election.path("altered");
    for length in (0..whole.len()).step_by(7) {
        fs::write(&altered, &whole[..length]).expect("written");
        assert_ne!(gap.import(&altered).code, 0, "{length}");
    }
    for place in (0..whole.len()).step_by(5) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        fs::write(&altered, &bytes).expect("written");
        assert_ne!(gap.import(&altered).code, 0, "{place}");
    }
    fs::write(&altered, [&whole[..], b"\0"].concat()).expect("written");
    gap.import(&altered).exits(3).says(&["something follows it"]);
    assert!(election.files() == before);

    // An older request than the one answered last is no continuation of what was verified.
    let old = gap.request();
    gap.import(&answer).exits(0);
    election.join(1, &lines[0]).exits(0);
    election.authority(&["open", "--once"]).exits(2);
    let (outcome, _) = gap.answer(&gap.request());
    outcome.exits(0);
    let (outcome, _) = gap.answer(&old);
    outcome.exits(1).says(&["not the board that was audited before"]);
}
