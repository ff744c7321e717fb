//! Where a server keeps its board, and what it finds there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use psephos_board_server::Store;
use psephos_console::{Exit, Failure, Locator, warn};
use psephos_record::board::{BoardError, FolderBoard};
use psephos_remote::object::{self, Atomicity};
use psephos_remote::{Files, FilesError, FolderFiles};

use super::lease::Lease;
use crate::cli::Serve;

/// The folder of uploads in a board's folder: readers of the board take no notice of it.
const UPLOADS: &str = ".incoming-uploads";

/// The board, the files beside it, and the folder of uploads.
pub struct Place {
    pub store: Store,
    pub files: Arc<dyn Files>,
    pub spool: PathBuf,
    /// Held as long as the server is alone on its store.
    _lease: Option<Lease>,
}

impl Place {
    /// Opens or begins a board.
    pub fn open(arguments: &Serve) -> Result<Place, Failure> {
        match &arguments.store {
            Locator::Path(path) if path.is_file() => Err(Failure::new(
                Exit::Unreadable,
                "this is a file, and a board is served from a folder",
            )
            .at(path.display().to_string())
            .advice("--store wants the folder of a board, or one that is new or empty")),
            Locator::Path(folder) => {
                let board = FolderBoard::create(folder).map_err(|error| refused(folder, &error))?;
                Ok(Place {
                    store: Arc::new(board),
                    files: Arc::new(FolderFiles::new(folder.clone())),
                    spool: arguments.spool.clone().unwrap_or_else(|| folder.join(UPLOADS)),
                    _lease: None,
                })
            }
            Locator::Url(url) => {
                let spool = arguments.spool.clone().ok_or_else(|| {
                    Failure::usage("lists need a folder to lie in while they are uploaded")
                        .advice("name one with --spool DIR; it is kept over a restart")
                })?;
                let (store, lease) = object_store(url, arguments.alone)?;
                let (board, files) = (Arc::new(store.board()), Arc::new(store.files()));
                Ok(Place { store: board, files, spool, _lease: lease })
            }
        }
    }
}

/// A place in an object store, which is tried out: several servers need one that creates on condition.
fn object_store(url: &str, alone: bool) -> Result<(object::Store, Option<Lease>), Failure> {
    let store = object::open(url)?;
    let reached = object::atomicity(&store.files()).map_err(|error| unreached(url, &error))?;
    let lacks = match reached {
        Atomicity::Refused if !alone => return Ok((store, None)),
        Atomicity::Refused => "--alone was given".to_owned(),
        Atomicity::Overwritten => {
            "this store overwrites a file that is there, although it was told not to".to_owned()
        }
        Atomicity::Unsupported { reason } => {
            format!("this store creates nothing on condition that it is not there: {reason}")
        }
    };
    if !alone {
        return Err(Failure::usage(lacks).at(url).advice(
            "two servers on it could overwrite each other's records: use another store, or make sure that \
             this is the only one and give --alone",
        ));
    }
    warn(format!("{lacks}: nothing else may write to {url} as long as this server runs"));
    let lease = Lease::take(Arc::new(store.files()))?;
    Ok((store.alone(), Some(lease)))
}

/// What stores say in a page of XML where one word is wrong.
fn unreached(url: &str, error: &FilesError) -> Failure {
    if error.reason.contains("NoSuchBucket") {
        return Failure::new(Exit::Io, "there is no such bucket")
            .at(url)
            .advice("make it first, or correct its name in --store");
    }
    Failure::new(Exit::Io, error.to_string()).at(url).advice(
        "the environment gives the store's address and keys: AWS_ENDPOINT, AWS_ACCESS_KEY_ID, \
         AWS_SECRET_ACCESS_KEY, AWS_REGION and the like; AWS_ALLOW_HTTP=true for an address at http://",
    )
}

fn refused(folder: &Path, error: &BoardError) -> Failure {
    let exit = match error {
        BoardError::NotABoard { .. } => Exit::Unreadable,
        _ => Exit::Io,
    };
    Failure::new(exit, error.to_string())
        .at(folder.display().to_string())
        .advice("--store wants the folder of a board, or one that is new or empty")
}
