//! Making an audit: how far it is, and how long its stages take.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use psephos_audit::{Audit, AuditError, Stage};
use psephos_console::{Failure, Mode, Progress};
use psephos_page::Timings;

use crate::place::unreadable;

/// An audit with the time it took.
pub struct Timed {
    pub audit: Audit,
    pub timings: Timings,
}

/// Makes an audit, showing how far it is.
pub fn watch(
    mode: Mode,
    audit: impl FnOnce(&(dyn Fn(psephos_audit::Progress) + Sync)) -> Result<Audit, AuditError>,
) -> Result<Timed, Failure> {
    let begun = Instant::now();
    let bars = Bars { mode, shown: Mutex::default() };
    let audit = audit(&|progress| bars.show(progress)).map_err(|error| match error {
        AuditError::Board(error) => unreadable(error),
        error @ AuditError::NotAContinuation { .. } => Failure::internal(error.to_string()),
    })?;
    let timings = Timings { total: begun.elapsed(), stages: bars.finish() };
    Ok(Timed { audit, timings })
}

/// One bar at a time, for whatever stage the audit is in.
struct Bars {
    mode: Mode,
    shown: Mutex<Shown>,
}

/// The stage that goes on, and those that are over.
#[derive(Default)]
struct Shown {
    current: Option<(Stage, Instant, Progress)>,
    over: Vec<(Stage, Duration)>,
}

impl Bars {
    fn show(&self, progress: psephos_audit::Progress) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.current.as_ref().is_none_or(|(stage, _, _)| *stage != progress.stage) {
            shown.end();
            let bar = Progress::start(self.mode, progress.stage.name(), Some(progress.total));
            shown.current = Some((progress.stage, Instant::now(), bar));
        }
        if let Some((_, _, bar)) = shown.current.as_mut() {
            bar.set(progress.done, "");
        }
    }

    fn finish(self) -> Vec<(Stage, Duration)> {
        let mut shown = self.shown.into_inner().unwrap_or_else(PoisonError::into_inner);
        shown.end();
        shown.over
    }
}

impl Shown {
    fn end(&mut self) {
        let Some((stage, begun, bar)) = self.current.take() else { return };
        bar.finish("");
        // A stage that an audit comes back to is one stage all the same.
        match self.over.iter_mut().find(|(found, _)| *found == stage) {
            Some((_, time)) => *time += begun.elapsed(),
            None => self.over.push((stage, begun.elapsed())),
        }
    }
}
