//! An election as a list of commands, each of which may be disturbed: killed, or run where it cannot write.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::{Election, Outcome, programs};

/// The terms of the election: three trustees, of whom two decrypt and one never mixes.
pub const TERMS: &str = r#"
title = "An election among accidents"
trustees = ["Registrar", "Bar association", "University"]
threshold = 2
mixes = 2

[[contest]]
id = "mayor"
title = "Mayor"
method = "irv"
max_ranks = 3
candidates = ["Ada", "Blaise", "Carl"]

[[contest]]
id = "park"
title = "A new park?"
method = "plurality"
candidates = ["Yes", "No"]
"#;

/// The votes of its two files of ballots.
const VOTES: [&str; 2] =
    ["mayor,park\n1>2,1\n2>1>3,2\n3,\n1,1\n2>3,1\n", "mayor,park\n,2\n1>3,1\n"];
/// Ballots in both files.
pub const BALLOTS: usize = 7;

/// One command of the election.
pub struct Step {
    /// What it does, for people.
    pub name: String,
    /// The folder that it keeps its keys and notes in, if it has one.
    pub home: Option<String>,
    program: &'static str,
    arguments: Vec<OsString>,
    typed: Option<String>,
    codes: Vec<i32>,
}

/// Whoever runs the steps: it must bring each to its end, however often it starts it.
pub trait Hand {
    /// Runs a step to its end.
    fn take(&mut self, election: &Election, step: &Step) -> Outcome;

    /// Hands in the ballots of a file at a board server, and keeps the receipts.
    fn hand_in(&mut self, url: &str, ballots: &Path, receipts: &Path) {
        panic!("{}, {} and {}: nobody serves a board", url, ballots.display(), receipts.display());
    }
}

/// Runs every step once.
pub struct Steady;

impl Hand for Steady {
    fn take(&mut self, _: &Election, step: &Step) -> Outcome {
        step.run()
    }
}

impl Step {
    fn new(name: &str, program: &'static str, command: &str) -> Step {
        let (name, arguments) = (name.to_owned(), vec![command.into()]);
        Step { name, home: None, program, arguments, typed: None, codes: vec![0] }
    }

    /// A step in a home, under its passphrase.
    fn at(
        election: &Election,
        name: &str,
        program: &'static str,
        command: &str,
        home: &str,
    ) -> Step {
        let mut step = Step::new(name, program, command);
        step.home = Some(home.to_owned());
        let (folder, passphrase) = (election.path(home), election.path("passphrase"));
        step.with(&["--home", text(&folder), "--passphrase-file", text(&passphrase)])
    }

    fn with(mut self, arguments: &[&str]) -> Step {
        self.arguments.extend(arguments.iter().map(OsString::from));
        self
    }

    fn typed(mut self, line: &str) -> Step {
        self.typed = Some(format!("{line}\n"));
        self
    }

    fn ends(mut self, codes: &[i32]) -> Step {
        self.codes = codes.to_vec();
        self
    }

    /// The command as it is typed.
    pub fn command(&self) -> Command {
        let mut command = programs().command(self.program);
        command.args(&self.arguments);
        command
    }

    /// Starts a command of this step's, with what is typed.
    pub fn spawn(&self, mut command: Command) -> Child {
        let Some(typed) = &self.typed else { return command.spawn().expect("it starts") };
        crate::typed(command, typed)
    }

    /// Runs a command of this step's, however it ends.
    pub fn attempt(&self, mut command: Command) -> Outcome {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Outcome::of(self.spawn(command).wait_with_output().expect("it ends"))
    }

    /// Runs it undisturbed.
    pub fn run(&self) -> Outcome {
        self.ended(self.attempt(self.command()))
    }

    /// Asserts that it ended as it should.
    pub fn ended(&self, outcome: Outcome) -> Outcome {
        let fits = self.codes.contains(&outcome.code);
        assert!(
            fits,
            "{} ended with {}\n{}\n{}",
            self.name, outcome.code, outcome.out, outcome.err
        );
        outcome
    }
}

/// The whole election, from the proposal to the end of a trustee's keys.
pub fn play(election: &Election, hand: &mut dyn Hand) {
    let mut play = Play { election, hand, carried: 0 };
    play.agree();
    play.ceremony();
    play.vote();
    play.tally();
    play.keep();
}

/// Where the receipts lie.
pub fn receipts(election: &Election) -> PathBuf {
    election.path("receipts")
}

/// Where the intake's key lies, for a server.
pub fn intake_key(election: &Election) -> PathBuf {
    election.path("intake.key")
}

struct Play<'a> {
    election: &'a Election,
    hand: &'a mut dyn Hand,
    carried: usize,
}

