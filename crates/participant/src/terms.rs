//! An election's terms in plain words, in what two of them differ, and how one is changed.

use std::collections::BTreeSet;

use psephos_ballot::Contest;
use psephos_console::{date, moment, nth, numbered, plural, voting_hours};
use psephos_record::bodies::{Blob, Description, Policy};

/// The election in plain words.
pub fn plain(description: &Description) -> String {
    let trustees = description.trustee_count();
    let mut text = format!(
        "  {}\n\n  {} of the {trustees} trustees together can decrypt the mixed ballots; fewer cannot.\n  \
         At least {} of them mix before anything is decrypted. {}.\n",
        description.title,
        description.threshold,
        description.mixes,
        voters(description)
    );
    if let Some(hours) = voting_hours(description.opens, description.closes) {
        text += &format!("  {hours}\n");
    }
    for (index, name) in numbered(&description.trustees) {
        text += &format!("    trustee {index}: {name}\n");
    }
    for contest in &description.contests {
        text += &format!(
            "\n  {} ({}, {} to elect)\n",
            contest.title,
            contest.method.name(),
            contest.seats
        );
        for (index, name) in numbered(&contest.candidates) {
            text += &format!("    {:>3}  {name}\n", nth(index));
        }
    }
    text
}

/// Who may vote, in plain words.
fn voters(description: &Description) -> String {
    let roll = |roll: &Blob, which| {
        let voters = plural(roll.rows, "voter", "voters");
        format!("The {voters} of a roll may vote; the {which} of a voter's ballots counts")
    };
    match (description.policy, &description.roll) {
        (Policy::First, Some(blob)) => roll(blob, "first"),
        (Policy::Last, Some(blob)) => roll(blob, "last"),
        _ => "Anybody may cast a ballot".to_owned(),
    }
}

/// In what an election would differ from another, a line each: `threshold: 2 → 3`.
pub fn differences(before: &Description, after: &Description) -> Vec<String> {
    // Somebody else's words, of any length and with any characters, are shown only where they make an election.
    if let Err(fault) = after.check() {
        return vec![format!("no such election can be held: {}", fault.to_string().escape_debug())];
    }
    type Term = fn(&Description) -> String;
    let terms: [(&str, Term); 12] = [
        ("title", |of| of.title.clone()),
        ("threshold", |of| of.threshold.to_string()),
        ("minimum of mixes", |of| of.mixes.to_string()),
        ("voting begins", |of| stated(of.opens)),
        ("voting ends", |of| stated(of.closes)),
        ("minimum of ballots", |of| of.minimum.to_string()),
        ("trustees", |of| of.trustees.join("; ")),
        ("who may vote", voters),
        ("the roll", |of| of.roll.map_or("none".to_owned(), |roll| hex::encode(roll.root))),
        ("the intake's key", |of| hex::encode(of.intake)),
        ("group and hash", |of| format!("{:?}", of.suite)),
        ("boxes and batches", boxes),
    ];
    let changed = |what: &str, (before, after): (String, String)| {
        (before != after).then(|| format!("{what}: {before} → {after}"))
    };
    let mut lines: Vec<String> = terms
        .iter()
        .filter_map(|(what, term)| changed(what, (term(before), term(after))))
        .collect();
    let ids = before.contests.iter().chain(&after.contests).map(|contest| contest.id.as_str());
    for id in ids.collect::<BTreeSet<_>>() {
        let find = |of: &Description| of.contests.iter().find(|contest| contest.id == id).cloned();
        let sides = [find(before), find(after)];
        if let [Some(before), Some(after)] = &sides
            && before.method != after.method
        {
            lines.push(format!("contest {id}: {:?} → {:?}", before.method, after.method));
        }
        let [before, after] =
            sides.map(|side| side.map_or_else(|| "none".to_owned(), |found| contest(&found)));
        lines.extend(changed(&format!("contest {id}"), (before, after)));
    }
    if lines.is_empty() && before != after {
        lines.push("the order of the contests".to_owned());
    }
    lines
}

fn stated(moment: Option<u64>) -> String {
    moment.map_or_else(|| "not stated".to_owned(), date)
}

fn contest(contest: &Contest) -> String {
    let write_ins = match contest.write_ins {
        Some(room) => format!(", {} to write in", room.slots),
        None => String::new(),
    };
    format!(
        "{} ({} to elect{write_ins}): {}",
        contest.title,
        contest.seats,
        contest.candidates.join("; ")
    )
}

/// Boxes with their batches; widths follow from the contests.
fn boxes(description: &Description) -> String {
    let boxes = description.boxes.iter().map(|found| {
        let batches = found.batches.iter().map(|batch| {
            let contests: Vec<String> = batch.contests.iter().map(u64::to_string).collect();
            format!("{}({}{})", batch.id, contests.join(","), batch.bits.map_or("", |_| "#"))
        });
        let batches: Vec<String> = batches.collect();
        let merge = found.merge.map_or(String::new(), |to| format!(" merging into {to}"));
        format!("{}{merge}: {}", found.id, batches.join(" "))
    });
    boxes.collect::<Vec<_>>().join("; ")
}

