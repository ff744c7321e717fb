//! A board over https with the certificate of an authority that only its own people know.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use psephos_record::board::{Board, FolderBoard};
use psephos_tests::server::Server;
use psephos_tests::{Outcome, SMALL, programs};
use tempfile::TempDir;

/// What openssl needs to be told of the two kinds of certificates.
const KINDS: &str = "[req]\ndistinguished_name = name\n[name]\n\
    [ca]\nbasicConstraints = critical, CA:TRUE\n\
    [leaf]\nbasicConstraints = critical, CA:FALSE\nsubjectAltName = IP:127.0.0.1\n";

/// Certificates of two authorities, and the server's files.
struct Desk(TempDir);

impl Desk {
    /// None on a machine without openssl.
    fn new() -> Option<Desk> {
        if let Err(error) = Command::new("openssl").arg("version").output() {
            println!("skipped: no openssl on this machine: {error}");
            return None;
        }
        let desk = Desk(tempfile::tempdir().expect("a temporary folder"));
        fs::write(desk.path("kinds"), KINDS).expect("written");
        fs::write(desk.path("small.toml"), SMALL).expect("written");
        fs::write(desk.path("passphrase"), "correct horse").expect("written");
        for name in ["one", "two"] {
            desk.certify("ca", name, name, &[]);
        }
        Some(desk)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn certify(&self, kind: &str, subject: &str, name: &str, options: &[&str]) {
        let mut made = Command::new("openssl");
        made.current_dir(self.0.path()).args(["req", "-x509", "-config", "kinds", "-nodes"]);
        made.args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2"]);
        made.args(["-extensions", kind, "-subj", &format!("/CN={subject}")]).args(options);
        made.args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.pem")]);
        let made = made.output().expect("it starts");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    /// The server's certificate, made by this authority.
    fn issue(&self, by: &str) {
        let (certificate, key) = (format!("{by}.pem"), format!("{by}.key"));
        self.certify("leaf", "board", "server", &["-CA", &certificate, "-CAkey", &key]);
    }

    /// A command of the election's authority, which trusts this authority of certificates.
    fn ask(&self, trusts: &str, arguments: &[&str]) -> Outcome {
        let mut command = programs().command("psephos-authority");
        command.args(arguments).arg("--home").arg(self.path("authority"));
        command.env("SSL_CERT_FILE", self.path(&format!("{trusts}.pem")));
        Outcome::of(command.output().expect("it starts"))
    }

    /// Begins an election at this URL.
    fn begin(&self, trusts: &str, url: &str) -> Outcome {
        let (toml, passphrase) = (self.path("small.toml"), self.path("passphrase"));
        let [toml, passphrase] = [&toml, &passphrase].map(|path| path.display().to_string());
        let place = ["init", "--throwaway", "--election", &toml, "--board", url];
        let rest = ["--trustees=3", "--threshold=2", "--passphrase-file", &passphrase];
        self.ask(trusts, &[&place[..], &rest[..]].concat())
    }
}

fn hang_up(server: &Server) {
    let told = Command::new("kill").args(["-HUP", &server.id().to_string()]).status();
    assert!(told.expect("kill").success());
}

#[test]
fn a_board_is_written_and_read_over_tls_and_its_certificate_renewed() {
    let Some(desk) = Desk::new() else { return };
    desk.issue("one");
    let board = desk.path("board");
    let options = [
        Path::new("--store"),
        &board,
        Path::new("--tls-cert"),
        &desk.path("server.pem"),
        Path::new("--tls-key"),
        &desk.path("server.key"),
    ];
    let server = Server::start(&options);
    let url = server.url().replace("http://", "https://");
    desk.begin("one", &url).exits(0);
    let records = FolderBoard::open(&board).and_then(|board| board.extent()).expect("a board");
    assert_eq!(records.records, 1);
    let reads = |trusts| {
        let status = desk.ask(trusts, &["status"]);
        let reads = [0, 2].contains(&status.code);
        assert!(reads || status.err.contains("certificate"), "{}", status.err);
        reads
    };
    assert!(reads("one") && !reads("two"));

    desk.issue("two");
    hang_up(&server);
    let begun = Instant::now();
    while !reads("two") {
        assert!(begun.elapsed() < Duration::from_secs(20), "the new certificate is not used");
        sleep(Duration::from_millis(100));
    }
    assert!(!reads("one"));
    assert_eq!(server.end(), Some(0));
}

#[test]
fn a_server_without_tls_outlives_a_hangup() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(&[Path::new("--store"), &folder.path().join("board")]);
    assert_eq!(server.ask("GET", "/healthz", &[]).0, 200);
    hang_up(&server);
    sleep(Duration::from_millis(300));
    assert_eq!(server.ask("GET", "/healthz", &[]).0, 200);
    assert_eq!(server.end(), Some(0));
}
