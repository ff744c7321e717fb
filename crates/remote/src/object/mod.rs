//! Boards, and the files beside them, in an object store: S3 and what speaks like it, Google's, Azure's.

mod board;
mod files;
mod store;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    Error, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutPayload,
};
use psephos_record::board::Placed;

pub use board::ObjectBoard;
pub use files::ObjectFiles;
pub use store::{Atomicity, Store, atomicity, open, open_with};

use crate::download::{Download, Opened, Patience, Source, Trouble};
use crate::runtime::wait;

/// The store's own library tries again several times; this is for what it cannot go on with.
const PATIENCE: Patience =
    Patience { tries: 3, first: Duration::from_millis(500), longest: Duration::from_secs(5) };

/// Objects below a prefix of a store.
#[derive(Clone, Debug)]
struct Objects {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    place: String,
    /// Held while an object is created, in a store that cannot create on condition.
    alone: Option<Arc<Mutex<()>>>,
}

impl Objects {
    fn at(&self, name: &str) -> Path {
        Path::from(format!("{}/{name}", self.prefix))
    }

    /// Writes an object unless there is one of its name.
    ///
    /// After a cut line the store's library may ask twice: [`Placed::Taken`] can then be this call's own object.
    fn create(&self, name: &str, bytes: &[u8]) -> Result<Placed, Error> {
        let path = self.at(name);
        let payload = PutPayload::from(bytes.to_vec());
        let Some(alone) = &self.alone else {
            let put = self.store.put_opts(&path, payload, PutMode::Create.into());
            return match wait(put) {
                Ok(_) => Ok(Placed::Here),
                Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(Placed::Taken),
                Err(error) => Err(error),
            };
        };
        let _held = alone.lock().unwrap_or_else(PoisonError::into_inner);
        if self.meta(name)?.is_some() {
            return Ok(Placed::Taken);
        }
        wait(self.store.put(&path, payload))?;
        Ok(Placed::Here)
    }

    /// What the store says of an object; none if there is none.
    fn meta(&self, name: &str) -> Result<Option<ObjectMeta>, Error> {
        present(wait(self.store.head(&self.at(name))))
    }

    /// All bytes of an object; none if there is none.
    fn read(&self, name: &str) -> Result<Option<Bytes>, Error> {
        let path = self.at(name);
        present(wait(async { self.store.get(&path).await?.bytes().await }))
    }

    /// An object as a stream.
    fn open(&self, name: &str) -> Result<Download<Object>, Trouble> {
        let object = Object { store: self.store.clone(), path: self.at(name) };
        Download::start(object, PATIENCE, 0)
    }

    /// The last parts of the names of all objects that lie directly in `folder`, behind `after` if that is given.
    fn list(&self, folder: &str, after: Option<&str>) -> Result<Vec<String>, Error> {
        let path = self.at(folder);
        let listed = match after {
            None => self.store.list(Some(&path)),
            Some(after) => {
                self.store.list_with_offset(Some(&path), &self.at(&format!("{folder}/{after}")))
            }
        };
        let named = |meta: ObjectMeta| {
            let mut parts = meta.location.prefix_match(&path)?;
            let name = parts.next()?.as_ref().to_owned();
            parts.next().is_none().then_some(name)
        };
        wait(listed.try_filter_map(async |meta| Ok(named(meta))).try_collect())
    }
}

/// What is there, if anything is.
fn present<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// One object, to be read.
struct Object {
    store: Arc<dyn ObjectStore>,
    path: Path,
}

impl Source for Object {
    fn open(&self, from: u64, version: Option<String>) -> BoxFuture<'_, Result<Opened, Trouble>> {
        let range = (from > 0).then_some(GetRange::Offset(from));
        let options = GetOptions { range, if_match: version, ..GetOptions::default() };
        async move {
            let result = self.store.get_opts(&self.path, options).await.map_err(trouble)?;
            let (length, version) = (Some(result.meta.size), result.meta.e_tag.clone());
            let stream = result.into_stream().map_err(trouble).boxed();
            Ok(Opened { stream, length, version })
        }
        .boxed()
    }
}

/// The store's library has tried again already where an answer gave hope; a line can be cut later.
fn trouble(error: Error) -> Trouble {
    match error {
        Error::NotFound { .. } => Trouble::Missing,
        Error::Generic { .. } => Trouble::Passing(error.to_string(), None),
        error => Trouble::Lasting(error.to_string()),
    }
}
