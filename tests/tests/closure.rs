//! What the verifier is made of: no provers, no secrets, no randomness, no network.

use std::collections::BTreeSet;
use std::process::Command;

#[test]
fn the_verifier_links_no_secrets_randomness_or_network() {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["tree", "--package", "psephos-verifier", "--edges", "normal", "--prefix", "none"])
        .args(["--format", "{p}", "--target", "all", "--locked", "--offline"])
        .current_dir(psephos_tests::root())
        .output()
        .expect("cargo starts");
    let listed = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names: BTreeSet<&str> =
        listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.contains("psephos-audit"), "{listed}");
    let banned = [
        "psephos-prove",
        "psephos-secrets",
        "psephos-voter",
        "psephos-participant",
        "psephos-remote",
        "psephos-testkit",
        "age",
        "rand",
        "rand_chacha",
        "getrandom",
        "fastrand",
        "tempfile",
        "socket2",
        "mio",
        "tokio",
        "hyper",
        "reqwest",
        "object_store",
        "ureq",
        "rustls",
    ];
    for name in banned {
        assert!(!names.contains(name), "the verifier links {name}");
    }
}
