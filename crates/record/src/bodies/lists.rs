//! The blobs that a body names.

use psephos_core::Digest;

use super::{BatchMix, BatchResult, BatchShare, Blob, Body};

/// A list that a record names, with what is known of its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedList {
    /// The list.
    pub blob: Blob,
    /// The indices of the box and of the batch in it that it belongs to.
    pub batch: Option<(u64, u64)>,
    /// The root of the list that it was made from.
    pub input: Option<Digest>,
}

impl Body {
    /// Every blob that the body names, in the order of its fields.
    pub fn lists(&self) -> Vec<NamedList> {
        let single = |blob: &Blob| NamedList { blob: *blob, batch: None, input: None };
        let of = |blob: &Blob, batch: (u64, u64), input: Option<Digest>| NamedList {
            blob: *blob,
            batch: Some(batch),
            input,
        };
        match self {
            Body::Proposal(proposal) => proposal.description.roll.iter().map(single).collect(),
            Body::Manifest(manifest) => manifest.description.roll.iter().map(single).collect(),
            Body::Ballots(ballots) => vec![single(&ballots.ballots)],
            Body::Challenged(body) => vec![single(&body.challenged)],
            Body::Close(close) => {
                let lists = close.batches.iter();
                let lists =
                    lists.map(|list| of(&list.list, (list.box_index, list.batch_index), None));
                lists.chain([single(&close.rejected)]).collect()
            }
            Body::Mix(mix) => {
                let one = |mix: &BatchMix| {
                    of(&mix.output, (mix.box_index, mix.batch_index), Some(mix.input))
                };
                mix.mixes.iter().map(one).collect()
            }
            Body::Share(share) => {
                let one = |list: &BatchShare| {
                    of(&list.shares, (list.box_index, list.batch_index), Some(list.input))
                };
                share.lists.iter().map(one).collect()
            }
            Body::Result(result) => {
                let one = |batch: &BatchResult| {
                    of(&batch.plaintexts, (batch.box_index, batch.batch_index), None)
                };
                result.batches.iter().map(one).collect()
            }
            _ => Vec::new(),
        }
    }
}
