//! Decryption with faults: bad shares and silence.

use psephos_audit::{Phase, View};
use psephos_console::{Failure, Progress};

use super::drill::{Drill, number_now, present};
use super::fault::{Deed, Fault};

impl Drill<'_> {
    /// Sees enough trustees decrypt.
    pub fn decrypt(&mut self, bar: &mut Progress) -> Result<(), Failure> {
        for trustee in present(&self.stage.view()?) {
            if self.plan.has(Deed::BadShare, trustee) {
                self.bad_share(trustee, bar)?;
            }
        }
        loop {
            let view = self.stage.view()?;
            let shared =
                |trustee: &u64| number_now(&view, *trustee).is_some_and(|now| view.has_shared(now));
            let trustees = present(&view);
            bar.set(trustees.iter().filter(|trustee| shared(trustee)).count() as u64, "");
            let is_enough = view.phase >= Phase::Tallying;
            let is_awaited = |trustee: &u64| self.plan.decrypts(*trustee) && !shared(trustee);
            if !trustees.iter().any(is_awaited) || (is_enough && !self.has_silent()) {
                self.silence(&view, bar)?;
                return if is_enough { Ok(()) } else { self.too_few_shares(bar) };
            }
            self.stage.await_more(view.records)?;
        }
    }

    fn has_silent(&self) -> bool {
        let is_silent = |fault: &Fault| matches!(fault, Fault::Of(Deed::SilentDecryptor, _));
        self.plan.faults().iter().any(is_silent)
    }

    /// A trustee posts shares that do not hold: the authority excludes the record.
    fn bad_share(&mut self, trustee: u64, bar: &Progress) -> Result<(), Failure> {
        let fault = Fault::Of(Deed::BadShare, trustee);
        self.happens(fault, bar);
        let view = self.stage.view()?;
        let record = self.stage.stand_in(trustee)?.share_badly(&view)?;
        self.record_fails(fault, record, bar)?;
        self.exclude_record(fault, record, bar)?;
        self.ends(fault, format!("record {record} is excluded; the others decrypt without it"));
        Ok(())
    }

    /// All have decrypted who will: what the office sees of those who have not.
    fn silence(&mut self, view: &View, bar: &Progress) -> Result<(), Failure> {
        for trustee in present(view) {
            let fault = Fault::Of(Deed::SilentDecryptor, trustee);
            if !self.plan.has(Deed::SilentDecryptor, trustee) {
                continue;
            }
            self.happens(fault, bar);
            let number = number_now(view, trustee).unwrap_or_default();
            let status = self.stage.types(&["status"], &mut |_| Ok(()))?;
            let of = format!("trustee {number} ");
            for line in status.answer.lines().map(str::trim) {
                if line.starts_with(&of) {
                    self.sees(fault, bar, "psephos-authority status", line);
                }
            }
            self.ends(fault, "enough others decrypted: the result needs nothing of it");
        }
        Ok(())
    }

    /// The office cannot publish.
    fn too_few_shares(&mut self, bar: &Progress) -> Result<(), Failure> {
        let blamed = |fault: &&Fault| matches!(fault, Fault::Of(_, trustee) if !self.plan.decrypts(*trustee));
        let faults: Vec<Fault> = self.plan.faults().iter().filter(blamed).copied().collect();
        let typed = self.stage.types(&["publish", "--once"], &mut |_| Ok(()))?;
        let reason = format!("too few have decrypted: {}", typed.gist());
        for fault in faults {
            self.did(fault, bar, typed.clone());
            self.ends(fault, "without it too few are left to decrypt: the election waits for it");
        }
        self.is_too_few(reason);
        Ok(())
    }
}
