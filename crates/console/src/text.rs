//! Numbers and words as people read them.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A duration: `0.4 s`, `12 s`, `3 min 20 s`, `1 h 05 min`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 9.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A count with thousands separated: `80,101`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many of something there are: `1 ballot`, `80,101 ballots`.
pub fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// Reads the 64 hexadecimal digits of what is called `what`: "a digest".
///
/// # Errors
/// What is wrong, and where: whoever has copied them by hand looks for one of 64.
pub fn digits(what: &str, text: &str) -> Result<[u8; 32], String> {
    let mut bytes = [0; 32];
    if hex::decode_to_slice(text, &mut bytes).is_ok() {
        return Ok(bytes);
    }
    let wrong = numbered(text.chars()).find(|(_, character)| !character.is_ascii_hexdigit());
    let found = text.chars().count() as u64;
    let mut faults = Vec::new();
    if let Some((index, character)) = wrong {
        faults.push(format!("character {}, {character:?}, is none", nth(index)));
    }
    if found != 64 {
        faults.push(format!("this has {}", plural(found, "character", "characters")));
    }
    Err(format!("{what} is 64 hexadecimal digits: {}", faults.join(", and ")))
}

/// A size in bytes: `812 bytes`, `5.1 MB`.
pub fn bytes(number: u64) -> String {
    let size = number as f64;
    match number {
        0..10_000 => plural(number, "byte", "bytes"),
        10_000..1_000_000 => format!("{:.0} kB", size / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", size / 1e6),
        _ => format!("{:.1} GB", size / 1e9),
    }
}

/// A candidate or a box as people count them: from 1.
pub fn nth(index: u64) -> u64 {
    index.saturating_add(1)
}

/// Text in which nothing is hidden: control characters, and marks that turn the direction of writing or have
/// no width, stand as `\u001b`. Somebody else's words could otherwise rewrite what a terminal shows. In JSON,
/// where such characters stand in strings only, the escape means the same.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "\\u{:04x}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

fn is_hidden(character: char) -> bool {
    let is_layout = matches!(character, '\n' | '\t');
    let is_mark = matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    is_mark || character.is_control() && !is_layout
}

/// Items with their index, from 0.
pub fn numbered<I: IntoIterator>(items: I) -> impl Iterator<Item = (u64, I::Item)> {
    items.into_iter().enumerate().map(|(index, item)| (index as u64, item))
}

/// A moment, in seconds since 1970-01-01 UTC, as RFC 3339 writes it in UTC; the number where it has no
/// such name.
pub fn date(seconds: u64) -> String {
    let moment =
        i64::try_from(seconds).ok().and_then(|s| OffsetDateTime::from_unix_timestamp(s).ok());
    moment.and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_else(|| seconds.to_string())
}

/// Reads a moment as RFC 3339 writes it, `2027-03-14T08:00:00Z`: seconds since 1970-01-01 UTC.
///
/// # Errors
/// What is expected instead.
pub fn moment(text: &str) -> Result<u64, String> {
    let moment = OffsetDateTime::parse(text.trim(), &Rfc3339).ok();
    moment
        .and_then(|moment| u64::try_from(moment.unix_timestamp()).ok())
        .ok_or_else(|| format!("a moment is written as 2027-03-14T08:00:00Z, and not {text:?}"))
}

/// When voting begins and ends, as a sentence; none when neither is stated.
pub fn voting_hours(opens: Option<u64>, closes: Option<u64>) -> Option<String> {
    match (opens.map(date), closes.map(date)) {
        (Some(opens), Some(closes)) => Some(format!("Voting is from {opens} to {closes}.")),
        (Some(opens), None) => Some(format!("Voting begins at {opens}.")),
        (None, Some(closes)) => Some(format!("Voting ends at {closes}.")),
        (None, None) => None,
    }
}

/// Lines with the first column padded and the second flush right; `indent` spaces before each.
pub fn table(rows: &[(String, String)], indent: usize) -> String {
    let left = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let right = rows.iter().map(|(_, value)| value.chars().count()).max().unwrap_or(0);
    let lines: Vec<String> = rows
        .iter()
        .map(|(name, value)| format!("{:indent$}{name:<left$}  {value:>right$}", ""))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_hidden_and_json_means_the_same() {
        let words = "Zoë\u{1b}[2J\u{202e}dilaV\u{7f}\n";
        assert_eq!(visible(words), "Zoë\\u001b[2J\\u202edilaV\\u007f\n");
        assert!(matches!(visible("Zoë (3)\n"), Cow::Borrowed(_)));
        let json = serde_json::json!({ "name": words }).to_string();
        let read: serde_json::Value = serde_json::from_str(&visible(&json)).unwrap();
        assert_eq!(read["name"], words);
    }

    #[test]
    fn durations_read_well() {
        let cases = [
            (0.04, "0.0 s"),
            (9.94, "9.9 s"),
            (9.96, "10 s"),
            (59.6, "1 min 00 s"),
            (200.0, "3 min 20 s"),
            (3900.0, "1 h 05 min"),
        ];
        for (seconds, text) in cases {
            assert_eq!(duration(Duration::from_secs_f64(seconds)), text);
        }
    }

    #[test]
    fn moments_are_read_as_they_are_written() {
        assert_eq!(
            moment("2027-03-14T09:00:00+01:00").map(date),
            Ok("2027-03-14T08:00:00Z".into())
        );
        for wrong in ["", "2027-03-14", "tomorrow", "1960-01-01T00:00:00Z"] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn counts_are_grouped() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (80_101, "80,101"), (1_234_567, "1,234,567")]
        {
            assert_eq!(count(number), text);
        }
    }

    #[test]
    fn one_of_a_thing_is_no_plural() {
        let texts = [0, 1, 2, 1_000].map(|number| plural(number, "ballot", "ballots"));
        assert_eq!(texts, ["0 ballots", "1 ballot", "2 ballots", "1,000 ballots"]);
        assert_eq!([bytes(1), bytes(2)], ["1 byte", "2 bytes"]);
    }

    #[test]
    fn a_wrong_digit_is_named_with_its_place() {
        let right = "0aF3".repeat(16);
        assert_eq!(digits("a digest", &right).map(hex::encode), Ok(right.to_lowercase()));
        let said = |text: &str| digits("a digest", text).unwrap_err();
        let head = "a digest is 64 hexadecimal digits: ";
        assert_eq!(said(&right.replacen('F', "O", 1)), format!("{head}character 3, 'O', is none"));
        assert_eq!(said(&right[..63]), format!("{head}this has 63 characters"));
        assert_eq!(
            said("3f…9"),
            format!("{head}character 3, '…', is none, and this has 4 characters")
        );
        assert_eq!(said("a"), format!("{head}this has 1 character"));
    }

    #[test]
    fn tables_line_up() {
        let rows = [("Ada".to_owned(), "1,200".to_owned()), ("Blaise".to_owned(), "7".to_owned())];
        assert_eq!(table(&rows, 2), "  Ada     1,200\n  Blaise      7");
    }
}
