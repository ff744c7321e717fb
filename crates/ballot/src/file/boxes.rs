//! The `[[box]]`es and `[[batch]]`es of `election.toml` (spec/election-toml.md §4 and §5).

use super::election::Source;
use super::{FileError, Slate};
use crate::contest::{Contest, MAX_ID, is_id};
use crate::layout::{Layout, LayoutError, NUMBER_BITS};
use psephos_core::pairs::pairs;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;

/// Id of the box of an election that names none.
const ONLY_BOX: &str = "all";
/// Most batches of a box.
const MAX_BATCHES: usize = 32;

/// A box, with the batches in which its ballots are mixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxPlan {
    /// Unique in the election.
    pub id: String,
    /// Index of the box into which its ballots go when they are too few.
    pub merge: Option<u64>,
    /// In the order of their first contests.
    pub batches: Vec<BatchPlan>,
}

/// Contests whose votes stay together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchPlan {
    /// Unique in the box.
    pub id: String,
    /// Bits of the number that holds the votes; none when they are embedded into elements.
    pub bits: Option<u64>,
    /// Indices of the contests.
    pub contests: Vec<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBox {
    id: Spanned<String>,
    merge: Option<Spanned<String>>,
    contests: Option<Spanned<Vec<Spanned<String>>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBatch {
    id: Spanned<String>,
    #[serde(rename = "box")]
    only: Option<Spanned<String>>,
    boxes: Option<Spanned<Vec<Spanned<String>>>>,
    contests: Spanned<Vec<Spanned<String>>>,
    encoding: Option<Spanned<RawEncoding>>,
    bits: Option<Spanned<u64>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawEncoding {
    Element,
    Number,
}

/// The contests, and where each stands in the file.
#[derive(Clone, Copy)]
struct Contests<'a> {
    list: &'a [Contest],
    places: &'a [Range<usize>],
}

impl Contests<'_> {
    fn indices(&self) -> Vec<u64> {
        (0..).take(self.list.len()).collect()
    }

    fn id(&self, index: u64) -> &str {
        let contest = usize::try_from(index).ok().and_then(|index| self.list.get(index));
        contest.map_or("", |contest| &contest.id)
    }

    fn place(&self, index: u64) -> Range<usize> {
        let place = usize::try_from(index).ok().and_then(|index| self.places.get(index));
        place.cloned().unwrap_or_default()
    }

    /// The contests with these ids, each once.
    fn named(&self, source: &Source, ids: &[Spanned<String>]) -> Result<Vec<u64>, FileError> {
        let mut named = Vec::new();
        for id in ids {
            let index = self.indices().into_iter().find(|&index| self.id(index) == id.get_ref());
            let message = match index {
                Some(index) if !named.contains(&index) => {
                    named.push(index);
                    continue;
                }
                Some(_) => format!("contest {:?} is named twice", id.get_ref()),
                None => format!("there is no contest {:?}", id.get_ref()),
            };
            return Err(source.fault(id.span(), message));
        }
        Ok(named)
    }
}

/// A box while its batches are gathered.
struct Draft<'a> {
    id: &'a str,
    raw: Option<&'a RawBox>,
    /// Increasing.
    contests: Vec<u64>,
    /// Those that the file names, with their places.
    batches: Vec<(BatchPlan, Range<usize>)>,
}

/// The boxes of an election: one of all contests where none is named.
///
/// `places` says where each contest stands in the file.
pub(super) fn plan(
    source: &Source,
    boxes: &[Spanned<RawBox>],
    batches: &[Spanned<RawBatch>],
    (list, places): (&[Contest], &[Range<usize>]),
) -> Result<Vec<BoxPlan>, FileError> {
    let contests = Contests { list, places };
    let mut drafts = read_boxes(source, boxes, contests)?;
    let held: BTreeSet<u64> = drafts.iter().flat_map(|draft| draft.contests.clone()).collect();
    if let Some(index) = contests.indices().into_iter().find(|index| !held.contains(index)) {
        let message = format!("contest {:?} stands in no box; name it in one", contests.id(index));
        return Err(source.fault(contests.place(index), message));
    }
    for batch in batches {
        batch.get_ref().join(source, contests, &mut drafts)?;
    }
    let finished = drafts.iter().map(|draft| draft.finish(source, contests, &drafts));
    let plans: Vec<BoxPlan> = finished.collect::<Result<_, _>>()?;
    for (plan, draft) in pairs(&plans, &drafts) {
        if let (Some(target), Some(raw)) = (plan.merge, draft.raw) {
            check_merge(source, plan, &plans, target, raw)?;
        }
    }
    Ok(plans)
}

