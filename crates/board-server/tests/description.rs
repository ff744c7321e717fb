//! The OpenAPI document in spec/ is the server's own.

use std::fs;

#[test]
fn the_document_is_the_one_in_the_specification() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/openapi.json");
    let document = psephos_board_server::documented().to_pretty_json().unwrap();
    assert_eq!(
        fs::read_to_string(path).unwrap().trim_end(),
        document,
        "write it anew: psephos-board openapi > spec/openapi.json"
    );
}
