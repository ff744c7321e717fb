//! Ways to spoil an encoded body, one at a time, for [`Reseal`](crate::Reseal) to seal again.
//!
//! All results are canonical CBOR: what is spoiled is the content, and only the checks can tell.

use serde_cbor::Value;

/// A spoiled body.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// Field and fault, such as `mixes[0].proof.powers: one too short`.
    pub what: String,
    /// The encoded body.
    pub body: Vec<u8>,
}

/// Every list and byte string one too short, one too long and empty. A byte string's unit is 32 bytes.
///
/// # Panics
/// When `body` is no CBOR.
#[must_use]
pub fn lengths(body: &[u8]) -> Vec<Mutant> {
    let shorter: Change = |leaf| match leaf {
        Value::Bytes(bytes) if !bytes.is_empty() => bytes.truncate(bytes.len().saturating_sub(32)),
        Value::Array(items) if !items.is_empty() => drop(items.pop()),
        _ => {}
    };
    let longer: Change = |leaf| match leaf {
        Value::Bytes(bytes) => bytes.extend(bytes.first_chunk().copied().unwrap_or([0; 32])),
        Value::Array(items) => items.extend(items.first().cloned()),
        _ => {}
    };
    let empty: Change = |leaf| match leaf {
        Value::Bytes(bytes) => bytes.clear(),
        Value::Array(items) => items.clear(),
        _ => {}
    };
    let changes = [("one too short", shorter), ("one too long", longer), ("empty", empty)];
    changes.into_iter().flat_map(|(fault, change)| each_place(body, fault, change)).collect()
}

/// Every 32-byte block of every byte string replaced by `block`: an element or scalar at a time.
///
/// # Panics
/// When `body` is no CBOR.
#[must_use]
pub fn blocks(body: &[u8], name: &str, block: &[u8; 32]) -> Vec<Mutant> {
    let root = parse(body);
    let mut mutants = Vec::new();
    for path in places(&root) {
        let Value::Bytes(bytes) = at(&mut root.clone(), &path).clone() else { continue };
        for index in 0..bytes.len() / 32 {
            let mut changed = root.clone();
            if let Value::Bytes(bytes) = at(&mut changed, &path) {
                bytes[32 * index..32 * (index + 1)].copy_from_slice(block);
            }
            push(&mut mutants, body, format!("{}[{index}]: {name}", shown(&path)), &changed);
        }
    }
    mutants
}

/// Positions in a file of `length` bytes at which to flip a bit: at most `count`, spread evenly, the first and
/// the last among them.
pub fn positions(length: usize, count: usize) -> impl Iterator<Item = usize> {
    let count = count.min(length);
    (0..count).map(move |index| index * (length - 1) / (count - 1).max(1))
}

type Change = fn(&mut Value);

#[derive(Clone)]
enum Step {
    Key(Value),
    Index(usize),
}

fn parse(body: &[u8]) -> Value {
    serde_cbor::from_slice(body).expect("a body")
}

fn each_place(body: &[u8], fault: &str, change: Change) -> Vec<Mutant> {
    let root = parse(body);
    let mut mutants = Vec::new();
    for path in places(&root) {
        let mut changed = root.clone();
        change(at(&mut changed, &path));
        push(&mut mutants, body, format!("{}: {fault}", shown(&path)), &changed);
    }
    mutants
}

/// A change that changes nothing is no mutant.
fn push(mutants: &mut Vec<Mutant>, original: &[u8], what: String, changed: &Value) {
    let body = serde_cbor::to_vec(changed).expect("a value");
    if body != original {
        mutants.push(Mutant { what, body });
    }
}

/// Where lists and byte strings stand.
fn places(value: &Value) -> Vec<Vec<Step>> {
    let mut found = Vec::new();
    let mut children: Vec<(Step, &Value)> = Vec::new();
    match value {
        Value::Bytes(_) => found.push(Vec::new()),
        Value::Array(items) => {
            found.push(Vec::new());
            children
                .extend(items.iter().enumerate().map(|(index, item)| (Step::Index(index), item)));
        }
        Value::Map(fields) => {
            children.extend(fields.iter().map(|(key, field)| (Step::Key(key.clone()), field)));
        }
        _ => {}
    }
    for (step, child) in children {
        for path in places(child) {
            found.push([vec![step.clone()], path].concat());
        }
    }
    found
}

fn at<'a>(value: &'a mut Value, path: &[Step]) -> &'a mut Value {
    path.iter().fold(value, |value, step| match (value, step) {
        (Value::Map(fields), Step::Key(key)) => fields.get_mut(key).expect("a field"),
        (Value::Array(items), Step::Index(index)) => &mut items[*index],
        _ => unreachable!("a path of this value"),
    })
}

fn shown(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            Step::Key(Value::Text(key)) => {
                text.push_str(if text.is_empty() { "" } else { "." });
                text.push_str(key);
            }
            Step::Key(_) => {}
        }
    }
    text
}
