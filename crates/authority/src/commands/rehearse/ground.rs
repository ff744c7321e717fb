//! Where a rehearsal's board lies, and how its programs reach it: in a folder, or through a server that is started
//! for it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use psephos_console::{Failure, Locator};
use psephos_participant::board_failure;
use psephos_record::board::{Board, BoardError};
use psephos_remote::open_board;
use serde_json::Value;

use super::children::{LOOK, Programs, Running};
use crate::cli::Rehearse;

/// The log of the server.
const SERVER: &str = "board";
/// The log of the server once it takes in ballots.
const SERVER_WITH_KEY: &str = "board-intake";

/// The place of a rehearsal's board.
pub struct Ground {
    /// What every program is given.
    pub board: Locator,
    /// Where the records lie; the same, unless there is a server between.
    pub store: Locator,
    server: Option<Server>,
}

impl Ground {
    /// Makes the board's folder, which has to be new or empty; starts a server if one is asked for.
    pub fn lay(
        arguments: &Rehearse,
        programs: &Programs,
        (logs, spool): (&Path, &Path),
    ) -> Result<Ground, Failure> {
        match (&arguments.board, &arguments.store) {
            (Some(Locator::Url(url)), store) => {
                let address = address(url)?;
                let store = match store {
                    Some(Locator::Path(folder)) => Locator::Path(empty_folder(folder)?),
                    Some(url) => empty_place(url)?,
                    None => Locator::Path(new_folder()?),
                };
                let server = Server::start(programs, &store, address, (logs, spool))?;
                let board = Locator::Url(format!("http://{}", server.address));
                Ok(Ground { board, store, server: Some(server) })
            }
            (_, Some(store)) => {
                Err(Failure::usage("--store says what a server keeps its board in")
                    .at(store.to_string())
                    .advice("give --board http://127.0.0.1:0 as well"))
            }
            (folder, None) => {
                let folder = match folder.as_ref().and_then(Locator::path) {
                    Some(folder) => empty_folder(folder)?,
                    None => new_folder()?,
                };
                let place = Locator::Path(folder);
                Ok(Ground { board: place.clone(), store: place, server: None })
            }
        }
    }

    /// The board as it lies there, past any server.
    pub fn read(&self) -> Result<Box<dyn Board>, Failure> {
        open_board(&self.store).map_err(board_failure)
    }

    /// How many records there are; none before the board is begun.
    pub fn records(&self) -> Result<u64, Failure> {
        match open_board(&self.store).and_then(|board| board.extent()) {
            Ok(extent) => Ok(extent.records),
            Err(BoardError::NotABoard { .. }) => Ok(0),
            Err(error) => Err(board_failure(error)),
        }
    }

    /// How many lists lie there; in an object store they are not counted.
    pub fn lists(&self) -> Result<usize, Failure> {
        let Some(folder) = self.store.path().map(|folder| folder.join("blobs")) else {
            return Ok(0);
        };
        let entries = fs::read_dir(&folder)
            .map_err(|error| Failure::io("cannot list the folder", &folder, &error))?;
        Ok(entries.count())
    }

    /// Fails when the server has ended.
    pub fn holds(&mut self) -> Result<(), Failure> {
        let Some(Server { running: Some(running), .. }) = &mut self.server else { return Ok(()) };
        match running.ended()? {
            None => Ok(()),
            Some(code) => Err(running.failure(code)),
        }
    }

    /// Whether there is a server.
    pub fn is_served(&self) -> bool {
        self.server.is_some()
    }

    /// Starts the server again, which takes in ballots from then on; `key` and `passphrase` are files.
    pub fn take_ballots(&mut self, key: &Path, passphrase: &Path) -> Result<(), Failure> {
        match &mut self.server {
            Some(server) => server.start_again(key, passphrase),
            None => Ok(()),
        }
    }
}

/// A server at work.
struct Server {
    program: PathBuf,
    arguments: Vec<OsString>,
    address: SocketAddr,
    logs: PathBuf,
    /// None only between two starts.
    running: Option<Running>,
}

