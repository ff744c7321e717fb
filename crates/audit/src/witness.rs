//! Whether the witnesses whom the auditor trusts have seen this board (spec/09-audit.md §9.15).

use std::collections::BTreeMap;

use psephos_core::{Digest, Encoding};
use psephos_record::checkpoint::{WitnessKey, origin};
use serde::{Serialize, Serializer};

use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::numbered::plural;
use crate::report::Culprit;
use crate::sighting::{Heads, Sighting, Witnesses, seen_of, two_faced};

/// What trusted witnesses say of a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WitnessReport {
    /// How many must have cosigned the last record.
    pub needed: u64,
    /// How many have.
    pub on_head: u64,
    /// Each of them, as the auditor gave them.
    pub trusted: Vec<Witnessed>,
}

/// What one witness has seen of a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Witnessed {
    /// What it is called.
    pub name: String,
    /// Its Ed25519 key.
    #[serde(serialize_with = "in_hex")]
    pub key: Encoding,
    /// The most records of this board under a head that it has cosigned; none if it has cosigned none.
    pub records: Option<u64>,
    /// When it has, by its own clock, in seconds since 1970-01-01 UTC: the last time.
    pub time: Option<u64>,
    /// Whether that is the whole board.
    pub on_head: bool,
}

fn in_hex<S: Serializer>(key: &Encoding, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(key))
}

impl Auditor<'_> {
    /// Compares this board with what trusted witnesses have cosigned.
    pub(crate) fn verify_witnesses(&mut self) -> Option<WitnessReport> {
        let witnesses = self.options.witnesses.as_ref()?;
        self.findings.ask(CheckId::BoardWitness);
        let found = witnesses.sightings();
        for text in found.unread {
            self.findings.not_run(CheckId::BoardWitness, text.clone());
            self.findings.warn(text);
        }
        found.refused.into_iter().for_each(|text| self.findings.warn(text));
        let origin = self.view.proposal.as_ref().map(|proposal| origin(proposal.first()));
        let Some(origin) = origin else {
            self.findings.not_run(CheckId::BoardWitness, "no proposal stands on this board");
            return Some(report(witnesses, &[], &|_| None));
        };
        let (own, others): (Vec<Sighting>, Vec<Sighting>) =
            found.seen.into_iter().partition(|seen| seen.checkpoint.origin == origin);
        if !others.is_empty() {
            let of = plural(others.len() as u64, "cosignature is", "cosignatures are");
            self.findings.warn(format!("{of} of another board, and say nothing of this one"));
        }
        let sizes = seen_of(&origin, &own);
        let items = sizes.values().flat_map(BTreeMap::values).map(|who| who.len() as u64).sum();
        self.findings.count(CheckId::BoardWitness, items);
        self.report_split(witnesses.keys(), &sizes);
        self.report_two_faced(witnesses.keys(), &sizes);
        let report = report(witnesses, &own, &|records| self.head_at(records));
        self.report_unseen(&report, &sizes);
        Some(report)
    }

    /// The digest of the last of so many records, if there are so many.
    fn head_at(&self, records: u64) -> Option<Digest> {
        self.memory.file(records.checked_sub(1)?)
    }

    /// Fails once, at the first head that is not this board's, or one of two that cannot both be.
    fn report_split(&mut self, keys: &[WitnessKey], sizes: &BTreeMap<u64, Heads>) {
        let foreign = |records: u64, head: &Digest, heads: &Heads| match self.head_at(records) {
            Some(ours) => ours != *head,
            None => heads.len() > 1,
        };
        let mut all = sizes.iter().flat_map(|(records, heads)| {
            let differs = move |head: &&Digest| foreign(*records, head, heads);
            heads.keys().filter(differs).map(move |head| (*records, head, heads))
        });
        let Some((records, head, heads)) = all.next() else { return };
        let more = all.count() as u64;
        let who = names(keys, heads.get(head).into_iter().flatten());
        let here = match self.head_at(records) {
            Some(ours) => format!("on this board it has digest {}", hex::encode(ours)),
            None => {
                "which this board does not have, a witness has cosigned another one, too".into()
            }
        };
        let mut evidence = format!(
            "{who} cosigned a board of this election whose record {} has digest {}; {here}: people were shown \
             two boards",
            records.saturating_sub(1),
            hex::encode(head)
        );
        if more > 0 {
            let more = plural(more, "further head is", "further heads are");
            evidence += &format!("; {more} not of this board either");
        }
        let record = self.head_at(records).and(records.checked_sub(1));
        self.fail(CheckId::BoardWitness, &[], record, None, evidence);
    }

    /// Names every witness that has cosigned two heads of one size.
    fn report_two_faced(&mut self, keys: &[WitnessKey], sizes: &BTreeMap<u64, Heads>) {
        for (witness, records) in two_faced(sizes) {
            let Some(key) = keys.get(witness) else { continue };
            let evidence = format!(
                "the witness {} has cosigned two heads of {}: whatever it cosigns proves nothing",
                key.name(),
                plural(records, "record", "records")
            );
            let record = self.head_at(records).and(records.checked_sub(1));
            let culprits = [Culprit::Author(*key.key())];
            self.fail(CheckId::BoardWitness, &culprits, record, None, evidence);
        }
    }

    /// What keeps the check from being made: a copy that is not the newest, or too few witnesses.
    fn report_unseen(&mut self, report: &WitnessReport, sizes: &BTreeMap<u64, Heads>) {
        if let Some(most) = sizes.keys().next_back().filter(|most| **most > self.view.records) {
            let text = format!(
                "witnesses have seen {} on this board, and this copy has {}: get the whole board",
                plural(*most, "record", "records"),
                self.view.records
            );
            self.findings.not_run(CheckId::BoardWitness, text.clone());
            self.findings.warn(text);
        }
        if report.on_head < report.needed {
            let have = plural(report.on_head, "trusted witness has", "trusted witnesses have");
            let text =
                format!("{have} cosigned the last record, of {} that are needed", report.needed);
            self.findings.not_run(CheckId::BoardWitness, text.clone());
            self.findings.warn(text);
        }
    }
}

