//! The small files beside a board, in an object store.

use object_store::ObjectStoreExt;
use psephos_record::board::Placed;

use super::{Objects, present};
use crate::files::{Files, FilesError};
use crate::runtime::wait;

/// Files below a prefix of an object store.
///
/// After a cut line a file that [`Files::create`] calls taken may be its own: read it where that matters.
#[derive(Clone, Debug)]
pub struct ObjectFiles {
    objects: Objects,
}

impl ObjectFiles {
    pub(super) fn new(objects: Objects) -> Self {
        Self { objects }
    }

    fn failed(
        &self,
        name: &str,
        action: &'static str,
    ) -> impl FnOnce(object_store::Error) -> FilesError {
        let place = format!("{}/{name}", self.objects.place);
        move |error| FilesError { place, action, reason: error.to_string() }
    }
}

impl Files for ObjectFiles {
    fn create(&self, name: &str, bytes: &[u8]) -> Result<Placed, FilesError> {
        self.objects.create(name, bytes).map_err(self.failed(name, "write the file"))
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, FilesError> {
        let read = self.objects.read(name).map_err(self.failed(name, "read the file"))?;
        Ok(read.map(Vec::from))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FilesError> {
        let listed = self.objects.list(folder, None);
        let names = listed.map_err(self.failed(folder, "list the folder"))?;
        let mut names: Vec<String> =
            names.into_iter().map(|name| format!("{folder}/{name}")).collect();
        names.sort_unstable();
        Ok(names)
    }

    fn remove(&self, name: &str) -> Result<(), FilesError> {
        let path = self.objects.at(name);
        let removed = present(wait(self.objects.store.delete(&path)));
        removed.map(|_| ()).map_err(self.failed(name, "remove the file"))
    }
}
