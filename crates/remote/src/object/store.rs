//! Opening an object store by its URL, and finding out what it can do.

use std::env;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use object_store::ObjectStore;
use object_store::path::Path;
use psephos_console::Failure;
use psephos_record::board::Placed;
use url::Url;

use super::{ObjectBoard, ObjectFiles, Objects};
use crate::files::{Files, FilesError};
use crate::runtime;

/// How the URLs of stores begin.
const SCHEMES: [&str; 3] = ["s3", "gs", "az"];

/// Variables of the environment that say how a store is reached, by how they begin.
const VARIABLES: [&str; 3] = ["AWS_", "GOOGLE_", "AZURE_"];

/// How long one request may take, and one of its silences; an `AWS_…` variable and the like say otherwise.
const TIMEOUTS: [(&str, &str); 2] = [("timeout", "10 minutes"), ("read_timeout", "1 minute")];

/// A place in an object store where one board lies.
#[derive(Clone, Debug)]
pub struct Store {
    objects: Objects,
}

impl Store {
    /// The store that a URL names, or why there is none.
    pub(crate) fn open(url: &str) -> Result<Store, String> {
        let ours = |name: &str| VARIABLES.iter().any(|start| name.starts_with(start));
        let variables = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| ours(name));
        Store::with(url, variables)
    }

    fn with(url: &str, variables: impl Iterator<Item = (String, String)>) -> Result<Store, String> {
        let parsed = Url::parse(url).map_err(|error| format!("it is no URL: {error}"))?;
        if !SCHEMES.contains(&parsed.scheme()) {
            return Err(format!(
                "no object store is known behind {}://; the URL of a board begins with https://, http://, s3://, \
                 gs:// or az://",
                parsed.scheme()
            ));
        }
        let variables = variables.map(|(name, value)| (name.to_ascii_lowercase(), value));
        let defaults =
            TIMEOUTS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        runtime::prepare_tls();
        object_store::parse_url_opts(&parsed, defaults.chain(variables))
            .map(|(store, prefix)| Store::new(Arc::from(store), prefix.as_ref(), url.to_owned()))
            .map_err(|error| format!("the store cannot be opened: {error}"))
    }

    /// The place below `prefix` of a store; `place` is what people read.
    #[must_use]
    pub fn new(store: Arc<dyn ObjectStore>, prefix: &str, place: String) -> Self {
        let prefix = Path::from(prefix);
        Self { objects: Objects { store, prefix, place, alone: None } }
    }

    /// The same place, whose objects are created by looking first: for a store that cannot create on condition, and
    /// only as long as this program is the only one that writes to it.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.objects.alone = Some(Arc::default());
        self
    }

    /// The board that lies there.
    #[must_use]
    pub fn board(&self) -> ObjectBoard {
        ObjectBoard::new(self.objects.clone())
    }

    /// Small files beside the board.
    #[must_use]
    pub fn files(&self) -> ObjectFiles {
        ObjectFiles::new(self.objects.clone())
    }
}

/// Opens the store that a URL names: `s3://bucket/prefix`, `gs://…` or `az://…`, with the keys and the address that
/// the environment gives (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT`, `AWS_ALLOW_HTTP` and the like). Nothing is read yet.
///
/// # Errors
/// When the URL or the environment is not what a store takes.
pub fn open(url: &str) -> Result<Store, Failure> {
    Store::open(url).map_err(|reason| refused(url, reason))
}

/// As [`open`], with variables that stand for the environment's.
///
/// # Errors
/// As [`open`].
pub fn open_with(
    url: &str,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<Store, Failure> {
    Store::with(url, variables).map_err(|reason| refused(url, reason))
}

fn refused(url: &str, reason: String) -> Failure {
    Failure::usage(reason).at(url.to_owned()).advice(
        "give s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX; the variables AWS_…, \
         GOOGLE_… or AZURE_… of the environment have address, keys and region",
    )
}

/// What happens to a file that is created a second time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Atomicity {
    /// The second one is refused: several servers on one store are safe.
    Refused,
    /// It takes the place of the first: whoever writes there has to be alone.
    Overwritten,
    /// The store creates nothing on condition: whoever writes there has to be alone.
    Unsupported {
        /// What it says.
        reason: String,
    },
}

/// Tries it out, with a file that is removed again.
///
/// # Errors
/// When the files cannot be reached at all.
pub fn atomicity(files: &dyn Files) -> Result<Atomicity, FilesError> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let name = format!("probe/{}-{}", since.as_nanos(), std::process::id());
    if let Err(error) = files.create(&name, b"first") {
        files.list("probe")?;
        return Ok(Atomicity::Unsupported { reason: error.reason });
    }
    let second = files.create(&name, b"second");
    let stands = files.read(&name)?;
    files.remove(&name)?;
    match second {
        Ok(Placed::Taken) if stands.as_deref() == Some(b"first") => Ok(Atomicity::Refused),
        Ok(_) => Ok(Atomicity::Overwritten),
        Err(error) => Ok(Atomicity::Unsupported { reason: error.reason }),
    }
}
