//! The table of all cases in `fixtures/README.md`.

use psephos_audit::Culprit;

use super::{Case, Fixture};

/// What stands before the table.
const MARK: &str = "<!-- From here on the page is made by the command above. -->\n";

/// A case's line: its folder, what was altered, the answer.
#[must_use]
pub fn line(case: &Case, fixture: &Fixture) -> String {
    let folder = case.folder().display().to_string();
    let answer = match case.check() {
        Some(check) if fixture.verdict == psephos_audit::Verdict::Invalid => {
            format!("{}: `{check}`, {}", fixture.verdict, blamed(&fixture.culprits))
        }
        _ => fixture.verdict.to_string(),
    };
    format!("| [`{}`]({folder}) | {} | {answer} |\n", case.name, case.altered)
}

fn blamed(culprits: &[Culprit]) -> String {
    if culprits.is_empty() {
        return "nobody".into();
    }
    let short = |culprit: &Culprit| match culprit {
        Culprit::Credential(_) => "a credential".to_owned(),
        Culprit::Author(_) => "an unknown author".to_owned(),
        known => known.to_string(),
    };
    culprits.iter().map(short).collect::<Vec<_>>().join(", ")
}

/// The page with a table of these lines, in the order of the folders.
#[must_use]
pub fn with_table(page: &str, mut lines: Vec<String>) -> String {
    let before = page.split_once(MARK).map_or(page, |(before, _)| before);
    lines.sort();
    let head = "\n| folder | what was altered | answer, check and culprits |\n|---|---|---|\n";
    [before, MARK, head, &lines.concat()].concat()
}