/// What every trusted witness has seen; `head` is the board's at a number of records.
fn report(
    witnesses: &Witnesses,
    own: &[Sighting],
    head: &dyn Fn(u64) -> Option<Digest>,
) -> WitnessReport {
    let of_this_board =
        |seen: &&Sighting| head(seen.checkpoint.records) == Some(seen.checkpoint.head);
    let seen_by = |(witness, key): (usize, &WitnessKey)| {
        let own = own.iter().filter(|seen| seen.witness == witness).filter(of_this_board);
        let last = own.map(|seen| (seen.checkpoint.records, seen.time)).max();
        Witnessed {
            name: key.name().to_owned(),
            key: *key.key(),
            records: last.map(|(records, _)| records),
            time: last.map(|(_, time)| time),
            on_head: last.is_some_and(|(records, _)| head(records.saturating_add(1)).is_none()),
        }
    };
    let trusted: Vec<Witnessed> = witnesses.keys().iter().enumerate().map(seen_by).collect();
    let on_head = trusted.iter().filter(|witness| witness.on_head).count() as u64;
    WitnessReport { needed: witnesses.needed(), on_head, trusted }
}

/// Witnesses, in words.
fn names<'w>(keys: &[WitnessKey], witnesses: impl Iterator<Item = &'w usize>) -> String {
    let names: Vec<&str> =
        witnesses.filter_map(|witness| keys.get(*witness)).map(WitnessKey::name).collect();
    let what = if names.len() == 1 { "the witness" } else { "the witnesses" };
    let have = if names.len() == 1 { "has" } else { "have" };
    format!("{what} {} {have}", names.join(", "))
}
