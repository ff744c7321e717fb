//! The stored elections: made again they are the same, byte for byte, and their audits give the stored
//! answers, by the checks in their names, with the right culprits and nobody innocent blamed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use psephos_audit::{CheckId, Culprit, Failure, Report, Status, Verdict};
use psephos_testkit::stories::{Case, Fixture, cases, files_below, line, with_table};
use rayon::prelude::*;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

#[test]
fn every_folder_has_its_case_and_every_case_its_folder() {
    let mut stored = Vec::new();
    for answer in ["invalid", "valid"] {
        for entry in fs::read_dir(fixtures().join(answer)).expect("the fixtures") {
            stored.push(Path::new(answer).join(entry.expect("an entry").file_name()));
        }
    }
    let mut told: Vec<PathBuf> = cases().map(Case::folder).collect();
    stored.sort();
    told.sort();
    assert_eq!(stored, told);
}

#[test]
fn a_case_says_in_a_sentence_what_it_is() {
    for case in cases() {
        assert!(case.altered.ends_with('.') && !case.altered.contains('\n'), "{}", case.name);
    }
}

#[test]
fn stored_elections_are_made_again_and_answer_as_stored() {
    let all: Vec<&Case> = cases().collect();
    let answers: Vec<Result<String, String>> = all.par_iter().map(|case| agree(case)).collect();
    let wrong: Vec<String> = answers.iter().filter_map(|answer| answer.clone().err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let lines = answers.into_iter().flatten().collect();
    let readme = fs::read_to_string(fixtures().join("README.md")).expect("the table's page");
    assert!(with_table(&readme, lines) == readme, "the table in README.md is another one");
}

/// The case's line in the table, if all of it is as it is stored.
fn agree(case: &Case) -> Result<String, String> {
    let folder = fixtures().join(case.folder());
    let fixture = (case.make)();
    let mut stored = files_below(&folder).map_err(|error| format!("{}: {error}", case.name))?;
    let expected = stored.remove(Path::new("expected.json")).unwrap_or_default();
    same(&fixture.files(), &stored).map_err(|what| format!("{}: {what}", case.name))?;
    let report = fixture.audit(&folder).map_err(|error| format!("{}: {error}", case.name))?;
    let told = |what: &str| format!("{}: {what}\n{}", case.name, report.to_text());
    if case.expected(&fixture, &report).into_bytes() != expected {
        return Err(told("another answer than expected.json has"));
    }
    answers(case, &fixture, &report).map_err(|what| told(&what))?;
    Ok(line(case, &fixture))
}

fn same(
    made: &BTreeMap<PathBuf, Vec<u8>>,
    stored: &BTreeMap<PathBuf, Vec<u8>>,
) -> Result<(), String> {
    let names = made.keys().chain(stored.keys());
    let mut differing = names.filter(|name| made.get(*name) != stored.get(*name));
    match differing.next() {
        Some(name) => Err(format!("{} is not what is made", name.display())),
        None => Ok(()),
    }
}

/// The verdict, and the named check with its culprits; nobody else is blamed.
fn answers(case: &Case, fixture: &Fixture, report: &Report) -> Result<(), String> {
    if (report.verdict, report.exit) != (fixture.verdict, fixture.verdict.exit_code()) {
        return Err(format!("not {}", fixture.verdict));
    }
    if let (Some(check), Verdict::Invalid) = (case.check(), fixture.verdict) {
        fails(check, fixture, report)?;
    }
    let mut blamed = report.failures.iter().flat_map(|failure| &failure.culprits);
    let may =
        |culprit: &&Culprit| fixture.culprits.contains(culprit) || fixture.guilty.contains(culprit);
    match blamed.find(|culprit| !may(culprit)) {
        Some(culprit) => Err(format!("{culprit} is blamed")),
        None => Ok(()),
    }
}

fn fails(check: CheckId, fixture: &Fixture, report: &Report) -> Result<(), String> {
    let status = report.check(check).map(|check| check.status);
    let found = |failure: &Failure| {
        let place = fixture.place.is_none_or(|(record, row)| {
            failure.record == Some(record) && (row.is_none() || failure.row == row)
        });
        failure.check == check && failure.culprits == fixture.culprits && place
    };
    if status == Some(Status::Fail) && report.failures.iter().any(found) {
        return Ok(());
    }
    Err(format!("{check} does not name {:?} at {:?}", fixture.culprits, fixture.place))
}
