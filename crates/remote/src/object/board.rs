//! A board in an object store: the same names as in a folder, and a record is created only where none stands.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use object_store::{ObjectStoreExt, PutPayload, WriteMultipart};
use psephos_core::Digest;
use psephos_record::board::{
    BlobWriter, Board, BoardError, Extent, LAST_SEQUENCE, Placed, WritableBoard, blob_name,
    check_blob, record_name, sequence_of,
};
use psephos_record::bodies::Blob;

use super::Objects;
use crate::download::Trouble;
use crate::runtime::wait;

/// What is longer goes up in parts of this length: as long as every store takes them, and as memory allows.
const PART_LENGTH: usize = 8 << 20;
/// Parts on their way at the same time.
const PARTS: usize = 3;

/// A board in an object store.
#[derive(Debug)]
pub struct ObjectBoard {
    objects: Objects,
    /// So many records were there, without a gap: none is looked for again.
    seen: AtomicU64,
}

impl ObjectBoard {
    pub(super) fn new(objects: Objects) -> Self {
        Self { objects, seen: AtomicU64::new(0) }
    }

    fn failed<E: ToString>(&self, action: &'static str) -> impl FnOnce(E) -> BoardError {
        let place = self.place();
        move |error| BoardError::Unreachable { place, action, reason: error.to_string() }
    }

    fn stands_whole(&self, blob: &Blob) -> Result<bool, BoardError> {
        let there = self.blob_length(&blob.root)?;
        Ok(there.is_some() && there == blob.length() && check_blob(self, blob).is_ok())
    }

    fn upload(&self, root: &Digest, mut file: File, length: u64) -> Result<(), BoardError> {
        let path = self.objects.at(&blob_name(root));
        let reading = self.failed::<io::Error>("read the temporary file of a list");
        file.rewind().map_err(reading)?;
        if length <= PART_LENGTH as u64 {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)
                .map_err(self.failed("read the temporary file of a list"))?;
            let put = self.objects.store.put(&path, PutPayload::from(bytes));
            return wait(put).map(|_| ()).map_err(self.failed("write a list"));
        }
        wait(self.upload_in_parts(&path, file)).map_err(self.failed("write a list"))
    }

    async fn upload_in_parts(
        &self,
        path: &object_store::path::Path,
        file: File,
    ) -> Result<(), object_store::Error> {
        let upload = self.objects.store.put_multipart(path).await?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART_LENGTH);
        loop {
            let mut part = Vec::new();
            let read = (&file).take(PART_LENGTH as u64).read_to_end(&mut part);
            let sent = match read {
                Err(error) => {
                    Err(object_store::Error::Generic { store: "file", source: error.into() })
                }
                Ok(0) => break,
                Ok(_) => upload.wait_for_capacity(PARTS - 1).await,
            };
            if let Err(error) = sent {
                // Parts without an end are of no use; the store sweeps them if this fails too.
                let _ = upload.abort().await;
                return Err(error);
            }
            upload.put(part.into());
        }
        upload.finish().await.map(|_| ())
    }
}

impl Board for ObjectBoard {
    fn place(&self) -> String {
        self.objects.place.clone()
    }

    fn extent(&self) -> Result<Extent, BoardError> {
        let seen = self.seen.load(Ordering::Relaxed);
        let last = seen.checked_sub(1).map(|last| format!("{last:08}.cbor"));
        let names = self
            .objects
            .list("records", last.as_deref())
            .map_err(self.failed("list the records"))?;
        let mut sequences: Vec<u64> = names.iter().filter_map(|name| sequence_of(name)).collect();
        sequences.sort_unstable();
        let expected = |index: usize| seen + index as u64;
        let follow = |(index, found): &(usize, &u64)| expected(*index) == **found;
        let new = sequences.iter().enumerate().take_while(follow).count();
        let records = expected(new);
        self.seen.fetch_max(records, Ordering::Relaxed);
        Ok(Extent { records, beyond_gap: sequences.get(new).copied() })
    }

    fn open_record(&self, sequence: u64) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        match self.objects.open(&record_name(sequence)) {
            Ok(record) => Ok(Box::new(record)),
            Err(Trouble::Missing) => {
                Err(BoardError::RecordMissing { place: self.place(), sequence })
            }
            Err(trouble) => Err(self.failed("read a record")(trouble.reason())),
        }
    }

    fn blob_length(&self, root: &Digest) -> Result<Option<u64>, BoardError> {
        let meta = self.objects.meta(&blob_name(root)).map_err(self.failed("look for a list"))?;
        Ok(meta.map(|meta| meta.size))
    }

    fn open_blob(&self, root: &Digest) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        match self.objects.open(&blob_name(root)) {
            Ok(blob) => Ok(Box::new(blob)),
            Err(Trouble::Missing) => {
                Err(BoardError::BlobMissing { place: self.place(), root: hex::encode(root) })
            }
            Err(trouble) => Err(self.failed("read a list")(trouble.reason())),
        }
    }
}

impl WritableBoard for ObjectBoard {
    fn create_record(&self, sequence: u64, file: &[u8]) -> Result<Placed, BoardError> {
        if sequence > LAST_SEQUENCE {
            return Err(BoardError::Full { place: self.place(), sequence });
        }
        let name = record_name(sequence);
        let writing = self.failed("write a record");
        match self.objects.create(&name, file).map_err(writing)? {
            Placed::Here => Ok(Placed::Here),
            // After a cut line the first of two tries may have succeeded: then these bytes stand there.
            Placed::Taken => {
                let stands = self.objects.read(&name).map_err(self.failed("read a record"))?;
                let same = stands.is_some_and(|stands| stands == file);
                Ok(if same { Placed::Here } else { Placed::Taken })
            }
        }
    }

    fn put_blob(
        &self,
        row_length: u64,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Blob, BoardError> {
        let writing = || self.failed::<io::Error>("write a temporary file for a list");
        let mut file = tempfile::tempfile().map_err(writing())?;
        let mut writer = BlobWriter::new(BufWriter::with_capacity(1 << 20, &mut file));
        write(&mut writer).and_then(|()| writer.flush()).map_err(writing())?;
        let blob = writer.finish(row_length)?;
        if !self.stands_whole(&blob)? {
            self.upload(&blob.root, file, blob.rows * blob.row_length)?;
        }
        Ok(blob)
    }
}
