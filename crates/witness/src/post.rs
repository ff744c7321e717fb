//! Notes, sent to a board server.

use std::time::Duration;

use psephos_console::{Exit, Failure};
use psephos_record::checkpoint::Note;
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use tokio::runtime::Runtime;

/// A server has as long to take a note.
const PATIENCE: Duration = Duration::from_secs(30);

/// As much of an answer is repeated.
const ANSWER: usize = 300;

/// A board server that is sent every new note.
pub struct Post {
    url: String,
    client: Client,
    runtime: Runtime,
    /// The newest one that it has taken.
    sent: Option<Note>,
}

impl Post {
    /// The server of the board at this URL.
    pub fn to(url: &str) -> Result<Post, Failure> {
        // TLS needs a provider for the whole process; one that is there already is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let failed = |error: String| Failure::usage(format!("cannot send to it: {error}")).at(url);
        let url = format!("{}/api/v1/cosignatures", url.trim_end_matches('/'));
        let parsed = reqwest::Url::parse(&url).map_err(|error| failed(error.to_string()))?;
        let builder = Client::builder().timeout(PATIENCE);
        // Without TLS no certificates are needed: a machine may have none.
        let plain = parsed.scheme() == "http";
        let builder = if plain { builder.tls_certs_only([]) } else { builder };
        let client = builder.build().map_err(|error| failed(error.to_string()))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::internal(error.to_string()))?;
        Ok(Post { url, client, runtime, sent: None })
    }

    /// Sends a note, unless it was the last one that was taken.
    pub fn send(&mut self, note: &Note) -> Result<(), Failure> {
        if self.sent.as_ref() == Some(note) {
            return Ok(());
        }
        let request = self.client.post(&self.url).header(CONTENT_TYPE, "text/plain; charset=utf-8");
        let answer = self.runtime.block_on(async {
            let response = request.body(note.to_string()).send().await?;
            Ok::<_, reqwest::Error>((response.status(), response.text().await?))
        });
        let failed = |what: String| {
            Failure::new(Exit::Io, what).at(self.url.clone()).advice(
                "the note is kept, and sent again at the next look; the server must know this witness's key",
            )
        };
        match answer {
            Ok((status, _)) if status.is_success() => {
                self.sent = Some(note.clone());
                Ok(())
            }
            Ok((status, text)) => {
                let text: String = text.chars().take(ANSWER).collect();
                Err(failed(format!("the server did not take the note: {status} {text}")))
            }
            Err(error) => Err(failed(format!("the note was not sent: {error}"))),
        }
    }
}
