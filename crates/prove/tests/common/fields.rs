//! Every field of a proof by its path, read and replaced through the format.

use psephos_core::Encoding;
use psephos_proofs::shuffle::Proof;
use serde_cbor::Value;

/// The paths of all byte strings in a proof, such as `product.zero.left`.
pub fn paths(proof: &Proof) -> Vec<String> {
    fn walk(value: &Value, prefix: &str, found: &mut Vec<String>) {
        match value {
            Value::Bytes(_) => found.push(prefix.to_owned()),
            Value::Map(map) => map.iter().for_each(|(key, value)| {
                let Value::Text(key) = key else { panic!("a key that is no text") };
                let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                walk(value, &path, found);
            }),
            other => panic!("{other:?} in a proof"),
        }
    }
    let mut found = Vec::new();
    walk(&serde_cbor::value::to_value(proof).unwrap(), "", &mut found);
    found
}

fn field<'a>(value: &'a mut Value, path: &str) -> &'a mut Vec<u8> {
    let mut here = value;
    for key in path.split('.') {
        let Value::Map(map) = here else { panic!("{path} leads nowhere") };
        here = map.get_mut(&Value::Text(key.to_owned())).unwrap();
    }
    let Value::Bytes(bytes) = here else { panic!("{path} is no byte string") };
    bytes
}

/// The field's 32-byte entries.
pub fn entries(proof: &Proof, path: &str) -> Vec<Encoding> {
    let mut value = serde_cbor::value::to_value(proof).unwrap();
    field(&mut value, path).as_chunks::<32>().0.to_vec()
}

/// The proof with other entries in one field; `None` when the format itself refuses them.
pub fn with(proof: &Proof, path: &str, entries: &[Encoding]) -> Option<Proof> {
    let mut value = serde_cbor::value::to_value(proof).unwrap();
    *field(&mut value, path) = entries.as_flattened().to_vec();
    serde_cbor::value::from_value(value).ok()
}

/// The proof with one entry replaced.
pub fn replaced(proof: &Proof, path: &str, index: usize, entry: Encoding) -> Proof {
    let mut list = entries(proof, path);
    list[index] = entry;
    with(proof, path, &list).unwrap()
}

/// Whether a field holds scalars.
pub fn is_scalar(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap();
    let scalars = ["left", "right", "values", "products", "factors", "openings", "response"];
    scalars.contains(&name)
        || name.ends_with("_opening")
        || name.ends_with("_openings")
        || name == "mask_values"
}
