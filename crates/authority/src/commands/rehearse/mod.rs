//! `rehearse`: a whole election with throwaway keys, as separate processes of the real programs.

mod cast;
mod children;
mod stage;
mod summary;
mod watch;

use std::io::{self, Write};
use std::time::Instant;

use psephos_console::{Exit, Failure, Mode, Progress, plural, say, warn};

use crate::cli::Rehearse;
use crate::voters::Electorate;
use cast::Cast;
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
    let cast = Cast::read(arguments)?;
    let electorate = Electorate::new(&cast.ballots);
    let mut stage = Stage::set(arguments, &cast, &electorate)?;
    summary.board = Some(stage.board().to_owned());
    summary.cast = cast.ballots.len() as u64;
    summary.left_out = cast.left_out.clone();
    title(&cast, mode);
    let played = play(&mut stage, (&cast, &electorate), mode, summary);
    summary.time("total", begun.elapsed());
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

fn title(cast: &Cast, mode: Mode) {
    if mode == Mode::Silent {
        return;
    }
    let description = &cast.description;
    let text = format!(
        "{}\n{}, {}, {} of whom decrypt; the keys are thrown away\n\n",
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
    stage: &mut Stage,
    (cast, electorate): (&Cast, &Electorate<'_>),
    mode: Mode,
    summary: &mut Summary,
) -> Result<Exit, Failure> {
    let trustees = cast.description.trustee_count();
    let threshold = cast.description.threshold;

    let mut bar = Progress::start(mode, "setting up", Some(trustees + 1));
    stage.set_up(&mut bar)?;
    summary.time("setup", bar.finish("proposal, invitations, enrolments"));

    let bar = Progress::start(mode, "key ceremony", None);
    stage.open()?;
    summary.time("key_ceremony", bar.finish("nobody holds the whole key"));

    let mut bar = Progress::start(mode, "voting", Some(cast.ballots.len() as u64));
    let file = stage.vote(&cast.description, electorate, &mut bar)?;
    summary.time("voting", bar.finish("encrypted and proved by simulated voters"));

    let bar = Progress::start(mode, "taking in the ballots", None);
    if !cast.ballots.is_empty() {
        stage.intake(&file)?;
    }
    summary.time("intake", bar.finish(""));

    let few = electorate.below_minimum(&cast.description);
    stage.waive(&few)?;
    summary.waive(few);

    let bar = Progress::start(mode, "closing", None);
    stage.close()?;
    summary.time("close", bar.finish("every ballot judged"));

    let mut bar = Progress::start(mode, "mixing", Some(trustees));
    stage.await_mixes(trustees, &mut bar)?;
    summary.time("mixing", bar.finish("each trustee audits, shuffles and proves"));

    let mut bar = Progress::start(mode, "decrypting", Some(threshold));
    stage.await_shares(threshold, &mut bar)?;
    summary.time("decryption", bar.finish("each trustee audits and decrypts its part"));

    let bar = Progress::start(mode, "publishing", None);
    stage.publish()?;
    summary.time("publish", bar.finish("combined, counted, sealed"));

    let bar = Progress::start(mode, "verifying", None);
    let (exit, report) = stage.verify()?;
    summary.time("verify", bar.finish("by psephos-verifier, from the board alone"));
    summary.take(stage.board(), report, exit)?;
    Ok(exit)
}
