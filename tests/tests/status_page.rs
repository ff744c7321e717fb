//! The public page of a board: in a real browser from the first record to the last, and as a file.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use psephos_tests::{Outcome, json, programs, root};

/// Names under which systems have the browser.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

fn text(path: &Path) -> &str {
    path.to_str().expect("a name in UTF-8")
}

/// Ends with the test, whatever becomes of it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server of the board in this folder, and its URL.
fn serve(board: &Path, more: &[&str]) -> (Running, String) {
    let mut command = programs().command("psephos-board");
    command.args(["serve", "--listen", "127.0.0.1:0", "--json", "--quiet", "--store", text(board)]);
    let mut running =
        Running(command.args(more).stdout(Stdio::piped()).spawn().expect("it starts"));
    let mut line = String::new();
    let out = running.0.stdout.take().expect("its output");
    BufReader::new(out).read_line(&mut line).expect("where it listens");
    let url = json(&line)["url"].as_str().expect("a URL").to_owned();
    (running, url)
}

/// A program on the path.
fn find(names: &[&str]) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let candidates = env::split_paths(&folders)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    candidates.into_iter().find(|path| path.is_file())
}

/// The browser, what runs the script, and the folder with its modules; says so where one is missing.
fn browser() -> Option<[PathBuf; 3]> {
    let given = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.exists());
    let browser = given("PSEPHOS_CHROMIUM").or_else(|| find(&BROWSERS));
    let modules = given("PSEPHOS_NODE_MODULES")
        .or_else(|| Some(root().join("tests/browser/node_modules")).filter(|path| path.is_dir()));
    let all = [browser, find(&["node"]), modules];
    if let [Some(browser), Some(node), Some(modules)] = all {
        return Some([browser, node, modules]);
    }
    println!(
        "skipped: this takes a Chromium, node, and `npm install` in tests/browser (or PSEPHOS_CHROMIUM and \
         PSEPHOS_NODE_MODULES)"
    );
    None
}

#[test]
fn a_whole_election_is_watched_in_a_browser() {
    let Some([chromium, node, modules]) = browser() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (board, pictures) = (folder.path().join("board"), folder.path().join("pictures"));
    let pictures = env::var_os("PSEPHOS_PICTURES").map_or(pictures, PathBuf::from);
    fs::create_dir_all(&pictures).expect("made");
    let (_server, url) = serve(&board, &[]);
    let mut watch = Command::new(node);
    watch.arg(root().join("tests/browser/watch.mjs")).arg(&url);
    watch.args([&chromium, &modules, &pictures]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut watching = Running(watch.spawn().expect("node starts"));
    let mut errors = BufReader::new(watching.0.stderr.take().expect("what it says"));
    let mut line = String::new();
    errors.read_line(&mut line).expect("that it watches");
    assert_eq!(line, "watching\n", "{}", std::io::read_to_string(errors).unwrap_or_default());
    let rehearse = ["rehearse", "--board", text(&board), "--quiet"];
    programs().authority(&rehearse).exits(0);
    let out = watching.0.stdout.take().expect("what it has seen");
    let seen = json(&std::io::read_to_string(out).expect("text"));
    assert_eq!(seen["wrong"], serde_json::json!([]), "{seen:#}");
    for view in ["desk", "phone"] {
        let steps = seen["seen"][view].as_array().expect("steps");
        assert_eq!(steps.first().expect("one"), "Nothing has begun", "{view}");
        assert_eq!(steps.last().expect("one"), "The election is over", "{view}");
        assert!(steps.len() >= 4, "{view}: it was not followed: {steps:?}");
    }
}

#[test]
fn the_page_is_a_file_too_and_shows_witnesses() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = folder.path().join("site");
    let election = root().join("fixtures/valid/witnessed");
    let board = election.join("board");
    let write = |more: &[&str]| {
        let page = ["page", "--store", text(&board), "--output", text(&site)];
        programs().run("psephos-board", &[&page[..], more].concat())
    };
    write(&[]).exits(0);
    let page = fs::read_to_string(site.join("index.html")).expect("a page");
    assert!(page.contains("The election is over") && !page.contains("<script"), "{page}");
    write(&[]).exits(0);
    fs::write(site.join("index.html"), "mine").expect("written");
    write(&[]).exits(64).says(&["no page of Psephos"]);
}

#[test]
fn a_server_keeps_what_its_witnesses_send() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (board, key) = (folder.path().join("board"), folder.path().join("key"));
    let passphrase = folder.path().join("passphrase");
    fs::write(&passphrase, "of a witness\n").expect("written");
    let election = root().join("fixtures/valid/witnessed/board");
    for part in ["records", "blobs"] {
        fs::create_dir_all(board.join(part)).expect("made");
        for entry in fs::read_dir(election.join(part)).expect("a folder") {
            let entry = entry.expect("an entry");
            fs::copy(entry.path(), board.join(part).join(entry.file_name())).expect("copied");
        }
    }
    let secret = ["--passphrase-file", text(&passphrase)];
    let make = ["key", "--output", text(&key), "--name", "witness.example/one", "--throwaway"];
    let made = programs().run("psephos-witness", &[&make[..], &secret].concat()).exits(0);
    let line = made.out.lines().next().expect("a line").to_owned();
    let watch = |url: &str| -> Outcome {
        let watch = ["watch", url, "--key", text(&key), "--once", "--post", url];
        programs().run("psephos-witness", &[&watch[..], &secret].concat())
    };
    let (stranger, url) = serve(&board, &[]);
    watch(&url).exits(74).says(&["did not take the note", "must know this witness's key"]);
    drop(stranger);
    let (_server, url) = serve(&board, &["--witness-key", &line]);
    watch(&url).exits(0);
    let site = folder.path().join("site");
    let page = ["page", "--store", text(&board), "--output", text(&site), "--witness-key", &line];
    programs().run("psephos-board", &page).exits(0);
    let page = fs::read_to_string(site.join("index.html")).expect("a page");
    assert!(page.contains("witness.example/one") && page.contains("the whole record"));
    // What the server has kept is what an auditor asks for.
    let kept = board.join("cosignatures");
    let kept = fs::read_dir(kept).expect("a folder").next().expect("a witness").expect("an entry");
    let note = fs::read_dir(kept.path()).expect("notes").next().expect("one").expect("an entry");
    let asked =
        [text(&board), "--witness", text(&note.path()), "--witness-key", &line].map(str::to_owned);
    programs().verifier(&asked).exits(0);
}
