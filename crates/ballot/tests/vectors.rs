//! `spec/vectors/plaintext.json`: votes as bytes and elements, and bytes that are no vote.

use psephos_ballot::{Contest, Layout, parse_cell};
use psephos_core::Encoding;
use psephos_core::group::encode;
use psephos_core::pairs::pairs;
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
struct Vectors {
    batches: Vec<Batch>,
}

#[derive(Deserialize)]
struct Batch {
    contests: Vec<Contest>,
    width: usize,
    valid: Vec<Valid>,
    invalid: Vec<Invalid>,
}

#[derive(Deserialize)]
struct Valid {
    cells: Vec<String>,
    data: String,
    row: Vec<String>,
}

#[derive(Deserialize)]
struct Invalid {
    data: String,
    reason: String,
}

#[test]
fn the_vectors_hold() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/plaintext.json");
    let vectors: Vectors = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for batch in &vectors.batches {
        let layout = Layout::all(&batch.contests).unwrap();
        assert_eq!(layout.width(), batch.width);
        for valid in &batch.valid {
            let parsed = pairs(&batch.contests, &valid.cells)
                .map(|(contest, cell)| parse_cell(contest, cell));
            let votes = parsed.collect::<Result<Vec<_>, _>>().unwrap();
            assert_eq!(
                hex::encode(layout.encode(&votes).unwrap()),
                valid.data,
                "{:?}",
                valid.cells
            );
            let row: Vec<Encoding> =
                layout.encode_row(&votes).unwrap().iter().map(encode).collect();
            assert_eq!(row.iter().map(hex::encode).collect::<Vec<_>>(), valid.row);
            assert_eq!(layout.decode_row(&row), Ok(votes));
        }
        for invalid in &batch.invalid {
            let data = hex::decode(&invalid.data).unwrap();
            assert_eq!(layout.decode(&data).unwrap_err().to_string(), invalid.reason);
        }
    }
}
