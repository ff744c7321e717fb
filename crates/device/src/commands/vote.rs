//! `vote`: from a choice to a ballot with a tracker, then cast, challenged or kept.

use std::collections::BTreeMap;
use std::fs;

use psephos_ballot::{Contest, Layout, Vote};
use psephos_console::{Exit, Failure, warn};
use psephos_core::pairs::pairs;
use psephos_core::{Encoding, group};
use psephos_participant::entropy;
use psephos_record::bodies::Policy;
use psephos_record::words::words;
use psephos_secrets::SecretScalar;
use psephos_voter::code::Code;
use psephos_voter::{BallotMaker, Prepared};
use zeroize::Zeroizing;

use super::decide::{self, Decision};
use crate::booth::Booth;
use crate::cli::{CodeSource, Vote as Arguments};
use crate::earlier::Earlier;
use crate::files;
use crate::hand_in;
use crate::words::{ask as ask_contest, describe, parse};
use psephos_console::ask::{self, Terminal};

/// Makes a ballot and does with it what the voter decides.
pub fn run(arguments: Arguments) -> Result<Exit, Failure> {
    let decided = decision(&arguments)?;
    files::absent(arguments.output.output.as_deref(), decide::kinds(decided))?;
    let booth = Booth::enter(&arguments.place)?;
    booth.voting()?;
    if decided != Some(Decision::Keep) {
        booth.begun()?;
    }
    let asked = cells(&arguments.votes)?;
    introduce(&booth)?;
    let credential = credential(&booth, &arguments.code)?;
    let box_index = match booth.box_of(&credential.public_encoding())? {
        Some(index) => {
            agree(&booth, index, arguments.ballot_box.as_deref())?;
            index
        }
        None => booth.named_box(arguments.ballot_box.as_deref())?,
    };
    let earlier = match credential.throwaway {
        true => Earlier::default(),
        false => Earlier::read(&booth, box_index, &credential.public_encoding())?,
    };
    if booth.description()?.policy == Policy::First && earlier.stands(&booth)? {
        warn(
            "a ballot of this code is on the board already, and in this election the first one counts: \
             another one will not",
        );
    }
    let layouts = booth.contests(box_index)?;
    let votes = votes(&layouts, &asked)?;
    let counter = earlier.counter()?;
    let prepared = encrypt(&booth, (box_index, counter), &layouts, &votes, &credential.secret)?;
    decide::show_tracker(&prepared.tracker(), arguments.output.json);
    let decision = match decided {
        Some(decision) => decision,
        None => ask::with_terminal(decide::ask)?,
    };
    let throwaway = credential.throwaway.then_some(&credential.secret);
    match decision {
        Decision::Cast => {
            let server = hand_in::url(&arguments.place.board).map(|url| (&booth, url));
            decide::write_ballot(prepared, server, &arguments.output)
        }
        Decision::Challenge => {
            let place = (&booth, hand_in::url(&arguments.place.board));
            decide::write_opening(prepared, place, &credential.secret, &arguments.output)
        }
        Decision::Keep => decide::write_kept(&prepared, throwaway, &arguments.output),
    }
}

/// What the flags say; none to ask.
fn decision(arguments: &Arguments) -> Result<Option<Decision>, Failure> {
    let decision = match (arguments.cast, arguments.challenge, arguments.keep) {
        (true, _, _) => Some(Decision::Cast),
        (_, true, _) => Some(Decision::Challenge),
        (_, _, true) => Some(Decision::Keep),
        _ => None,
    };
    if decision.is_none() && !ask::is_there() {
        return Err(Failure::usage("there is no terminal to ask whether to cast the ballot")
            .advice("give --cast, --challenge or --keep"));
    }
    Ok(decision)
}

/// The election in words that a voter can compare.
fn introduce(booth: &Booth) -> Result<(), Failure> {
    if ask::is_there() {
        let title = booth.description()?.title.clone();
        ask::with_terminal(|terminal| {
            terminal.say(&title);
            let id = words(&booth.election.election);
            terminal.say(&format!("Election: {id}\nCompare these words with the published ones."));
            Ok(())
        })?;
    }
    Ok(())
}

/// What the ballot is signed with.
struct Credential {
    secret: SecretScalar,
    /// Made for this ballot only.
    throwaway: bool,
}

impl Credential {
    fn public_encoding(&self) -> Encoding {
        group::encode(&self.secret.public())
    }
}

fn credential(booth: &Booth, source: &CodeSource) -> Result<Credential, Failure> {
    if !booth.needs_code()? {
        if source.code_file.is_some() {
            warn("this election has no roll of voters: the code is not used");
        }
        return Ok(Credential { secret: SecretScalar::random(&mut entropy()), throwaway: true });
    }
    Ok(Credential { secret: code(source)?.secret(), throwaway: false })
}

