//! `amend`: changes to a published roll.

use psephos_audit::Roll;
use psephos_console::{Exit, Failure, nth, say};
use psephos_core::Encoding;
use psephos_record::bodies::RollAmend;
use psephos_record::cbor;
use psephos_record::kind::Kind;
use serde_json::json;
use zeroize::Zeroizing;

use crate::card::{self, Card};
use crate::cli::Amend;
use crate::files::{self, Readers};
use crate::roll;
use crate::voters::Voter;

/// Writes the amendment and prints the new codes, which stand nowhere else.
pub fn run(arguments: Amend) -> Result<Exit, Failure> {
    files::absent(&arguments.output)?;
    if arguments.reason.trim().is_empty() {
        return Err(Failure::usage("a reason must say something: every audit shows it"));
    }
    let mut roll = roll::read(&arguments.roll, &arguments.after)?;
    let voters = newcomers(&arguments, &roll)?;
    let cards = card::make(&voters);
    let removed: Vec<Encoding> =
        arguments.remove.iter().chain(&arguments.replace).copied().collect();
    let added = cards.iter().map(Card::entry).collect();
    let amendment = RollAmend { added, reason: arguments.reason.clone(), removed };
    roll.amend(&amendment).map_err(|fault| Failure::usage(fault.to_string()))?;
    let bytes = cbor::encode(&amendment);
    if bytes.len() > Kind::RollAmend.body_limit() {
        return Err(Failure::usage("this is more than one record can hold")
            .advice("make several amendments, each after the one before (--after)"));
    }
    files::create(&arguments.output, Readers::Anybody, &bytes)?;
    say(&*if arguments.json {
        told_json(&arguments, &amendment, &cards)
    } else {
        told(&arguments, &amendment, &cards, &roll)
    });
    Ok(Exit::Valid)
}

/// Those who get a new code: in place of a revoked one in its box, or added to a box.
fn newcomers(arguments: &Amend, roll: &Roll) -> Result<Vec<Voter>, Failure> {
    let voter =
        |reference, box_index| Voter { reference, box_id: nth(box_index).to_string(), box_index };
    let mut voters = Vec::new();
    for credential in &arguments.replace {
        let place = roll.box_of(credential).ok_or_else(|| {
            Failure::usage(format!("credential {} is not on the roll", hex::encode(credential)))
                .at(arguments.roll.display().to_string())
                .advice("amendments that were made before are given with --after")
        })?;
        voters.push(voter(format!("in place of {}", hex::encode(credential)), place));
    }
    voters.extend(arguments.add.iter().map(|number| voter(String::new(), number - 1)));
    Ok(voters)
}

fn told(
    arguments: &Amend,
    amendment: &RollAmend,
    cards: &[Card<'_>],
    roll: &Roll,
) -> Zeroizing<String> {
    let place = arguments.output.display();
    let mut text = Zeroizing::new(String::with_capacity(512 * (cards.len() + 1)));
    text.push_str(&format!(
        "{place}: {} revoked, {} added; {} may vote then.\n",
        amendment.removed.len(),
        amendment.added.len(),
        roll.voters()
    ));
    for card in cards {
        let place = match card.voter.reference.as_str() {
            "" => String::new(),
            reference => format!(" {reference}"),
        };
        text.push_str(&format!("\nA new code for box {}{place}:\n  ", card.voter.box_id));
        text.push_str(&card.code.text());
        text.push_str(&format!("\n  credential {}\n", hex::encode(card.credential)));
    }
    if !cards.is_empty() {
        text.push_str("\nNew codes are printed here and stand nowhere else.\n");
    }
    text.push_str(&format!("Next: `psephos-authority amend {place}`."));
    text
}

fn told_json(arguments: &Amend, amendment: &RollAmend, cards: &[Card<'_>]) -> Zeroizing<String> {
    let removed: Vec<String> = amendment.removed.iter().map(hex::encode).collect();
    let codes: Vec<_> = cards
        .iter()
        .map(|card| {
            json!({
                "box": card.voter.box_index,
                "words": &*card.code.text(),
                "credential": hex::encode(card.credential),
            })
        })
        .collect();
    let value = json!({
        "amendment": arguments.output.display().to_string(),
        "reason": amendment.reason,
        "removed": removed,
        "codes": codes,
    });
    Zeroizing::new(format!("{value:#}"))
}
