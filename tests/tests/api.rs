//! The interface against its own description, by a tool that knows nothing else of it: Schemathesis, from PyPI.

use std::path::Path;
use std::process::{Command, Stdio};

use psephos_tests::python::environment;
use psephos_tests::server::Server;

/// What is installed.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// Seconds that it tries.
const SECONDS: &str = "20";
/// What it holds against the server.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,unsupported_method,\
                      allow_header_conformance";

#[test]
fn the_server_answers_as_its_description_says() {
    let python = match environment("schemathesis", SCHEMATHESIS, "schemathesis") {
        Ok(python) => python,
        Err(why) => return println!("skipped: no Schemathesis on this machine: {why}"),
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let board = folder.path().join("board");
    let sealed = psephos_tests::root().join("fixtures/valid/honest/board");
    copy(&sealed, &board);
    let server = Server::start(&[Path::new("--store"), &board]);
    let mut test = Command::new(python.with_file_name("st"));
    test.args(["run", &format!("{}/api/v1/openapi.json", server.url())]);
    // A stream of events does not end; its own tests read it.
    test.args(["--url", &server.url(), "--exclude-path", "/api/v1/events"]);
    test.args(["--max-time", SECONDS, "--checks", CHECKS, "--max-failures", "5"]);
    test.args(["--generation-deterministic", "--no-color"]);
    test.env("SCHEMATHESIS_HOOKS", psephos_tests::root().join("tests/api-hooks.py"));
    let output = test.current_dir(folder.path()).stdin(Stdio::null()).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(server.ask("GET", "/healthz", &[]).0, 200, "it lives");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}
