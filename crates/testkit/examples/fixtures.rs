//! Writes the stored elections anew: `cargo run -p psephos-testkit --example fixtures -- fixtures`.
//!
//! A folder that no case makes is removed, and the table in `README.md` made anew. Further arguments: only cases whose names begin with one of them,
//! and nothing is removed.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use psephos_testkit::stories::{Case, Fixture, cases, files_below, line, with_table};
use rayon::prelude::*;

fn main() {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("the folder of the fixtures"));
    let begins: Vec<String> = arguments.collect();
    let chosen: Vec<&Case> = cases()
        .filter(|case| begins.is_empty() || begins.iter().any(|begin| case.name.starts_with(begin)))
        .collect();
    let lines = chosen.par_iter().map(|case| store(case, &folder.join(case.folder()))).collect();
    if begins.is_empty() {
        remove_others(&folder).expect("folders that can be removed");
        let page = folder.join("README.md");
        let readme = fs::read_to_string(&page).expect("the page with the table");
        fs::write(page, with_table(&readme, lines)).expect("a file that can be written");
    }
}

/// Removes the folders that no case makes.
fn remove_others(fixtures: &Path) -> io::Result<()> {
    for answer in ["invalid", "valid"] {
        let folder = fixtures.join(answer);
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if !cases().any(|case| fixtures.join(case.folder()) == path) {
                fs::remove_dir_all(&path)?;
            }
        }
    }
    Ok(())
}

/// Writes a case, and returns its line in the table.
fn store(case: &Case, folder: &Path) -> String {
    let fixture = (case.make)();
    replace(folder, &fixture).expect("a folder that can be written");
    let report = fixture.audit(folder).expect("a board that can be read");
    let expected = case.expected(&fixture, &report);
    fs::write(folder.join("expected.json"), expected).expect("a file that can be written");
    line(case, &fixture)
}

/// Writes the case's files, and removes all others.
fn replace(folder: &Path, fixture: &Fixture) -> io::Result<()> {
    let files = fixture.files();
    for path in files_below(folder)?.keys().filter(|path| !files.contains_key(*path)) {
        fs::remove_file(folder.join(path))?;
    }
    for (path, bytes) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, bytes)?;
    }
    Ok(())
}
