//! Pages of stored boards: nothing of others' gets through unescaped, every sentence is from the catalogue,
//! nothing is loaded, and what is not VALID says so.

use std::collections::BTreeSet;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use psephos_audit::{Audit, Options, Verdict, audit};
use psephos_page::{
    Catalogue, Checked, Made, Standing, Subject, Timings, Witnessing, now, now_policy, report,
    statement, unreadable,
};
use psephos_record::board::FolderBoard;
use sha2::{Digest, Sha256};

const ENGLISH: &str = include_str!("../catalogue/en.ftl");
const STYLE: &str = include_str!("../src/style.css");

/// A clock behind all times of the stored boards.
const NOW: u64 = 4_000_000_000;

/// Boards of every method and verdict.
const BOARDS: [&str; 16] = [
    "valid/honest",
    "valid/count-rankings",
    "valid/count-pairs",
    "valid/count-party-lists",
    "valid/count-marks",
    "valid/count-scores",
    "valid/count-texts",
    "valid/troubles",
    "valid/rejected-ballots-of-every-kind",
    "valid/ceremony-failed-and-held-again",
    "valid/no-ballots",
    "invalid/mix.proof-rows-swapped",
    "invalid/board.signature-close",
    "invalid/board.chain-seal-removed",
    "invalid/board.blob-missing-mix",
    "invalid/encoding.canonical-record-truncated",
];

fn audited(board: &str) -> Audit {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let board = FolderBoard::open(fixtures.join(board).join("board")).expect("a board");
    audit(&board, &Options::default(), &|_| {}).expect("an audit")
}

fn made() -> Made<'static> {
    Made { program: "psephos-verifier 0.1.0", time: Some(NOW) }
}

/// Both pages of an audit.
fn pages(audit: &Audit, catalogue: &Catalogue) -> [String; 2] {
    let timings = Timings::default();
    let subject = Subject { audit, expected: Some(&[]), timings: &timings };
    let own = Subject { expected: None, ..subject };
    [report(subject, made(), catalogue), statement(own, made(), catalogue)]
}

/// And the one of how the election stands, as the audit found it and as nobody has looked at it.
fn all_pages(audit: &Audit, catalogue: &Catalogue) -> Vec<String> {
    let page = |checked, live| {
        let witnesses = witnesses(audit);
        let standing = Standing { view: &audit.view, checked, witnesses: &witnesses, live };
        now(standing, made(), catalogue)
    };
    let checked = Some(Checked { audit, time: NOW });
    let standing = [page(checked, false), page(None, false)];
    pages(audit, catalogue).into_iter().chain(standing).collect()
}

/// One that has seen all, and one that has not.
fn witnesses(audit: &Audit) -> Vec<Witnessing> {
    let (records, head) = (audit.view.records, audit.view.head);
    let seen = |name: &str, records| Witnessing { name: name.into(), records, head, time: NOW };
    vec![seen("witness.example/<1>", records), seen("witness.example/2", 1)]
}

fn english() -> Catalogue {
    Catalogue::english().expect("the English catalogue")
}

/// The English catalogue with every sentence in ⟦ ⟧.
fn marked() -> Catalogue {
    let mut source = String::new();
    let mut open = false;
    for line in ENGLISH.lines().chain([""]) {
        let begins = line.starts_with(|first: char| first.is_ascii_alphabetic());
        if open && (begins || line.trim().is_empty() || line.starts_with('#')) {
            source.truncate(source.trim_end().len());
            source += "⟧\n";
            open = false;
        }
        match line.split_once(" = ") {
            Some((id, text)) if begins => {
                source += &format!("{id} = ⟦{text}\n");
                open = true;
            }
            _ => source += &format!("{line}\n"),
        }
    }
    Catalogue::translated("en", &source).expect("a catalogue")
}

