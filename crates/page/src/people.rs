//! Who the keys and numbers on a board belong to.

use std::collections::BTreeMap;

use maud::{Markup, html};
use psephos_audit::{BatchView, Culprit, Enrolment, Mixer, View};
use psephos_console::numbered;
use psephos_core::Encoding;

use crate::Page;
use crate::catalogue::{Catalogue, gaps, isolated};
use crate::shown::{scrolling, section as part, theirs};

/// Digits of a key that tell it from others.
const KEY: usize = 16;

/// Somebody who has signed something.
enum Person {
    Authority,
    /// By the newest description.
    Trustee(u64),
    /// Enrolled, and not in the manifest.
    LeftOut(String),
}

/// Everybody the board knows.
pub(crate) struct People {
    by_key: BTreeMap<Encoding, Person>,
    /// Names by the trustees' numbers.
    names: Vec<String>,
}

impl People {
    /// The numbers are those of the newest description, as in the whole report; a trustee of an earlier one is
    /// known by its name.
    pub(crate) fn of(view: &View) -> People {
        let names = view.description().map_or(Vec::new(), |known| known.trustees.clone());
        let mut by_key = BTreeMap::new();
        if let Some(proposed) = &view.proposal {
            let known = &proposed.proposal.description.trustees;
            for (index, enrolment) in view.enrolments.iter().enumerate() {
                if let (Some(Enrolment { key, .. }), Some(name)) = (enrolment, known.get(index)) {
                    let person = view.trustee(key).map(Person::Trustee);
                    by_key.insert(*key, person.unwrap_or_else(|| Person::LeftOut(name.clone())));
                }
            }
            by_key.insert(proposed.authority, Person::Authority);
        }
        if let Some(known) = view.description() {
            by_key.insert(known.intake, Person::Authority);
        }
        People { by_key, names }
    }

    /// Whoever has this key, in words.
    pub(crate) fn author(&self, catalogue: &Catalogue, key: &Encoding) -> String {
        match self.by_key.get(key) {
            Some(Person::Authority) => catalogue.say("who-authority"),
            Some(Person::Trustee(trustee)) => self.trustee(catalogue, *trustee),
            Some(Person::LeftOut(name)) => {
                catalogue.fill("who-left-out", &gaps!["name" => isolated(name)])
            }
            None => catalogue.fill("who-author", &gaps!["key" => short(key)]),
        }
    }

    /// Whoever is to blame, in words.
    pub(crate) fn culprit(&self, catalogue: &Catalogue, culprit: &Culprit) -> String {
        match culprit {
            Culprit::Authority => catalogue.say("who-authority"),
            Culprit::Trustee(trustee) => self.trustee(catalogue, *trustee),
            Culprit::Credential(key) => {
                catalogue.fill("who-credential", &gaps!["key" => isolated(&hex::encode(key))])
            }
            Culprit::Author(key) => {
                catalogue.fill("who-author", &gaps!["key" => isolated(&hex::encode(key))])
            }
        }
    }

    /// A trustee, in words.
    pub(crate) fn trustee(&self, catalogue: &Catalogue, trustee: u64) -> String {
        let name = usize::try_from(trustee).ok().and_then(|index| self.names.get(index));
        match name {
            Some(name) => {
                let gaps = gaps!["n" => trustee, "name" => isolated(name)];
                catalogue.fill("who-trustee", &gaps)
            }
            None => catalogue.fill("who-trustee-unnamed", &gaps!["n" => trustee]),
        }
    }
}

/// The beginning of a key.
fn short(key: &Encoding) -> String {
    isolated(&(hex::encode(key).chars().take(KEY).collect::<String>() + "…"))
}

/// What each trustee did after the closing, in a table.
pub(crate) fn section(page: &Page<'_>) -> Markup {
    let catalogue = page.catalogue;
    let view = &page.audit().view;
    let trustees = &page.people.names;
    if trustees.is_empty() || view.batches.is_empty() {
        return Markup::default();
    }
    let table = html! {
        table {
            caption { (catalogue.say("trustees-caption")) }
            thead {
                tr {
                    th scope="col" { (catalogue.say("col-name")) }
                    th scope="col" { (catalogue.say("trustees-col-mixed")) }
                    th scope="col" { (catalogue.say("trustees-col-decrypted")) }
                }
            }
            tbody {
                @for (trustee, name) in numbered(trustees) {
                    tr {
                        th scope="row" { (theirs(name)) }
                        td { (catalogue.say(mixed(view, trustee))) }
                        td { (catalogue.say(answer(has_decrypted(view, trustee)))) }
                    }
                }
            }
        }
    };
    let label = catalogue.say("trustees-caption");
    part(catalogue, "trustees", scrolling(&label, &table))
}

fn answer(yes: bool) -> &'static str {
    if yes { "trustees-yes" } else { "trustees-no" }
}

fn mixed(view: &View, trustee: u64) -> &'static str {
    let good = |batch: &BatchView| {
        batch.mixes.iter().any(|mix| mix.trustee == trustee && mix.valid && mix.excluded.is_none())
    };
    let is_excluded = |batch: &BatchView| matches!(batch.mixer(trustee), Mixer::Excluded(_));
    if view.batches.iter().any(is_excluded) {
        "trustees-excluded"
    } else {
        answer(view.batches.iter().all(good))
    }
}

fn has_decrypted(view: &View, trustee: u64) -> bool {
    let valid = |batch: &BatchView| {
        let share = usize::try_from(trustee).ok().and_then(|index| batch.shares.get(index));
        share.and_then(Option::as_ref).is_some_and(|share| share.valid)
    };
    view.batches.iter().all(valid)
}
