//! A store that speaks S3, on this machine: moto from PyPI, in a Python environment below the target folder.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::python::environment;

/// What is installed.
const MOTO: &str = "moto[server]==5.2.5";
const BUCKET: &str = "boards";

/// A running store with one bucket; it ends with this value.
pub struct S3 {
    child: Child,
    port: u16,
}

impl S3 {
    /// Starts a store; none, with a line that says why, where it cannot be had.
    ///
    /// # Panics
    /// When it is installed and does not start.
    #[must_use]
    pub fn start() -> Option<S3> {
        let python = match environment("s3", MOTO, "moto.server, werkzeug.serving") {
            Ok(python) => python,
            Err(why) => {
                println!("skipped: no store that speaks S3 on this machine: {why}");
                return None;
            }
        };
        let mut child = Command::new(python)
            .arg(crate::root().join("tests/s3/serve.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("its port");
        let port = line.trim().parse().expect("a port");
        let store = S3 { child, port };
        let answer = store.ask(&format!("PUT /{BUCKET} HTTP/1.0\r\nContent-Length: 0\r\n\r\n"));
        assert!(answer.contains(" 200 "), "{answer}");
        Some(store)
    }

    /// The URL of a board in it.
    #[must_use]
    pub fn url(&self, board: &str) -> String {
        format!("s3://{BUCKET}/{board}")
    }

    /// What a program needs to reach it, in its environment.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 5] {
        [
            ("AWS_ENDPOINT", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
        ]
    }

    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the store listens");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