/// A page without what stands between these, innermost first.
fn without(page: &str, open: &str, close: &str) -> String {
    let mut rest = page.to_owned();
    while let Some(end) = rest.find(close) {
        let start = rest[..end].rfind(open).unwrap_or_else(|| panic!("{close} without {open}"));
        rest.replace_range(start..end + close.len(), " ");
    }
    rest
}

#[test]
fn every_sentence_is_from_the_catalogue() {
    let catalogue = marked();
    for board in BOARDS {
        for page in all_pages(&audited(board), &catalogue) {
            let (head, body) = page.split_once("<style>").expect("a style");
            let title = head.split_once("<title>").expect("a title").1;
            let body = body.split_once("</style>").expect("its end").1;
            let mut text =
                format!("{}{body}", without(title, "⟦", "⟧").split_once(" – ").unwrap().1);
            // Data: others' words, digests, commands and times.
            for (open, close) in [
                ("\u{2068}", "\u{2069}"),
                ("⟦", "⟧"),
                ("<bdi>", "</bdi>"),
                ("<code", "</code>"),
                ("<time", "</time>"),
            ] {
                text = without(&text, open, close);
            }
            for attribute in ["aria-label=\"", "alt=\"", "title=\""] {
                for said in text.split(attribute).skip(1) {
                    let said = said.split('"').next().unwrap();
                    assert!(!said.contains(char::is_alphabetic), "{board}: {attribute}{said}");
                }
            }
            let text = without(&text, "<", ">");
            let left: String = text.chars().filter(|character| character.is_alphabetic()).collect();
            assert_eq!(left, "", "{board}");
        }
    }
}

#[test]
fn every_sentence_of_the_catalogue_is_said_somewhere() {
    let sources = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let source: String = ["", "flow", "now"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(sources.join(folder)).expect("the sources"))
        .filter_map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).ok())
        .collect();
    let families = [
        "check-",
        "group-",
        "status-",
        "verdict-",
        "did-",
        "method-",
        "basis-not-",
        "timeline-col-",
        "anonymity-col-",
        "phase-",
        "now-col-",
    ];
    for line in
        ENGLISH.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()))
    {
        let id = line.split(" =").next().unwrap();
        let is_built =
            families.iter().any(|family| id.starts_with(family)) || id.ends_with("-heading");
        assert!(is_built || source.contains(&format!("\"{id}\"")), "nothing says {id}");
    }
}

#[test]
fn nothing_is_loaded_and_nothing_runs() {
    let catalogue = english();
    for board in BOARDS {
        for page in all_pages(&audited(board), &catalogue) {
            let page = page.to_lowercase();
            for word in [
                "http:",
                "https:",
                "//",
                "src=",
                "@import",
                "<script",
                "<link",
                "<iframe",
                "javascript:",
                " on",
            ] {
                // Words begin with "on"; attributes do and have a value.
                let found = page.match_indices(word).any(|(at, _)| {
                    word != " on"
                        || page[at + 1..].split(['=', ' ', '>', '<']).next().is_some_and(|name| {
                            page[at + 1 + name.len()..].starts_with("=\"") && name.len() < 20
                        })
                });
                assert!(!found, "{board}: {word}");
            }
            assert!(page.contains("default-src 'none'"), "{board}");
            for place in page.match_indices("url(") {
                assert!(page[place.0..].starts_with("url(#"), "{board}");
            }
        }
    }
}

#[test]
fn a_page_of_a_server_runs_its_own_script_and_no_other() {
    let audit = audited("valid/honest");
    let standing = Standing { view: &audit.view, checked: None, witnesses: &[], live: true };
    let page = now(standing, made(), &english());
    assert_well_formed(&page);
    let policy = page.split("Policy\" content=\"").nth(1).and_then(|rest| rest.split('"').next());
    let policy = policy.expect("a policy").replace("&#39;", "'");
    assert_eq!(now_policy(), format!("{policy}; frame-ancestors 'none'"));
    let script = page.split("<script>").nth(1).and_then(|rest| rest.split("</script>").next());
    let hash = Sha256::digest(script.expect("a script"));
    assert!(policy.contains(&format!("script-src 'sha256-{}'", STANDARD.encode(hash))), "{policy}");
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript>"));
    assert!(page.contains(&format!("data-records=\"{}\"", audit.view.records)));
}

