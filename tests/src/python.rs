//! Tools from PyPI, each in a Python environment of its own below the target folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The interpreter of the environment `name` that has a package and these modules, made if it is not there.
///
/// # Errors
/// Why it cannot be had.
pub fn environment(name: &str, package: &str, modules: &str) -> Result<PathBuf, String> {
    let test = std::env::current_exe().expect("the test's own place");
    let target = test.ancestors().nth(3).expect("a target folder");
    let folder = target.join(name);
    let python = folder.join("bin/python");
    if has(&python, modules) {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", package]))?;
    match has(&python, modules) {
        true => Ok(python),
        false => Err(format!("{package} was installed and cannot be imported")),
    }
}

fn has(python: &Path, modules: &str) -> bool {
    let mut import = Command::new(python);
    import.args(["-c", &format!("import {modules}")]).stderr(Stdio::null());
    import.status().is_ok_and(|status| status.success())
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(()),
        false => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(said.lines().last().unwrap_or("it said nothing").to_owned())
        }
    }
}
