//! Boxes with too few ballots to hide each other: merged, waived, or closed all the same
//! (spec/09-audit.md §9.8).

use psephos_core::pairs::pairs;
use psephos_record::bodies::Description;

use crate::numbered::numbered;

/// Where the accepted ballots of each box go, and how many come together there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// By box: the box in whose lists its ballots stand.
    destinations: Vec<u64>,
    /// By box: how many ballots stand in its lists.
    together: Vec<u64>,
}

impl Placement {
    /// `accepted` has the number of accepted ballots of each box: a box with some, but fewer than the
    /// minimum, goes to the box that the manifest names for it, if it names one.
    #[must_use]
    pub fn new(description: &Description, accepted: &[u64]) -> Self {
        let minimum = description.minimum;
        let destination = |(own, (ballot_box, accepted)): (u64, (_, &u64))| {
            let ballot_box: &psephos_record::bodies::BallotBox = ballot_box;
            let few = *accepted > 0 && *accepted < minimum;
            ballot_box.merge.filter(|_| few).unwrap_or(own)
        };
        let boxes = numbered(0, pairs(&description.boxes, accepted));
        let destinations: Vec<u64> = boxes.map(destination).collect();
        let mut together = vec![0u64; destinations.len()];
        for (destination, accepted) in pairs(&destinations, accepted) {
            let place = usize::try_from(*destination).ok();
            if let Some(sum) = place.and_then(|place| together.get_mut(place)) {
                *sum = sum.saturating_add(*accepted);
            }
        }
        Self { destinations, together }
    }

    /// The boxes whose ballots stand in the lists of this one.
    pub fn sources_of(&self, box_index: u64) -> impl Iterator<Item = u64> + '_ {
        let all = numbered(0, &self.destinations);
        all.filter(move |(_, destination)| **destination == box_index).map(|(own, _)| own)
    }

    /// Boxes that were merged into another: own index, the other's.
    pub fn merged(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let all = numbered(0, &self.destinations);
        all.filter(|(own, to)| own != *to).map(|(own, to)| (own, *to))
    }

    /// How many ballots stand in the lists of a box.
    #[must_use]
    pub fn together(&self, box_index: u64) -> u64 {
        let place = usize::try_from(box_index).ok();
        place.and_then(|place| self.together.get(place)).copied().unwrap_or(0)
    }

    /// Boxes in whose lists stand some ballots, but fewer than the minimum, with their numbers.
    pub fn below<'a>(
        &'a self,
        description: &'a Description,
    ) -> impl Iterator<Item = (u64, u64)> + 'a {
        let all = numbered(0, self.together.iter().copied());
        all.filter(|(_, together)| *together > 0 && *together < description.minimum)
    }
}
