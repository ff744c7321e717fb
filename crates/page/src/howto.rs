//! How to check it oneself; versions and times.

use maud::{Markup, html};
use psephos_audit::Stage;
use psephos_console::duration;

use crate::Page;
use crate::checks;
use crate::shown::{section as part, theirs};

/// For whoever has the auditor's report.
pub(crate) fn report(page: &Page<'_>) -> Markup {
    let say = |id| page.catalogue.say(id);
    let content = html! {
        p { (say("check-board")) }
        p { (say("check-run")) }
        (pinned(page))
        p { (say("check-run-compare")) }
        (command("psephos-verifier compare BOARD OTHER-COPY"))
        p { (say("check-show")) }
        (command("psephos-verifier show BOARD 19"))
        p { (say("check-export")) }
        (command("psephos-verifier export BOARD RESULTS"))
        p { (say("check-other")) }
        (command("python3 -I spec/reference/verify.py BOARD"))
    };
    part(page.catalogue, "check", content)
}

/// For whoever reads the authority's statement.
pub(crate) fn statement(page: &Page<'_>) -> Markup {
    let say = |id| page.catalogue.say(id);
    let content = html! {
        p { (say("check-board")) }
        p { (say("check-run")) }
        (pinned(page))
        p { (say("check-statement-compare")) }
        p { (checks::summary(page)) }
        p { (say("check-other")) }
        (command("python3 -I spec/reference/verify.py BOARD"))
    };
    part(page.catalogue, "check", content)
}

/// The verifier's command with the digests of this board.
fn pinned(page: &Page<'_>) -> Markup {
    let report = &page.audit().report;
    let digests = [report.election, report.head].into_iter().flatten();
    let options: String =
        digests.map(|digest| format!(" --expect {}", hex::encode(digest))).collect();
    command(&format!("psephos-verifier BOARD{options}"))
}

fn command(line: &str) -> Markup {
    html! { pre { code { (line) } } }
}

/// Versions, and the time it took.
pub(crate) fn about(page: &Page<'_>) -> Markup {
    let catalogue = page.catalogue;
    let timings = page.subject.timings;
    let line = |name: String, value: Markup| {
        html! { tr { th scope="row" { (name) } td { (value) } } }
    };
    let stages = timings.stages.iter();
    let content = html! {
        table.narrow {
            caption { (catalogue.say("about-caption")) }
            thead {
                tr {
                    th scope="col" { (catalogue.say("about-item")) }
                    th scope="col" { (catalogue.say("about-value")) }
                }
            }
            tbody {
                (line(catalogue.say("about-program"), theirs(page.made.program)))
                (line(catalogue.say("about-spec"), theirs(page.audit().report.spec)))
                (line(catalogue.say("about-time"), theirs(&duration(timings.total))))
                @for (stage, time) in stages {
                    (line(catalogue.say(stage_name(*stage)), theirs(&duration(*time))))
                }
            }
        }
    };
    part(catalogue, "about", content)
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Records => "stage-records",
        Stage::Ballots => "stage-ballots",
        Stage::Mixes => "stage-mixes",
        Stage::Shares => "stage-shares",
        Stage::Result => "stage-result",
        Stage::Comparison => "stage-comparison",
    }
}
