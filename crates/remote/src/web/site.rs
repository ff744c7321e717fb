//! Files of a web server, as any publishes them.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, TryStreamExt, future};
use psephos_record::board::BoardError;
use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, HeaderName,
    IF_RANGE, RANGE, RETRY_AFTER, TRANSFER_ENCODING,
};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, ClientBuilder, Response, StatusCode, Version};
use url::Url;

use crate::download::{Opened, Source, Trouble};

/// A silence of the server, or of the line, that is taken for its end.
const SILENCE: Duration = Duration::from_secs(30);
const CONNECTING: Duration = Duration::from_secs(10);
/// What one posting may take: a part of a list on a slow line, or a record that the server audits first.
const POSTING: Duration = Duration::from_secs(300);
const REDIRECTS: usize = 5;
const NAME: &str = concat!("psephos/", env!("CARGO_PKG_VERSION"));

/// What to do about an error, by the words in it: the libraries below say no more.
const FIXES: [(&str, &str); 5] = [
    (
        "Connection refused",
        "nobody listens there: is the server running? Run the command again when it is",
    ),
    (
        "UnknownIssuer",
        "if you trust whoever issued the server's certificate, let SSL_CERT_FILE name theirs (PEM)",
    ),
    ("invalid HTTP version parsed", "does the server speak TLS there? Give https://"),
    ("InvalidContentType", "does the server speak TLS there? If not, give http://"),
    ("failed to lookup address", "is the name right, and this machine on the network?"),
];

/// A web server, and the URL below which a board lies.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    reader: Client,
    writer: Client,
    root: String,
}

impl Site {
    /// A site by its URL; nothing is asked yet.
    pub fn new(url: &str) -> Result<Site, BoardError> {
        Site::patient(url, SILENCE)
    }

    /// A site that may be silent for so long.
    pub fn patient(url: &str, silence: Duration) -> Result<Site, BoardError> {
        let refused = |reason: String| BoardError::NotABoard { path: url.into(), reason };
        let parsed = Url::parse(url).map_err(|error| refused(format!("it is no URL: {error}")))?;
        if parsed.query().is_some() || parsed.fragment().is_some() {
            let reason = "the URL of a board has no `?` and no `#`; give the one below which `records/` lies";
            return Err(refused(reason.into()));
        }
        let plain = parsed.scheme() == "http";
        let hosts = ["localhost", "127.0.0.1", "[::1]"];
        let local = parsed.host_str().is_some_and(|host| hosts.contains(&host));
        let client = |builder: ClientBuilder| {
            let builder = builder
                .user_agent(NAME)
                .connect_timeout(CONNECTING)
                .redirect(Policy::custom(redirect));
            // Without TLS no certificates are needed: a machine may have none.
            let builder = if plain { builder.tls_certs_only([]) } else { builder };
            let builder = if local { builder.no_proxy() } else { builder };
            builder.build().map_err(|error| BoardError::Unreachable {
                place: url.to_owned(),
                action: "prepare a connection",
                reason: format!(
                    "{}; SSL_CERT_FILE names certificates where the system has none",
                    cause(&error)
                ),
            })
        };
        crate::runtime::prepare_tls();
        Ok(Site {
            reader: client(Client::builder().read_timeout(silence))?,
            writer: client(Client::builder().timeout(POSTING))?,
            root: parsed.as_str().trim_end_matches('/').to_owned(),
        })
    }

    /// The board's URL, without a slash at its end.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The URL of a file.
    pub fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.root)
    }

    /// For what changes the board.
    pub fn writer(&self) -> &Client {
        &self.writer
    }

    /// A file that can be read.
    pub fn file(&self, name: String) -> WebFile {
        WebFile { site: self.clone(), name }
    }

    /// How long a file is, without reading it; [`Trouble::Missing`] when there is none.
    pub async fn length(&self, name: &str) -> Result<Option<u64>, Trouble> {
        let url = self.url(name);
        let asked = self.reader.head(&url).header(ACCEPT_ENCODING, "identity").send().await;
        let response = asked.map_err(|error| sending(&error))?;
        match response.status() {
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {}
            _ => {
                let response = judge(response)?;
                if let Some(length) = header(response.headers(), CONTENT_LENGTH) {
                    return Ok(length.parse().ok());
                }
            }
        }
        // A server that does not say it, or does not know the question: one byte is asked for.
        let asked = self.reader.get(&url).header(ACCEPT_ENCODING, "identity");
        let response =
            asked.header(RANGE, "bytes=0-0").send().await.map_err(|error| sending(&error))?;
        if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            return Ok(Some(0));
        }
        let response = judge(response)?;
        Ok(match content_range(response.headers()) {
            Some((_, total)) => total,
            None => header(response.headers(), CONTENT_LENGTH).and_then(|text| text.parse().ok()),
        })
    }
}

