//! Who has done what.

use maud::{Markup, html};
use psephos_audit::{BatchView, Mixer, Phase, View};
use psephos_console::numbered;

use super::Now;
use crate::catalogue::gaps;
use crate::shown::{scrolling, section as part, theirs};

/// How a trustee stands to a step.
enum Done {
    Yes,
    /// So many of so many batches.
    Partly(usize, usize),
    Awaited,
    Later,
    LeftOut,
}

/// What each trustee has done.
pub(super) fn section(page: &Now<'_>) -> Markup {
    let (catalogue, view) = (page.catalogue, page.standing.view);
    let Some(description) = view.description() else { return Markup::default() };
    let table = html! {
        table.tight {
            caption.hidden { (catalogue.say("now-people-heading")) }
            thead {
                tr {
                    th scope="col" { (catalogue.say("col-name")) }
                    @for step in ["joined", "key", "mixed", "decrypted"] {
                        th scope="col" { (catalogue.say(&format!("now-col-{step}"))) }
                    }
                }
            }
            tbody {
                @for (trustee, name) in numbered(&description.trustees) {
                    tr {
                        th scope="row" { (trustee) " " (theirs(name)) }
                        td { (shown(page, &joined(view, trustee))) }
                        td { (shown(page, &key(view, trustee))) }
                        td { (shown(page, &mixed(view, trustee))) }
                        td { (shown(page, &decrypted(view, trustee))) }
                    }
                }
            }
        }
    };
    let threshold = gaps!["t" => description.threshold, "n" => description.trustees.len()];
    let label = catalogue.say("now-people-heading");
    let content = html! {
        p { (catalogue.fill("now-people-intro", &threshold)) }
        (scrolling(&label, &table))
    };
    part(catalogue, "now-people", content)
}

fn shown(page: &Now<'_>, done: &Done) -> Markup {
    let catalogue = page.catalogue;
    let (class, mark, said) = match done {
        Done::Yes => ("pass", "✓", catalogue.say("done-yes")),
        Done::Partly(some, all) => {
            ("open", "●", catalogue.fill("done-partly", &gaps!["some" => *some, "all" => *all]))
        }
        Done::Awaited => ("open", "…", catalogue.say("done-awaited")),
        Done::Later => ("moot", "–", catalogue.say("done-later")),
        Done::LeftOut => ("moot", "–", catalogue.say("done-left-out")),
    };
    html! { span class={ "status " (class) } { span aria-hidden="true" { (mark) " " } (said) } }
}

fn place<T>(list: &[T], trustee: u64) -> Option<&T> {
    usize::try_from(trustee).ok().and_then(|index| list.get(index))
}

fn joined(view: &View, trustee: u64) -> Done {
    // A manifest lists only trustees that have enrolled.
    let has =
        view.manifest.is_some() || place(&view.enrolments, trustee).is_some_and(Option::is_some);
    if has { Done::Yes } else { Done::Awaited }
}

fn key(view: &View, trustee: u64) -> Done {
    let ceremony = &view.ceremony;
    let step = match view.phase {
        Phase::Empty | Phase::Enrolment => return Done::Later,
        Phase::Acceptance => place(&ceremony.accepts, trustee).is_some_and(Option::is_some),
        Phase::Commitment => place(&ceremony.commitments, trustee).is_some_and(Option::is_some),
        Phase::Dealing => place(&ceremony.deals, trustee).is_some_and(Option::is_some),
        Phase::Confirmation => place(&ceremony.confirmed, trustee).is_some_and(|done| *done),
        Phase::Failed => return Done::Awaited,
        _ => return Done::Yes,
    };
    // What is done of a step is not the whole of it.
    let before = match view.phase {
        Phase::Acceptance => 0,
        Phase::Commitment => 1,
        Phase::Dealing => 2,
        _ => 3,
    };
    Done::Partly(before + usize::from(step), 4)
}

fn mixed(view: &View, trustee: u64) -> Done {
    if view.phase < Phase::Mixing {
        return Done::Later;
    }
    if view.batches.iter().any(|batch| matches!(batch.mixer(trustee), Mixer::Excluded(_))) {
        return Done::LeftOut;
    }
    let has = |batch: &&BatchView| !batch.is_due(trustee);
    of(view, view.batches.iter().filter(has).count())
}

fn decrypted(view: &View, trustee: u64) -> Done {
    if view.phase < Phase::Sharing {
        return Done::Later;
    }
    let has = |batch: &&BatchView| place(&batch.shares, trustee).is_some_and(Option::is_some);
    match of(view, view.batches.iter().filter(has).count()) {
        // A threshold of them is enough.
        Done::Awaited if view.phase > Phase::Sharing => Done::Later,
        done => done,
    }
}

fn of(view: &View, some: usize) -> Done {
    match view.batches.len() {
        all if some == all => Done::Yes,
        _ if some == 0 => Done::Awaited,
        all => Done::Partly(some, all),
    }
}
