//! `spec/vectors/plaintext.json`: votes as bytes, numbers and elements, and bytes that are no vote.
//! `UPDATE_VECTORS=1` writes anew what follows from the contests, the cells and the invalid data.

use psephos_ballot::{Contest, Layout, Vote, parse_cell};
use psephos_core::Encoding;
use psephos_core::group::encode;
use psephos_core::pairs::pairs;
use serde::{Deserialize, Serialize};
use std::path::Path;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Vectors {
    page: String,
    batches: Vec<Batch>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Batch {
    contests: Vec<Contest>,
    width: usize,
    valid: Vec<Valid>,
    invalid: Vec<Invalid>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Valid {
    cells: Vec<String>,
    data: String,
    /// Where the batch takes at most four bytes.
    number: Option<u32>,
    row: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Invalid {
    data: String,
    reason: String,
}

/// The batch with everything that follows computed anew.
fn derive(batch: &Batch) -> Batch {
    let layout = Layout::all(&batch.contests).unwrap();
    let valid = |valid: &Valid| {
        let parsed =
            pairs(&batch.contests, &valid.cells).map(|(contest, cell)| parse_cell(contest, cell));
        let votes = parsed.collect::<Result<Vec<Vote>, _>>().unwrap();
        let row: Vec<Encoding> = layout.encode_row(&votes).unwrap().iter().map(encode).collect();
        assert_eq!(layout.decode_row(&row).as_ref(), Ok(&votes));
        Valid {
            cells: valid.cells.clone(),
            data: hex::encode(layout.encode(&votes).unwrap()),
            number: layout.encode_number(&votes).ok(),
            row: row.iter().map(hex::encode).collect(),
        }
    };
    let invalid = |invalid: &Invalid| {
        let data = hex::decode(&invalid.data).unwrap();
        let reason = layout.decode(&data).unwrap_err().to_string();
        Invalid { data: invalid.data.clone(), reason }
    };
    Batch {
        contests: batch.contests.clone(),
        width: layout.width(),
        valid: batch.valid.iter().map(valid).collect(),
        invalid: batch.invalid.iter().map(invalid).collect(),
    }
}

#[test]
fn the_vectors_hold() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/plaintext.json");
    let stated: Vectors = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let batches = stated.batches.iter().map(derive).collect();
    let derived = Vectors { page: stated.page.clone(), batches };
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        let mut text = Vec::new();
        let indent = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let mut writer = serde_json::Serializer::with_formatter(&mut text, indent);
        derived.serialize(&mut writer).unwrap();
        text.push(b'\n');
        return std::fs::write(path, text).unwrap();
    }
    assert_eq!(stated, derived);
}
