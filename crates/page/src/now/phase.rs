//! How far the election is, and what comes next.

use maud::{Markup, html};
use psephos_audit::{Phase, Verdict};

use super::{Checked, Now};
use crate::catalogue::gaps;
use crate::shown::enumeration;

/// The steps that everybody knows an election by, in their order, and the first phase behind each.
const STEPS: [(&str, Phase); 6] = [
    ("step-setup", Phase::Voting),
    ("step-voting", Phase::Mixing),
    ("step-mixing", Phase::Sharing),
    ("step-sharing", Phase::Tallying),
    ("step-result", Phase::Published),
    ("step-seal", Phase::Sealed),
];

/// The phase in a sentence, with what comes next, and the whole way.
pub(super) fn banner(page: &Now<'_>) -> Markup {
    let catalogue = page.catalogue;
    let phase = page.standing.view.phase;
    let name = name(phase);
    let (class, mark) = look(page);
    html! {
        div class={ "banner " (class) } {
            p.word {
                span.sign aria-hidden="true" { (mark) }
                strong { (catalogue.say(&format!("phase-{name}"))) }
            }
            p { (catalogue.say(&format!("phase-{name}-means"))) }
            @if let Some(next) = next(page) { p { (next) } }
        }
        @if let Some(fault) = fault(page) { (fault) }
        ol.steps {
            @for (place, (step, behind)) in STEPS.iter().enumerate() {
                @let begun = place == 0 || STEPS.get(place - 1).is_some_and(|(_, before)| phase >= *before);
                (item(page, step, phase >= *behind, begun))
            }
        }
    }
}

/// One step: over, going on, or to come; told in words as well.
fn item(page: &Now<'_>, step: &str, is_over: bool, is_begun: bool) -> Markup {
    let (class, mark, said) = match (is_over, is_begun) {
        (true, _) => ("over", "✓", "step-over"),
        (false, true) => ("going", "●", "step-going"),
        (false, false) => ("to-come", "○", "step-to-come"),
    };
    html! {
        li class=(class) aria-current=[(class == "going").then_some("step")] {
            span.sign aria-hidden="true" { (mark) }
            span {
                (page.catalogue.say(step))
                span.soft { " " (page.catalogue.say(said)) }
            }
        }
    }
}

/// How the banner looks: done, going on, or wrong.
fn look(page: &Now<'_>) -> (&'static str, &'static str) {
    let is_over = page.standing.view.phase == Phase::Sealed;
    match page.standing.checked.map(|checked| checked.audit.report.verdict) {
        Some(Verdict::Invalid | Verdict::Unreadable) => ("going", "●"),
        Some(Verdict::Valid) if is_over => ("valid", "✓"),
        _ => ("going", "●"),
    }
}

/// What this page's maker has found wrong.
fn fault(page: &Now<'_>) -> Option<Markup> {
    let Checked { audit, .. } = page.standing.checked?;
    let name = match audit.report.verdict {
        Verdict::Invalid => "invalid",
        Verdict::Unreadable => "unreadable",
        Verdict::Valid | Verdict::Incomplete => return None,
    };
    Some(html! {
        div class={ "banner " (name) } {
            p.word {
                span.sign aria-hidden="true" { "!" }
                strong { (page.catalogue.say("now-fault")) }
            }
            p { (page.catalogue.say("now-fault-means")) }
        }
    })
}

/// Who is awaited, where that is not everybody who has not done the step yet.
fn next(page: &Now<'_>) -> Option<String> {
    let view = page.standing.view;
    if view.phase != Phase::Mixing {
        return None;
    }
    let mixers = view.next_mixers();
    let names: Vec<String> =
        mixers.into_iter().map(|trustee| page.people.trustee(page.catalogue, trustee)).collect();
    let who = enumeration(page.catalogue, names);
    (!who.is_empty()).then(|| page.catalogue.fill("now-next-mixer", &gaps!["who" => who]))
}

fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Empty => "empty",
        Phase::Enrolment => "enrolment",
        Phase::Acceptance => "acceptance",
        Phase::Commitment | Phase::Dealing | Phase::Confirmation => "key",
        Phase::Failed => "failed",
        Phase::Ready => "ready",
        Phase::Voting => "voting",
        Phase::Mixing => "mixing",
        Phase::Sharing => "sharing",
        Phase::Tallying => "tallying",
        Phase::Published => "published",
        Phase::Sealed => "sealed",
    }
}
