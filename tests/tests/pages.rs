//! What the README and docs/ tell people to type exists: every command and every flag that they name, in
//! blocks and in the text, is in the help of the program.

use std::collections::{BTreeMap, BTreeSet};

use psephos_tests::{Page, programs};

const PROGRAMS: [&str; 7] = [
    "psephos-authority",
    "psephos-board",
    "psephos-trustee",
    "psephos-verifier",
    "psephos-voter",
    "psephos-registrar",
    "psephos-witness",
];

/// What the help of a command says that it takes.
#[derive(Default)]
struct Help {
    /// The commands below it.
    commands: BTreeSet<String>,
    /// Its flags, and whether a value follows.
    flags: BTreeMap<String, bool>,
}

impl Help {
    fn read(program: &str, command: Option<&str>) -> Help {
        let arguments: Vec<&str> = command.into_iter().chain(["--help"]).collect();
        let text = programs().run(program, &arguments).exits(0).out;
        let mut help = Help::default();
        let mut section = "";
        for line in text.lines() {
            if line.ends_with(':') && !line.starts_with(' ') {
                section = line.trim_end_matches(':');
            }
            let first = line.split_whitespace().next().unwrap_or_default();
            let indent = line.len() - line.trim_start().len();
            if section == "Commands" && indent == 2 && first != "help" {
                help.commands.insert(first.to_owned());
            }
            if section == "Options" && first.starts_with('-') && indent <= 6 {
                // What the flag does stands behind two spaces, and may name others.
                let flag = line.trim_start().split("  ").next().unwrap_or_default();
                let has_value = flag.contains('<');
                let words =
                    flag.trim_end_matches("...").split(|c: char| c.is_whitespace() || c == ',');
                let flags = words.filter(|word| word.len() > 1 && word.starts_with('-'));
                help.flags.extend(flags.map(|flag| (flag.to_owned(), has_value)));
            }
        }
        help
    }
}

/// All of the programs' help.
struct Manual(BTreeMap<String, BTreeMap<String, Help>>);

impl Manual {
    fn read() -> Manual {
        let of = |program: &str| {
            let whole = Help::read(program, None);
            let mut helps: BTreeMap<String, Help> = whole
                .commands
                .iter()
                .map(|command| (command.clone(), Help::read(program, Some(command))))
                .collect();
            helps.insert(String::new(), whole);
            helps
        };
        Manual(PROGRAMS.iter().map(|program| ((*program).to_owned(), of(program))).collect())
    }

    /// What is wrong with words behind a program's name.
    fn fault(&self, program: &str, words: &[String]) -> Option<String> {
        let helps = &self.0[program];
        let first = words.first()?;
        if let Some(help) = helps.get(first).filter(|_| !first.is_empty()) {
            return wrong_flag(help, &words[1..]).map(|what| format!("{program} {first}: {what}"));
        }
        // A board is named, and not a command that is gone.
        let is_place =
            |word: &String| word.contains(['.', '/', '-', '…']) || *word == word.to_uppercase();
        if first.starts_with('-') || program == "psephos-verifier" && is_place(first) {
            return wrong_flag(&helps[""], words).map(|what| format!("{program}: {what}"));
        }
        Some(format!("{program} has no command {first:?}"))
    }

    /// What is wrong with a flag, or a command and what follows it, where no program is named.
    fn fault_of_some(&self, words: &[String]) -> Option<String> {
        let helps = || self.0.values().flatten();
        let first = words.first()?;
        let known: Vec<&Help> = match first.starts_with("--") {
            true => helps().map(|(_, help)| help).collect(),
            false => {
                helps().filter(|(command, _)| *command == first).map(|(_, help)| help).collect()
            }
        };
        let rest = &words[usize::from(!first.starts_with("--"))..];
        let faults: Vec<String> = known.iter().map_while(|help| wrong_flag(help, rest)).collect();
        (!known.is_empty() && faults.len() == known.len()).then(|| faults[0].clone())
    }
}

