//! Progress on standard error: a bar on a terminal, plain lines elsewhere, nothing when asked to be silent.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::text::{count, duration, visible};

/// How progress is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// A bar that is drawn over itself.
    Bars,
    /// One line at the end of a phase, and one every ten seconds in a long one.
    Lines,
    /// Nothing.
    Silent,
}

impl Mode {
    /// Bars on a terminal, lines elsewhere; nothing with `silent` (`--quiet` or `--json`).
    pub fn detect(silent: bool) -> Mode {
        match (silent, io::stderr().is_terminal()) {
            (true, _) => Mode::Silent,
            (false, true) => Mode::Bars,
            (false, false) => Mode::Lines,
        }
    }
}

/// One phase under way.
pub struct Progress {
    mode: Mode,
    what: String,
    total: Option<u64>,
    bar: Option<ProgressBar>,
    begun: Instant,
    told: Instant,
}

impl Progress {
    /// Begins a phase of `total` steps, or of unknown length.
    pub fn start(mode: Mode, what: impl Into<String>, total: Option<u64>) -> Progress {
        let what = what.into();
        let bar = (mode == Mode::Bars).then(|| draw(&what, total));
        Progress { mode, what, total, bar, begun: Instant::now(), told: Instant::now() }
    }

    /// Steps done so far; `note` says what is going on.
    pub fn set(&mut self, done: u64, note: &str) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            bar.set_message(note.to_owned());
        }
        if self.mode == Mode::Lines && self.told.elapsed() >= Duration::from_secs(10) {
            self.told = Instant::now();
            let line = in_between(&self.what, done, self.total, self.begun.elapsed());
            let _ = writeln!(io::stderr(), "{}", format!("{line} {note}").trim_end());
        }
    }

    /// Says something that stays, above the bar.
    pub fn say(&self, text: &str) {
        let write = || {
            // Nobody who watches is no reason to stop.
            let _ = writeln!(io::stderr(), "{}", visible(text));
        };
        match (&self.bar, self.mode) {
            (_, Mode::Silent) => {}
            (Some(bar), _) => bar.suspend(write),
            (None, _) => write(),
        }
    }

    /// Ends the phase with its time and `summary`; returns the time.
    pub fn finish(self, summary: &str) -> Duration {
        let time = self.begun.elapsed();
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if self.mode != Mode::Silent {
            let line = format!("  {:<28} {:>11}   {summary}", self.what, duration(time));
            let _ = writeln!(io::stderr(), "{}", line.trim_end());
        }
        time
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// How long something may take before it is worth a line.
const MOMENT: Duration = Duration::from_secs(2);

/// Phases one after the other; nothing of them is shown before they have taken longer than a moment.
pub struct Phases {
    mode: Mode,
    begun: Instant,
    current: Option<(&'static str, Progress)>,
}

impl Phases {
    /// Begins.
    pub fn new(mode: Mode) -> Phases {
        Phases { mode, begun: Instant::now(), current: None }
    }

    /// So many steps of `what` are done; another name begins another phase.
    pub fn show(&mut self, what: &'static str, done: u64, total: u64) {
        if self.begun.elapsed() < MOMENT {
            return;
        }
        if self.current.as_ref().is_none_or(|(current, _)| *current != what) {
            self.end();
            self.current = Some((what, Progress::start(self.mode, what, Some(total))));
        }
        if let Some((_, progress)) = &mut self.current {
            progress.set(done, "");
        }
    }

    /// Ends the last phase.
    pub fn finish(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some((_, progress)) = self.current.take() {
            progress.finish("");
        }
    }
}

/// A line in a long phase: `  mixing 1,200 of 80,101 (12 s, 100 a second, 13 min 09 s left)`.
fn in_between(what: &str, done: u64, total: Option<u64>, passed: Duration) -> String {
    let time = duration(passed);
    let Some(total) = total else { return format!("  {what} ({time})") };
    let part = format!("{} of {}", count(done), count(total));
    let rate = done as f64 / passed.as_secs_f64();
    let left = Duration::try_from_secs_f64(total.saturating_sub(done) as f64 / rate);
    match left {
        Ok(left) if rate >= 1.0 => {
            let (rate, left) = (count(rate as u64), duration(left));
            format!("  {what} {part} ({time}, {rate} a second, {left} left)")
        }
        Ok(left) => format!("  {what} {part} ({time}, {} left)", duration(left)),
        Err(_) => format!("  {what} {part} ({time})"),
    }
}

fn draw(what: &str, total: Option<u64>) -> ProgressBar {
    // The templates are constants; a mistake in one shows as the default bar.
    let style = |template: &str| {
        ProgressStyle::with_template(template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("━╸─")
    };
    let bar = match total {
        Some(total) => ProgressBar::new(total)
            .with_style(style(
                "  {prefix:<28} {bar:24} {human_pos}/{human_len} {elapsed}, {per_sec}, {eta} left {msg}",
            )),
        None => {
            ProgressBar::new_spinner().with_style(style("  {prefix:<28} {spinner} {elapsed} {msg}"))
        }
    };
    bar.set_prefix(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_rate_and_remaining_time() {
        let line =
            |done, total, seconds| in_between("mixing", done, total, Duration::from_secs(seconds));
        assert_eq!(
            line(1_200, Some(80_101), 12),
            "  mixing 1,200 of 80,101 (12 s, 100 a second, 13 min 09 s left)"
        );
        assert_eq!(line(1, Some(3), 20), "  mixing 1 of 3 (20 s, 40 s left)");
        assert_eq!(line(0, Some(3), 20), "  mixing 0 of 3 (20 s)");
        assert_eq!(line(7, None, 20), "  mixing (20 s)");
    }
}
