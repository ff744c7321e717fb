//! Rehearsals with faults: what is injected is seen and named, what the office types answers it, and the
//! election ends as it should.

use std::fs;

use psephos_tests::{Outcome, SMALL, SMALL_BALLOTS, programs, root};
use serde_json::Value;
use tempfile::TempDir;

/// A rehearsal of the small election that is over.
struct Rehearsed {
    folder: TempDir,
    report: Value,
}

/// `rehearse` of the small election with faults and further options.
fn rehearse(faults: &[&str], options: &[&str], form: &str) -> (TempDir, Outcome) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("election.toml"), SMALL).expect("written");
    fs::write(path("ballots.csv"), SMALL_BALLOTS).expect("written");
    let mut arguments = vec![
        "rehearse".to_owned(),
        form.to_owned(),
        format!("--election={}", path("election.toml")),
        format!("--ballots={}", path("ballots.csv")),
        format!("--board={}", path("board")),
    ];
    arguments.extend(faults.iter().map(|fault| format!("--fault={fault}")));
    arguments.extend(options.iter().map(|option| (*option).to_owned()));
    let outcome = programs().authority(&arguments);
    (folder, outcome)
}

/// The rehearsal, which must end with this code.
#[track_caller]
fn rehearsed(faults: &[&str], options: &[&str], code: i32) -> Rehearsed {
    let (folder, outcome) = rehearse(faults, options, "--json");
    let outcome = outcome.exits(code);
    assert_eq!(outcome.err, "");
    let report = outcome.json();
    assert_eq!(report["exit"], code);
    assert!(report["error"].is_null());
    let listed: Vec<&str> =
        list(&report["faults"]).iter().map(|fault| text(&fault["fault"])).collect();
    assert_eq!(listed, faults);
    for fault in list(&report["faults"]) {
        for part in ["do", "call", "do_not"] {
            assert!(!text(&fault["on_the_day"][part]).is_empty(), "{fault}");
        }
    }
    Rehearsed { folder, report }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

impl Rehearsed {
    fn fault(&self, name: &str) -> &Value {
        let mut faults = list(&self.report["faults"]).iter();
        faults.find(|fault| fault["fault"] == name).expect("the fault")
    }

    /// What somebody saw of a fault, all of it.
    fn seen(&self, fault: &str, who: &str) -> String {
        let seen = list(&self.fault(fault)["seen"]).iter().filter(|seen| seen["who"] == who);
        seen.map(|seen| format!("{}\n", text(&seen["words"]))).collect()
    }

    /// The commands about a fault, each with its exit code and what it answered.
    fn typed(&self, fault: &str) -> Vec<(&str, i64, &str)> {
        let typed = list(&self.fault(fault)["commands"]).iter();
        typed
            .map(|one| {
                let code = one["exit"].as_i64().expect("a code");
                (text(&one["command"]), code, text(&one["answer"]))
            })
            .collect()
    }

    #[track_caller]
    fn is_valid(&self) {
        assert_eq!(self.report["verdict"], "VALID");
        assert!(self.report["reason"].is_null());
        assert_eq!(self.report["contests"][1]["votes"]["Yes"], 4);
        // Anybody's audit of the board that is left says the same.
        let board = self.folder.path().join("board");
        programs().verifier(&[board.as_os_str(), "--quiet".as_ref()]).exits(0);
    }

    #[track_caller]
    fn cannot_go_on(&self, reason: &str) {
        assert_eq!(self.report["verdict"], "INCOMPLETE");
        assert!(text(&self.report["reason"]).contains(reason), "{}", self.report["reason"]);
        let board = self.folder.path().join("board");
        programs().verifier(&[board.as_os_str(), "--quiet".as_ref()]).exits(2);
    }

    /// The warning with these words.
    #[track_caller]
    fn warns(&self, words: &str) {
        let warnings = list(&self.report["warnings"]);
        assert!(warnings.iter().any(|warning| text(warning).contains(words)), "{warnings:?}");
    }
}

#[test]
fn an_absent_mixer_is_stated_by_the_others_and_excluded() {
    let rehearsed = rehearsed(&["absent-mixer:2"], &[], 0);
    rehearsed.is_valid();
    rehearsed.warns("trustee 2 is excluded from mixing, for absence");
    for witness in ["trustee 0", "trustee 1"] {
        let said = rehearsed.seen("absent-mixer:2", witness);
        assert!(said.contains("stating that trustee 2 has not mixed"), "{said}");
    }
    let typed = rehearsed.typed("absent-mixer:2");
    assert_eq!(typed[0].0, "psephos-authority exclude");
    assert!(
        typed[0].2.contains("enough trustees (2, and 2 are needed) state that it is absent"),
        "{typed:?}"
    );
    assert_eq!(typed[1].0, "psephos-authority exclude --trustee 2");
    assert!(typed[1].2.contains("Trustee 2 is excluded from mixing."), "{typed:?}");
}

#[test]
fn the_first_mixer_can_be_absent_too() {
    let rehearsed = rehearsed(&["absent-mixer:0"], &[], 0);
    rehearsed.is_valid();
    rehearsed.warns("trustee 0 is excluded from mixing, for absence");
}

#[test]
fn a_bad_mix_stops_all_until_its_record_is_excluded() {
    let rehearsed = rehearsed(&["bad-mix:1"], &[], 0);
    rehearsed.is_valid();
    rehearsed.warns("it fails mix.proof (the shuffle proof");
    let audit = rehearsed.seen("bad-mix:1", "psephos-verifier");
    assert!(audit.contains("INVALID: mix.proof, record "), "{audit}");
    assert!(audit.contains("(trustee 1)"), "{audit}");
    for waiting in ["trustee 0", "trustee 2"] {
        let said = rehearsed.seen("bad-mix:1", waiting);
        assert!(said.contains("waiting for the authority to exclude record"), "{said}");
    }
    let typed = rehearsed.typed("bad-mix:1");
    assert_eq!(typed[0].0, "psephos-authority exclude");
    // Whoever types what the list says has typed the next command.
    assert!(typed[0].2.contains(typed[1].0), "{typed:?}");
    assert!(typed[1].2.contains("is excluded: it fails mix.proof"), "{typed:?}");
}

#[test]
fn a_bad_dealer_is_complained_of_and_left_out() {
    let rehearsed = rehearsed(&["bad-dealing:3"], &[], 0);
    rehearsed.is_valid();
    rehearsed.warns("attempt 0 of the key ceremony failed (key.complaint, trustee 3)");
    let said = rehearsed.seen("bad-dealing:3", "trustee 0");
    assert!(said.contains("the key share from trustee 3 is wrong: complaining"), "{said}");
    let audit = rehearsed.seen("bad-dealing:3", "psephos-verifier");
    assert!(audit.contains("key.complaint, record ") && audit.contains("(trustee 3)"), "{audit}");
    let typed = rehearsed.typed("bad-dealing:3");
    assert_eq!((typed[0].0, typed[0].1), ("psephos-authority open", 2));
    assert!(typed[0].2.contains(&format!("`{}`", typed[1].0)), "{typed:?}");
    assert_eq!((typed[1].0, typed[1].1), ("psephos-authority open --without 3", 0));
}

#[test]
fn bad_shares_are_excluded_and_the_others_decrypt() {
    let rehearsed = rehearsed(&["bad-share:2"], &[], 0);
    rehearsed.is_valid();
    rehearsed.warns("it fails decrypt.proof");
    let audit = rehearsed.seen("bad-share:2", "psephos-verifier");
    assert!(audit.contains("INVALID: decrypt.proof, record "), "{audit}");
    assert!(audit.contains("(trustee 2)"), "{audit}");
    let typed = rehearsed.typed("bad-share:2");
    assert!(typed[1].2.contains("is excluded: it fails decrypt.proof"), "{typed:?}");
}

#[test]
fn a_silent_decryptor_is_not_needed() {
    // The last one to mix would decrypt at once.
    for fault in ["silent-decryptor:1", "silent-decryptor:2"] {
        let rehearsed = rehearsed(&[fault], &[], 0);
        rehearsed.is_valid();
        rehearsed.warns("2 of 3 trustees shared");
        let status = rehearsed.seen(fault, "psephos-authority status");
        assert!(status.contains("mixed") && !status.contains("decrypted"), "{status}");
    }
}

#[test]
fn a_killed_mixer_goes_on_without_an_exclusion() {
    let rehearsed = rehearsed(&["killed-mixer:2"], &[], 0);
    rehearsed.is_valid();
    let outcome = text(&rehearsed.fault("killed-mixer:2")["outcome"]);
    assert!(outcome.contains("1 mix record of it, no exclusion"), "{outcome}");
    let warnings = rehearsed.report["warnings"].to_string();
    assert!(!warnings.contains("excluded"), "{warnings}");
    let board = psephos_record::board::FolderBoard::open(rehearsed.folder.path().join("board"));
    let view = psephos_audit::view(&board.expect("a board")).expect("a view");
    for batch in &view.batches {
        let mixers: Vec<u64> = batch.mixes.iter().map(|mix| mix.trustee).collect();
        assert_eq!(mixers, [0, 1, 2]);
    }
}

#[test]
fn a_slow_board_only_takes_longer() {
    let rehearsed = rehearsed(&["slow-board"], &[], 0);
    rehearsed.is_valid();
    let outcome = text(&rehearsed.fault("slow-board")["outcome"]);
    assert!(outcome.contains("nothing else is different"), "{outcome}");
    let warnings = rehearsed.report["warnings"].to_string();
    assert!(!warnings.contains("excluded"), "{warnings}");
}

#[test]
fn faults_of_several_trustees_are_dealt_with_one_after_the_other() {
    // Numbers move up where a trustee is left out: trustee 3 of the proposal mixes as trustee 2.
    let faults = ["bad-dealing:0", "bad-mix:3", "silent-decryptor:3"];
    let rehearsed = rehearsed(&faults, &[], 0);
    rehearsed.is_valid();
    let audit = rehearsed.seen("bad-mix:3", "psephos-verifier");
    assert!(audit.contains("(trustee 2)"), "{audit}");
}

#[test]
fn two_silent_decryptors_of_three_are_too_many() {
    let faults = ["silent-decryptor:0", "silent-decryptor:2"];
    let rehearsed = rehearsed(&faults, &[], 2);
    rehearsed.cannot_go_on("waiting for trustee 0 to decrypt, trustee 2 to decrypt");
    let typed = rehearsed.typed("silent-decryptor:2");
    assert_eq!((typed[0].0, typed[0].1), ("psephos-authority publish --once", 2));
}

#[test]
fn too_few_mixes_end_the_election_unfinished() {
    // Trustee 1's mix is out, and with trustee 0 gone one is left where two are demanded.
    let rehearsed = rehearsed(&["absent-mixer:0", "bad-mix:1"], &[], 2);
    rehearsed.cannot_go_on("demands 2 valid mixes of each list and there can only be 1");
    rehearsed.warns("trustee 0 is excluded from mixing, for absence");
    rehearsed.warns("it fails mix.proof");
}

#[test]
fn a_trustee_without_whom_mixes_are_too_few_is_not_excluded() {
    let after_a_bad_mix = rehearsed(&["bad-mix:0", "absent-mixer:2"], &[], 2);
    after_a_bad_mix.cannot_go_on("without trustee 2 there can be 1 valid mix");
    let all_must_mix = rehearsed(&["absent-mixer:1"], &["--mixes=3"], 2);
    all_must_mix.cannot_go_on("without trustee 1 there can be 2 valid mixes");
    let typed = all_must_mix.typed("absent-mixer:1");
    assert_eq!((typed[1].0, typed[1].1), ("psephos-authority exclude --trustee 1", 2));
    assert!(typed[1].2.contains("nothing was excluded"), "{typed:?}");
}

#[test]
fn an_absence_that_too_few_can_state_excludes_nobody() {
    let rehearsed = rehearsed(&["absent-mixer:0", "absent-mixer:1"], &[], 2);
    rehearsed.cannot_go_on("1 of 2 trustees needed state that it is absent: trustee 2");
}

#[test]
fn bad_dealers_can_leave_too_few() {
    let rehearsed = rehearsed(&["bad-dealing:0", "bad-dealing:1"], &[], 2);
    // The ceremony has failed, and stays so.
    assert_eq!(rehearsed.report["verdict"], "INVALID");
    let reason = text(&rehearsed.report["reason"]);
    assert!(reason.contains("1 trustee, and it takes 2 to decrypt"), "{reason}");
}

#[test]
fn faults_that_cannot_be_are_refused_before_anything_is_started() {
    let cases: [(&[&str], &[&str], &str); 8] = [
        (&["bad-mix:3"], &["--trustees=3"], "names a trustee that there is not"),
        (&["bad-mix:1", "absent-mixer:1"], &[], "contradict each other"),
        (&["killed-mixer:1", "silent-decryptor:1"], &[], "contradict each other"),
        (&["bad-dealing:0", "bad-dealing:1", "bad-dealing:2"], &[], "every trustee"),
        (&["bad-mix"], &[], "name the trustee"),
        (&["bad-luck:1"], &[], "absent-mixer:N"),
        (&["bad-mix:32"], &[], "from 0 to 31"),
        (&["bad-mix:3"], &["--threshold=5"], "threshold 5 is above the number of trustees, 4"),
    ];
    for (faults, options, words) in cases {
        let (folder, outcome) = rehearse(faults, options, "--quiet");
        outcome.exits(64).says(&[words]);
        assert!(!folder.path().join("board").exists(), "{faults:?}");
    }
}

#[test]
fn the_report_for_people_ends_with_what_to_do_on_the_day() {
    let (_folder, outcome) = rehearse(&["bad-mix:1"], &[], "--keep");
    let outcome = outcome.exits(0);
    for words in [
        "bad-mix:1: trustee 1 posts a mix",
        "psephos-verifier: INVALID: mix.proof",
        "psephos-authority exclude --record",
        "On the day",
        "Verdict: VALID",
        "warning: record",
    ] {
        assert!(outcome.out.contains(words), "{words:?} is not in:\n{}", outcome.out);
    }
    // It was told while it happened.
    assert!(outcome.err.contains("$ psephos-authority exclude --record"), "{}", outcome.err);
}

#[test]
fn the_guide_for_the_day_has_every_fault() {
    let guide = fs::read_to_string(root().join("docs/on-the-day.md")).expect("the guide");
    let help = programs().authority(&["rehearse", "--help"]).exits(0).out;
    for fault in [
        "absent-mixer",
        "bad-mix",
        "bad-dealing",
        "bad-share",
        "silent-decryptor",
        "killed-mixer",
        "slow-board",
    ] {
        assert!(guide.contains(&format!("`{fault}")), "{fault} is not in the guide");
        assert!(help.contains(fault), "{fault} is not in the help");
    }
}