#[test]
fn what_was_checked_is_told_from_what_was_not() {
    let said = |board: &str, is_checked: bool| {
        let audit = audited(board);
        let checked = is_checked.then_some(Checked { audit: &audit, time: NOW });
        let standing = Standing { view: &audit.view, checked, witnesses: &[], live: false };
        now(standing, made(), &english())
    };
    let count = |page: &str, words: &str| page.matches(&format!("</span>{words}</span>")).count();
    let page = said("valid/honest", false);
    assert!(page.contains("None was checked here yet.") && !page.contains("id=\"result\""));
    assert_eq!((count(&page, "holds"), count(&page, "not checked yet") > 4), (0, true));
    let page = said("valid/honest", true);
    assert!(page.contains("The election is over") && page.contains("id=\"result\""));
    assert_eq!((count(&page, "holds") > 4, count(&page, "not checked yet")), (true, 0));
    let page = said("invalid/mix.proof-rows-swapped", true);
    assert_eq!(count(&page, "does not hold"), 1);
    assert!(page.contains("Something on this board is wrong"));
}

#[test]
fn what_is_not_valid_is_marked_as_proving_nothing() {
    let catalogue = english();
    for board in BOARDS {
        let audit = audited(board);
        for page in pages(&audit, &catalogue) {
            let word = audit.report.verdict.to_string();
            assert!(page.contains(&format!("<strong>{word}</strong>")), "{board}");
            let is_marked = page.contains("Not confirmed") && page.contains("This proves nothing");
            let is_claimed =
                page.contains(">elected<") && !page.contains("<table class=\"rounds\">");
            match audit.report.verdict {
                Verdict::Valid => assert!(!is_marked, "{board}"),
                _ => {
                    assert!(is_marked || audit.report.results.is_none(), "{board}");
                    assert!(!is_claimed, "{board}");
                }
            }
            for failure in &audit.report.failures {
                assert!(page.contains(failure.check.as_str()), "{board}: {}", failure.check);
            }
        }
    }
}

/// What an author of a title or a name might try.
const HOSTILE: &str =
    "</title></bdi><script>alert('1')</script>\" onload=\"x\" & \u{202e}dilaV\u{2069}\u{0}\n<b>";

#[test]
fn words_of_others_stay_words() {
    let mut audit = audited("valid/count-rankings");
    let manifest = audit.view.manifest.as_mut().expect("a manifest");
    let description = &mut manifest.manifest.description;
    description.title = HOSTILE.into();
    for name in &mut description.trustees {
        *name += HOSTILE;
    }
    for contest in &mut description.contests {
        contest.title = HOSTILE.into();
    }
    for result in audit.report.results.iter_mut().flatten() {
        result.elected.push(HOSTILE.into());
        for round in result.rounds.iter_mut().flatten() {
            for (name, _) in &mut round.votes.0 {
                *name = format!("{HOSTILE}{name}");
            }
        }
    }
    audit.report.warnings.push(HOSTILE.into());
    for page in all_pages(&audit, &english()) {
        for hostile in ["<script", "<b>", "\" onload", "\u{202e}", "\u{0}"] {
            assert!(!page.contains(hostile), "{hostile:?}");
        }
        assert!(
            page.contains("&lt;script&gt;alert") && page.contains("\\u202edilaV\\u2069\\u0000\\n")
        );
        // Every isolate that the page opens, it closes itself.
        assert_eq!(page.matches('\u{2068}').count(), page.matches('\u{2069}').count());
        assert_well_formed(&page);
    }
    let page = unreadable(HOSTILE, made(), &english());
    assert!(!page.contains("<script") && page.contains("UNREADABLE"));
    assert_well_formed(&page);
}

