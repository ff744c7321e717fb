//! The frame of a page: head, landmarks, contents.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::Made;
use crate::catalogue::{Catalogue, gaps, isolated, one_line};
use crate::shown::{moment, theirs};

/// How every page is styled.
const STYLE: &str = include_str!("style.css");

/// A page may use the style that stands in it, and nothing else.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// What a page calls itself, before its title; [`crate::write`] knows one by it.
pub(crate) const MARK: &str = "<meta name=\"generator\" content=\"psephos\">";

/// What the frame says.
pub(crate) struct Head<'a> {
    /// The sentence of the catalogue that says what kind of page it is.
    pub(crate) kind: &'static str,
    pub(crate) footer: &'static str,
    /// The election's.
    pub(crate) title: Option<&'a str>,
}

/// A whole page. A part without content is left out, of the contents too.
pub(crate) fn document(
    catalogue: &Catalogue,
    made: Made<'_>,
    head: &Head<'_>,
    verdict: Markup,
    parts: &[(&str, Markup)],
) -> String {
    let untitled = catalogue.say("untitled");
    let title = head.title.map_or(untitled.as_str().into(), one_line);
    let parts = parts.iter().filter(|(_, part)| !part.0.is_empty());
    let page = html! {
        (DOCTYPE)
        html lang=(catalogue.language()) {
            head {
                meta charset="utf-8";
                (PreEscaped(MARK))
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) " – " (catalogue.say(head.kind)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#verdict" { (catalogue.say("skip")) }
                header {
                    p.kind { (catalogue.say(head.kind)) }
                    h1 {
                        @match head.title {
                            Some(title) => (theirs(title)),
                            None => (untitled),
                        }
                    }
                }
                main {
                    section #verdict tabindex="-1" aria-labelledby="verdict-h" {
                        h2 #verdict-h.hidden { (catalogue.say("verdict-heading")) }
                        (verdict)
                    }
                    (contents(catalogue, parts.clone()))
                    @for (_, part) in parts { (part) }
                }
                (footer(catalogue, made, head.footer))
            }
        }
    };
    page.into_string()
}

fn contents<'p>(
    catalogue: &Catalogue,
    parts: impl Iterator<Item = &'p (&'p str, Markup)>,
) -> Markup {
    html! {
        nav aria-labelledby="contents-h" {
            h2 #contents-h { (catalogue.say("contents")) }
            ul {
                @for (name, _) in parts {
                    li { a href={ "#" (name) } { (catalogue.say(&format!("{name}-heading"))) } }
                }
            }
        }
    }
}

fn footer(catalogue: &Catalogue, made: Made<'_>, sentence: &str) -> Markup {
    html! {
        footer {
            p { (catalogue.fill(sentence, &gaps!["program" => isolated(made.program)])) }
            @if let Some(time) = made.time {
                p { (catalogue.fill("made", &gaps!["time" => isolated(&moment(time))])) }
            }
        }
    }
}
