//! A server in this process, asked without a network.

#![allow(dead_code, reason = "each test file uses what it needs")]

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use psephos_board_server::{App, Limits, Store, router};
use psephos_core::Digest;
use psephos_core::tree::TreeHasher;
use psephos_record::board::{Board, MemoryBoard};
use psephos_record::message::Record;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

/// A server, and what it answers.
pub struct Served {
    pub app: Arc<App>,
    pub router: Router,
    pub store: Store,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Served {
    /// A server of an empty board in memory, with its uploads in a folder.
    pub fn new(spool: &Path) -> Served {
        Served::of(Arc::new(MemoryBoard::new()), spool)
    }

    /// A server of this board.
    pub fn of(store: Store, spool: &Path) -> Served {
        Served::limited(store, spool, Limits::default())
    }

    /// A server of this board with these limits.
    pub fn limited(store: Store, spool: &Path, limits: Limits) -> Served {
        let app = App::new(Arc::clone(&store), spool.to_owned(), None, limits).unwrap();
        Served { router: router(Arc::clone(&app)), app, store }
    }

    /// Asks, and waits for the answer.
    pub async fn ask(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_LENGTH, body.len())
            .body(Body::from(body.to_vec()))
            .unwrap();
        self.send(request).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, 1 << 28).await.unwrap().to_vec();
        Answer { status: head.status, headers: head.headers, body }
    }

    /// Sends the message of a record that stands elsewhere, with its lists.
    pub async fn replay(&self, from: &dyn Board, sequence: u64) -> Answer {
        let signed = Record::decode(&from.record(sequence).unwrap()).unwrap().unwrap_message();
        let answer = self.ask("POST", "/api/v1/messages", &signed.encode()).await;
        if answer.status != StatusCode::FAILED_DEPENDENCY {
            return answer;
        }
        for root in answer.missing() {
            self.upload(&read(from, &root)).await;
        }
        self.ask("POST", "/api/v1/messages", &signed.encode()).await
    }

    /// Uploads a list in one go.
    pub async fn upload(&self, bytes: &[u8]) {
        let (root, outline) = outline(bytes);
        let path = format!("/api/v1/uploads/{}", hex::encode(root));
        self.ask("PUT", &path, &outline).await.is(200);
        for (number, part) in bytes.chunks(8 << 20).enumerate() {
            self.ask("PUT", &format!("{path}/{number}"), part).await.is(204);
        }
        self.ask("POST", &format!("{path}/complete"), &[]).await.is(204);
    }
}

impl Answer {
    #[track_caller]
    pub fn is(self, status: u16) -> Answer {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The check that refuses a record.
    #[track_caller]
    pub fn check(self) -> String {
        self.is(422).json()["check"].as_str().unwrap().to_owned()
    }

    /// The lists that are missing.
    pub fn missing(&self) -> Vec<Digest> {
        let missing = self.json()["missing"].as_array().unwrap().clone();
        let root = |root: &Value| hex::decode(root.as_str().unwrap()).unwrap().try_into().unwrap();
        missing.iter().map(root).collect()
    }
}

/// A list's bytes.
pub fn read(board: &dyn Board, root: &Digest) -> Vec<u8> {
    let mut bytes = Vec::new();
    std::io::copy(&mut board.open_blob(root).unwrap(), &mut bytes).unwrap();
    bytes
}

/// A list's root and outline.
pub fn outline(bytes: &[u8]) -> (Digest, Vec<u8>) {
    let mut hasher = TreeHasher::new();
    hasher.update(bytes);
    let outline = hasher.outline();
    (outline.root(), outline.encode())
}

/// A folder for a test.
pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Runs a test's requests.
pub fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}
