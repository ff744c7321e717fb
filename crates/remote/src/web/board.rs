//! A board on a web server.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use psephos_console::bytes;
use psephos_core::Digest;
use psephos_record::board::{
    Board, BoardError, Extent, FolderBoard, LAST_SEQUENCE, Placed, WritableBoard, blob_name,
    record_name,
};
use psephos_record::bodies::Blob;
use psephos_record::message::Record;
use reqwest::StatusCode;

use super::cache::{Cache, writing};
use super::chain::Chain;
use super::extent::{Seen, beyond, stands};
use super::post::{self, Answer};
use super::site::Site;
use super::upload::{Sent, Upload};
use crate::download::{Download, Patience, Trouble};
use crate::runtime::wait;

/// With a server that has answered before.
const PATIENCE: Patience =
    Patience { tries: 8, first: Duration::from_millis(250), longest: Duration::from_secs(10) };
/// With one that has not: perhaps the URL is wrong.
const AT_FIRST: Patience =
    Patience { tries: 2, first: Duration::from_millis(250), longest: Duration::from_secs(2) };
/// With one that has, when this program ran last: perhaps it is being started again.
const RETURNING: Patience = Patience { tries: 5, ..AT_FIRST };
/// How often the end of a board is looked for while others append to it.
const LOOKS: u32 = 5;
/// How often a server may ask for lists: it forgets that it did when it is started anew, and another one under the
/// same name does not know.
const ROUNDS: usize = 8;

/// A board that is read as plain files of a web server, and written to, if it is a board server, over its interface
/// (spec/board-server.md).
///
/// What was read once lies in a folder of this machine, and is not asked for again.
#[derive(Debug)]
pub struct WebBoard {
    site: Site,
    seen: Seen,
    /// What lies in the cache, without a gap.
    held: Mutex<Chain>,
    cache: Cache,
    spool: Option<PathBuf>,
    pub(super) reading: Patience,
    pub(super) posting: Patience,
}

impl WebBoard {
    /// The board below a URL, to be read. What is fetched goes into the folder `mirror`, which becomes a board of its
    /// own, or into a private one that goes with the program.
    ///
    /// # Errors
    /// [`BoardError::NotABoard`] when no board lies there or the folder is another program's,
    /// [`BoardError::Unreachable`] when nothing answers, or the system's.
    pub fn open(url: &str, mirror: Option<&Path>) -> Result<WebBoard, BoardError> {
        WebBoard::at(Site::new(url)?, mirror)
    }

    /// [`WebBoard::open`], where the site is known.
    pub(super) fn at(site: Site, mirror: Option<&Path>) -> Result<WebBoard, BoardError> {
        begins(&site, AT_FIRST)?;
        let cache = mirror.map_or_else(Cache::temporary, Cache::mirror)?;
        Ok(WebBoard::with(site, cache, None))
    }

    /// The board below a URL of a board server. Lists wait in the folder `spool`, which is made when it is needed,
    /// until the record that names them is sent.
    ///
    /// # Errors
    /// As [`WebBoard::open`].
    pub fn open_writable(url: &str, spool: &Path) -> Result<WebBoard, BoardError> {
        let site = Site::new(url)?;
        begins(&site, RETURNING)?;
        WebBoard::writable_at(site, spool)
    }

    /// [`WebBoard::open_writable`] of a board that may have no record yet.
    ///
    /// # Errors
    /// When the URL is none, or the system's.
    pub fn create(url: &str, spool: &Path) -> Result<WebBoard, BoardError> {
        WebBoard::writable_at(Site::new(url)?, spool)
    }

    /// [`WebBoard::create`], where the site is known.
    pub(super) fn writable_at(site: Site, spool: &Path) -> Result<WebBoard, BoardError> {
        let board = WebBoard::with(site, Cache::temporary()?, Some(spool.to_owned()));
        // Whoever takes part outlives a server that is started again.
        Ok(WebBoard { reading: board.posting, ..board })
    }

    fn with(site: Site, cache: Cache, spool: Option<PathBuf>) -> WebBoard {
        let (reading, posting) = (PATIENCE, post::PATIENCE);
        WebBoard {
            site,
            seen: Seen::default(),
            held: Mutex::default(),
            cache,
            spool,
            reading,
            posting,
        }
    }

