//! Reading a file over a network, piece by piece, going on where the line was cut.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

use crate::runtime;

/// A line that brings less than this within as much waiting is given up: nobody can be kept for ever.
const LEAST: (u64, Duration) = (1 << 16, Duration::from_secs(60));

/// Nobody is kept waiting longer than this without being told what for.
const UNTOLD: Duration = Duration::from_secs(2);

/// Why a file could not be had.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// There is none of that name.
    Missing,
    /// What comes is no board, whoever sends it.
    NoBoard(String),
    /// Trying again will not help.
    Lasting(String),
    /// Trying again may help; not before so long, if the other side said that.
    Passing(String, Option<Duration>),
}

impl Trouble {
    /// What went wrong, for people.
    pub fn reason(self) -> String {
        match self {
            Trouble::Missing => "it is not there".into(),
            Trouble::NoBoard(reason) | Trouble::Lasting(reason) | Trouble::Passing(reason, _) => {
                reason
            }
        }
    }
}

impl From<Trouble> for io::Error {
    fn from(trouble: Trouble) -> io::Error {
        io::Error::other(trouble.reason())
    }
}

/// How often something is tried again, and how long is waited between.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// Tries after the first one; for a download, tries in a row that bring no byte.
    pub tries: u32,
    /// Before the second try; doubled with each.
    pub first: Duration,
    /// Never longer than this.
    pub longest: Duration,
}

impl Patience {
    /// The pause after `failed` tries; none when enough have failed.
    pub fn pause(&self, failed: u32, asked: Option<Duration>) -> Option<Duration> {
        let doubled = self.first.saturating_mul(1 << failed.saturating_sub(1).min(16));
        (failed <= self.tries).then(|| doubled.max(asked.unwrap_or_default()).min(self.longest))
    }

    /// What `try_once` brings in the end.
    pub async fn insist<T>(
        &self,
        mut try_once: impl AsyncFnMut() -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let (mut failed, mut waited, mut told) = (0, Duration::ZERO, false);
        loop {
            match try_once().await {
                Err(Trouble::Passing(reason, asked)) => {
                    failed += 1;
                    let Some(pause) = self.pause(failed, asked) else {
                        return Err(Trouble::Passing(reason, asked));
                    };
                    tracing::debug!("{reason}; again in {} ms", pause.as_millis());
                    waited += pause;
                    if waited >= UNTOLD && !told {
                        psephos_console::warn(format!("{reason}; waiting, and trying again"));
                        told = true;
                    }
                    tokio::time::sleep(pause).await;
                }
                result => return result,
            }
        }
    }
}

/// A file that is on its way.
pub(crate) struct Opened {
    /// Its bytes from where it was asked for.
    pub stream: BoxStream<'static, Result<Bytes, Trouble>>,
    /// The length of the whole file, where the other side says it.
    pub length: Option<u64>,
    /// What tells this state of the file from another.
    pub version: Option<String>,
}

/// Where a file can be had from any of its bytes on.
pub(crate) trait Source: Send + Sync {
    /// The bytes from `from` on, of the state `version` of the file if one is given.
    fn open(&self, from: u64, version: Option<String>) -> BoxFuture<'_, Result<Opened, Trouble>>;
}

/// A file as it comes; no more than one piece of it in memory.
pub(crate) struct Download<S> {
    source: S,
    patience: Patience,
    stream: Option<BoxStream<'static, Result<Bytes, Trouble>>>,
    piece: Bytes,
    offset: u64,
    length: Option<u64>,
    version: Option<String>,
    failed: u32,
    /// What came since the speed was last looked at, and how long it was waited for.
    came: (u64, Duration),
}

impl<S: Source> Download<S> {
    /// Asks for a file, from `offset` on, and waits until it begins to come.
    pub fn start(source: S, patience: Patience, offset: u64) -> Result<Self, Trouble> {
        runtime::wait(Self::begin(source, patience, offset))
    }

    /// [`Download::start`], as a future.
    pub async fn begin(source: S, patience: Patience, offset: u64) -> Result<Self, Trouble> {
        let opened = patience.insist(async || source.open(offset, None).await).await?;
        let Opened { stream, length, version } = opened;
        let (piece, stream) = (Bytes::new(), Some(stream));
        Ok(Self {
            source,
            patience,
            stream,
            piece,
            offset,
            length,
            version,
            failed: 0,
            came: (0, Duration::ZERO),
        })
    }

    /// The length of the whole file, where the other side says it.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The next bytes; none at the end.
    pub async fn next(&mut self) -> Result<Bytes, Trouble> {
        loop {
            if self.length.is_some_and(|length| self.offset >= length) {
                return Ok(Bytes::new());
            }
            let asked = Instant::now();
            let came = self.attempt().await;
            self.came.1 += asked.elapsed();
            match came {
                Ok(piece) if piece.is_empty() && self.stream.is_some() => {}
                Ok(mut piece) => {
                    self.failed = 0;
                    if let Some(length) = self.length {
                        let left = usize::try_from(length - self.offset).unwrap_or(usize::MAX);
                        piece.truncate(left);
                    }
                    self.offset += piece.len() as u64;
                    self.came.0 += piece.len() as u64;
                    self.judge_speed()?;
                    return Ok(piece);
                }
                Err(Trouble::Passing(reason, asked)) => {
                    self.stream = None;
                    self.failed += 1;
                    let Some(pause) = self.patience.pause(self.failed, asked) else {
                        return Err(Trouble::Passing(reason, asked));
                    };
                    tracing::debug!("cut after {} bytes: {reason}", self.offset);
                    tokio::time::sleep(pause).await;
                }
                Err(trouble) => return Err(trouble),
            }
        }
    }

    fn judge_speed(&mut self) -> Result<(), Trouble> {
        let (bytes, waited) = self.came;
        if waited < LEAST.1 {
            return Ok(());
        }
        self.came = (0, Duration::ZERO);
        if bytes < LEAST.0 {
            let seconds = waited.as_secs();
            return Err(Trouble::Lasting(format!("only {bytes} bytes came in {seconds} seconds")));
        }
        Ok(())
    }

    /// One piece of the stream, which is opened again if it was cut; none at its end.
    async fn attempt(&mut self) -> Result<Bytes, Trouble> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let opened = self.source.open(self.offset, self.version.clone()).await?;
                if self.length.is_some() && opened.length != self.length {
                    return Err(Trouble::Lasting("its length changed while it was read".into()));
                }
                self.length = opened.length;
                opened.stream
            }
        };
        match stream.next().await {
            None if self.length.is_some() => Err(Trouble::Passing("it ended early".into(), None)),
            None => Ok(Bytes::new()),
            Some(piece) => {
                self.stream = Some(stream);
                piece
            }
        }
    }
}

impl<S: Source> Read for Download<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() && !buffer.is_empty() {
            self.piece = runtime::wait(self.next())?;
        }
        let count = self.piece.len().min(buffer.len());
        self.piece.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}