fn read_boxes<'a>(
    source: &Source,
    boxes: &'a [Spanned<RawBox>],
    contests: Contests,
) -> Result<Vec<Draft<'a>>, FileError> {
    if boxes.is_empty() {
        let (contests, batches) = (contests.indices(), Vec::new());
        return Ok(vec![Draft { id: ONLY_BOX, raw: None, contests, batches }]);
    }
    let mut drafts: Vec<Draft> = Vec::new();
    for spanned in boxes {
        let raw = spanned.get_ref();
        let id = raw.id.get_ref();
        check_id(source, "box", &raw.id)?;
        if drafts.iter().any(|draft| draft.id == id) {
            let message = format!("box {id:?}: an earlier box has the same id");
            return Err(source.fault(raw.id.span(), message));
        }
        let mut held = match &raw.contests {
            Some(ids) => contests.named(source, ids.get_ref())?,
            None => contests.indices(),
        };
        held.sort_unstable();
        if held.is_empty() {
            let message = format!("box {id:?} has no contests; leave the key out to have all");
            return Err(source.fault(spanned.span(), message));
        }
        drafts.push(Draft { id, raw: Some(raw), contests: held, batches: Vec::new() });
    }
    Ok(drafts)
}

fn check_id(source: &Source, what: &str, id: &Spanned<String>) -> Result<(), FileError> {
    if is_id(id.get_ref()) {
        return Ok(());
    }
    let message = format!("{what}: an id is 1 to {MAX_ID} letters, digits, '.', '_' or '-'");
    Err(source.fault(id.span(), message))
}

impl RawBatch {
    /// Adds the batch to its boxes: those it names, else all that have any of its contests.
    fn join(
        &self,
        source: &Source,
        contests: Contests,
        drafts: &mut [Draft],
    ) -> Result<(), FileError> {
        check_id(source, "batch", &self.id)?;
        let plan = self.plan(source, contests)?;
        let named: Vec<&Spanned<String>> = match (&self.only, &self.boxes) {
            (Some(only), None) => vec![only],
            (None, Some(boxes)) => boxes.get_ref().iter().collect(),
            (None, None) => Vec::new(),
            (Some(only), Some(_)) => {
                let message = "box and boxes are both there; leave out one of the two";
                return Err(source.fault(only.span(), message.into()));
            }
        };
        if let Some(unknown) =
            named.iter().find(|id| drafts.iter().all(|draft| draft.id != id.get_ref()))
        {
            let message = format!("there is no box {:?}", unknown.get_ref());
            return Err(source.fault(unknown.span(), message));
        }
        let is_named = |draft: &Draft| named.iter().any(|id| draft.id == id.get_ref());
        let by_contest = self.only.is_none() && self.boxes.is_none();
        for draft in drafts {
            let has_any = plan.contests.iter().any(|contest| draft.contests.contains(contest));
            if is_named(draft) || by_contest && has_any {
                draft.add(source, contests, &plan, self)?;
            }
        }
        Ok(())
    }

    /// The batch by itself.
    fn plan(&self, source: &Source, contests: Contests) -> Result<BatchPlan, FileError> {
        let id = self.id.get_ref();
        let members = contests.named(source, self.contests.get_ref())?;
        let fault = |error: LayoutError| {
            source.fault(self.contests.span(), format!("batch {id:?}: {error}"))
        };
        let layout = Layout::of(contests.list, &members).map_err(fault)?;
        let is_number = self.encoding.as_ref().map(Spanned::get_ref) == Some(&RawEncoding::Number);
        let bits = match &self.bits {
            Some(bits) if !is_number => {
                let message = format!("batch {id:?}: bits goes with encoding = \"number\" only");
                return Err(source.fault(bits.span(), message));
            }
            Some(bits) => Some(*bits.get_ref()),
            None if is_number => {
                let fits = |bits: &u64| layout.check_bits(*bits).is_ok();
                NUMBER_BITS.into_iter().find(fits).or(NUMBER_BITS.last().copied())
            }
            None => None,
        };
        bits.map_or(Ok(()), |bits| layout.check_bits(bits)).map_err(fault)?;
        Ok(BatchPlan { id: id.clone(), bits, contests: members })
    }
}