impl Play<'_> {
    fn take(&mut self, step: &Step) -> Outcome {
        step.ended(self.hand.take(self.election, step))
    }

    fn authority(&mut self, command: &str, options: &[&str], codes: &[i32]) -> Outcome {
        let name = format!("authority {command}");
        let step = Step::at(self.election, &name, "psephos-authority", command, "authority");
        self.take(&step.with(options).ends(codes))
    }

    /// A command of a trustee, counted from 0.
    fn trustee(&self, trustee: usize, name: &str, command: &str) -> Step {
        let name = format!("trustee {name}");
        let home = format!("trustee-{}", trustee + 1);
        Step::at(self.election, &name, "psephos-trustee", command, &home)
    }

    fn run(&mut self, trustee: usize, what: &str) {
        let step = self.trustee(trustee, &format!("run ({what})"), "run");
        self.take(&step.with(&["--yes", "--once"]).ends(&[0, 2]));
    }

    /// Proposal, a counter-proposal, the proposal that replaces it, and who joins.
    fn agree(&mut self) {
        let (toml, board) = (self.election.path("election.toml"), self.election.place());
        let options = ["--throwaway", "--election", text(&toml), "--board", &board];
        let printed = self.authority("init", &options, &[0]).out;
        if self.election.url().is_some() {
            let (key, passphrase) = (intake_key(self.election), self.election.path("passphrase"));
            let options = [text(&key), "--throwaway", "--new-passphrase-file", text(&passphrase)];
            self.authority("intake-key", &options, &[0]);
        }
        let lines: Vec<String> = printed
            .lines()
            .filter(|line| line.starts_with("psephos-invite:"))
            .map(str::to_owned)
            .collect();
        assert_eq!(lines.len(), 3);
        let join = self.trustee(0, "join", "join").typed(&lines[0]);
        self.take(&join.with(&["-", "--yes", "--throwaway"]));
        self.join_apart(&["-", "--yes", "--throwaway"], Some(&lines[1]));
        let counter = self.trustee(2, "join (counter-proposal)", "join").typed(&lines[2]);
        let title = "--counter=title=An election as agreed";
        self.take(&counter.with(&["-", "--throwaway", title, "--reason=the title"]));
        self.authority("reissue", &["--counter-proposal=2", "--yes"], &[0]);
        for trustee in [0, 2] {
            let again = self.trustee(trustee, "join (again)", "join");
            self.take(&again.with(&["--yes"]));
        }
        self.join_apart(&["--yes"], None);
    }

    /// `join` of trustee 1, whose keys never see the board.
    fn join_apart(&mut self, options: &[&str], line: Option<&str>) {
        let (request, answer) = (self.request(), self.file("answer"));
        let mut join = self.trustee(1, "join (file)", "join").with(options);
        if let Some(line) = line {
            join = join.typed(line);
        }
        self.take(&join.with(&["--request", text(&request), "--output", text(&answer)]));
        self.import(&answer);
    }

    /// The rounds of the key ceremony: the last trustee to come does two steps at once.
    fn ceremony(&mut self) {
        self.authority("open", &["--once"], &[2]);
        let rounds = [
            ["accept", "accept, deal-commitment"],
            ["deal-commitment", "deal"],
            ["deal", "confirm"],
        ];
        for [own, last] in rounds {
            self.run(0, own);
            self.carry(own);
            self.run(2, last);
        }
        self.run(0, "confirm");
        self.carry("confirm");
        self.authority("open", &["--once"], &[0]);
    }

    fn vote(&mut self) {
        let receipts = receipts(self.election);
        for (number, votes) in VOTES.iter().enumerate() {
            let file = self.election.path(&format!("{number}.ballots"));
            fs::write(&file, self.election.ballots(votes)).expect("written");
            match self.election.url() {
                Some(url) => self.hand.hand_in(url, &file, &receipts),
                None => {
                    self.authority("intake", &[text(&file), "--receipts", text(&receipts)], &[0]);
                }
            }
        }
        // A server's ballots may not stand on the board yet: it posts them before it is closed.
        let options: &[&str] = if self.election.url().is_some() { &["--empty"] } else { &[] };
        self.authority("close", options, &[0]);
    }

    /// Two mix, two say that the third does not, two decrypt.
    fn tally(&mut self) {
        self.run(0, "mix");
        self.carry("mix");
        let exclude = self.trustee(0, "exclude", "exclude");
        self.take(&exclude.with(&["--trustee=2"]));
        self.carry_with("absence", &["--absent"]);
        self.authority("exclude", &["--trustee=2"], &[0]);
        self.carry("share");
        self.run(0, "share");
        self.authority("publish", &["--once"], &[0]);
        // Through a server, whoever holds the election reads what the store has.
        if self.election.url().is_none() {
            let board = self.election.board();
            self.take(&Step::new("verifier", "psephos-verifier", text(&board)));
        }
    }

    /// Backup, restore, destroy.
    fn keep(&mut self) {
        let [backup, statement] =
            ["trustee.backup", "keys.statement"].map(|name| self.election.path(name));
        let step = self.trustee(0, "backup", "backup");
        self.take(&step.with(&[text(&backup), "--throwaway"]));
        let (name, program) = ("trustee restore", "psephos-trustee");
        let step = Step::at(self.election, name, program, "restore", "restored");
        self.take(&step.with(&[text(&backup)]));
        let step = self.trustee(0, "destroy", "destroy");
        self.take(&step.with(&["--yes", "--output", text(&statement)]));
        let keys = self.election.path("trustee-1").join("keys");
        assert_eq!(fs::read_dir(keys).expect("a folder").count(), 0, "keys are left");
    }

    /// One way to the machine of trustee 1 and back.
    fn carry(&mut self, what: &str) {
        self.carry_with(what, &[]);
    }

    fn carry_with(&mut self, what: &str, options: &[&str]) {
        let (request, answer) = (self.request(), self.file("answer"));
        let step = self.trustee(1, &format!("answer ({what})"), "answer").with(options);
        self.take(&step.with(&[text(&request), "--yes", "--output", text(&answer)]));
        self.import(&answer);
    }

    fn request(&mut self) -> PathBuf {
        let (board, request) = (self.election.place(), self.file("request"));
        let step = Step::new("trustee export-request", "psephos-trustee", "export-request");
        self.take(&step.with(&["--board", &board, "--output", text(&request)]));
        request
    }

    fn import(&mut self, answer: &Path) {
        let board = self.election.place();
        let step = Step::new("trustee import-answer", "psephos-trustee", "import-answer");
        self.take(&step.with(&[text(answer), "--board", &board]));
    }

    fn file(&mut self, name: &str) -> PathBuf {
        self.carried += 1;
        self.election.path(&format!("{:02}.{name}", self.carried))
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a name")
}
