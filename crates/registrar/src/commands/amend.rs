//! `amend`: changes to a published roll.

use psephos_audit::Roll;
use psephos_console::{Exit, Failure, count, say};
use psephos_core::Encoding;
use psephos_core::pairs::pairs;
use psephos_record::bodies::RollAmend;
use psephos_record::cbor;
use psephos_record::kind::Kind;
use serde_json::json;
use zeroize::Zeroizing;

use crate::card::{self, Card};
use crate::cli::Amend;
use crate::codes::Places;
use crate::files::{self, Readers};
use crate::register::{Register, credential, described};
use crate::roll;
use crate::voters::Voter;

/// Writes the amendment, and beside it the new codes, as `make` does.
pub fn run(arguments: Amend) -> Result<Exit, Failure> {
    let places = Places::beside(&arguments.output);
    files::absent(&arguments.output)?;
    places.absent()?;
    if arguments.reason.trim().is_empty() {
        return Err(Failure::usage("a reason must say something: every audit shows it"));
    }
    let mut roll = roll::read(&arguments.roll, &arguments.after)?;
    let known = (arguments.roll.as_path(), &roll);
    let register = Register::find(arguments.register.as_deref(), known, &arguments.after)?;
    let change = Change::read(&arguments, &roll, register.as_ref())?;
    let first = register.as_ref().map_or(1, Register::next_number);
    let cards = card::make(&change.voters, first);
    let added = cards.iter().map(Card::entry).collect();
    let amendment =
        RollAmend { added, reason: arguments.reason.clone(), removed: change.removed.clone() };
    roll.amend(&amendment).map_err(|fault| Failure::usage(fault.to_string()))?;
    let bytes = cbor::encode(&amendment);
    if bytes.len() > Kind::RollAmend.body_limit() {
        return Err(Failure::usage("this is more than one record can hold")
            .advice("make several amendments, each after the one before (--after)"));
    }
    if !cards.is_empty() {
        places.write(&arguments.title, &cards).inspect_err(|_| places.remove())?;
    }
    files::create(&arguments.output, Readers::Anybody, &bytes).inspect_err(|_| places.remove())?;
    let made = Made { arguments: &arguments, places: &places, change: &change, cards: &cards };
    if arguments.json {
        say(&*made.json(&amendment));
    } else {
        say(made.text(roll.voters()));
    }
    Ok(Exit::Valid)
}

/// What is to be changed.
struct Change {
    removed: Vec<Encoding>,
    /// Those that nothing replaces, in words.
    revoked: Vec<String>,
    /// Those who get a new code: in place of a revoked one in its box, or added to a box.
    voters: Vec<Voter>,
    /// The cards that they replace, in words; empty for those who are added.
    replaced: Vec<String>,
}

impl Change {
    fn read(
        arguments: &Amend,
        roll: &Roll,
        register: Option<&Register>,
    ) -> Result<Change, Failure> {
        let found = |names: &[String]| -> Result<Vec<Encoding>, Failure> {
            names.iter().map(|name| standing(name, register, roll, arguments)).collect()
        };
        let (mut removed, replace) = (found(&arguments.remove)?, found(&arguments.replace)?);
        let told = |credential: &Encoding| {
            let line = register.and_then(|register| register.line(credential));
            line.map_or_else(|| format!("credential {}", hex::encode(credential)), described)
        };
        let revoked = removed.iter().map(told).collect();
        let (mut voters, mut replaced) = (Vec::new(), Vec::new());
        for credential in &replace {
            let box_index = roll.box_of(credential).unwrap_or_default();
            let line = register.and_then(|register| register.line(credential));
            voters.push(Voter {
                reference: line.map(|line| line.voter.clone()).unwrap_or_default(),
                box_id: box_id(register, box_index),
                box_index,
            });
            replaced.push(match line {
                Some(line) => format!("card {}", line.number),
                None => hex::encode(credential),
            });
        }
        for name in &arguments.add {
            let box_index = place(name, register, roll, arguments)?;
            let box_id = box_id(register, box_index);
            voters.push(Voter { reference: String::new(), box_id, box_index });
            replaced.push(String::new());
        }
        removed.extend(replace);
        Ok(Change { removed, revoked, voters, replaced })
    }
}

