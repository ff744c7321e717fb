//! Writes the made election: `cargo run -p psephos-ballot --example made-election -- DIR`.
//!
//! The files in `fixtures/elections/made/` come from here; a test compares them byte for byte.

mod made;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: made-election DIR");
        return ExitCode::from(64);
    };
    match write(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            ExitCode::from(74)
        }
    }
}

fn write(folder: &std::path::Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, text) in made::files() {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}
