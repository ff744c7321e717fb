//! Notes, sent to a board server.

use psephos_console::{Exit, Failure};
use psephos_record::checkpoint::Note;
use psephos_remote::{HandedIn, Polls};

/// A board server that is sent every new note.
pub struct Post {
    url: String,
    server: Polls,
    /// The newest one that it has taken.
    sent: Option<Note>,
}

impl Post {
    /// The server of the board at this URL.
    pub fn to(url: &str) -> Result<Post, Failure> {
        let server = Polls::at(url).map_err(|error| Failure::usage(error.to_string()))?;
        Ok(Post { url: url.to_owned(), server, sent: None })
    }

    /// Sends a note, unless it was the last one that was taken.
    pub fn send(&mut self, note: &Note) -> Result<(), Failure> {
        if self.sent.as_ref() == Some(note) {
            return Ok(());
        }
        let refused = match self.server.cosignature(note.to_string().as_bytes()) {
            Ok(HandedIn::Taken(_)) => {
                self.sent = Some(note.clone());
                return Ok(());
            }
            Ok(HandedIn::Elsewhere) => {
                let what = "it publishes a board, but takes no notes; is it a psephos-board?";
                Failure::new(Exit::Io, what).at(self.url.clone())
            }
            Err(error) => Failure::new(Exit::Io, error.to_string()),
        };
        Err(refused.advice("the note is kept, and sent again at the next look"))
    }
}