    fn failed(&self, action: &'static str) -> impl FnOnce(Trouble) -> BoardError {
        let place = self.place();
        move |trouble| match trouble {
            Trouble::NoBoard(reason) => BoardError::NotABoard { path: place.into(), reason },
            trouble => BoardError::Unreachable { place, action, reason: trouble.reason() },
        }
    }

    pub(super) fn held(&self) -> MutexGuard<'_, Chain> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far the log reaches, with all of its records in the cache: only by asking for each is it known that none is
    /// missing, and whoever asks reads them next.
    fn look(&self) -> Result<Extent, Trouble> {
        let at_first = self.held().records() == 0;
        let mut look_again = LOOKS;
        loop {
            look_again -= 1;
            let count = wait(self.seen.count(&self.site, self.reading))?;
            let records = self.hold(count)?;
            // Whoever waits for the next record asks for that only.
            if records == count && !at_first {
                return Ok(Extent { records, beyond_gap: None });
            }
            let beyond_gap = wait(beyond(&self.site, records, count, self.reading))?;
            if beyond_gap.is_none()
                || look_again == 0
                || !wait(stands(&self.site, records, self.reading))?
            {
                return Ok(Extent { records, beyond_gap });
            }
        }
    }

    /// Fetches the first `count` records into the cache, and judges each before the next one; how many are there before
    /// the first one missing.
    fn hold(&self, count: u64) -> Result<u64, Trouble> {
        let mut held = self.held();
        while held.records() < count {
            if held.is_refused() {
                let reason = format!(
                    "more than {} of what comes under the names of records are none of this log; nothing more is \
                     fetched",
                    bytes(held.most)
                );
                return Err(Trouble::NoBoard(reason));
            }
            match self.cache.record(&self.site, held.records(), count, self.reading) {
                Ok(file) => held.take(file).map_err(writing)?,
                Err(Trouble::Missing) => break,
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(held.records())
    }

    /// A list that waits to be sent.
    fn waiting(&self, root: &Digest) -> Result<Option<(FolderBoard, u64)>, BoardError> {
        // One that is only being made, by another thread or before a crash, holds nothing yet.
        let spool = self.spool.as_ref().filter(|spool| spool.join("records").is_dir());
        let Some(spool) = spool.map(FolderBoard::open).transpose()? else { return Ok(None) };
        Ok(spool.blob_length(root)?.map(|length| (spool, length)))
    }

    fn spool(&self) -> Result<&Path, BoardError> {
        let only_read = || BoardError::Refused { reason: "the board was opened to be read".into() };
        self.spool.as_deref().ok_or_else(only_read)
    }

    fn put_record(&self, sequence: u64, file: &Bytes) -> Result<Answer, BoardError> {
        let url = self.site.url(&record_name(sequence));
        let put = post::send(self.posting, || self.site.writer().put(&url).body(file.clone()));
        wait(put).map_err(self.failed("post a record"))
    }

    /// Whether these bytes stand at `sequence`: after a cut line, a record may be taken by an earlier try.
    fn stands(&self, sequence: u64, file: &[u8]) -> Result<bool, BoardError> {
        let there = self.site.file(record_name(sequence));
        let there =
            Download::start(there, self.reading, 0).map_err(self.failed("read a record"))?;
        let mut bytes = Vec::new();
        let read = there.take(file.len() as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| self.failed("read a record")(Trouble::Lasting(error.to_string())))?;
        Ok(bytes == file)
    }

    /// Sends the lists that the server misses.
    fn send_missing(&self, answer: &Answer) -> Result<(), BoardError> {
        let missing = answer.problem().missing;
        if missing.is_empty() {
            return Err(self.failed("post a record")(Trouble::Lasting(answer.reason())));
        }
        for root in &missing {
            let digest: Option<Digest> =
                hex::decode(root).ok().and_then(|root| root.try_into().ok());
            let waiting = digest.map(|root| self.waiting(&root)).transpose()?.flatten();
            let (Some(digest), Some((spool, _))) = (digest, waiting) else {
                let reason = format!("the server asks for a list {root} that is not here");
                return Err(self.failed("post a record")(Trouble::Lasting(reason)));
            };
            let sent = Upload::new(&self.site, self.posting, &spool, digest).send()?;
            if sent == Sent::Unknown {
                // It is told again which record names the list.
                thread::sleep(self.posting.first);
                return Ok(());
            }
        }
        Ok(())
    }

    /// Removes the lists that a record on the board names: the server has them.
    fn forget_lists(&self, file: &[u8]) -> Result<(), BoardError> {
        let message = Record::decode(file).ok().and_then(|record| record.message().ok());
        let Some(body) = message.and_then(|message| message.body().ok()) else { return Ok(()) };
        for list in body.lists() {
            if let Some((spool, _)) = self.waiting(&list.blob.root)? {
                // What stays only takes space.
                let _ = fs::remove_file(spool.blob_path(&list.blob.root));
            }
        }
        Ok(())
    }
}

/// Whether a board begins there.
fn begins(site: &Site, patience: Patience) -> Result<(), BoardError> {
    let name = record_name(0);
    match wait(patience.insist(async || site.length(&name).await)) {
        Ok(_) => Ok(()),
        Err(Trouble::Missing) => {
            let reason = format!(
                "there is no file {name}; give the URL below which `records/` and `blobs/` lie"
            );
            Err(BoardError::NotABoard { path: site.root().into(), reason })
        }
        Err(trouble) => Err(BoardError::Unreachable {
            place: site.root().to_owned(),
            action: "reach the board",
            reason: trouble.reason(),
        }),
    }
}

impl Board for WebBoard {
    fn place(&self) -> String {
        self.site.root().to_owned()
    }

    fn extent(&self) -> Result<Extent, BoardError> {
        self.look().map_err(self.failed("count the records"))
    }

    fn open_record(&self, sequence: u64) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        match self.cache.record(&self.site, sequence, self.seen.before(), self.reading) {
            Ok(file) => Ok(Box::new(file)),
            Err(Trouble::Missing) => {
                Err(BoardError::RecordMissing { place: self.place(), sequence })
            }
            Err(trouble) => Err(self.failed("read a record")(trouble)),
        }
    }

    fn blob_length(&self, root: &Digest) -> Result<Option<u64>, BoardError> {
        if let Some(length) = self.cache.blob_length(root) {
            return Ok(Some(length));
        }
        let name = blob_name(root);
        match wait(self.reading.insist(async || self.site.length(&name).await)) {
            Ok(Some(length)) => Ok(Some(length)),
            Ok(None) => Err(self.failed("look for a list")(Trouble::Lasting(
                "the server does not say how long the file is".into(),
            ))),
            Err(Trouble::Missing) => Ok(self.waiting(root)?.map(|(_, length)| length)),
            Err(trouble) => Err(self.failed("look for a list")(trouble)),
        }
    }

    fn open_blob(&self, root: &Digest) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        if let Some((spool, _)) = self.waiting(root)? {
            let file = File::open(spool.blob_path(root));
            let opened = file.map_err(|error| Trouble::Lasting(error.to_string()));
            return Ok(Box::new(opened.map_err(self.failed("read a list"))?));
        }
        match self.cache.blob(&self.site, root, self.reading) {
            Ok(blob) => Ok(blob),
            Err(Trouble::Missing) => {
                Err(BoardError::BlobMissing { place: self.place(), root: hex::encode(root) })
            }
            Err(trouble) => Err(self.failed("read a list")(trouble)),
        }
    }
}

