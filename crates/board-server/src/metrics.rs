//! What the server counts, for Prometheus: requests by route, never by client.

use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use psephos_intake::Load;

type Level = Gauge<u64, AtomicU64>;

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Route {
    route: String,
}

/// How much had been taken in when everything last stood on the board.
#[derive(Default)]
struct Posts {
    posted: u64,
    settled: u64,
    /// At the look before: what came since may not have been posted with the rest.
    seen: u64,
}

impl Posts {
    /// What was taken in and may not stand on the board yet.
    fn unposted(&mut self, load: &Load) -> u64 {
        if load.posted != self.posted {
            self.posted = load.posted;
            self.settled = self.seen;
        }
        self.seen = load.taken;
        load.taken.saturating_sub(self.settled)
    }
}

/// The server's counts.
pub struct Metrics {
    registry: Mutex<Registry>,
    requests: Family<Answered, Counter>,
    durations: Family<Route, Histogram>,
    records: Level,
    uploads: Level,
    taken: Counter,
    refused: Counter,
    waiting: Level,
    unposted: Level,
    posts: Mutex<Posts>,
    /// Connections that are open.
    pub connections: Level,
    /// Readers that follow events.
    pub followers: Level,
}

fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 4.0, 8))
}

impl Metrics {
    /// Everything at nothing.
    pub fn new() -> Metrics {
        let mut registry = Registry::with_prefix("psephos_board");
        let requests = Family::default();
        registry.register("requests", "Requests answered", requests.clone());
        let durations = Family::new_with_constructor(histogram as fn() -> Histogram);
        let help = "Time until the answer began";
        registry.register_with_unit("request", help, Unit::Seconds, durations.clone());
        let mut counter = |name: &str, help: &str| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            counter
        };
        let taken = counter("ballots_taken", "Ballots and challenges taken in since the start");
        let refused = counter("ballots_refused", "Ballots and challenges refused since the start");
        let mut level = |name: &str, help: &str| {
            let level = Level::default();
            registry.register(name, help, level.clone());
            level
        };
        Metrics {
            records: level("records", "Records on the board"),
            uploads: level("uploads", "Lists that are being uploaded"),
            taken,
            refused,
            waiting: level("ballots_waiting", "Ballots and challenges that wait to be judged"),
            unposted: level(
                "ballots_unposted",
                "Ballots and challenges taken in since all of them last stood on the board",
            ),
            posts: Mutex::default(),
            connections: level("connections", "Open connections"),
            followers: level("followers", "Readers that follow events"),
            registry: Mutex::new(registry),
            requests,
            durations,
        }
    }

    /// A request was answered.
    pub fn answered(&self, method: &'static str, route: &str, status: u16, time: Duration) {
        let labels = Answered { method, route: route.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
        let route = Route { route: route.to_owned() };
        self.durations.get_or_create(&route).observe(time.as_secs_f64());
    }

    /// What a look at the board has found.
    pub fn look(&self, records: u64, uploads: usize) {
        self.records.set(records);
        self.uploads.set(uploads as u64);
    }

    /// What the intake has done.
    pub fn took(&self, load: &Load) {
        self.taken.inc_by(load.taken.saturating_sub(self.taken.get()));
        self.refused.inc_by(load.refused.saturating_sub(self.refused.get()));
        self.waiting.set(load.waiting);
        if let Ok(mut posts) = self.posts.lock() {
            self.unposted.set(posts.unposted(load));
        }
    }

    /// Everything in the text format of OpenMetrics.
    pub fn encode(&self) -> String {
        let mut out = String::new();
        if let Ok(registry) = self.registry.lock() {
            // Writing to a string cannot fail.
            let _ = text::encode(&mut out, &registry);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(taken: u64, posted: u64) -> Load {
        Load { waiting: 0, taken, refused: 0, posted }
    }

    #[test]
    fn what_is_not_on_the_board_is_counted_until_it_is() {
        let metrics = Metrics::new();
        for (taken, posted, unposted) in [(2, 1, 2), (2, 1, 2), (5, 2, 3), (5, 3, 0), (6, 3, 1)] {
            metrics.took(&load(taken, posted));
            let said = metrics.encode();
            assert!(said.contains(&format!("ballots_unposted {unposted}\n")), "{said}");
            assert!(said.contains(&format!("ballots_taken_total {taken}\n")), "{said}");
        }
    }
}
