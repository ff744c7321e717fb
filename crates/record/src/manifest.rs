//! What follows from an election's description: the rows of its lists, and whether it can be held at all.

use std::collections::BTreeSet;

use psephos_ballot::contest;
use psephos_ballot::layout::Layout;
use psephos_proofs::ballot::BallotLayout;

use crate::bodies::{BallotBox, Batch, Description, Policy, RollEntry, Suite};

/// Most trustees.
pub const MAX_TRUSTEES: u64 = 32;
/// Most boxes in an election.
pub const MAX_BOXES: usize = 100_000;
/// Most batches in a box.
pub const MAX_BATCHES: usize = 32;
/// Most ciphertexts in a row.
pub const MAX_WIDTH: u64 = 32;
/// The last second of the year 9999, UTC.
pub const LAST_DATE: u64 = 253_402_300_799;
/// Longest id of a box or batch, in bytes.
pub const MAX_ID: usize = 64;
/// Longest title and trustee's name, in bytes of UTF-8.
pub const MAX_TITLE: usize = 1_000;
/// Numbers of bits that a batch encoded as one number may have.
pub const BITS: [u64; 3] = [8, 16, 32];

/// What is wrong with a description (check `setup.parameters`, the authority's fault).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterFault {
    /// Other cryptography than this version's.
    #[error("the suite's {field} is not the one this version knows")]
    Suite {
        /// Field of [`Suite`].
        field: &'static str,
    },
    /// A roll in an open election, none in another, or one of another form.
    #[error("policy {policy:?}: {fault}")]
    Roll {
        /// The policy's name.
        policy: &'static str,
        /// What is wrong.
        fault: &'static str,
    },
    /// k is out of range.
    #[error("{trustees} trustees; there must be 1 to {MAX_TRUSTEES}")]
    Trustees {
        /// k.
        trustees: u64,
    },
    /// t ≤ μ ≤ k does not hold.
    #[error(
        "threshold {threshold}, mixes {mixes}, trustees {trustees}: 1 ≤ threshold ≤ mixes ≤ trustees must hold"
    )]
    Threshold {
        /// t.
        threshold: u64,
        /// μ.
        mixes: u64,
        /// k.
        trustees: u64,
    },
    /// A date that has no name.
    #[error("{date} is no date: it is after the year 9999")]
    Date {
        /// Seconds since 1970-01-01 UTC.
        date: u64,
    },
    /// Voting ends before it begins.
    #[error("voting would end ({closes}) before it begins ({opens}), in seconds since 1970")]
    Dates {
        /// When it begins.
        opens: u64,
        /// When it ends.
        closes: u64,
    },
    /// A text that people read is empty, too long, or not on one line.
    #[error("{what} {text:?} is empty, longer than {limit} bytes, or not on one line")]
    Text {
        /// What the text is.
        what: &'static str,
        /// The text, shortened.
        text: String,
        /// Longest length in bytes.
        limit: usize,
    },
    /// Two of a kind have the same name.
    #[error("two {what} are called {name:?}")]
    Repeated {
        /// Trustees, boxes or batches.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Too few or too many of something.
    #[error("{count} {what}; there must be 1 to {limit}")]
    Count {
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
        /// How many at most.
        limit: usize,
    },
    /// A contest list that cannot be held.
    #[error(transparent)]
    Contest(#[from] contest::ContestError),
    /// A batch whose contests do not make a row.
    #[error("box {box_id:?}, batch {batch_id:?}: {reason}")]
    Batch {
        /// Id of the box.
        box_id: String,
        /// Id of the batch.
        batch_id: String,
        /// What is wrong.
        reason: String,
    },
    /// A contest that nobody votes in.
    #[error("contest {contest} belongs to no batch of any box", contest = .contest + 1)]
    Unplaced {
        /// Its index.
        contest: usize,
    },
    /// A contest on a ballot twice.
    #[error("box {box_id:?}: contest {contest} stands in two of its batches", contest = .contest + 1)]
    Twice {
        /// Id of the box.
        box_id: String,
        /// Index of the contest.
        contest: u64,
    },
    /// A box that cannot go into the one it names.
    #[error("box {box_id:?} cannot merge into box {target}: {fault}", target = .target.saturating_add(1))]
    Merge {
        /// Id of the box.
        box_id: String,
        /// Index of the box it names.
        target: u64,
        /// Why not.
        fault: &'static str,
    },
}

impl Batch {
    /// Bytes in a row of this batch's ciphertext lists: 64 for each ciphertext.
    pub fn list_row_length(&self) -> u64 {
        self.width.saturating_mul(64)
    }

    /// Bytes in a row of this batch's shares and plaintexts: 32 for each ciphertext.
    pub fn element_row_length(&self) -> u64 {
        self.width.saturating_mul(32)
    }
}

impl BallotBox {
    /// Ciphertexts in a ballot of this box.
    pub fn width(&self) -> u64 {
        self.batches.iter().fold(0, |sum, batch| sum.saturating_add(batch.width))
    }

    /// What a ballot of this box consists of (spec/06-ballot.md §6.2); none for widths or bits that
    /// [`Description::check`] refuses.
    pub fn ballot_layout(&self) -> Option<BallotLayout> {
        let batches: Option<Vec<(usize, Option<u64>)>> = self
            .batches
            .iter()
            .map(|batch| Some((usize::try_from(batch.width).ok()?, batch.bits)))
            .collect();
        BallotLayout::of(&batches?)
    }

    /// Bytes in a ballot of this box; `u64::MAX` where there is no layout.
    pub fn ballot_row_length(&self) -> u64 {
        self.ballot_layout().map_or(u64::MAX, |layout| layout.row_length() as u64)
    }
}

/// One batch with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedBatch<'a> {
    /// Index of the box.
    pub box_index: u64,
    /// Index of the batch in its box.
    pub batch_index: u64,
    /// The batch.
    pub batch: &'a Batch,
}

