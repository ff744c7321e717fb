//! `check`: what a challenged ballot held.

use std::fs;
use std::path::Path;

use psephos_ballot::{Contest, Layout, format_cell};
use psephos_console::{Exit, Failure, say, warn};
use psephos_core::pairs::pairs;
use psephos_voter::{Opened, Opening, check_opening};
use serde_json::{Value, json};

use super::find::{Fate, fate, is_challenged};
use crate::booth::Booth;
use crate::cli::Check;
use crate::files;
use crate::words::describe;

/// Recomputes the encryption and shows the vote.
pub fn run(arguments: Check) -> Result<Exit, Failure> {
    let path = &arguments.opening;
    let place = path.display().to_string();
    let bytes = fs::read(path)
        .map_err(|error| Failure::io("cannot read the opened ballot", path, &error))?;
    let opening = Opening::from_bytes(&bytes).map_err(|error| {
        Failure::usage(error.to_string()).at(place.clone()).advice(wanted(path))
    })?;
    let booth = Booth::enter(&arguments.place)?;
    if opening.election() != Some(&booth.election.election) {
        return Err(Failure::usage("the opened ballot is of another election").at(place));
    }
    let box_index = opening.box_index().unwrap_or(u64::MAX);
    let layouts = booth.contests(box_index)?;
    let layout = booth.layout(box_index)?;
    let opened = check_opening(&booth.election, box_index, &layout, &layouts, &opening).map_err(
        |error| {
            Failure::new(Exit::Invalid, error.to_string())
                .at(place)
                .advice("the device that made this ballot is faulty or dishonest: keep both files")
        },
    )?;
    let challenged = is_challenged(&booth, &opened.tracker)?;
    let (fate, _) = fate(&booth, &opened.tracker)?;
    if fate == Fate::Accepted {
        warn("this ballot counts although it was opened: hand in its challenge before voting ends");
    }
    if arguments.json {
        say(format!("{:#}", to_json(&booth, box_index, &layouts, &opened, challenged)?));
    } else {
        show(&layouts, &opened, challenged);
    }
    Ok(Exit::Valid)
}

/// What to give in place of a file that is no opened ballot.
fn wanted(path: &Path) -> String {
    match files::kept(path) {
        Ok(_) => "this ballot is kept: open it with `psephos-voter challenge`, and check the NAME.opening that \
                  this writes"
            .to_owned(),
        Err(_) => "give the NAME.opening that `psephos-voter` wrote when the ballot was challenged; a ballot \
                   that was cast, NAME.ballot, and a NAME.challenge show no vote"
            .to_owned(),
    }
}

fn contests<'a>(layout: &Layout<'a>) -> Vec<&'a Contest> {
    layout.contests().map(|(_, contest)| contest).collect()
}

fn show(layouts: &[Layout<'_>], opened: &Opened, challenged: bool) {
    say(format!("Tracker: {}\nThis ballot held:", hex::encode(opened.tracker)));
    for (layout, votes) in pairs(layouts, &opened.votes) {
        match votes {
            Ok(votes) => {
                for (contest, vote) in pairs(contests(layout), votes) {
                    say(format!("  {}", contest.title));
                    describe(contest, vote).iter().for_each(|line| say(format!("      {line}")));
                }
            }
            Err(fault) => {
                for contest in contests(layout) {
                    say(format!("  {}\n      no valid vote: {fault}", contest.title));
                }
            }
        }
    }
    say("If that is not what you chose, the device that made it is not to be trusted.");
    say(if challenged {
        "The board holds the tracker as challenged: this ballot can never count."
    } else {
        "The board does not hold the tracker as challenged (yet). Compare the tracker with the one you noted."
    });
}

fn to_json(
    booth: &Booth,
    box_index: u64,
    layouts: &[Layout<'_>],
    opened: &Opened,
    challenged: bool,
) -> Result<Value, Failure> {
    let mut listed = Vec::new();
    for (layout, votes) in pairs(layouts, &opened.votes) {
        match votes {
            Ok(votes) => {
                for (contest, vote) in pairs(contests(layout), votes) {
                    listed.push(json!({ "contest": contest.id, "vote": format_cell(vote) }));
                }
            }
            Err(fault) => {
                for contest in contests(layout) {
                    listed.push(json!({ "contest": contest.id, "invalid": fault.to_string() }));
                }
            }
        }
    }
    Ok(json!({
        "tracker": hex::encode(opened.tracker),
        "credential": hex::encode(opened.credential),
        "counter": opened.counter,
        "box": booth.ballot_box(box_index)?.id,
        "votes": listed,
        "challenged": challenged,
    }))
}
