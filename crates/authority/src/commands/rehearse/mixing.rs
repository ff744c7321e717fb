//! Mixing with faults: absent, bad and killed mixers.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use psephos_audit::View;
use psephos_console::{Failure, Progress, plural};

use super::drill::{Drill, Incident, number_now, present};
use super::fault::{Deed, Fault};
use super::stage::{Stage, Typed};

/// Slows the board, in milliseconds, for a program that is to be killed, so that the kill falls between its
/// list and its record.
const SLOWED: &str = "--slow-board=20";
/// How often is looked whether that moment has come.
const GLANCE: Duration = Duration::from_millis(1);

impl Drill<'_> {
    /// Ends the programs of those whose turns come in another way from here on.
    pub fn before_mixing(&mut self) -> Result<(), Failure> {
        for trustee in self.stage.at_work() {
            if self.plan.is_replaced(trustee) {
                self.stage.stop(trustee)?;
            }
        }
        Ok(())
    }

    /// Sees every trustee through its turn to mix.
    pub fn mix(&mut self, bar: &mut Progress) -> Result<(), Failure> {
        let mut killed = BTreeSet::new();
        loop {
            let view = self.stage.view()?;
            let trustees = present(&view);
            bar.set(
                (0..trustees.len() as u64).filter(|trustee| view.has_mixed(*trustee)).count()
                    as u64,
                "",
            );
            let Some(next) = view.next_mixers().first().copied() else { break };
            let trustee = usize::try_from(next).ok().and_then(|next| trustees.get(next)).copied();
            let trustee = trustee.ok_or_else(|| Failure::internal("a mixer that there is not"))?;
            match self.plan.at_mixing(trustee) {
                Some(Deed::AbsentMixer) => {
                    self.absent_mixer(trustee, &view, bar)?;
                    if self.too_few.is_some() {
                        return Ok(());
                    }
                }
                Some(Deed::BadMix) => self.bad_mix(trustee, &view, bar)?,
                Some(Deed::BadShare | Deed::SilentDecryptor) => {
                    self.stage.stand_in(trustee)?.mix(&view, false)?;
                }
                Some(Deed::KilledMixer) if killed.insert(trustee) => {
                    self.killed_mixer(trustee, &view, bar)?;
                }
                _ => self.stage.await_more(view.records)?,
            }
        }
        self.enough_mixes(bar)
    }

    /// A trustee is gone: all who are there state it, and the authority excludes it.
    fn absent_mixer(&mut self, trustee: u64, view: &View, bar: &Progress) -> Result<(), Failure> {
        let fault = Fault::Of(Deed::AbsentMixer, trustee);
        self.happens(fault, bar);
        let number = now(view, trustee)?;
        let working = self.stage.at_work();
        let is_there = |other: &u64| !self.plan.has(Deed::AbsentMixer, *other);
        let there: Vec<u64> = present(view).into_iter().filter(is_there).collect();
        for other in there {
            self.stage.stop(other)?;
            let typed =
                self.stage.trustee_types(other, &["run", "--yes", "--once", "--patience", "0s"])?;
            let who = self.name(other)?;
            for line in typed.answer.lines() {
                self.sees(fault, bar, &who, line);
            }
        }
        for other in working {
            self.stage.start(other, &[])?;
        }
        self.office(fault, bar, &["exclude"])?;
        let typed = self.office(fault, bar, &["exclude", "--trustee", &number.to_string()])?;
        if typed.code == 0 {
            self.ends(
                fault,
                format!("trustee {number} is excluded from mixing; the others went on"),
            );
        } else {
            self.ends(fault, format!("the election waits for trustee {number}: {}", typed.gist()));
            self.is_too_few(typed.gist());
            let is_gone = |other: &Incident| {
                matches!(other.fault, Fault::Of(Deed::AbsentMixer, _)) && other.commands.is_empty()
            };
            for other in self.incidents.iter_mut().filter(|other| is_gone(other)) {
                other.outcome = format!("it is gone as well: {}", typed.gist());
            }
        }
        Ok(())
    }

    /// A trustee posts a bad mix: all stop, and the authority excludes the record.
    fn bad_mix(&mut self, trustee: u64, view: &View, bar: &Progress) -> Result<(), Failure> {
        let fault = Fault::Of(Deed::BadMix, trustee);
        self.happens(fault, bar);
        let record = self.stage.stand_in(trustee)?.mix(view, true)?;
        self.record_fails(fault, record, bar)?;
        self.exclude_record(fault, record, bar)?;
        self.ends(
            fault,
            format!("record {record} is excluded; the others mixed the list before it"),
        );
        // From here on it does as it should: its key share is as good as anybody's.
        if self.plan.decrypts(trustee) {
            self.stage.start(trustee, &[])?;
        }
        Ok(())
    }

    /// Lists what can be excluded, and excludes this record.
    pub fn exclude_record(
        &mut self,
        fault: Fault,
        record: u64,
        bar: &Progress,
    ) -> Result<(), Failure> {
        self.office(fault, bar, &["exclude"])?;
        let typed = self.office(fault, bar, &["exclude", "--record", &record.to_string()])?;
        if typed.code == 0 { Ok(()) } else { Err(typed.failure()) }
    }

    /// A trustee's program is killed between its list and its record, and started again.
    fn killed_mixer(&mut self, trustee: u64, view: &View, bar: &Progress) -> Result<(), Failure> {
        let fault = Fault::Of(Deed::KilledMixer, trustee);
        self.happens(fault, bar);
        let lists = self.stage.ground().lists()?;
        self.stage.start(trustee, &[SLOWED])?;
        let died = await_list(self.stage, view.records, lists)?;
        self.stage.stop(trustee)?;
        let words = match died {
            Died::BeforeItsRecord => "killed when its list was stored and its record was not",
            Died::AfterItsRecord => "killed when its record had just been written",
        };
        self.sees(fault, bar, "the rehearsal", words);
        let board = self.stage.types(&["status"], &mut |_| Ok(()))?;
        let awaited = board.answer.lines().skip_while(|line| *line != "Awaited:").nth(1);
        if let Some(line) = awaited {
            let line = format!("Awaited: {}", line.trim());
            self.sees(fault, bar, "psephos-authority status", &line);
        }
        self.stage.start(trustee, &[])?;
        let typed = Typed { line: "psephos-trustee run".to_owned(), ..Default::default() };
        self.did(fault, bar, typed);
        if matches!(died, Died::BeforeItsRecord) {
            self.stage.await_more(view.records)?;
        }
        let view = self.stage.view()?;
        let number = now(&view, trustee)?;
        let records: BTreeSet<u64> = view
            .batches
            .iter()
            .flat_map(|batch| &batch.mixes)
            .filter(|mix| mix.trustee == number)
            .map(|mix| mix.sequence)
            .collect();
        let mixes = plural(records.len() as u64, "mix record", "mix records");
        let excluded = if view.is_excluded(number) { "it is excluded" } else { "no exclusion" };
        self.ends(fault, format!("{words}; started again, it went on: {mixes} of it, {excluded}"));
        Ok(())
    }

    /// Says so if too few mixes are left.
    fn enough_mixes(&mut self, bar: &Progress) -> Result<(), Failure> {
        let view = self.stage.view()?;
        if view.has_enough_mixes() {
            return Ok(());
        }
        // Their programs end by themselves when they see it.
        for trustee in self.stage.at_work() {
            self.stage.stop(trustee)?;
        }
        let typed = self.stage.types(&["publish", "--once"], &mut |_| Ok(()))?;
        let is_lost =
            |fault: &Fault| matches!(fault, Fault::Of(Deed::AbsentMixer | Deed::BadMix, _));
        for fault in self.plan.faults().iter().copied().filter(is_lost).collect::<Vec<_>>() {
            self.did(fault, bar, typed.clone());
            self.ends(fault, format!("its mix is missing: {}", typed.gist()));
        }
        self.is_too_few(typed.gist());
        Ok(())
    }
}

fn now(view: &View, trustee: u64) -> Result<u64, Failure> {
    number_now(view, trustee).ok_or_else(|| Failure::internal("a trustee that there is not"))
}

enum Died {
    BeforeItsRecord,
    AfterItsRecord,
}

/// Waits until the board holds another list, or already another record.
fn await_list(stage: &mut Stage, records: u64, lists_before: usize) -> Result<Died, Failure> {
    loop {
        if stage.records()? > records {
            return Ok(Died::AfterItsRecord);
        }
        if stage.ground().lists()? > lists_before {
            return Ok(Died::BeforeItsRecord);
        }
        stage.goes_on()?;
        thread::sleep(GLANCE);
    }
}
