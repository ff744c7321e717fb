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

/// The server's counts.
pub struct Metrics {
    registry: Mutex<Registry>,
    requests: Family<Answered, Counter>,
    durations: Family<Route, Histogram>,
    records: Level,
    uploads: Level,
    taken: Level,
    refused: Level,
    waiting: Level,
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
        let mut level = |name: &str, help: &str| {
            let level = Level::default();
            registry.register(name, help, level.clone());
            level
        };
        Metrics {
            records: level("records", "Records on the board"),
            uploads: level("uploads", "Lists that are being uploaded"),
            taken: level("ballots_taken", "Ballots and challenges taken in since the start"),
            refused: level("ballots_refused", "Ballots and challenges refused since the start"),
            waiting: level("ballots_waiting", "Ballots and challenges that wait to be judged"),
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
        self.taken.set(load.taken);
        self.refused.set(load.refused);
        self.waiting.set(load.waiting);
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
