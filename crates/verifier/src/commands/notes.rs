//! What witnesses have cosigned: read for an audit, or compared without a board.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use psephos_audit::{Heads, Sighting, Witnesses, seen_of, two_faced};
use psephos_console::{Exit, Failure, plural, say};
use psephos_record::checkpoint::{NOTES_LIMIT, Note, ORIGIN};
use serde_json::{Map, Value, json};

use crate::cli::WitnessArguments;

/// The witnesses that an audit is to ask, if any are given.
pub fn witnesses(arguments: &WitnessArguments) -> Result<Option<Witnesses>, Failure> {
    let WitnessArguments { witness, witness_key, witnesses } = arguments;
    if witness.is_empty() && witness_key.is_empty() && witnesses.is_none() {
        return Ok(None);
    }
    let files: Result<Vec<_>, Failure> = witness.iter().map(|path| read(path)).collect();
    trusted(arguments, files?).map(Some)
}

fn trusted(arguments: &WitnessArguments, files: Vec<Vec<u8>>) -> Result<Witnesses, Failure> {
    let needed = arguments.witnesses.unwrap_or(1);
    Witnesses::new(arguments.witness_key.clone(), files, needed).map_err(|error| {
        Failure::usage(error.to_string())
            .advice("give --witness-key KEY once for each witness that you trust, and --witnesses N for how many")
    })
}

/// Whether a file begins like notes about a board, and not like a board in an archive.
pub fn is_notes(path: &Path) -> bool {
    let mut begins = [0; ORIGIN.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut begins));
    path.is_file() && read.is_ok() && begins == ORIGIN.as_bytes()
}

/// The bytes of a file of notes, but no more of them than tell that it is too long.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(NOTES_LIMIT as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::io("cannot read the witnesses' file", path, &error))?;
    Ok(bytes)
}

/// Two heads for one number of records of one board.
struct Split {
    origin: String,
    records: u64,
    heads: Heads,
}

/// Whether the witnesses of two files have seen two boards where there should be one.
pub fn compare(
    files: [&Path; 2],
    arguments: &WitnessArguments,
    (json, quiet): (bool, bool),
) -> Result<Exit, Failure> {
    let mut contents = Vec::new();
    for path in files.into_iter().chain(arguments.witness.iter().map(AsRef::as_ref)) {
        let bytes = read(path)?;
        Note::parse_all(&bytes).map_err(|error| {
            let place = path.display().to_string();
            Failure::new(Exit::Unreadable, format!("this is no file of notes: {error}")).at(place)
        })?;
        contents.push(bytes);
    }
    let witnesses = trusted(arguments, contents)?;
    let found = witnesses.sightings();
    let boards = boards(&found.seen);
    let splits: Vec<Split> =
        boards.iter().flat_map(|(origin, sizes)| splits(origin, sizes)).collect();
    let compared = boards.values().flat_map(BTreeMap::values).filter(|heads| {
        heads.values().flatten().collect::<std::collections::BTreeSet<_>>().len() > 1
    });
    let exit = match (splits.is_empty(), compared.count()) {
        (false, _) => Exit::Invalid,
        (true, 0) => Exit::Incomplete,
        (true, _) => Exit::Valid,
    };
    if json {
        say(as_json(&witnesses, &boards, &splits, &found.refused, exit));
    } else {
        let said = if quiet { Vec::new() } else { in_words(&witnesses, &boards, &splits) };
        let refused = found.refused.iter().filter(|_| !quiet).cloned();
        said.into_iter().chain(refused).for_each(say);
        say(verdict(exit));
    }
    Ok(exit)
}

fn verdict(exit: Exit) -> &'static str {
    match exit {
        Exit::Invalid => "SPLIT VIEW: people were shown different boards under one name",
        Exit::Valid => {
            "NO SPLIT VIEW: where two witnesses have seen as many records, they saw the same"
        }
        _ => {
            "NOT COMPARED: no two trusted witnesses have cosigned the same number of records of one board; with a \
             board, psephos-verifier BOARD --witness FILE compares all numbers"
        }
    }
}

/// What was seen of each board, by its origin.
fn boards(seen: &[Sighting]) -> BTreeMap<String, BTreeMap<u64, Heads>> {
    let origins = seen.iter().map(|sighting| sighting.checkpoint.origin.clone());
    origins.map(|origin| (origin.clone(), seen_of(&origin, seen))).collect()
}

fn splits(origin: &str, sizes: &BTreeMap<u64, Heads>) -> Vec<Split> {
    let differing = sizes.iter().filter(|(_, heads)| heads.len() > 1);
    differing
        .map(|(records, heads)| Split {
            origin: origin.to_owned(),
            records: *records,
            heads: heads.clone(),
        })
        .collect()
}

fn names<'w>(
    witnesses: &'w Witnesses,
    places: impl IntoIterator<Item = &'w usize>,
) -> Vec<&'w str> {
    let keys = places.into_iter().filter_map(|place| witnesses.keys().get(*place));
    keys.map(|key| key.name()).collect()
}

fn in_words(
    witnesses: &Witnesses,
    boards: &BTreeMap<String, BTreeMap<u64, Heads>>,
    splits: &[Split],
) -> Vec<String> {
    let mut lines = Vec::new();
    for (origin, sizes) in boards {
        let most = sizes.keys().next_back().copied().unwrap_or_default();
        let seen = plural(sizes.len() as u64, "length", "lengths");
        let most = plural(most, "record", "records");
        lines.push(format!("{origin}: cosigned at {seen}, at the most {most}"));
        for (witness, records) in two_faced(sizes) {
            let name = names(witnesses, [&witness]).join("");
            lines.push(format!(
                "  {name} has cosigned two heads of {records} records: do not trust it"
            ));
        }
    }
    for Split { origin, records, heads } in splits {
        lines.push(format!("{origin}: two boards of {records} records"));
        for (head, seen_by) in heads {
            let names = names(witnesses, seen_by).join(", ");
            lines.push(format!("  {}  cosigned by {names}", hex::encode(head)));
        }
    }
    lines
}

fn as_json(
    witnesses: &Witnesses,
    boards: &BTreeMap<String, BTreeMap<u64, Heads>>,
    splits: &[Split],
    refused: &[String],
    exit: Exit,
) -> String {
    let heads = |heads: &Heads| -> Map<String, Value> {
        let each =
            |(head, places): (&[u8; 32], &_)| (hex::encode(head), json!(names(witnesses, places)));
        heads.iter().map(each).collect()
    };
    let split = |split: &Split| json!({ "origin": split.origin, "records": split.records, "heads": heads(&split.heads) });
    let faulty = |(origin, sizes): (&String, &BTreeMap<u64, Heads>)| {
        let each = two_faced(sizes).into_iter().map(|(witness, records)| {
            let key = witnesses.keys().get(witness).map(|key| hex::encode(key.key()));
            json!({ "origin": origin, "records": records, "key": key })
        });
        each.collect::<Vec<_>>()
    };
    let report = json!({
        "exit": exit.code(),
        "splits": splits.iter().map(split).collect::<Vec<_>>(),
        "two_faced": boards.iter().flat_map(faulty).collect::<Vec<_>>(),
        "warnings": refused,
    });
    format!("{report:#}")
}
