//! The encrypted key files: what opens them, what does not, and what is on disk.

use std::fs;
use std::path::{Path, PathBuf};

use psephos_secrets::{Vault, VaultError};

const WORK: u8 = 2;
const SECRET: &[u8] = b"a secret of thirty-two bytes ...";

fn folder() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys");
    (dir, path)
}

fn filled(path: &Path) -> Vault {
    let vault = Vault::create(path, "correct horse", WORK).unwrap();
    vault.put("key-share", SECRET).unwrap();
    vault
}

#[test]
fn secrets_come_back_after_reopening() {
    let (_dir, path) = folder();
    let vault = filled(&path);
    vault.put("signing-seed", &[7; 32]).unwrap();
    vault.put("signing-seed", &[8; 32]).unwrap();
    drop(vault);
    let vault = Vault::open(&path, "correct horse").unwrap();
    assert_eq!(vault.list().unwrap(), ["key-share", "signing-seed"]);
    assert_eq!(vault.get("key-share").unwrap().as_slice(), SECRET);
    assert_eq!(vault.get("signing-seed").unwrap().as_slice(), [8; 32]);
    vault.remove("signing-seed").unwrap();
    assert!(!vault.contains("signing-seed") && vault.contains("key-share"));
    assert!(matches!(vault.get("signing-seed"), Err(VaultError::Missing(_))));
}

#[test]
fn a_wrong_passphrase_says_so() {
    let (_dir, path) = folder();
    filled(&path);
    for wrong in ["", "correct horsf", "correct horse "] {
        let error = Vault::open(&path, wrong).unwrap_err();
        assert!(matches!(error, VaultError::WrongPassphrase(_)), "{error}");
        assert!(error.to_string().starts_with("wrong passphrase for "), "{error}");
    }
}

#[test]
fn what_cannot_be_a_vault_is_refused() {
    let (_dir, path) = folder();
    assert!(matches!(Vault::open(&path, "x"), Err(VaultError::Missing(_))));
    assert!(matches!(Vault::create(&path, "", WORK), Err(VaultError::EmptyPassphrase)));
    let vault = filled(&path);
    assert!(matches!(Vault::create(&path, "other", WORK), Err(VaultError::Exists(_))));
    assert_eq!(vault.get("key-share").unwrap().as_slice(), SECRET);
    for name in ["", "identity", "../x", "a/b", "A", "a.b", &"a".repeat(65)] {
        assert!(matches!(vault.put(name, SECRET), Err(VaultError::Name(_))), "{name}");
        assert!(matches!(vault.get(name), Err(VaultError::Name(_))), "{name}");
    }
}

#[test]
fn every_cut_and_every_flip_is_noticed() {
    let (_dir, path) = folder();
    let vault = filled(&path);
    for name in ["identity", "key-share"] {
        let file = path.join(name).with_extension("age");
        let whole = fs::read(&file).unwrap();
        let refused = |bytes: &[u8]| {
            fs::write(&file, bytes).unwrap();
            if name == "identity" {
                Vault::open(&path, "correct horse").is_err()
            } else {
                matches!(vault.get(name), Err(VaultError::Damaged { .. }))
            }
        };
        for length in 0..whole.len() {
            assert!(refused(&whole[..length]), "{name} cut to {length}");
        }
        assert!(refused(&[&whole[..], b"x"].concat()), "{name} lengthened");
        for position in (0..whole.len()).step_by(3) {
            let mut flipped = whole.clone();
            flipped[position] ^= 1;
            assert!(refused(&flipped), "{name} flipped at {position}");
        }
        fs::write(&file, whole).unwrap();
    }
    assert!(Vault::open(&path, "correct horse").is_ok());
}

#[test]
fn a_secret_of_another_vault_is_refused() {
    let ((_a, first), (_b, second)) = (folder(), folder());
    let (_, other) = (filled(&first), filled(&second));
    fs::copy(first.join("key-share.age"), second.join("key-share.age")).unwrap();
    assert!(matches!(other.get("key-share"), Err(VaultError::Damaged { .. })));
}

#[test]
fn nothing_is_in_clear_on_disk() {
    let (_dir, path) = folder();
    let vault = filled(&path);
    vault.put("again", SECRET).unwrap();
    let mut files = 0;
    for entry in fs::read_dir(&path).unwrap() {
        let entry = entry.unwrap();
        let bytes = fs::read(entry.path()).unwrap();
        assert!(bytes.starts_with(b"age-encryption.org/v1\n"), "{:?}", entry.path());
        for clear in [SECRET, b"AGE-SECRET-KEY", b"correct horse"] {
            assert!(!bytes.windows(clear.len()).any(|window| window == clear));
        }
        files += 1;
    }
    assert_eq!(files, 3, "no temporary file is left");
    assert!(!format!("{vault:?}").contains("SECRET"));
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read() {
    use std::os::unix::fs::PermissionsExt;
    let (_dir, path) = folder();
    filled(&path);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&path.join("identity.age")), 0o600);
    assert_eq!(mode(&path.join("key-share.age")), 0o600);
}