impl Description {
    /// k.
    pub fn trustee_count(&self) -> u64 {
        self.trustees.len() as u64
    }

    /// A box by its index.
    pub fn ballot_box(&self, box_index: u64) -> Option<&BallotBox> {
        self.boxes.get(usize::try_from(box_index).ok()?)
    }

    /// A batch by its indices.
    pub fn batch(&self, box_index: u64, batch_index: u64) -> Option<&Batch> {
        self.ballot_box(box_index)?.batches.get(usize::try_from(batch_index).ok()?)
    }

    /// Every batch of every box, in the order in which records list them.
    pub fn batches(&self) -> impl Iterator<Item = PlacedBatch<'_>> {
        self.boxes.iter().enumerate().flat_map(|(box_index, ballot_box)| {
            ballot_box.batches.iter().enumerate().map(move |(batch_index, batch)| PlacedBatch {
                box_index: box_index as u64,
                batch_index: batch_index as u64,
                batch,
            })
        })
    }

    /// The same election without some trustees, by increasing index: the others move up, and no more
    /// mixes are asked for than there are trustees left. Indices that there are not change nothing.
    pub fn without(&self, excluded: &[u64]) -> Self {
        let mut description = self.clone();
        let mut index = 0u64..;
        description
            .trustees
            .retain(|_| index.next().is_some_and(|index| !excluded.contains(&index)));
        description.mixes = self.mixes.min(description.trustee_count());
        description
    }

    /// Gives every batch the width that its contests need.
    ///
    /// # Errors
    /// [`ParameterFault::Batch`] for the first whose contests do not make a row.
    pub fn fit(&mut self) -> Result<(), ParameterFault> {
        for ballot_box in &mut self.boxes {
            for batch in &mut ballot_box.batches {
                let layout = Layout::of(&self.contests, &batch.contests);
                let fault = |reason: String| ParameterFault::Batch {
                    box_id: ballot_box.id.clone(),
                    batch_id: batch.id.clone(),
                    reason,
                };
                batch.width = layout.map_err(|error| fault(error.to_string()))?.width() as u64;
            }
        }
        Ok(())
    }

    /// Whether an election can be held like this.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self) -> Result<(), ParameterFault> {
        check_suite(&self.suite)?;
        self.check_roll()?;
        self.check_dates()?;
        self.check_frame()?;
        if !(self.threshold..=self.trustee_count()).contains(&self.mixes) {
            return Err(self.threshold_fault());
        }
        Ok(())
    }

    /// Whether records under this description can be made sense of, wrong or not: everything but the
    /// suite, roll, dates and μ is as [`Description::check`] demands.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check_frame(&self) -> Result<(), ParameterFault> {
        let trustees = self.trustee_count();
        if !(1..=MAX_TRUSTEES).contains(&trustees) {
            return Err(ParameterFault::Trustees { trustees });
        }
        if !(1..=trustees).contains(&self.threshold) {
            return Err(self.threshold_fault());
        }
        for name in &self.trustees {
            check_text("trustee's name", name, MAX_TITLE)?;
        }
        unique("trustees", self.trustees.iter())?;
        check_text("title", &self.title, MAX_TITLE)?;
        contest::check(&self.contests)?;
        self.check_boxes()
    }

    fn threshold_fault(&self) -> ParameterFault {
        let (threshold, mixes, trustees) = (self.threshold, self.mixes, self.trustee_count());
        ParameterFault::Threshold { threshold, mixes, trustees }
    }

    fn check_dates(&self) -> Result<(), ParameterFault> {
        match (self.opens, self.closes) {
            (_, Some(last)) | (Some(last), _) if last > LAST_DATE => {
                Err(ParameterFault::Date { date: last })
            }
            (Some(opens), Some(closes)) if opens >= closes => {
                Err(ParameterFault::Dates { opens, closes })
            }
            _ => Ok(()),
        }
    }

    fn check_roll(&self) -> Result<(), ParameterFault> {
        let fault = |fault| Err(ParameterFault::Roll { policy: self.policy.name(), fault });
        match (self.policy, &self.roll) {
            (Policy::Open, None) => Ok(()),
            (Policy::Open, Some(_)) => fault("an open election has no roll"),
            (_, None) => fault("there is no roll"),
            (_, Some(roll)) if roll.row_length != RollEntry::LENGTH as u64 => {
                fault("the roll's rows have another length")
            }
            (_, Some(_)) => Ok(()),
        }
    }

    fn check_boxes(&self) -> Result<(), ParameterFault> {
        check_count("boxes", self.boxes.len(), MAX_BOXES)?;
        unique("boxes", self.boxes.iter().map(|ballot_box| &ballot_box.id))?;
        let mut placed = BTreeSet::new();
        for ballot_box in &self.boxes {
            check_text("box id", &ballot_box.id, MAX_ID)?;
            check_count("batches", ballot_box.batches.len(), MAX_BATCHES)?;
            unique("batches", ballot_box.batches.iter().map(|batch| &batch.id))?;
            for batch in &ballot_box.batches {
                check_text("batch id", &batch.id, MAX_ID)?;
                self.check_batch(ballot_box, batch)?;
            }
            placed.extend(contests_once(ballot_box)?);
            self.check_merge(ballot_box)?;
        }
        match (0..self.contests.len()).find(|contest| !placed.contains(&(*contest as u64))) {
            Some(contest) => Err(ParameterFault::Unplaced { contest }),
            None => Ok(()),
        }
    }

    /// Ballots of a box that merges must be ballots of the other in everything but their box.
    fn check_merge(&self, ballot_box: &BallotBox) -> Result<(), ParameterFault> {
        let Some(target) = ballot_box.merge else { return Ok(()) };
        let fault =
            |fault| Err(ParameterFault::Merge { box_id: ballot_box.id.clone(), target, fault });
        let Some(other) = self.ballot_box(target) else { return fault("there is no such box") };
        let form = |batch: &Batch| (batch.contests.clone(), batch.width, batch.bits);
        if other.id == ballot_box.id {
            return fault("it is the same box");
        }
        if other.merge.is_some() {
            return fault("that one merges too");
        }
        if !ballot_box.batches.iter().map(form).eq(other.batches.iter().map(form)) {
            return fault("its batches are others");
        }
        Ok(())
    }

    /// Width and bits are exactly what the contests need: one manifest, one form of ballot.
    fn check_batch(&self, ballot_box: &BallotBox, batch: &Batch) -> Result<(), ParameterFault> {
        let fault = |reason: String| ParameterFault::Batch {
            box_id: ballot_box.id.clone(),
            batch_id: batch.id.clone(),
            reason,
        };
        let layout = Layout::of(&self.contests, &batch.contests)
            .map_err(|error| fault(error.to_string()))?;
        let needed = layout.width() as u64;
        if batch.width != needed || needed > MAX_WIDTH {
            return Err(fault(format!("width {} where its contests need {needed}", batch.width)));
        }
        let Some(bits) = batch.bits else { return Ok(()) };
        let data = (layout.data_length() as u64).saturating_mul(8);
        if !BITS.contains(&bits) || data > bits {
            return Err(fault(format!(
                "{bits} bits where its contests need {data}, and 8, 16 or 32 there may be"
            )));
        }
        Ok(())
    }
}

