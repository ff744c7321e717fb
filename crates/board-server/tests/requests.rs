//! Requests of all kinds, most of them nonsense: every one is answered, and none with a fault of the server.

mod common;

use std::sync::OnceLock;

use axum::body::Body;
use axum::http::{Request, header};
use common::{Served, folder, outline};
use proptest::prelude::*;
use psephos_board_server::documented;
use psephos_record::board::Board;
use psephos_testkit::{Election, Plan};
use std::sync::Arc;
use tokio::runtime::Runtime;

struct Standing {
    served: Served,
    runtime: Runtime,
    records: Vec<Vec<u8>>,
    _spool: tempfile::TempDir,
}

/// One server for all requests.
fn standing() -> &'static Standing {
    static STANDING: OnceLock<Standing> = OnceLock::new();
    STANDING.get_or_init(|| {
        let spool = folder();
        let election = Election::mixed(Plan::new(3, 2, 5));
        let runtime = Runtime::new().unwrap();
        let _guard = runtime.enter();
        let served = Served::of(Arc::new(election.board.clone()), spool.path());
        let records = election.board.extent().unwrap().records;
        let records = (0..records).map(|place| election.board.record(place).unwrap()).collect();
        Standing { served, records, _spool: spool, runtime }
    })
}

/// Paths that exist, with places for what is drawn.
fn paths() -> Vec<String> {
    documented().paths.paths.keys().filter(|path| !path.ends_with("events")).cloned().collect()
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{8}\\.cbor",
        "[0-9a-f]{64}",
        "[0-9]{1,25}",
        "0000000[0-9]\\.cbor",
        "(%[0-9a-f]{2}|[ -~&&[^ \"<>#?{}|\\\\^`%/]]){0,80}",
    ]
}

fn path() -> impl Strategy<Value = String> {
    let known =
        (proptest::sample::select(paths()), piece(), piece()).prop_map(|(path, one, two)| {
            path.replace("{name}", &one)
                .replace("{root}", &one)
                .replace("{tracker}", &one)
                .replace("{part}", &two)
        });
    prop_oneof![4 => known, 1 => piece().prop_map(|piece| format!("/{piece}"))]
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let records = standing().records.clone();
    let altered = (proptest::sample::select(records), any::<(usize, u8)>(), any::<bool>())
        .prop_map(|(mut record, (place, byte), cut)| {
            let place = place % record.len();
            record[place] ^= byte;
            if cut {
                record.truncate(place);
            }
            record
        });
    let outlines =
        proptest::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| outline(&bytes).1);
    prop_oneof![proptest::collection::vec(any::<u8>(), 0..2000), altered, outlines]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof!["bytes=[0-9]{0,20}-[0-9]{0,20}", "\"[0-9a-f]{0,64}\"", "[!-~]{0,40}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]
    #[test]
    fn every_request_is_answered(
        method in prop_oneof![Just("GET"), Just("HEAD"), Just("PUT"), Just("POST"), "[A-Z]{1,9}"
            .prop_map(|name| &*name.leak())],
        path in path(),
        query in proptest::option::of("(from|limit|[a-z]{1,5})=[!-~&&[^ \"<>#{}|\\\\^`%]]{0,20}"),
        range in proptest::option::of(value()),
        tag in proptest::option::of(value()),
        body in body(),
    ) {
        let uri = query.map_or(path.clone(), |query| format!("{path}?{query}"));
        let mut request = Request::builder().method(method).uri(uri);
        request = request.header(header::CONTENT_LENGTH, body.len());
        for (name, value) in [(header::RANGE, range), (header::IF_NONE_MATCH, tag)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        // What is no request at all does not come as far as this.
        if let Ok(request) = request.body(Body::from(body)) {
            let standing = standing();
            let records = standing.served.store.extent().unwrap().records;
            let answer = standing.runtime.block_on(standing.served.send(request));
            let status = answer.status.as_u16();
            prop_assert!(status < 500 || status == 503, "{status}");
            if status >= 400 {
                prop_assert!(method == "HEAD" || answer.json()["detail"].is_string());
            }
            prop_assert_eq!(standing.served.store.extent().unwrap().records, records);
        }
    }
}
