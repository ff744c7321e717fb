//! Majority judgment (spec/10-counting.md §9).

use std::cmp::Ordering;

/// Grades and the ranking that follows.
pub(super) struct Judgment {
    /// For each candidate, how many ballots give it each grade, the worst first.
    pub(super) grades: Vec<Vec<u64>>,
    /// The best first; those with the same grades share a place.
    pub(super) ranking: Vec<Vec<u16>>,
}

pub(super) fn count<'a>(
    candidates: usize,
    grades: usize,
    ballots: impl Iterator<Item = (&'a [u16], u64)>,
) -> Judgment {
    let mut sums = vec![vec![0_u64; grades]; candidates];
    for (given, count) in ballots {
        for (candidate, &grade) in super::numbered(given) {
            let row = sums.get_mut(usize::from(candidate));
            if let Some(sum) = row.and_then(|row| row.get_mut(usize::from(grade))) {
                *sum += count;
            }
        }
    }
    let ranking = rank(&sums);
    Judgment { grades: sums, ranking }
}

fn rank(grades: &[Vec<u64>]) -> Vec<Vec<u16>> {
    let values: Vec<Vec<Run>> = grades.iter().map(|grades| majority_value(grades)).collect();
    let mut order: Vec<(u16, &Vec<Run>)> = super::numbered(&values).collect();
    order.sort_by(|(_, left), (_, right)| compare(right, left));
    let equal = order.chunk_by(|(_, left), (_, right)| compare(left, right).is_eq());
    equal.map(|tier| tier.iter().map(|&(candidate, _)| candidate).collect()).collect()
}

/// The same two grades for some pairs of ballots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    lower: usize,
    upper: usize,
    pairs: u64,
}

/// The grades in the order in which they are the median, when one ballot with the median is removed after the
/// other; an even number has the lower of its two middle ones as median. Sorted, that order goes outwards from
/// the middle: with an odd number the middle one, taken here as a pair with itself, and then always the one
/// below and the one above.
fn majority_value(grades: &[u64]) -> Vec<Run> {
    let total: u64 = grades.iter().sum();
    // Numbers of ballots below and above the place that the next pair begins at.
    let half = total / 2;
    let mut runs = Vec::new();
    let (mut lower, mut upper) = (steps_down(grades, half), steps_up(grades, half));
    if total % 2 == 1 {
        let middle = grade_at(grades, half);
        runs.push(Run { lower: middle, upper: middle, pairs: 1 });
    }
    while let (Some(down), Some(up)) = (lower.last_mut(), upper.last_mut()) {
        let pairs = down.1.min(up.1);
        runs.push(Run { lower: down.0, upper: up.0, pairs });
        down.1 -= pairs;
        up.1 -= pairs;
        lower.pop_if(|(_, left)| *left == 0);
        upper.pop_if(|(_, left)| *left == 0);
    }
    runs
}

/// The grade of the ballot with that many ballots before it, the worst first.
fn grade_at(grades: &[u64], place: u64) -> usize {
    let mut before = 0;
    let found = grades.iter().position(|&count| {
        before += count;
        before > place
    });
    found.unwrap_or(0)
}

/// The grades of the `number` worst ballots with their numbers, the worst grade first.
fn steps_down(grades: &[u64], number: u64) -> Vec<(usize, u64)> {
    take(grades.iter().copied().enumerate(), number)
}

/// The grades of the `number` best ballots with their numbers, the best grade first.
fn steps_up(grades: &[u64], number: u64) -> Vec<(usize, u64)> {
    take(grades.iter().copied().enumerate().rev(), number)
}

fn take(grades: impl Iterator<Item = (usize, u64)>, mut number: u64) -> Vec<(usize, u64)> {
    let mut taken = Vec::new();
    for (grade, count) in grades {
        let some = count.min(number);
        number -= some;
        if some > 0 {
            taken.push((grade, some));
        }
    }
    taken
}

/// Compares two majority values of equally many ballots; the greater is the better.
fn compare(left: &[Run], right: &[Run]) -> Ordering {
    let (mut left, mut right) = (left.iter().copied(), right.iter().copied());
    let (mut a, mut b) = (left.next(), right.next());
    while let (Some(one), Some(other)) = (&mut a, &mut b) {
        let order = (one.lower, one.upper).cmp(&(other.lower, other.upper));
        if order.is_ne() {
            return order;
        }
        let pairs = one.pairs.min(other.pairs);
        one.pairs -= pairs;
        other.pairs -= pairs;
        if one.pairs == 0 {
            a = left.next();
        }
        if other.pairs == 0 {
            b = right.next();
        }
    }
    Ordering::Equal
}