#[test]
fn pages_are_well_formed_and_the_same_every_time() {
    let catalogue = english();
    for board in BOARDS {
        let audit = audited(board);
        let made = all_pages(&audit, &catalogue);
        assert_eq!(made, all_pages(&audit, &catalogue), "{board}");
        made.iter().for_each(|page| assert_well_formed(page));
    }
}

/// Elements nest, ids stand once, references lead to one, tables have headings with a scope, headings skip no
/// level.
fn assert_well_formed(page: &str) {
    let (head, body) = page.split_once("<style>").expect("a style");
    let body = body.split_once("</style>").expect("its end").1;
    assert!(head.contains("<html lang=\"en\">"));
    let mut open: Vec<&str> = vec!["html", "head"];
    let (mut ids, mut references) = (BTreeSet::new(), Vec::new());
    let mut level = 0;
    for tag in body.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        let name = tag.split([' ', '/']).next().unwrap();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{tag}");
            continue;
        }
        if !["wbr", "meta"].contains(&name) {
            open.push(name);
        }
        if name.len() == 2 && name.starts_with('h') && name != "hr" {
            let found: u32 = name[1..].parse().expect("a level");
            assert!(found <= level + 1, "{name} behind h{level}");
            level = found;
        }
        assert!(name != "th" || tag.contains("scope="), "{tag}");
        for attribute in ["id", "aria-labelledby", "aria-describedby", "href"] {
            let Some(value) = tag.split(&format!(" {attribute}=\"")).nth(1) else { continue };
            let value = value.split('"').next().unwrap();
            if attribute == "id" {
                assert!(ids.insert(value), "two of {value}");
            } else {
                references.push(value.trim_start_matches('#'));
            }
        }
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(references.iter().all(|id| ids.contains(id)), "{references:?}");
    assert_eq!(body.matches("<h1").count(), 1);
}

/// The colours of a scheme by name.
fn colours(block: &str) -> impl Fn(&str) -> [f64; 3] {
    move |name| {
        let value =
            block.split(&format!("--{name}:#")).nth(1).unwrap_or_else(|| panic!("--{name}"));
        let digits: String = value.chars().take_while(char::is_ascii_hexdigit).collect();
        let digits: String =
            if digits.len() == 3 { digits.chars().flat_map(|d| [d, d]).collect() } else { digits };
        [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()))
    }
}

/// WCAG 2's contrast of two colours.
fn contrast(left: [f64; 3], right: [f64; 3]) -> f64 {
    let luminance = |colour: [f64; 3]| {
        let linear = colour.map(|part| {
            let part = part / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (left, right) = (luminance(left), luminance(right));
    (left.max(right) + 0.05) / (left.min(right) + 0.05)
}

#[test]
fn colours_can_be_read_in_light_and_dark() {
    let blocks: Vec<&str> =
        STYLE.split(":root{").skip(1).map(|block| block.split('}').next().unwrap()).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let colour = colours(block);
        for ground in ["ground", "raised"] {
            for text in ["text", "soft", "link"] {
                assert!(
                    contrast(colour(text), colour(ground)) >= 4.5,
                    "{text} on {ground} in {block}"
                );
            }
        }
        for (text, ground) in [("good", "goodground"), ("bad", "badground"), ("open", "openground")]
        {
            assert!(contrast(colour(text), colour(ground)) >= 4.5, "{text} in {block}");
            assert!(contrast(colour(text), colour("ground")) >= 4.5, "{text} in {block}");
        }
        // What is drawn, against what it is drawn on.
        for (drawn, ground) in
            [("bar", "ground"), ("won", "ground"), ("stripe", "ground"), ("gone", "ground")]
        {
            assert!(contrast(colour(drawn), colour(ground)) >= 3.0, "{drawn} in {block}");
        }
    }
}
