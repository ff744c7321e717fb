//! Writes the man pages and the shell completions of all programs.
//!
//! They come from the programs' own command lines, which this crate includes: nothing of them is told twice,
//! and no program links what writes them. `release/build` runs it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Command, CommandFactory, Parser};
use clap_complete::Shell;
use psephos_console::arguments::Verbosity;
use psephos_console::{CommandLine, Exit, Failure, say};

/// What each program does with its arguments is not asked here.
macro_rules! command_lines {
    ($($module:ident of $name:literal in $path:literal),*) => {
        $(
            #[path = $path]
            #[allow(dead_code, reason = "the program itself uses it")]
            mod $module;
        )*

        /// The command line of each program, under the program's name.
        fn command_lines() -> Vec<Command> {
            vec![$($module::Cli::command().name($name)),*]
        }
    };
}

command_lines! {
    authority of "psephos-authority" in "../../authority/src/cli.rs",
    board_server of "psephos-board" in "../../board-server/src/cli.rs",
    device of "psephos-voter" in "../../device/src/cli.rs",
    registrar of "psephos-registrar" in "../../registrar/src/cli.rs",
    trustee of "psephos-trustee" in "../../trustee/src/cli.rs",
    verifier of "psephos-verifier" in "../../verifier/src/cli.rs",
    witness of "psephos-witness" in "../../witness/src/cli.rs"
}

/// Writes man pages and shell completions.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    /// The folder for `man` and `completions`
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    verbosity: Verbosity,
}

impl CommandLine for Cli {
    fn verbose(&self) -> u8 {
        self.verbosity.verbose
    }
}

fn main() -> ExitCode {
    psephos_console::run(|cli: Cli| {
        let written = write_all(&cli.folder);
        written.map_err(|error| Failure::io("cannot write the pages", &cli.folder, &error))?;
        say(format!("The man pages and completions are in {}.", cli.folder.display()));
        Ok(Exit::Valid)
    })
}

fn write_all(folder: &Path) -> io::Result<()> {
    let (man, completions) = (folder.join("man"), folder.join("completions"));
    for folder in [&man, &completions] {
        fs::create_dir_all(folder)?;
    }
    for line in command_lines() {
        let name = line.get_name().to_owned();
        for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
            clap_complete::generate_to(shell, &mut line.clone(), &name, &completions)?;
        }
        clap_mangen::generate_to(line, &man)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: PathBuf) -> String {
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    #[test]
    fn every_command_has_a_page_and_is_completed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_all(folder.path()).expect("written");
        for line in command_lines() {
            let program = line.get_name();
            let page = read(folder.path().join(format!("man/{program}.1")));
            assert!(page.contains("Examples"), "{program}");
            let scripts =
                [format!("{program}.bash"), format!("{program}.fish"), format!("_{program}")];
            let scripts = scripts.map(|name| read(folder.path().join("completions").join(name)));
            for command in line.get_subcommands().filter(|command| !command.is_hide_set()) {
                let name = command.get_name();
                let page = read(folder.path().join(format!("man/{program}-{name}.1")));
                let options = command.get_arguments().filter(|option| !option.is_hide_set());
                for option in options.filter_map(|option| option.get_long()) {
                    let dashes = option.replace('-', "\\-");
                    assert!(page.contains(&dashes), "{program} {name} --{option}");
                }
                assert!(scripts.iter().all(|script| script.contains(name)), "{program} {name}");
            }
        }
    }
}
