//! The root of a blob.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use psephos_console::{Exit, Failure, say};
use psephos_core::tree::TreeHasher;

/// Prints the root of a file's bytes.
pub fn run(file: &Path) -> Result<Exit, Failure> {
    let root = root(file).map_err(|error| Failure::io("cannot read the file", file, &error))?;
    say(hex::encode(root));
    Ok(Exit::Valid)
}

fn root(file: &Path) -> io::Result<[u8; 32]> {
    let mut reader = BufReader::with_capacity(1 << 20, File::open(file)?);
    let mut hasher = TreeHasher::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        match reader.read(&mut piece)? {
            0 => return Ok(hasher.finish()),
            length => hasher.update(piece.get(..length).unwrap_or_default()),
        }
    }
}
