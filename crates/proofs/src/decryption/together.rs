//! The sums of one or several trustees' shares (spec/07-decryption.md §7.3), and the plaintexts that follow from
//! them (§7.5). They are of the same lists, mostly: whoever checks them together opens each point once.

use psephos_core::Element;
use psephos_core::pairs::pairs;

use super::plaintexts::Decryption;
use super::points::PointsError;
use super::relation::Relation;
use super::share::{Aggregates, Proof, ShareError, Statement, Weighing};
use super::sums::{Parts, Wanted, block_sums};

/// Reads all lists once and adds them up under the normative weights.
///
/// # Errors
/// All but `ShareError::Proof`.
pub fn aggregate(statement: &Statement<'_>) -> Result<Aggregates, ShareError> {
    let sums = Sums::new(statement)?;
    let parts = block_sums(&[sums.wanted()], &|_, _| {});
    sums.finish(parts.first().map_or(&[], Vec::as_slice))
}

/// Checks a trustee's shares.
///
/// # Errors
/// [`ShareError`].
pub fn verify(statement: &Statement<'_>, proof: &Proof) -> Result<(), ShareError> {
    check(aggregate(statement), proof)
}

/// What [`verify_all`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// For each trustee's shares what [`verify`] answers.
    pub shares: Vec<Result<(), ShareError>>,
    /// For each batch's plaintexts whether they are right for certain, given that the shares are. If not,
    /// [`find_bad_plaintexts`](super::find_bad_plaintexts) says why.
    pub plaintexts: Vec<bool>,
}

/// Checks several trustees' shares and several batches' plaintexts: every list is read, and opened, once for all
/// that name its root. Tells `told` how many rows have been read, and of how many.
#[must_use]
pub fn verify_all(
    claims: &[(Statement<'_>, Proof)],
    decryptions: &[Decryption<'_>],
    told: &(dyn Fn(u64, u64) + Sync),
) -> Verified {
    let shares: Vec<_> = claims.iter().map(|(statement, _)| Sums::new(statement)).collect();
    let relations: Vec<Option<Relation<'_>>> =
        decryptions.iter().map(|decryption| decryption.relation().ok()).collect();
    let of_shares = shares.iter().map(|sums| sums.as_ref().map_or_else(|_| vec![], Sums::wanted));
    let of_plaintexts = relations.iter().map(|relation| relation.as_ref()?.sums().ok());
    let wanted: Vec<_> = of_shares.chain(of_plaintexts.map(Option::unwrap_or_default)).collect();
    let mut of_shares = block_sums(&wanted, told);
    let of_plaintexts = of_shares.split_off(shares.len());

    let shares = pairs(pairs(shares, of_shares), claims)
        .map(|((sums, parts), (_, proof))| check(sums.and_then(|sums| sums.finish(&parts)), proof));
    let holds = |(relation, parts): (Option<Relation<'_>>, Vec<_>)| {
        let bad_blocks = relation.filter(|_| !parts.is_empty())?.bad_blocks(&parts).ok()?;
        Some(bad_blocks.is_empty())
    };
    let plaintexts = pairs(relations, of_plaintexts).map(|both| holds(both) == Some(true));
    Verified { shares: shares.collect(), plaintexts: plaintexts.collect() }
}

fn check(aggregates: Result<Aggregates, ShareError>, proof: &Proof) -> Result<(), ShareError> {
    let Aggregates { transcript, statement } = aggregates?;
    proof.verify(transcript, &statement).map_err(ShareError::Proof)
}

/// A statement whose lists have not been read yet.
struct Sums<'a> {
    statement: &'a Statement<'a>,
    weighing: Weighing,
}

impl<'a> Sums<'a> {
    fn new(statement: &'a Statement<'_>) -> Result<Self, ShareError> {
        statement.check_shapes()?;
        Ok(Self { statement, weighing: Weighing::new(statement) })
    }

    /// For each list Σ weight·A and Σ weight·D.
    fn wanted(&self) -> Vec<Wanted<'a>> {
        let weights = self.weighing.weights;
        let lists = self.statement.placed().flat_map(|(first, list)| {
            let sum = |points| Wanted { points, weights, first };
            [list.input_points(), list.share_points()].map(sum)
        });
        lists.collect()
    }

    /// Adds the parts of what is [`wanted`](Self::wanted) up, unless one has none.
    fn finish(self, parts: &[Parts]) -> Result<Aggregates, ShareError> {
        // (2) A* = Σ weight·A, D* = Σ weight·D
        let (mut base, mut image) = (Element::default(), Element::default());
        let (lists, _) = parts.as_chunks::<2>();
        for (list, [input, shares]) in lists.iter().enumerate() {
            base += sum(input).map_err(|error| match error {
                PointsError::Rows(error) => ShareError::Rows { list, error },
                PointsError::Fault(fault) => ShareError::Input { list, fault },
            })?;
            image += sum(shares).map_err(|error| match error {
                PointsError::Rows(error) => ShareError::Rows { list, error },
                PointsError::Fault(fault) => ShareError::Shares { list, fault },
            })?;
        }
        Ok(self.weighing.aggregates(&base, &image))
    }
}

fn sum(parts: &Parts) -> Result<Element, PointsError> {
    parts.as_ref().map(|parts| parts.iter().sum()).map_err(Clone::clone)
}