/// The contests of a box, if each stands there once.
fn contests_once(ballot_box: &BallotBox) -> Result<BTreeSet<u64>, ParameterFault> {
    let mut contests = BTreeSet::new();
    let mut all = ballot_box.batches.iter().flat_map(|batch| &batch.contests);
    match all.find(|contest| !contests.insert(**contest)) {
        Some(&contest) => Err(ParameterFault::Twice { box_id: ballot_box.id.clone(), contest }),
        None => Ok(contests),
    }
}

fn check_suite(suite: &Suite) -> Result<(), ParameterFault> {
    let known = Suite::default();
    let fields = [
        ("version", suite.version == known.version),
        ("group", suite.group == known.group),
        ("hash", suite.hash == known.hash),
        ("generators", suite.generators == known.generators),
    ];
    match fields.into_iter().find(|(_, same)| !same) {
        Some((field, _)) => Err(ParameterFault::Suite { field }),
        None => Ok(()),
    }
}

fn check_text(what: &'static str, text: &str, limit: usize) -> Result<(), ParameterFault> {
    let readable =
        !text.trim().is_empty() && text.len() <= limit && !text.chars().any(char::is_control);
    if readable { Ok(()) } else { Err(ParameterFault::Text { what, text: shortened(text), limit }) }
}

fn check_count(what: &'static str, count: usize, limit: usize) -> Result<(), ParameterFault> {
    if (1..=limit).contains(&count) {
        Ok(())
    } else {
        Err(ParameterFault::Count { what, count, limit })
    }
}

fn unique<'a>(
    what: &'static str,
    mut names: impl Iterator<Item = &'a String>,
) -> Result<(), ParameterFault> {
    let mut seen = BTreeSet::new();
    match names.find(|name| !seen.insert(*name)) {
        Some(name) => Err(ParameterFault::Repeated { what, name: shortened(name) }),
        None => Ok(()),
    }
}

/// The beginning of a text, for messages.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