fn wrong_flag(help: &Help, words: &[String]) -> Option<String> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if !word.starts_with('-') || word == "-" {
            continue;
        }
        let (flag, value) = match word.split_once('=') {
            Some((flag, value)) => (flag, Some(value)),
            None => (word.as_str(), None),
        };
        match help.flags.get(flag) {
            None => return Some(format!("no flag {flag}")),
            Some(false) if value.is_some() => return Some(format!("{flag} takes no value")),
            Some(true) if value.is_none() => drop(words.next()),
            Some(_) => {}
        }
    }
    None
}

/// The words of a command line up to its comment, or to what the shell does with it.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.chars() {
        let last = words.last_mut().expect("a word");
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, c) if c.is_whitespace() => words.push(String::new()),
            // Words for people, such as `[--by Y]`.
            (None, '[' | ']') => {}
            _ => last.push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    let ends = |word: &String| ["#", "<", ">", "|", "&&", ";", "2>"].contains(&word.as_str());
    let end = words.iter().position(ends).unwrap_or(words.len());
    words.truncate(end);
    words
}

/// Each call of a program in a line: its name, and the words behind it.
fn calls(line: &str) -> Vec<(&'static str, Vec<String>)> {
    let named =
        |word: &str| PROGRAMS.into_iter().find(|name| word.rsplit('/').next() == Some(name));
    let mut calls = Vec::new();
    for part in line.split("&&") {
        let words = words(part);
        if let Some(program) = words.first().and_then(|word| named(word)) {
            calls.push((program, words[1..].to_vec()));
        }
    }
    calls
}

/// What stands between backquotes in a line.
fn spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

#[test]
fn every_command_and_flag_that_a_page_names_exists() {
    let manual = Manual::read();
    let (mut looked_at, mut faults) = (0, Vec::new());
    let mut look = |place: &str, line: &str, is_span: bool| {
        let calls = calls(line);
        for (program, words) in &calls {
            looked_at += 1;
            faults.extend(manual.fault(program, words).map(|what| format!("{place}: {what}")));
        }
        if is_span && calls.is_empty() {
            let fault = manual.fault_of_some(&words(line));
            faults.extend(fault.map(|what| format!("{place}: `{line}`: {what}")));
        }
    };
    for page in Page::all() {
        for block in &page.blocks {
            for line in block.text.lines() {
                match block.language.as_str() {
                    "sh" | "console" => look(&block.place, line, false),
                    _ => spans(line).for_each(|span| look(&block.place, span, true)),
                }
            }
        }
        for (number, line) in &page.prose {
            let place = format!("{}, line {number}", page.name);
            assert_eq!(line.matches('`').count() % 2, 0, "{place}: a backquote without its other");
            spans(line).for_each(|span| look(&place, span, true));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(looked_at > 100, "only {looked_at} command lines were found");
}

#[test]
fn a_command_or_flag_that_is_gone_is_found() {
    let manual = Manual::read();
    for (line, is_right) in [
        ("psephos-authority open --without 1 --every 0.2", true),
        ("psephos-authority open --without", true),
        ("psephos-authority opens", false),
        ("psephos-authority open --with 1", false),
        ("target/release/psephos-authority rehearse --fault bad-mix:1", true),
        ("psephos-trustee run --yes=3", false),
        ("psephos-trustee join - --reason \"--not a flag\" < line.txt", true),
        ("psephos-verifier town-board --expect 31d0…", true),
        ("psephos-verifier BOARD --expected 31d0…", false),
        ("psephos-verifier audit BOARD", false),
        ("psephos-verifier", true),
    ] {
        let faults = calls(line).into_iter().find_map(|(name, words)| manual.fault(name, &words));
        assert_eq!(faults.is_none(), is_right, "{line}: {faults:?}");
    }
    for (span, is_right) in [
        ("--every 0.2", true),
        ("--evry 0.2", false),
        ("open --without N", true),
        ("run --without N", false),
        ("mix.proof", true),
    ] {
        let fault = manual.fault_of_some(&words(span));
        assert_eq!(fault.is_none(), is_right, "{span}: {fault:?}");
    }
}
