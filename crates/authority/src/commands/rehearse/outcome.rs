//! What came of a fault: for people and for machines.

use psephos_console::numbered;
use serde_json::{Value, json};

use super::advice::Advice;
use super::drill::{Incident, Seen};
use super::stage::Typed;

/// Columns of a report on a terminal.
const WIDTH: usize = 100;

/// One entry of `faults` in `--json`.
pub fn to_json(incident: &Incident) -> Value {
    let Incident { fault, seen, commands, outcome } = incident;
    let Advice { act, call, never } = fault.advice();
    let saw = |Seen { who, words }: &Seen| json!({ "who": who, "words": words });
    let typed = |Typed { line, code, answer }: &Typed| json!({ "command": line, "exit": code, "answer": answer });
    json!({
        "fault": fault.to_string(),
        "what": fault.what(),
        "seen": seen.iter().map(saw).collect::<Vec<_>>(),
        "commands": commands.iter().map(typed).collect::<Vec<_>>(),
        "outcome": outcome,
        "on_the_day": { "do": act, "call": call, "do_not": never },
    })
}

/// A paragraph of the closing report.
pub fn to_text(incident: &Incident) -> String {
    let Advice { act, call, never } = incident.fault.advice();
    let mut text = format!("\n{}: {}\n", incident.fault, incident.fault.what());
    for Seen { who, words } in &incident.seen {
        text += &item("seen", &format!("{who}: {}", words.trim()));
    }
    for typed in &incident.commands {
        text += &item("typed", &typed.line);
        if !typed.answer.is_empty() {
            text += &item("", &format!("-> {}", typed.gist()));
        }
    }
    text += &item("ended", &incident.outcome);
    text += "  On the day\n";
    text += &item("do", &act);
    text += &item("call", &call);
    text += &item("do not", &never);
    text
}

/// A named line, folded at words.
fn item(name: &str, text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().filter(|line| line.len() + word.len() < WIDTH - 12);
        match line {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => *line += &format!(" {word}"),
            None => lines.push(word.to_owned()),
        }
    }
    let folded = numbered(lines).map(|(place, line)| {
        let name = if place == 0 { name } else { "" };
        format!("  {name:<8}{line}\n")
    });
    folded.collect()
}