impl Draft<'_> {
    fn add(
        &mut self,
        source: &Source,
        contests: Contests,
        plan: &BatchPlan,
        raw: &RawBatch,
    ) -> Result<(), FileError> {
        let (batch, id) = (&plan.id, self.id);
        let fault = |message: String| Err(source.fault(raw.contests.span(), message));
        for contest in &plan.contests {
            if !self.contests.contains(contest) {
                let contest = contests.id(*contest);
                return fault(format!(
                    "batch {batch:?}: box {id:?} does not have contest {contest:?}; name the boxes of the \
                     batch with boxes = [...]"
                ));
            }
            let other = self.batches.iter().find(|(other, _)| other.contests.contains(contest));
            if let Some((other, _)) = other {
                let contest = contests.id(*contest);
                return fault(format!(
                    "batch {batch:?}: contest {contest:?} stands in batch {:?} of box {id:?} already",
                    other.id
                ));
            }
        }
        self.batches.push((plan.clone(), raw.id.span()));
        Ok(())
    }

    /// With a batch of its own for every contest that the file puts into none.
    fn finish(
        &self,
        source: &Source,
        contests: Contests,
        drafts: &[Draft],
    ) -> Result<BoxPlan, FileError> {
        let mut batches = self.batches.clone();
        let placed: BTreeSet<u64> =
            batches.iter().flat_map(|(batch, _)| batch.contests.clone()).collect();
        for &contest in self.contests.iter().filter(|contest| !placed.contains(contest)) {
            let fault =
                |error: LayoutError| source.fault(contests.place(contest), error.to_string());
            Layout::of(contests.list, &[contest]).map_err(fault)?;
            let id = contests.id(contest).to_owned();
            let plan = BatchPlan { id, bits: None, contests: vec![contest] };
            batches.push((plan, contests.place(contest)));
        }
        batches.sort_by_key(|(batch, _)| batch.contests.iter().min().copied());
        let id = self.id;
        let mut ids = BTreeSet::new();
        if let Some((batch, place)) = batches.iter().find(|(batch, _)| !ids.insert(&batch.id)) {
            let message = format!(
                "batch {:?}: box {id:?} has another batch of this id; a contest on its own is a batch with its id",
                batch.id
            );
            return Err(source.fault(place.clone(), message));
        }
        if let Some((_, place)) = batches.get(MAX_BATCHES) {
            let message = format!(
                "box {id:?} has {} batches, at most {MAX_BATCHES} are allowed; put several contests into one \
                 with [[batch]]",
                batches.len()
            );
            return Err(source.fault(place.clone(), message));
        }
        let batches = batches.into_iter().map(|(batch, _)| batch).collect();
        Ok(BoxPlan { id: id.to_owned(), merge: self.merge(source, drafts)?, batches })
    }

    fn merge(&self, source: &Source, drafts: &[Draft]) -> Result<Option<u64>, FileError> {
        let Some(target) = self.raw.and_then(|raw| raw.merge.as_ref()) else { return Ok(None) };
        let index = drafts.iter().position(|draft| draft.id == target.get_ref());
        let index = index.ok_or_else(|| {
            let message = format!("box {:?}: there is no box {:?}", self.id, target.get_ref());
            source.fault(target.span(), message)
        })?;
        Ok(Some(index as u64))
    }
}

/// A ballot of a box that merges must be one of the other in everything but its box.
fn check_merge(
    source: &Source,
    plan: &BoxPlan,
    plans: &[BoxPlan],
    target: u64,
    raw: &RawBox,
) -> Result<(), FileError> {
    let shape = |plan: &BoxPlan| -> Vec<(Option<u64>, Vec<u64>)> {
        plan.batches.iter().map(|batch| (batch.bits, batch.contests.clone())).collect()
    };
    let target = usize::try_from(target).ok().and_then(|index| plans.get(index));
    let fault = match target {
        Some(target) if target.id == plan.id => "is the box itself",
        Some(target) if target.merge.is_some() => "merges too; only one step is possible",
        Some(target) if shape(target) != shape(plan) => {
            "has other contests or batches; both must have the same"
        }
        _ => return Ok(()),
    };
    let span = raw.merge.as_ref().map_or(raw.id.span(), Spanned::span);
    let into = target.map_or("", |target| target.id.as_str());
    Err(source
        .fault(span, format!("box {:?}: box {into:?}, into which it merges, {fault}", plan.id)))
}

impl BoxPlan {
    /// The contests on a ballot of this box.
    pub fn slate(&self) -> Slate {
        let contests = self.batches.iter().flat_map(|batch| batch.contests.iter().copied());
        Slate { id: self.id.clone(), contests: contests.collect() }
    }
}
