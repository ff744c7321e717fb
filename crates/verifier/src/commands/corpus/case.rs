//! One case: what a verifier must answer, and where its answer differs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The folder of the board, in a case's folder.
pub const BOARD: &str = "board";
/// The file that says what a verifier must answer.
pub const EXPECTED: &str = "expected.json";
/// The first of a case's arguments when it has a second board.
const COMPARE: &str = "compare";

/// A folder with a board and the answer that a verifier must give about it.
pub struct Case {
    /// The folder below the corpus, for people.
    pub name: String,
    /// Where it lies.
    pub folder: PathBuf,
}

/// What a verifier must answer.
pub struct Expected {
    arguments: Vec<String>,
    report: Value,
}

/// What makes failures comparable: the check with its culprits, whatever their order.
type Blame = (String, BTreeSet<String>);

impl Case {
    /// Reads what a verifier must answer here.
    pub fn expected(&self) -> Result<Expected, String> {
        let text = fs::read_to_string(self.folder.join(EXPECTED))
            .map_err(|error| format!("{EXPECTED} cannot be read: {error}"))?;
        let report: Value = serde_json::from_str(&text)
            .map_err(|error| format!("{EXPECTED} is not JSON: {error}"))?;
        for field in ["verdict", "exit"] {
            if report.get(field).is_none() {
                return Err(format!("{EXPECTED} says no {field}"));
            }
        }
        let word = |word: &Value| word.as_str().map(str::to_owned);
        let arguments = match report.get("args") {
            None => Some(Vec::new()),
            Some(words) => words.as_array().and_then(|words| words.iter().map(word).collect()),
        };
        let arguments = arguments.ok_or(format!("args in {EXPECTED} is no list of texts"))?;
        Ok(Expected { arguments, report })
    }
}

impl Expected {
    /// The verdict, for people.
    pub fn verdict(&self) -> String {
        shown(self.report.get("verdict"))
    }

    /// What a verifier is started with, behind the words of its command.
    pub fn arguments(&self) -> Vec<&str> {
        let words = self.arguments.iter().map(String::as_str);
        match self.arguments.first().map(String::as_str) {
            Some(COMPARE) => {
                [COMPARE, BOARD].into_iter().chain(words.skip(1)).chain(["--json"]).collect()
            }
            _ => [BOARD, "--json"].into_iter().chain(words).collect(),
        }
    }

    /// Where a verifier's answer differs; nothing when it agrees.
    pub fn differences(&self, exit: Option<i32>, out: &[u8]) -> Vec<String> {
        let mut differences = Vec::new();
        let wanted = self.report.get("exit");
        if exit.map(Value::from).as_ref() != wanted {
            let found = exit.map_or("a signal".to_owned(), |code| code.to_string());
            differences.push(format!("it ends with exit code {found}, not {}", shown(wanted)));
        }
        let found: Value = match serde_json::from_slice(out) {
            Ok(found @ Value::Object(_)) => found,
            Ok(_) => {
                differences.push("it prints JSON that is no object".into());
                return differences;
            }
            Err(error) => {
                differences.push(format!("it prints no JSON: {error}"));
                return differences;
            }
        };
        for field in ["verdict", "exit"] {
            self.compare(field, &found, &mut differences);
        }
        self.compare_failures(&found, &mut differences);
        for field in ["election", "head", "results"] {
            if self.report.get(field).is_some() {
                self.compare(field, &found, &mut differences);
            }
        }
        differences
    }

    fn compare(&self, field: &str, found: &Value, differences: &mut Vec<String>) {
        let (wanted, found) = (self.report.get(field), found.get(field));
        if wanted != found {
            let text = match field {
                "results" => "the results differ".into(),
                _ => format!("{field} is {}, not {}", shown(found), shown(wanted)),
            };
            differences.push(text);
        }
    }

    /// The same checks with the same culprits, and a failure in every place that is named.
    fn compare_failures(&self, found: &Value, differences: &mut Vec<String>) {
        let (wanted, found) = (failures(&self.report), failures(found));
        let blamed = |failures: &[&Value]| -> BTreeSet<Blame> {
            failures.iter().map(|failure| blame(failure)).collect()
        };
        let (must, are) = (blamed(&wanted), blamed(&found));
        differences.extend(must.difference(&are).map(|one| format!("missed: {}", named(one))));
        differences.extend(are.difference(&must).map(|one| format!("too much: {}", named(one))));
        for failure in wanted {
            let one = blame(failure);
            let there = |other: &&&Value| blame(other) == one && is_placed(other, failure);
            if are.contains(&one) && !found.iter().any(|other| there(&other)) {
                let place = |field| shown(failure.get(field));
                differences.push(format!(
                    "none of its {} is of record {}, row {}",
                    named(&one),
                    place("record"),
                    place("row")
                ));
            }
        }
    }
}

fn failures(report: &Value) -> Vec<&Value> {
    report.get("failures").and_then(Value::as_array).into_iter().flatten().collect()
}

