//! `rehearse`: a whole election with throwaway keys, as separate processes of the real programs, and with
//! faults on request.

mod advice;
mod cast;
mod ceremony;
mod children;
mod decryption;
mod drill;
mod fault;
mod ground;
mod mixing;
mod outcome;
mod sabotage;
mod stage;
mod summary;
mod voters;

use std::io::{self, Write};
use std::time::Instant;

use psephos_console::{Exit, Failure, Mode, Progress, duration, plural, say, warn};
use psephos_record::bodies::Description;

use crate::cli::Rehearse;
use crate::voters::Electorate;
use cast::Cast;
use drill::Drill;
pub use fault::Fault;
use fault::Plan;
use ground::Ground;
use stage::Stage;
use summary::Summary;

/// Runs the election and ends with the verifier's exit code.
pub fn run(arguments: Rehearse) -> Result<Exit, Failure> {
    let mode = Mode::detect(arguments.quiet || arguments.json);
    let mut summary = Summary::default();
    let outcome = rehearse(&arguments, mode, &mut summary);
    if arguments.json {
        say(summary.to_json(outcome.as_ref().err()));
    }
    outcome
}

fn rehearse(arguments: &Rehearse, mode: Mode, summary: &mut Summary) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let faults: Result<Vec<Fault>, String> =
        arguments.faults.iter().map(|fault| fault.parse()).collect();
    let plan = Plan::new(&faults.map_err(Failure::usage)?)?;
    let cast = Cast::read(arguments, &plan)?;
    let electorate = Electorate::new(&cast.ballots);
    let mut stage = Stage::set(arguments, &cast, &electorate)?;
    if plan.is_slow() {
        stage.slow_down();
    }
    summary.board = Some(stage.ground().store.to_string());
    summary.cast = cast.ballots.len() as u64;
    summary.left_out = cast.left_out.clone();
    title(&cast, stage.ground(), mode);
    let mut drill = Drill::new(&mut stage, &plan, mode);
    let played = play(&mut drill, (&cast, &electorate), mode, summary);
    summary.time("total", begun.elapsed());
    let Drill { incidents, too_few, .. } = drill;
    summary.take_faults(incidents, too_few);
    let kept = stage.strike(arguments.keep || played.is_err())?;
    if let Some(folder) = kept {
        warn(format!("the throwaway homes, logs and ballots are kept in {}", folder.display()));
    }
    let exit = played?;
    if !arguments.json {
        say(summary.text(&cast.description.contests));
    }
    Ok(exit)
}

fn title(cast: &Cast, ground: &Ground, mode: Mode) {
    if mode == Mode::Silent {
        return;
    }
    let description = &cast.description;
    let watch = match ground.is_served() {
        true => format!("watch it in a browser, at {}\n", ground.board),
        false => String::new(),
    };
    let text = format!(
        "{}\n{}, {}, {} of whom decrypt; the keys are thrown away\n{watch}\n",
        description.title,
        plural(cast.ballots.len() as u64, "ballot", "ballots"),
        plural(description.trustee_count(), "trustee", "trustees"),
        description.threshold
    );
    // Nobody who watches is no reason to stop.
    let _ = io::stderr().write_all(text.as_bytes());
}

/// The acts of an election, in order.
fn play(
    drill: &mut Drill<'_>,
    cast: (&Cast, &Electorate<'_>),
    mode: Mode,
    summary: &mut Summary,
) -> Result<Exit, Failure> {
    let begun = Instant::now();
    begin(drill, cast.0, mode, summary)?;
    if drill.too_few.is_none() {
        voting(drill.stage, cast, mode, summary)?;
        count(drill, &cast.0.description, mode, summary)?;
    }
    let bar = Progress::start(mode, "verifying", None);
    let (exit, report) = drill.stage.verify()?;
    summary.time("verify", bar.finish("by psephos-verifier, from the board alone"));
    summary.take(&*drill.stage.ground().read()?, report, exit)?;
    drill.ends(
        Fault::SlowBoard,
        format!(
            "every reading and writing took {} ms more, the election {}; nothing else is different",
            stage::SLOW,
            duration(begun.elapsed())
        ),
    );
    Ok(if drill.too_few.is_some() { Exit::Incomplete } else { exit })
}

/// From nothing to an open election.
fn begin(
    drill: &mut Drill<'_>,
    cast: &Cast,
    mode: Mode,
    summary: &mut Summary,
) -> Result<(), Failure> {
    let trustees = cast.description.trustee_count();
    let mut bar = Progress::start(mode, "setting up", Some(trustees + 1));
    drill.stage.set_up(&mut bar)?;
    summary.time("setup", bar.finish("proposal, invitations, enrolments"));

    let bar = Progress::start(mode, "key ceremony", None);
    drill.open(trustees, &bar)?;
    summary.time("key_ceremony", bar.finish("nobody holds the whole key"));
    Ok(())
}

/// From the first ballot to the close.
fn voting(
    stage: &mut Stage,
    (cast, electorate): (&Cast, &Electorate<'_>),
    mode: Mode,
    summary: &mut Summary,
) -> Result<(), Failure> {
    let mut bar = Progress::start(mode, "voting", Some(cast.ballots.len() as u64));
    let file = stage.vote(&cast.description, electorate, &mut bar)?;
    summary.time("voting", bar.finish("encrypted and proved by simulated voters"));

    let total = stage.ground().is_served().then_some(cast.ballots.len() as u64);
    let mut bar = Progress::start(mode, "taking in the ballots", total);
    let receipts = if cast.ballots.is_empty() { 0 } else { stage.hand_in(&file, &mut bar)? };
    let note = match receipts {
        0 => String::new(),
        receipts => format!("by the server, {}", plural(receipts, "receipt", "receipts")),
    };
    summary.time("intake", bar.finish(&note));

    let few = electorate.below_minimum(&cast.description);
    stage.waive(&few)?;
    summary.waive(few);
    Ok(())
}

/// From the close to the sealed result.
fn count(
    drill: &mut Drill<'_>,
    description: &Description,
    mode: Mode,
    summary: &mut Summary,
) -> Result<(), Failure> {
    drill.before_mixing()?;
    let bar = Progress::start(mode, "closing", None);
    drill.stage.close()?;
    summary.time("close", bar.finish("every ballot judged"));

    let mut bar = Progress::start(mode, "mixing", Some(description.trustee_count()));
    drill.mix(&mut bar)?;
    summary.time("mixing", bar.finish("each trustee audits, shuffles and proves"));
    if drill.too_few.is_some() {
        return Ok(());
    }

    let mut bar = Progress::start(mode, "decrypting", Some(description.threshold));
    drill.decrypt(&mut bar)?;
    summary.time("decryption", bar.finish("each trustee audits and decrypts its part"));
    if drill.too_few.is_some() {
        return Ok(());
    }

    let bar = Progress::start(mode, "publishing", None);
    drill.stage.publish()?;
    summary.time("publish", bar.finish("combined, counted, sealed"));
    Ok(())
}
