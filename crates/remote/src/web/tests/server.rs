//! A web server for tests: it publishes a folder, or answers as a test says, and fails as a test says.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What a client asks.
#[derive(Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Request {
    fn read(stream: &TcpStream) -> Option<Request> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next()?, words.next()?);
        let mut headers = BTreeMap::new();
        loop {
            line.clear();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        Some(Request { method, path, headers, body })
    }
}

/// How an answer's body comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// The line is cut after so many bytes.
    Cut(usize),
    /// Nothing comes any more after so many bytes; the line stays.
    Stall(usize),
    /// The length is not stated, and the end is the line's.
    Unframed,
    /// In chunks, without a length.
    Chunked,
    /// In chunks that never end.
    Endless,
}

/// What the server answers.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub fault: Fault,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Reply {
        Reply { status, headers: Vec::new(), body: body.into(), fault: Fault::None }
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Reply {
        self.headers.push((name, value.to_string()));
        self
    }

    pub fn failing(mut self, fault: Fault) -> Reply {
        self.fault = fault;
        self
    }

    fn write(self, stream: &mut TcpStream, is_head: bool) -> std::io::Result<()> {
        let mut head = format!("HTTP/1.1 {} Answer\r\nConnection: close\r\n", self.status);
        match self.fault {
            Fault::Unframed => {}
            Fault::Chunked | Fault::Endless => head += "Transfer-Encoding: chunked\r\n",
            _ => head += &format!("Content-Length: {}\r\n", self.body.len()),
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        if is_head {
            return Ok(());
        }
        match self.fault {
            Fault::None | Fault::Unframed => stream.write_all(&self.body),
            Fault::Cut(after) => stream.write_all(&self.body[..after.min(self.body.len())]),
            Fault::Stall(after) => {
                stream.write_all(&self.body[..after.min(self.body.len())])?;
                // Until the client gives up.
                let _ = stream.read(&mut [0]);
                Ok(())
            }
            Fault::Chunked => {
                for chunk in self.body.chunks(10_000) {
                    write!(stream, "{:x}\r\n", chunk.len())?;
                    stream.write_all(chunk)?;
                    stream.write_all(b"\r\n")?;
                }
                stream.write_all(b"0\r\n\r\n")
            }
            Fault::Endless => loop {
                write!(stream, "10000\r\n")?;
                stream.write_all(&[7; 0x10000])?;
                stream.write_all(b"\r\n")?;
            },
        }
    }
}

type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

/// A server that runs until the tests end.
pub struct Server {
    pub url: String,
    /// Methods and paths, as they came.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/town", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, handler): (_, Arc<Handler>) = (asked.clone(), Arc::new(handler));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, handler) = (log.clone(), handler.clone());
                thread::spawn(move || answer(stream.unwrap(), &log, &*handler));
            }
        });
        Server { url, asked }
    }

    /// What was asked since this was last called.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

fn answer(mut stream: TcpStream, log: &Mutex<Vec<String>>, handler: &Handler) {
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let Some(request) = Request::read(&stream) else { return };
    log.lock().unwrap().push(format!("{} {}", request.method, request.path));
    // A client may have gone away.
    let _ = handler(&request).write(&mut stream, request.method == "HEAD");
}

/// Publishes a folder below `/town`, as a web server does.
pub fn publish(folder: PathBuf) -> impl Fn(&Request) -> Reply + Send + Sync {
    move |request| {
        let name = request.path.strip_prefix("/town/").unwrap_or("-");
        let Ok(bytes) = fs::read(folder.join(name)) else { return Reply::new(404, "no such file") };
        if request.method != "GET" && request.method != "HEAD" {
            return Reply::new(405, "");
        }
        ranged(request, bytes)
    }
}

/// A file, or the part of it that is asked for.
pub fn ranged(request: &Request, bytes: Vec<u8>) -> Reply {
    let tag = format!("\"{}\"", bytes.len());
    let range = request.headers.get("range").and_then(|range| range.strip_prefix("bytes="));
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else {
        return Reply::new(200, bytes).with("ETag", tag);
    };
    let total = bytes.len();
    let first: usize = first.parse().unwrap();
    let end = last.parse::<usize>().map_or(total, |last| (last + 1).min(total));
    if first >= total {
        return Reply::new(416, "").with("Content-Range", format!("bytes */{total}"));
    }
    let part = &bytes[first..end];
    let range = format!("bytes {first}-{}/{total}", end - 1);
    Reply::new(206, part).with("Content-Range", range).with("ETag", tag)
}
