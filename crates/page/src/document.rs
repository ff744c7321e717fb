//! The frame of a page: head, landmarks, contents.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use sha2::{Digest, Sha256};

use crate::Made;
use crate::catalogue::{Catalogue, gaps, isolated, one_line};
use crate::shown::{moment, theirs};

/// How every page is styled.
const STYLE: &str = include_str!("style.css");

/// A page may use the style that stands in it, and nothing else.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// How often a page is loaded anew where no script renews it, in seconds.
const RELOAD: &str = "30";

/// What a page calls itself, before its title; [`crate::write`] knows one by it.
pub(crate) const MARK: &str = "<meta name=\"generator\" content=\"psephos\">";

/// What the frame says.
pub(crate) struct Head<'a> {
    /// The sentence of the catalogue that says what kind of page it is.
    pub(crate) kind: &'static str,
    pub(crate) footer: &'static str,
    /// The election's.
    pub(crate) title: Option<&'a str>,
    /// The sentence that stands there where it has none.
    pub(crate) untitled: &'static str,
    /// The sentences of the link to the first part, and of that part's heading, which is not seen.
    pub(crate) skip: &'static str,
    pub(crate) heading: &'static str,
    /// How the page stays new while it is looked at, if it does.
    pub(crate) live: Option<Live>,
}

impl<'a> Head<'a> {
    /// Of a page that begins with a verdict, and stays as it is.
    pub(crate) fn of_verdict(
        kind: &'static str,
        footer: &'static str,
        title: Option<&'a str>,
    ) -> Head<'a> {
        Head {
            kind,
            footer,
            title,
            untitled: "untitled",
            skip: "skip",
            heading: "verdict-heading",
            live: None,
        }
    }
}

/// A page that renews itself.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    /// What does it.
    pub(crate) script: &'static str,
    /// How many records the page knows of.
    pub(crate) records: u64,
}

/// A page that renews itself may run its own script besides, told by its hash, and ask its own server.
pub(crate) fn live_policy(script: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(script));
    format!("{POLICY}; script-src 'sha256-{hash}'; connect-src 'self'")
}

/// A whole page. A part without content is left out, of the contents too.
pub(crate) fn document(
    catalogue: &Catalogue,
    made: Made<'_>,
    head: &Head<'_>,
    verdict: Markup,
    parts: &[(&str, Markup)],
) -> String {
    let untitled = catalogue.say(head.untitled);
    let title = head.title.map_or(untitled.as_str().into(), one_line);
    let parts = parts.iter().filter(|(_, part)| !part.0.is_empty());
    let policy = head.live.map_or_else(|| POLICY.to_owned(), |live| live_policy(live.script));
    let page = html! {
        (DOCTYPE)
        html lang=(catalogue.language()) {
            head {
                meta charset="utf-8";
                (PreEscaped(MARK))
                meta http-equiv="Content-Security-Policy" content=(policy);
                @if head.live.is_some() { noscript { meta http-equiv="refresh" content=(RELOAD); } }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) " – " (catalogue.say(head.kind)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#verdict" { (catalogue.say(head.skip)) }
                header {
                    p.kind { (catalogue.say(head.kind)) }
                    h1 {
                        @match head.title {
                            Some(title) => (theirs(title)),
                            None => (untitled),
                        }
                    }
                }
                main data-records=[head.live.map(|live| live.records)] {
                    section #verdict tabindex="-1" aria-labelledby="verdict-h"
                        aria-live=[head.live.map(|_| "polite")] {
                        h2 #verdict-h.hidden { (catalogue.say(head.heading)) }
                        (verdict)
                    }
                    (contents(catalogue, parts.clone()))
                    @for (_, part) in parts { (part) }
                }
                (footer(catalogue, made, head.footer))
                @if let Some(live) = head.live { script { (PreEscaped(live.script)) } }
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
