//! Where a board lies, as people say it: a folder, an archive, or a URL.

use std::convert::Infallible;
use std::ffi::OsString;
use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf, absolute};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Failure;

/// A folder or an archive of this machine, or a URL: a web server's (`https://…`, `http://…`) or an object
/// store's (`s3://…`, `gs://…`, `az://…`). What holds `://` is a URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Locator {
    /// A folder or a file of this machine.
    Path(PathBuf),
    /// A place that is reached over a network, as it was typed, without slashes at its end.
    Url(String),
}

impl Locator {
    /// The folder or file, if it is one of this machine.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Locator::Path(path) => Some(path),
            Locator::Url(_) => None,
        }
    }

    /// The same place, whatever folder a program is started in.
    ///
    /// # Errors
    /// When the system cannot name the present folder.
    pub fn absolute(&self) -> Result<Locator, Failure> {
        match self {
            Locator::Path(path) => absolute(path)
                .map(Locator::Path)
                .map_err(|error| Failure::io("cannot name the folder", path, &error)),
            Locator::Url(_) => Ok(self.clone()),
        }
    }
}

impl Display for Locator {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Locator::Path(path) => path.display().fmt(formatter),
            Locator::Url(url) => url.fmt(formatter),
        }
    }
}

impl From<OsString> for Locator {
    fn from(text: OsString) -> Locator {
        match text.to_str().filter(|text| text.contains("://")) {
            Some(url) => Locator::Url(url.trim_end_matches('/').to_owned()),
            None => Locator::Path(PathBuf::from(text)),
        }
    }
}

impl From<PathBuf> for Locator {
    fn from(path: PathBuf) -> Locator {
        Locator::Path(path)
    }
}

impl From<String> for Locator {
    fn from(text: String) -> Locator {
        Locator::from(OsString::from(text))
    }
}

impl From<Locator> for String {
    fn from(locator: Locator) -> String {
        locator.to_string()
    }
}

impl FromStr for Locator {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Locator, Infallible> {
        Ok(Locator::from(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_told_from_paths() {
        let url = |text: &str| Locator::Url(text.to_owned());
        let read = |text: &str| Locator::from(text.to_owned());
        assert_eq!(read("https://board.example/town/"), url("https://board.example/town"));
        assert_eq!(read("s3://bucket/town"), url("s3://bucket/town"));
        for path in ["board/", "/srv/board", "election.psephos", "C:\\board", "s3:bucket", ""] {
            assert_eq!(read(path), Locator::Path(path.into()), "{path}");
        }
        assert_eq!(String::from(read("gs://b/c//")), "gs://b/c");
    }

    #[test]
    fn a_path_becomes_absolute_and_a_url_stays() {
        let place = Locator::from("board".to_owned()).absolute().unwrap();
        assert!(place.path().unwrap().is_absolute());
        let url = Locator::from("http://127.0.0.1:8080".to_owned());
        assert_eq!(url.absolute().unwrap(), url);
    }
}