/// The voter's code, from its file or typed.
pub fn code(source: &CodeSource) -> Result<Code, Failure> {
    let Some(path) = &source.code_file else { return typed_code() };
    let text = fs::read_to_string(path).map(Zeroizing::new);
    let text = text.map_err(|error| Failure::io("cannot read the code", path, &error))?;
    Code::parse(&text)
        .map_err(|error| Failure::usage(error.to_string()).at(path.display().to_string()))
}

fn typed_code() -> Result<Code, Failure> {
    if !ask::is_there() {
        return Err(Failure::usage("there is no terminal to ask for the voter's code")
            .advice("give --code-file FILE"));
    }
    loop {
        let text = rpassword::prompt_password("The words of your code (they are not shown): ")
            .map(Zeroizing::new)
            .map_err(|error| Failure::usage(format!("the code cannot be read: {error}")))?;
        match Code::parse(&text) {
            Ok(code) => return Ok(code),
            Err(error) => warn(error.to_string()),
        }
    }
}

/// The box named must be the one the roll has.
fn agree(booth: &Booth, index: u64, named: Option<&str>) -> Result<(), Failure> {
    let Some(named) = named else { return Ok(()) };
    let place = &booth.ballot_box(index)?.id;
    if place == named {
        return Ok(());
    }
    Err(Failure::usage(format!("by the roll this code votes in box {place:?}, not in {named:?}"))
        .advice("leave out --box"))
}

/// CONTEST=CELL by contest.
fn cells(arguments: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let mut cells = BTreeMap::new();
    for argument in arguments {
        let (contest, cell) = argument.split_once('=').ok_or_else(|| {
            Failure::usage(format!("--vote {argument:?} names no contest"))
                .advice("write --vote CONTEST=CELL, like --vote mayor=2")
        })?;
        if cells.insert(contest.to_owned(), cell.to_owned()).is_some() {
            return Err(Failure::usage(format!("there are two votes for contest {contest:?}")));
        }
    }
    Ok(cells)
}

/// The votes of each batch, from the command line or asked for.
fn votes(
    layouts: &[Layout<'_>],
    cells: &BTreeMap<String, String>,
) -> Result<Vec<Vec<Vote>>, Failure> {
    let contests: Vec<&Contest> =
        layouts.iter().flat_map(|layout| layout.contests().map(|(_, contest)| contest)).collect();
    let ids = || contests.iter().map(|contest| contest.id.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(stray) = cells.keys().find(|id| !contests.iter().any(|known| known.id == **id)) {
        return Err(Failure::usage(format!("there is no contest {stray:?} on this ballot"))
            .advice(format!("contests: {}", ids())));
    }
    let asks = cells.is_empty() && ask::is_there();
    let one = |contest: &Contest| match cells.get(&contest.id) {
        Some(cell) => parse(contest, cell)
            .map_err(|fault| Failure::usage(fault).at(format!("--vote {}={cell}", contest.id))),
        None if asks => ask::with_terminal(|terminal| ask_contest(terminal, contest)),
        None => Err(Failure::usage(format!("there is no vote for contest {:?}", contest.id))
            .advice(format!("give --vote {}=CELL; nothing after the sign is blank", contest.id))),
    };
    let batch = |layout: &Layout<'_>| layout.contests().map(|(_, contest)| one(contest)).collect();
    let votes: Vec<Vec<Vote>> = layouts.iter().map(batch).collect::<Result<_, Failure>>()?;
    if asks {
        ask::with_terminal(|terminal| confirm(terminal, layouts, &votes))?;
    }
    Ok(votes)
}

/// Shows all votes once more.
fn confirm(
    terminal: &mut Terminal<'_>,
    layouts: &[Layout<'_>],
    votes: &[Vec<Vote>],
) -> Result<(), Failure> {
    terminal.say("\nYour votes:");
    for (layout, votes) in pairs(layouts, votes) {
        let contests: Vec<&Contest> = layout.contests().map(|(_, contest)| contest).collect();
        for (contest, vote) in pairs(contests, votes) {
            terminal.say(&format!("  {}", contest.title));
            describe(contest, vote).iter().for_each(|line| terminal.say(&format!("      {line}")));
        }
    }
    match terminal.choose("Encrypt them? (yes/no) ", &["yes", "no"])? {
        0 => Ok(()),
        _ => Err(Failure::usage("nothing was made; run the command again to vote")),
    }
}

fn encrypt(
    booth: &Booth,
    (box_index, counter): (u64, u64),
    layouts: &[Layout<'_>],
    votes: &[Vec<Vote>],
    credential: &SecretScalar,
) -> Result<Prepared, Failure> {
    let failed = |error: psephos_voter::VoterError| Failure::internal(error.to_string());
    let maker = BallotMaker::with_layout(booth.election, box_index, booth.layout(box_index)?);
    let batches: Vec<(&Layout<'_>, &[Vote])> =
        pairs(layouts, votes).map(|(layout, votes)| (layout, votes.as_slice())).collect();
    maker.map_err(failed)?.prepare(&batches, credential, counter, &mut entropy()).map_err(failed)
}