/// Few, and never from one kind of connection to the other.
fn redirect(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let scheme = attempt.previous().last().map(|url| url.scheme().to_owned());
    if attempt.previous().len() > REDIRECTS {
        attempt.error("it redirects again and again")
    } else if scheme.as_deref() != Some(attempt.url().scheme()) {
        let there = format!("it redirects to {}: give that URL if you trust it", attempt.url());
        attempt.error(there)
    } else {
        attempt.follow()
    }
}

/// What is behind an error, in the words of whatever failed first.
fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer for too long".into();
    }
    let mut first: &dyn std::error::Error = error;
    while let Some(behind) = first.source() {
        first = behind;
    }
    let text = first.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    match FIXES.iter().find(|(words, _)| text.contains(words)) {
        Some((_, fix)) => format!("{text}; {fix}"),
        None => text.to_owned(),
    }
}

/// A request that brought no answer, or an answer that broke off.
pub(crate) fn sending(error: &reqwest::Error) -> Trouble {
    if error.is_redirect() || error.is_builder() {
        return Trouble::Lasting(cause(error));
    }
    Trouble::Passing(cause(error), None)
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// `bytes first-last/total`.
fn content_range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let range = header(headers, CONTENT_RANGE)?.strip_prefix("bytes ")?;
    let (bounds, total) = range.split_once('/')?;
    Some((bounds.split_once('-')?.0.parse().ok()?, total.parse().ok()))
}

/// How long the server asks to be left alone.
pub(crate) fn retry_after(response: &Response) -> Option<Duration> {
    header(response.headers(), RETRY_AFTER)?.trim().parse().ok().map(Duration::from_secs)
}

/// Whether the same request may succeed later.
pub(crate) fn passes(status: StatusCode) -> bool {
    status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED
        || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
}

/// The answer, if it is a file or a part of one.
fn judge(response: Response) -> Result<Response, Trouble> {
    let status = response.status();
    let said = format!("the server answers {status}");
    match status {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT => {
            match header(response.headers(), CONTENT_ENCODING) {
                None | Some("identity") => Ok(response),
                Some(coding) => Err(Trouble::Lasting(format!(
                    "the server compresses the file ({coding}): switch that off for a board"
                ))),
            }
        }
        // Object stores behind a CDN say 403 of what is not there to whoever may not list them.
        StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::FORBIDDEN => Err(Trouble::Missing),
        _ if passes(status) => Err(Trouble::Passing(said, retry_after(&response))),
        _ => Err(Trouble::Lasting(said)),
    }
}

/// A file of a site.
pub(crate) struct WebFile {
    site: Site,
    name: String,
}

impl WebFile {
    async fn get(&self, from: u64, version: Option<&str>) -> Result<Opened, Trouble> {
        let mut request = self.site.reader.get(self.site.url(&self.name));
        request = request.header(ACCEPT_ENCODING, "identity");
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
            if let Some(version) = version {
                request = request.header(IF_RANGE, version);
            }
        }
        let response = judge(request.send().await.map_err(|error| sending(&error))?)?;
        let headers = response.headers();
        // A weak tag says nothing of single bytes.
        let tag = header(headers, ETAG).filter(|tag| tag.starts_with('"')).map(str::to_owned);
        if version.is_some() && tag.is_some() && tag.as_deref() != version {
            return Err(Trouble::Lasting("it changed while it was read".into()));
        }
        if response.status() == StatusCode::PARTIAL_CONTENT {
            let Some((_, length)) = content_range(headers).filter(|range| range.0 == from) else {
                return Err(Trouble::Lasting(
                    "the server sends another part than was asked".into(),
                ));
            };
            return Ok(Opened { stream: body(response), length, version: tag });
        }
        let length = header(headers, CONTENT_LENGTH).and_then(|length| length.parse().ok());
        let framed =
            response.version() >= Version::HTTP_2 || headers.contains_key(TRANSFER_ENCODING);
        if length.is_none() && !framed {
            let reason =
                "the server does not say how long the file is: a cut would look like its end";
            return Err(Trouble::Lasting(reason.into()));
        }
        Ok(Opened { stream: behind(body(response), from), length, version: tag })
    }
}

impl Source for WebFile {
    fn open(&self, from: u64, version: Option<String>) -> BoxFuture<'_, Result<Opened, Trouble>> {
        async move { self.get(from, version.as_deref()).await }.boxed()
    }
}

type Body = BoxStream<'static, Result<Bytes, Trouble>>;

fn body(response: Response) -> Body {
    response.bytes_stream().map_err(|error| sending(&error)).boxed()
}

/// The stream without its first bytes: of a server that sends whole files only.
fn behind(stream: Body, mut skip: u64) -> Body {
    if skip == 0 {
        return stream;
    }
    stream
        .try_filter_map(move |mut piece| {
            let dropped = piece.len().min(usize::try_from(skip).unwrap_or(usize::MAX));
            skip -= dropped as u64;
            let rest = piece.split_off(dropped);
            future::ready(Ok((!rest.is_empty()).then_some(rest)))
        })
        .boxed()
}
