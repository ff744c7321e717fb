//! How many records a site has, found out by asking for their names.

use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join_all;
use psephos_record::board::{LAST_SEQUENCE, record_name};

use super::site::Site;
use crate::download::{Patience, Trouble};

/// How far beyond the end it is looked for records that stand behind missing ones.
const BEYOND: u64 = 32;

/// The records that were seen. They never become fewer: what is missing later is found out by reading it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    records: AtomicU64,
}

impl Seen {
    /// How many were there when it was last looked.
    pub fn before(&self) -> u64 {
        self.records.load(Ordering::Relaxed)
    }

    /// How many are there now: one request if there are no more, and about twice the logarithm of their number else.
    ///
    /// A server cannot be asked for its list of files: some of those before the last may be missing.
    pub async fn count(&self, site: &Site, patience: Patience) -> Result<u64, Trouble> {
        let stands = async |sequence| stands(site, sequence, patience).await;
        // All below `there` stand; `missing` does not.
        let mut there = self.before();
        let mut step = 1;
        let mut missing = loop {
            let sequence = there + step - 1;
            if sequence > LAST_SEQUENCE {
                return Err(Trouble::Lasting(
                    "the server has an answer for every name, as if every record were there; have it \
                     answer 404 for files that are not"
                        .into(),
                ));
            }
            if !stands(sequence).await? {
                break sequence;
            }
            there = sequence + 1;
            step *= 2;
        };
        while there < missing {
            let middle = there + (missing - there) / 2;
            if stands(middle).await? {
                there = middle + 1;
            } else {
                missing = middle;
            }
        }
        self.records.fetch_max(there, Ordering::Relaxed);
        Ok(there)
    }
}

/// The first record behind a missing one, if one stands before `end` or not far behind the missing one.
///
/// Others may append meanwhile: then the missing one stands, too, when it is asked for again.
pub(super) async fn beyond(
    site: &Site,
    missing: u64,
    end: u64,
    patience: Patience,
) -> Result<Option<u64>, Trouble> {
    let end = end.max(missing + 1 + BEYOND);
    for first in (missing + 1..end).step_by(BEYOND as usize) {
        let asked = (first..end.min(first + BEYOND))
            .map(async |sequence| Ok(stands(site, sequence, patience).await?.then_some(sequence)));
        let found = join_all(asked).await.into_iter().collect::<Result<Vec<_>, Trouble>>()?;
        if let Some(found) = found.into_iter().flatten().next() {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Whether there is a record of this sequence.
pub(super) async fn stands(
    site: &Site,
    sequence: u64,
    patience: Patience,
) -> Result<bool, Trouble> {
    let name = record_name(sequence);
    match patience.insist(async || site.length(&name).await).await {
        Ok(_) => Ok(true),
        Err(Trouble::Missing) => Ok(false),
        Err(trouble) => Err(trouble),
    }
}
