//! What a batch's plaintexts follow from, and whether they do.

use psephos_core::Digest;
use psephos_proofs::decryption::{Decryption, RootedList, TrusteeShares};
use psephos_record::board::BlobRows;
use psephos_record::bodies::{BatchResult, Blob};

use crate::auditor::Auditor;
use crate::numbered::numbered;
use crate::view::{BatchView, ShareView};

/// A batch's plaintexts, and the lists that they are said to follow from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StatedPlaintexts {
    width: u64,
    input: Blob,
    shares: Vec<(u64, Blob)>,
    plaintexts: Blob,
}

/// Its lists, ready to be read.
pub(crate) struct OpenPlaintexts<'a> {
    width: usize,
    input: OpenList<'a>,
    shares: Vec<(u64, OpenList<'a>)>,
    plaintexts: OpenList<'a>,
}

/// A list with the root that names it.
pub(super) type OpenList<'a> = (Digest, BlobRows<'a>);

impl StatedPlaintexts {
    pub(crate) fn new(
        view: &BatchView,
        shares: &[(u64, &ShareView)],
        result: &BatchResult,
    ) -> Self {
        Self {
            width: view.width,
            input: view.last,
            shares: shares.iter().map(|(trustee, share)| (*trustee, share.shares)).collect(),
            plaintexts: result.plaintexts,
        }
    }
}

impl Auditor<'_> {
    /// What the result says of each batch in due form; empty where that is not to be checked.
    pub(super) fn stated_plaintexts(&self) -> Vec<StatedPlaintexts> {
        let Some(posted) = &self.result else { return Vec::new() };
        if !posted.readable || self.is_verified(posted.sequence) {
            return Vec::new();
        }
        let Some(description) = self.view.description() else { return Vec::new() };
        let batches = numbered(0, &posted.body.batches);
        let claims = batches.filter_map(|(index, result)| {
            let view = self.view.batches.get(usize::try_from(index).ok()?)?;
            let shares = view.named_in_form(&result.trustees, description.threshold)?;
            Some(StatedPlaintexts::new(view, &shares, result))
        });
        claims.collect()
    }

    /// The lists of a claim; `None` for one that cannot be read.
    pub(crate) fn open_plaintexts(&self, claim: &StatedPlaintexts) -> Option<OpenPlaintexts<'_>> {
        Some(OpenPlaintexts {
            width: usize::try_from(claim.width).ok()?,
            input: self.open_list(&claim.input)?,
            shares: self.open_shares(&claim.shares)?,
            plaintexts: self.open_list(&claim.plaintexts)?,
        })
    }

    fn open_list(&self, blob: &Blob) -> Option<OpenList<'_>> {
        Some((blob.root, self.rows(blob)?))
    }

    pub(super) fn open_shares(&self, shares: &[(u64, Blob)]) -> Option<Vec<(u64, OpenList<'_>)>> {
        shares.iter().map(|(trustee, blob)| Some((*trustee, self.open_list(blob)?))).collect()
    }
}

impl OpenPlaintexts<'_> {
    pub(crate) fn shares(&self) -> Vec<TrusteeShares<'_>> {
        rooted_shares(&self.shares)
    }

    /// The claim, given its own shares.
    pub(crate) fn decryption<'s>(&'s self, shares: &'s [TrusteeShares<'s>]) -> Decryption<'s> {
        let (input, plaintexts) = (rooted(&self.input), rooted(&self.plaintexts));
        Decryption { width: self.width, input, shares, plaintexts }
    }
}

pub(super) fn rooted_shares<'a>(shares: &'a [(u64, OpenList<'a>)]) -> Vec<TrusteeShares<'a>> {
    let shares = shares.iter();
    shares
        .map(|(trustee, list)| TrusteeShares { trustee: *trustee, shares: rooted(list) })
        .collect()
}

fn rooted<'a>((root, rows): &'a OpenList<'a>) -> RootedList<'a> {
    RootedList { root: *root, rows }
}
