//! Weighted sums of stored points, where opening a point costs twice what a sum does: every list is read, and
//! opened, once for all who want sums of it.

use std::collections::BTreeMap;

use psephos_core::group::Identity;
use psephos_core::pairs::pairs;
use psephos_core::{Digest, Element};

use super::BlockWeights;
use super::points::{Part, Points, PointsError, answers};
use crate::fault::Fault;
use crate::tasks::{Job, run};

/// Σ weight·point over a list's points, the first under weight `first`.
pub(super) struct Wanted<'a> {
    pub(super) points: Points<'a>,
    pub(super) weights: BlockWeights,
    pub(super) first: u64,
}

impl Wanted<'_> {
    /// Equal for sums of the same points. A list is what its root names, if it can be read at all; in another
    /// shape it is another list.
    fn key(&self) -> (Digest, u64, usize, Part, bool, &'static str) {
        let Points { list, part, width, identity, field } = self.points;
        (list.root, list.rows.count(), width, part, identity == Identity::Allowed, field)
    }
}

/// The parts of a sum that the blocks of its list give, in order, or why it has none.
pub(super) type Parts = Result<Vec<Element>, PointsError>;

/// The parts of every wanted sum, group by group. Tells `told` how many rows have been read, and of how many.
pub(super) fn block_sums(
    wanted: &[Vec<Wanted<'_>>],
    told: &(dyn Fn(u64, u64) + Sync),
) -> Vec<Vec<Parts>> {
    let mut lists: BTreeMap<_, Vec<(usize, &Wanted<'_>)>> = BTreeMap::new();
    for (place, sum) in wanted.iter().flatten().enumerate() {
        lists.entry(sum.key()).or_default().push((place, sum));
    }
    let jobs: Vec<_> = lists.values().filter_map(|sums| job(sums)).collect();
    let rows = jobs.iter().map(|job| job.list.count()).fold(0, u64::saturating_add);
    let mut found = BTreeMap::new();
    for (sums, blocks) in pairs(lists.values(), run(&jobs, &|done| told(done, rows))) {
        let blocks = answers(blocks);
        for (index, (place, _)) in sums.iter().enumerate() {
            let of_block = |block: &Vec<Element>| block.get(index).copied();
            let parts = blocks.as_ref().map(|blocks| blocks.iter().filter_map(of_block).collect());
            found.insert(*place, parts.map_err(Clone::clone));
        }
    }
    let mut in_order = found.into_values();
    wanted.iter().map(|group| in_order.by_ref().take(group.len()).collect()).collect()
}

/// What is made of a list: for each block, its part of each of the sums.
fn job<'a>(sums: &'a [(usize, &Wanted<'a>)]) -> Option<Job<'a, Option<Vec<Element>>, Fault>> {
    let (_, Wanted { points, .. }) = sums.first()?;
    let length = points.block_length();
    let parts = move |block: usize, points: Vec<Element>| {
        let before = (block * length) as u64;
        let part = |(_, sum): &(usize, &Wanted<'_>)| {
            sum.weights.sum_alone_vartime(sum.first + before, &points)
        };
        sums.iter().map(part).collect()
    };
    Some(points.job(|_| true, parts))
}