impl Server {
    fn start(
        programs: &Programs,
        store: &Locator,
        address: SocketAddr,
        (logs, spool): (&Path, &Path),
    ) -> Result<Server, Failure> {
        let mut arguments: Vec<OsString> =
            ["serve", "--json", "--quiet", "--leash", "--per-address=0", "--every=1", "--store"]
                .map(OsString::from)
                .into();
        arguments.extend([store.to_string().into(), "--spool".into(), spool.into()]);
        let (program, logs) = (programs.server()?, logs.to_owned());
        let mut server = Server { program, arguments, address, logs, running: None };
        server.run(SERVER, &[])?;
        Ok(server)
    }

    fn start_again(&mut self, key: &Path, passphrase: &Path) -> Result<(), Failure> {
        self.running = None;
        let intake: [&OsStr; 4] = [
            "--intake-key".as_ref(),
            key.as_ref(),
            "--passphrase-file".as_ref(),
            passphrase.as_ref(),
        ];
        self.run(SERVER_WITH_KEY, &intake)
    }

    /// Starts it at its address; at port 0 it says which one it has.
    fn run(&mut self, log: &str, more: &[&OsStr]) -> Result<(), Failure> {
        let mut serve = Command::new(&self.program);
        serve.args(&self.arguments).arg("--listen").arg(self.address.to_string()).args(more);
        let mut running = Running::start(log, serve, &self.logs)?;
        let url = url_of(&mut running, log, &self.logs)?;
        self.address = address(&url)?;
        self.running = Some(running);
        Ok(())
    }
}

/// Where the server shall listen.
fn address(url: &str) -> Result<SocketAddr, Failure> {
    let address = url.strip_prefix("http://").and_then(|address| address.parse().ok());
    address.ok_or_else(|| {
        Failure::usage("a rehearsal starts the server itself, on this machine")
            .at(url.to_owned())
            .advice("give --board http://127.0.0.1:0, or another port; or a folder")
    })
}

/// The URL that the server says.
fn url_of(server: &mut Running, log: &str, logs: &Path) -> Result<String, Failure> {
    loop {
        let said = fs::read_to_string(logs.join(format!("{log}.out"))).unwrap_or_default();
        if let Some((line, _)) = said.split_once('\n') {
            let said: Option<Value> = serde_json::from_str(line).ok();
            let url = said.as_ref().and_then(|said| said.get("url")?.as_str());
            let unclear =
                || Failure::internal(format!("the server does not say where it is: {line}"));
            return url.map(str::to_owned).ok_or_else(unclear);
        }
        if let Some(code) = server.ended()? {
            return Err(server.failure(code));
        }
        thread::sleep(LOOK);
    }
}

/// A place in an object store that holds no board.
fn empty_place(url: &Locator) -> Result<Locator, Failure> {
    match open_board(url) {
        Err(BoardError::NotABoard { .. }) => Ok(url.clone()),
        Err(error) => Err(board_failure(error)),
        Ok(_) => Err(Failure::usage("there is a board already")
            .at(url.to_string())
            .advice("give another place: a rehearsal begins a board of its own")),
    }
}

fn new_folder() -> Result<PathBuf, Failure> {
    let temporary = std::env::temp_dir();
    let making = |error| Failure::io("cannot make a temporary folder", &temporary, &error);
    Ok(tempfile::Builder::new().prefix("psephos-board-").tempdir().map_err(making)?.keep())
}

/// The folder for the board: new, or empty.
fn empty_folder(folder: &Path) -> Result<PathBuf, Failure> {
    let place = || folder.display().to_string();
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(folder.to_owned()),
            Some(_) => Err(Failure::usage("the folder for the board is not empty")
                .at(place())
                .advice("give a folder that is new or empty")),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(folder.to_owned()),
        Err(error) => Err(Failure::io("cannot use the folder for the board", folder, &error)),
    }
}