fn blame(failure: &Value) -> Blame {
    let culprits = failure.get("culprits").and_then(Value::as_array).into_iter().flatten();
    (shown(failure.get("check")), culprits.map(|culprit| shown(Some(culprit))).collect())
}

/// Whether a failure is in the record and row that another one names, as far as it names them.
fn is_placed(found: &Value, wanted: &Value) -> bool {
    ["record", "row"].iter().all(|field| match wanted.get(field) {
        None | Some(Value::Null) => true,
        place => found.get(field) == place,
    })
}

fn named((check, culprits): &Blame) -> String {
    match culprits.is_empty() {
        true => format!("{check} (nobody)"),
        false => {
            let culprits: Vec<&str> = culprits.iter().map(String::as_str).collect();
            format!("{check} ({})", culprits.join(", "))
        }
    }
}

/// A value without quotes around text.
fn shown(value: Option<&Value>) -> String {
    match value {
        None => "missing".into(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Every case at or below a folder, by name. Links to folders are not followed.
pub fn find(corpus: &Path) -> std::io::Result<Vec<Case>> {
    let mut cases = Vec::new();
    let mut waiting = vec![corpus.to_owned()];
    while let Some(folder) = waiting.pop() {
        let is_case = folder.join(BOARD).is_dir() && folder.join(EXPECTED).is_file();
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() && !(is_case && entry.file_name() == BOARD) {
                waiting.push(entry.path());
            }
        }
        if is_case {
            let below = folder.strip_prefix(corpus).unwrap_or(&folder);
            let name = match below.as_os_str().is_empty() {
                true => folder.display().to_string(),
                false => below.display().to_string(),
            };
            cases.push(Case { name, folder });
        }
    }
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn expected(report: Value) -> Expected {
        Expected { arguments: Vec::new(), report }
    }

    fn failure(check: &str, culprits: &[&str], record: u64, row: Option<u64>) -> Value {
        json!({"check": check, "culprits": culprits, "record": record, "row": row})
    }

    fn invalid(failures: &[Value]) -> Value {
        json!({"verdict": "INVALID", "exit": 1, "failures": failures})
    }

    #[test]
    fn an_answer_agrees_in_verdict_exit_code_checks_culprits_and_places() {
        let bad = failure("mix.proof", &["trustee 1"], 19, None);
        let wanted = expected(invalid(std::slice::from_ref(&bad)));
        let differences =
            |exit, report: Value| wanted.differences(exit, report.to_string().as_bytes());
        assert_eq!(differences(Some(1), invalid(std::slice::from_ref(&bad))), [""; 0]);
        let more = [failure("mix.proof", &["trustee 1"], 20, Some(2)), bad.clone()];
        assert_eq!(differences(Some(1), invalid(&more)), [""; 0]);
        assert_eq!(
            differences(Some(0), invalid(std::slice::from_ref(&bad))),
            ["it ends with exit code 0, not 1"]
        );
        assert_eq!(
            differences(None, invalid(std::slice::from_ref(&bad))),
            ["it ends with exit code a signal, not 1"]
        );
        let elsewhere = failure("mix.proof", &["trustee 1"], 18, None);
        assert_eq!(
            differences(Some(1), invalid(&[elsewhere])),
            ["none of its mix.proof (trustee 1) is of record 19, row null"]
        );
        let other = failure("mix.proof", &["trustee 0"], 19, None);
        assert_eq!(
            differences(Some(1), invalid(&[other])),
            ["missed: mix.proof (trustee 1)", "too much: mix.proof (trustee 0)"]
        );
        let valid = json!({"verdict": "VALID", "exit": 0, "failures": []});
        assert_eq!(differences(Some(0), valid).len(), 4);
        assert_eq!(wanted.differences(Some(1), b"INVALID").len(), 1);
        assert_eq!(wanted.differences(Some(1), b"[]"), ["it prints JSON that is no object"]);
        assert_eq!(differences(Some(1), json!({})).len(), 3);
    }

    #[test]
    fn results_count_where_they_are_expected() {
        let wanted = json!({"verdict": "VALID", "exit": 0, "failures": [], "results": [1]});
        let other = json!({"verdict": "VALID", "exit": 0, "failures": [], "results": [2]});
        let differences = expected(wanted).differences(Some(0), other.to_string().as_bytes());
        assert_eq!(differences, ["the results differ"]);
    }

    #[test]
    fn arguments_name_the_board_and_a_second_one() {
        let arguments = |words: &[&str]| {
            let arguments = words.iter().map(|&word| word.to_owned()).collect();
            let expected = Expected { arguments, report: Value::Null };
            expected.arguments().join(" ")
        };
        assert_eq!(arguments(&[]), "board --json");
        assert_eq!(arguments(&["--expect", "3f"]), "board --json --expect 3f");
        assert_eq!(arguments(&["compare", "other"]), "compare board other --json");
    }
}