/// What [`change`] can change.
pub const SETTINGS: &str = "threshold, mixes, title, opens, closes, candidates.CONTEST";

/// Changes one term of an election: `threshold=3`, `mixes=3`, `title=…`, `opens=2027-03-14T08:00:00Z`,
/// `closes=never`, `candidates.mayor=Ada; Grace`.
///
/// # Errors
/// What is wrong with the setting. Whether the election can be held like this is for
/// [`Description::check`].
pub fn change(description: &mut Description, setting: &str) -> Result<(), String> {
    let unknown = || format!("{setting:?} is no change; those are {SETTINGS}, each with =VALUE");
    let (key, value) = setting.split_once('=').ok_or_else(unknown)?;
    let (key, value) = (key.trim(), value.trim());
    let number = || value.parse().map_err(|_| format!("{key} is a number, and not {value:?}"));
    let date = || if value == "never" { Ok(None) } else { moment(value).map(Some) };
    match key {
        "threshold" => description.threshold = number()?,
        "mixes" => description.mixes = number()?,
        "title" => description.title = value.to_owned(),
        "opens" => description.opens = date()?,
        "closes" => description.closes = date()?,
        _ => {
            let id = key.strip_prefix("candidates.").ok_or_else(unknown)?;
            let found = description.contests.iter_mut().find(|contest| contest.id == id);
            let contest = found.ok_or_else(|| format!("there is no contest {id:?}"))?;
            let names = value.split(';').map(str::trim).filter(|name| !name.is_empty());
            contest.candidates = names.map(str::to_owned).collect();
        }
    }
    description.fit().map_err(|fault| fault.to_string())
}

#[cfg(test)]
mod tests {
    use psephos_ballot::Method;
    use psephos_record::bodies::{BallotBox, Batch, Suite};

    use super::*;

    fn description() -> Description {
        let contest = Contest {
            id: "mayor".into(),
            seats: 1,
            title: "Mayor".into(),
            method: Method::Irv { max_ranks: 3 },
            write_ins: None,
            candidates: ["Ada", "Grace", "Emmy"].map(str::to_owned).to_vec(),
        };
        let batch = Batch { id: "mayor".into(), bits: None, width: 1, contests: vec![0] };
        Description {
            roll: None,
            boxes: vec![BallotBox { id: "town".into(), merge: None, batches: vec![batch] }],
            mixes: 2,
            opens: None,
            suite: Suite::default(),
            title: "Town".into(),
            closes: None,
            intake: [9; 32],
            policy: Policy::Open,
            minimum: 0,
            contests: vec![contest],
            trustees: ["A", "B", "C"].map(str::to_owned).to_vec(),
            threshold: 2,
        }
    }

    #[test]
    fn every_change_is_told_and_can_be_held() {
        let before = description();
        assert_eq!(differences(&before, &before), Vec::<String>::new());
        for (setting, told) in [
            ("threshold=1", "threshold: 2 → 1"),
            ("mixes=3", "minimum of mixes: 2 → 3"),
            ("title=The town", "title: Town → The town"),
            ("opens=2027-03-14T09:00:00+01:00", "voting begins: not stated → 2027-03-14T08:00:00Z"),
            ("closes=2027-03-15T08:00:00Z", "voting ends: not stated → 2027-03-15T08:00:00Z"),
        ] {
            let mut after = before.clone();
            change(&mut after, setting).unwrap();
            after.check().unwrap();
            assert_eq!(differences(&before, &after), [told]);
        }
        let mut after = before.clone();
        change(&mut after, "candidates.mayor=Ada; Grace; Emmy; Sofya").unwrap();
        after.check().unwrap();
        let [line] = differences(&before, &after).try_into().unwrap();
        assert!(line.starts_with("contest mayor: ") && line.ends_with("Emmy; Sofya"), "{line}");
    }

    #[test]
    fn widths_follow_the_candidates() {
        let mut after = description();
        let many: Vec<String> = (0..40).map(|number| format!("Candidate {number}")).collect();
        after.contests[0].method = Method::Irv { max_ranks: 40 };
        change(&mut after, &format!("candidates.mayor={}", many.join(";"))).unwrap();
        after.check().unwrap();
        assert!(after.boxes[0].batches[0].width > 1);
    }

    #[test]
    fn what_is_no_change_is_refused() {
        for wrong in
            ["threshold", "threshold=many", "seats=2", "opens=soon", "candidates.council=A"]
        {
            assert!(change(&mut description(), wrong).is_err(), "{wrong}");
        }
    }
}