impl WritableBoard for WebBoard {
    fn create_record(&self, sequence: u64, file: &[u8]) -> Result<Placed, BoardError> {
        if sequence > LAST_SEQUENCE {
            return Err(BoardError::Full { place: self.place(), sequence });
        }
        self.spool()?;
        let bytes = Bytes::copy_from_slice(file);
        for _ in 0..ROUNDS {
            let answer = self.put_record(sequence, &bytes)?;
            match answer.status {
                status if status.is_success() => {
                    self.forget_lists(file)?;
                    return Ok(Placed::Here);
                }
                StatusCode::PRECONDITION_FAILED => {
                    if !self.stands(sequence, file)? {
                        return Ok(Placed::Taken);
                    }
                    self.forget_lists(file)?;
                    return Ok(Placed::Here);
                }
                StatusCode::FAILED_DEPENDENCY => self.send_missing(&answer)?,
                StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PAYLOAD_TOO_LARGE => {
                    return Err(BoardError::Refused { reason: answer.reason() });
                }
                _ => return Err(self.failed("post a record")(Trouble::Lasting(answer.reason()))),
            }
        }
        let again = "the server asks again and again for lists that it was sent";
        Err(self.failed("post a record")(Trouble::Lasting(again.into())))
    }

    fn put_blob(
        &self,
        row_length: u64,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Blob, BoardError> {
        FolderBoard::create(self.spool()?)?.put_blob(row_length, write)
    }
}
