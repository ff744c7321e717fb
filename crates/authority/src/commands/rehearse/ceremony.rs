//! The key ceremony with bad dealers, and how the office begins again without them.

use psephos_audit::View;
use psephos_console::{Exit, Failure, Progress};

use super::drill::{Drill, number_now, present, words};
use super::fault::{Deed, Fault};
use super::sabotage::StandIn;
use super::stage::{Stage, Typed};

impl Drill<'_> {
    /// Opens the election, as often as it takes.
    pub fn open(&mut self, trustees: u64, bar: &Progress) -> Result<(), Failure> {
        let (dealers, honest): (Vec<u64>, Vec<u64>) =
            (0..trustees).partition(|trustee| self.plan.has(Deed::BadDealing, *trustee));
        for trustee in honest {
            self.stage.start(trustee, &[])?;
        }
        let mut dealers = Dealers::enter(self.stage, &dealers)?;
        let mut arguments = vec!["open".to_owned()];
        let mut left_out: Vec<Fault> = Vec::new();
        loop {
            let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let typed = self.stage.types(&words, &mut |stage| dealers.act(stage))?;
            let view = self.stage.view()?;
            for fault in std::mem::take(&mut left_out) {
                self.begun_again(fault, &typed, &view, bar);
            }
            let blamed: Vec<(Fault, u64)> = dealers.convicted(&view);
            match Exit::from_code(typed.code) {
                Some(Exit::Valid) => return Ok(()),
                Some(Exit::Usage) if arguments.len() > 1 => {
                    self.is_too_few(typed.gist());
                    return Ok(());
                }
                Some(Exit::Incomplete) if !blamed.is_empty() => {
                    arguments = vec!["open".to_owned()];
                    for (fault, number) in blamed {
                        self.dealt_badly(fault, &view, &typed, bar)?;
                        arguments.extend(["--without".to_owned(), number.to_string()]);
                        left_out.push(fault);
                    }
                }
                _ => return Err(typed.failure()),
            }
        }
    }

    /// The office has left a bad dealer out, or tried to.
    fn begun_again(&mut self, fault: Fault, typed: &Typed, view: &View, bar: &Progress) {
        self.did(fault, bar, typed.clone());
        let left = present(view).len();
        self.ends(
            fault,
            match Exit::from_code(typed.code) {
                Some(Exit::Usage) => format!("the ceremony cannot be held again: {}", typed.gist()),
                _ => format!("the ceremony was held again without it, by the other {left}"),
            },
        );
    }

    fn dealt_badly(
        &mut self,
        fault: Fault,
        view: &View,
        typed: &Typed,
        bar: &Progress,
    ) -> Result<(), Failure> {
        self.happens(fault, bar);
        for complaint in &view.ceremony.complaints {
            let who = present(view).get(complaint.complainer as usize).copied().unwrap_or_default();
            let said = self.stage.said(who);
            if let Some(words) = said.iter().rev().find(|line| line.contains("complaining")) {
                let words = words.clone();
                self.sees(fault, bar, &format!("trustee {}", complaint.complainer), &words);
            }
        }
        let report = self.audit()?.report;
        for failure in &report.failures {
            self.sees(fault, bar, "psephos-verifier", &words(&report, failure));
        }
        self.did(fault, bar, typed.clone());
        Ok(())
    }
}

/// Those who deal badly, at work in the place of their programs.
struct Dealers {
    stand_ins: Vec<(u64, StandIn)>,
    records: u64,
}

impl Dealers {
    fn enter(stage: &Stage, trustees: &[u64]) -> Result<Dealers, Failure> {
        let enter = |trustee: &u64| Ok((*trustee, stage.stand_in(*trustee)?));
        let stand_ins: Result<_, Failure> = trustees.iter().map(enter).collect();
        Ok(Dealers { stand_ins: stand_ins?, records: 0 })
    }

    /// Does what is due, if there is anything new.
    fn act(&mut self, stage: &Stage) -> Result<(), Failure> {
        if self.stand_ins.is_empty() || stage.records()? == self.records {
            return Ok(());
        }
        let view = stage.view()?;
        self.records = view.records;
        let is_dealer = |trustee: &u64| self.stand_ins.iter().any(|(dealer, _)| dealer == trustee);
        let Some(victim) = present(&view).into_iter().find(|trustee| !is_dealer(trustee)) else {
            return Ok(());
        };
        let victim = number_now(&view, victim).unwrap_or_default();
        for (_, stand_in) in &mut self.stand_ins {
            // The others' records may have come in between, which changes nothing of what is due here.
            stand_in.deal_badly(&view, victim)?;
        }
        Ok(())
    }

    /// Those convicted in the attempt that has failed, each with its number in it.
    fn convicted(&self, view: &View) -> Vec<(Fault, u64)> {
        let convicted = view.ceremony.convicted.iter().filter_map(|number| {
            let trustee = present(view).get(usize::try_from(*number).ok()?).copied()?;
            Some((Fault::Of(Deed::BadDealing, trustee), *number))
        });
        convicted.collect()
    }
}