/// The credential that is called so, which must be on the roll.
fn standing(
    name: &str,
    register: Option<&Register>,
    roll: &Roll,
    arguments: &Amend,
) -> Result<Encoding, Failure> {
    let found = credential(name, register, roll)?;
    match roll.box_of(&found) {
        Some(_) => Ok(found),
        None => {
            Err(Failure::usage(format!("credential {} is not on the roll", hex::encode(found)))
                .at(arguments.roll.display().to_string())
                .advice("amendments that were made before are given with --after"))
        }
    }
}

/// The box of this id; without a register, which has the ids, of this number.
fn place(
    name: &str,
    register: Option<&Register>,
    roll: &Roll,
    arguments: &Amend,
) -> Result<u64, Failure> {
    if let Some(register) = register {
        return register.box_index(name);
    }
    let index = name.parse().ok().filter(|index| roll.has_box(*index));
    index.ok_or_else(|| {
        Failure::usage(format!("the roll has no box {name:?}"))
            .at(arguments.roll.display().to_string())
            .advice(
                "without a register a box goes by its number, from 0 in the election's file; put register.csv \
                 beside the roll, or name it with --register, to give its id",
            )
    })
}

fn box_id(register: Option<&Register>, index: u64) -> String {
    let known = register.and_then(|register| register.box_id(index)).map(str::to_owned);
    known.unwrap_or_else(|| index.to_string())
}

/// What was made, to tell.
struct Made<'a> {
    arguments: &'a Amend,
    places: &'a Places,
    change: &'a Change,
    cards: &'a [Card<'a>],
}

impl Made<'_> {
    /// Without codes: they stand in their files alone.
    fn text(&self, voters: u64) -> String {
        let place = self.arguments.output.display();
        let mut lines = vec![format!(
            "{place}: {} revoked, {} added; {} may vote then.",
            self.change.removed.len(),
            self.cards.len(),
            count(voters)
        )];
        lines.extend(self.change.revoked.iter().map(|card| format!("  revoked {card}")));
        for (card, replaced) in pairs(self.cards, &self.change.replaced) {
            let voter = match card.voter.reference.as_str() {
                "" => String::new(),
                voter => format!(" of {voter}"),
            };
            let replaced = match replaced.as_str() {
                "" => String::new(),
                replaced => format!(", in place of {replaced}"),
            };
            lines.push(format!(
                "  card {}{voter}, box {}{replaced}",
                card.number, card.voter.box_id
            ));
            lines.push(format!("    credential {}", hex::encode(card.credential)));
        }
        if !self.cards.is_empty() {
            lines.push(format!("  to print       {}", self.places.page.display()));
            lines.push(format!("  as a table     {}", self.places.codes.display()));
            lines.push(format!("  to keep        {}", self.places.register.display()));
            lines.push(
                "Hand each new code to its voter alone, then destroy the page and the table."
                    .to_owned(),
            );
        }
        lines.push(format!("Next: `psephos-authority amend {place}`."));
        lines.join("\n")
    }

    /// With the codes, for a program that hands them out.
    fn json(&self, amendment: &RollAmend) -> Zeroizing<String> {
        let removed: Vec<String> = amendment.removed.iter().map(hex::encode).collect();
        let codes: Vec<_> = self
            .cards
            .iter()
            .map(|card| {
                json!({
                    "card": card.number,
                    "voter": card.voter.reference,
                    "box": card.voter.box_index,
                    "box_id": card.voter.box_id,
                    "words": &*card.code.text(),
                    "credential": hex::encode(card.credential),
                })
            })
            .collect();
        let path = |path: &std::path::Path| path.display().to_string();
        let files = (!self.cards.is_empty()).then(|| {
            json!({
                "codes": path(&self.places.codes),
                "page": path(&self.places.page),
                "register": path(&self.places.register),
            })
        });
        let value = json!({
            "amendment": path(&self.arguments.output),
            "reason": amendment.reason,
            "removed": removed,
            "codes": codes,
            "files": files,
        });
        Zeroizing::new(format!("{value:#}"))
    }
}
