//! Small pieces that all parts of a page are made of.

use fluent_bundle::FluentArgs;
use maud::{Markup, html};
use psephos_console::date;

use crate::catalogue::{Catalogue, gaps, isolated, one_line};

/// Hexadecimal digits between two places where a line may break.
const PIECE: usize = 8;

/// Somebody else's words: escaped, nothing hidden in them, and turning no words around them.
pub(crate) fn theirs(words: &str) -> Markup {
    html! { bdi { (one_line(words)) } }
}

/// A digest in hexadecimal, which may break between pieces and is copied whole.
pub(crate) fn digest(hexadecimal: &str) -> Markup {
    let characters: Vec<char> = hexadecimal.chars().collect();
    html! {
        code.digest {
            @for piece in characters.chunks(PIECE) { (piece.iter().collect::<String>()) wbr; }
        }
    }
}

/// A moment as people write it.
pub(crate) fn moment(seconds: u64) -> String {
    date(seconds).replace('T', " ").replace('Z', " UTC")
}

/// A moment in a page.
pub(crate) fn time(seconds: u64) -> Markup {
    html! { time datetime=(date(seconds)) { (moment(seconds)) } }
}

/// A part of the page under its heading `NAME-heading`; nothing where there is nothing to say.
pub(crate) fn section(catalogue: &Catalogue, name: &str, content: Markup) -> Markup {
    if content.0.is_empty() {
        return content;
    }
    html! {
        section id=(name) aria-labelledby={ (name) "-h" } {
            h2 id={ (name) "-h" } { (catalogue.say(&format!("{name}-heading"))) }
            (content)
        }
    }
}

/// A box that scrolls sideways by itself, also by keyboard, so that the page never does.
pub(crate) fn scrolling(label: &str, content: &Markup) -> Markup {
    html! { div.scroll role="group" aria-label=(label) tabindex="0" { (content) } }
}

/// Names of somebody else's in a sentence: at most `most` of them.
pub(crate) fn names<'n>(
    catalogue: &Catalogue,
    names: impl IntoIterator<Item = &'n str>,
    most: usize,
) -> String {
    let names: Vec<String> = names.into_iter().map(isolated).collect();
    let more = names.len().saturating_sub(most);
    let shown = names.into_iter().take(most);
    if more == 0 {
        return enumeration(catalogue, shown.collect());
    }
    let join = |first: String, next: String| comma(catalogue, &first, &next);
    let gaps = gaps!["names" => shown.reduce(join).unwrap_or_default(), "n" => more];
    catalogue.fill("list-more", &gaps)
}

/// Sentences' parts as one list: `a, b and c`.
pub(crate) fn enumeration(catalogue: &Catalogue, mut items: Vec<String>) -> String {
    let last = items.pop().unwrap_or_default();
    match items.into_iter().reduce(|first, next| comma(catalogue, &first, &next)) {
        None => last,
        Some(first) => catalogue.fill("list-and", &gaps!["first" => first, "last" => last]),
    }
}

fn comma(catalogue: &Catalogue, first: &str, next: &str) -> String {
    catalogue.fill("list-comma", &gaps!["first" => first, "next" => next])
}

/// The gap `n`.
pub(crate) fn number<'g>(n: u64) -> FluentArgs<'g> {
    gaps!["n" => n]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_break_and_are_copied_whole() {
        let shown = digest("0123456789abcdef").0;
        assert_eq!(shown, "<code class=\"digest\">01234567<wbr>89abcdef<wbr></code>");
    }

    #[test]
    fn names_are_listed_and_cut() {
        let catalogue = Catalogue::english().unwrap();
        let said =
            |most| names(&catalogue, ["a", "b", "c"], most).replace(['\u{2068}', '\u{2069}'], "");
        assert_eq!([said(3), said(2), said(1)], ["a, b and c", "a, b and 1 more", "a and 2 more"]);
        assert_eq!(names(&catalogue, [], 3), "");
    }
}
