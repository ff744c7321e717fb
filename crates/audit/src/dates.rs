//! The times that records claim, against the dates of the manifest. Times are their authors' claims, so all of
//! this is only told (spec/09-audit.md §9.7).

use crate::auditor::Auditor;
use crate::numbered::plural;

impl Auditor<'_> {
    /// A `close` record whose time is before the end of voting.
    pub(crate) fn closed_early(&mut self, sequence: u64, time: u64) {
        let closes = self.view.description().and_then(|description| description.closes);
        if let Some(early) = closes.and_then(|closes| closes.checked_sub(time)).filter(|s| *s > 0) {
            self.findings.warn(format!(
                "voting was closed in record {sequence}, which says that this was {} before the end that \
                 the manifest states",
                span(early)
            ));
        }
    }

    /// The `ballots` records whose time is before the beginning of voting, in one sentence for all of them.
    pub(crate) fn opened_early(&mut self) {
        let Some(opens) = self.view.description().and_then(|description| description.opens) else {
            return;
        };
        let records = self.view.ballots.iter();
        let early: Vec<(u64, u64)> = records
            .filter_map(|record| Some((record.sequence, opens.checked_sub(record.time)?)))
            .filter(|(_, early)| *early > 0)
            .collect();
        let (Some((first, _)), Some(most)) =
            (early.first(), early.iter().map(|(_, early)| *early).max())
        else {
            return;
        };
        self.findings.warn(format!(
            "{} up to {} before the beginning that the manifest states; the first is record {first}",
            plural(
                early.len() as u64,
                "record of ballots says that they were taken in",
                "records of ballots say that they were taken in"
            ),
            span(most)
        ));
    }
}

/// How long that many seconds are, in the two greatest units that it takes: `40 days 1 hour`.
fn span(seconds: u64) -> String {
    let units = [
        (seconds / 86_400, "day", "days"),
        (seconds / 3_600 % 24, "hour", "hours"),
        (seconds / 60 % 60, "minute", "minutes"),
        (seconds % 60, "second", "seconds"),
    ];
    let first = units.iter().skip_while(|(number, _, _)| *number == 0).take(2);
    let said: Vec<String> = first
        .filter(|(number, _, _)| *number > 0)
        .map(|(number, one, many)| plural(*number, one, many))
        .collect();
    if said.is_empty() { "0 seconds".to_owned() } else { said.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn spans_read_well() {
        let cases = [
            (0, "0 seconds"),
            (1, "1 second"),
            (61, "1 minute 1 second"),
            (3_600, "1 hour"),
            (3_605, "1 hour"),
            (3_460_661, "40 days 1 hour"),
        ];
        for (seconds, text) in cases {
            assert_eq!(span(seconds), text);
        }
    }
}
