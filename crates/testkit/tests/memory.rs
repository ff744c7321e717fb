//! Expected: no length that a board claims makes the audit ask for memory that the board does not fill.

use std::fs;

use psephos_testkit::systematic::{BOARDS, Case, Change, Number, Part, Sealed, Subject};

/// More than any of these audits takes for itself.
const LIMIT_KIB: u64 = 256 << 10;

/// The most address space that this process has had; none where the system does not say.
fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

fn claims_much(case: &Case) -> bool {
    let (Part::File(_, change) | Part::Message(_, change) | Part::Body(_, change)) = case.part
    else {
        return false;
    };
    let is_much =
        matches!(change, Change::Huge(_) | Change::Number(_, Number::Most | Number::Less));
    is_much && matches!(case.sealed, Sealed::AsIs | Sealed::Stage | Sealed::Whole)
}

#[test]
fn claimed_lengths_take_no_memory() {
    let subject = Subject::new(BOARDS[0]);
    let before = peak_kib();
    let cases: Vec<Case> = subject.cases().into_iter().filter(claims_much).collect();
    assert!(cases.len() > 500, "{}", cases.len());
    for case in cases {
        let outcome = subject.run(case);
        let (Some(before), Some(now)) = (before, peak_kib()) else { return };
        assert!(now - before < LIMIT_KIB, "{case:?}: {} KiB, {outcome:?}", now - before);
    }
}
