//! Files that never change, whole or in part: conditional requests and ranges (RFC 9110, §13 and §14).

use std::ops::Range;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use psephos_core::Digest;

use crate::problem::Problem;

/// What is answered to a request for a file of this length.
#[derive(Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    Whole,
    /// This part.
    Part(Range<u64>),
    /// Nothing: the client has it.
    Unchanged,
    /// Nothing: the range begins behind the end.
    Nothing,
}

/// Reads the conditions of a request. What they ask for that is not understood is passed over, as they may be.
pub fn wanted(headers: &HeaderMap, tag: &str, length: u64) -> Wanted {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(tags) = text(header::IF_NONE_MATCH)
        && tags.split(',').any(|other| {
            let other = other.trim();
            other == "*" || other.trim_start_matches("W/") == tag
        })
    {
        return Wanted::Unchanged;
    }
    let changed = text(header::IF_RANGE).is_some_and(|other| other != tag);
    match text(header::RANGE) {
        Some(range) if !changed => part(range, length).unwrap_or(Wanted::Whole),
        _ => Wanted::Whole,
    }
}

/// One range of bytes; none where it is no such thing.
fn part(range: &str, length: u64) -> Option<Wanted> {
    let (first, last) = range.strip_prefix("bytes=")?.trim().split_once('-')?;
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number that is too large is behind every end.
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let part = match (first, last) {
        ("", last) => length.saturating_sub(number(last)?)..length,
        (first, "") => number(first)?..length,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(length)
        }
    };
    Some(if part.is_empty() { Wanted::Nothing } else { Wanted::Part(part) })
}

/// The entity tag of what is named by this digest.
pub fn tag(digest: &Digest) -> String {
    format!("\"{}\"", hex::encode(digest))
}

/// The answer to a request for a file; `body` gives the bytes of a range.
pub fn answer(
    method: &Method,
    headers: &HeaderMap,
    tag: &str,
    length: u64,
    body: impl FnOnce(Range<u64>) -> Result<Body, Problem>,
) -> Result<Response, Problem> {
    let range = match wanted(headers, tag, length) {
        Wanted::Whole => 0..length,
        Wanted::Part(range) => range,
        Wanted::Unchanged => return Ok(lasting(StatusCode::NOT_MODIFIED.into_response(), tag)),
        Wanted::Nothing => return Ok(behind_the_end(length)),
    };
    let bytes = range.end - range.start;
    let part =
        (bytes < length).then(|| format!("bytes {}-{}/{length}", range.start, range.end - 1));
    let body = if *method == Method::HEAD { Body::empty() } else { body(range)? };
    let mut response = lasting(body.into_response(), tag);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    let kind = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(part) = part.and_then(|part| HeaderValue::try_from(part).ok()) {
        headers.insert(header::CONTENT_RANGE, part);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// What is named by its bytes, or can only be added, never changes.
fn lasting(mut response: Response, tag: &str) -> Response {
    let headers = response.headers_mut();
    let lasts = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(header::CACHE_CONTROL, lasts);
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn behind_the_end(length: u64) -> Response {
    let detail = format!("the range begins behind the end, which is at {length}");
    let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, detail, "you may have all of it");
    let mut response = problem.into_response();
    if let Ok(range) = HeaderValue::try_from(format!("bytes */{length}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(header::HeaderName, &str)]) -> Wanted {
        let pairs = pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap()));
        wanted(&pairs.collect(), "\"t\"", 10)
    }

    #[test]
    fn ranges_are_read_as_rfc_9110_says() {
        let range = |text| asked(&[(header::RANGE, text)]);
        assert_eq!(range("bytes=0-3"), Wanted::Part(0..4));
        assert_eq!(range("bytes=4-"), Wanted::Part(4..10));
        assert_eq!(range("bytes=-3"), Wanted::Part(7..10));
        assert_eq!(range("bytes=-99"), Wanted::Part(0..10));
        assert_eq!(range("bytes=9-99999999999999999999"), Wanted::Part(9..10));
        for nothing in ["bytes=10-", "bytes=-0", "bytes=99999999999999999999-"] {
            assert_eq!(range(nothing), Wanted::Nothing, "{nothing}");
        }
        for ignored in
            ["bytes=3-2", "bytes=", "bytes=a-b", "rows=1-2", "bytes=0-1,3-4", "bytes=+1-2"]
        {
            assert_eq!(range(ignored), Wanted::Whole, "{ignored}");
        }
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        assert_eq!(asked(&[(header::IF_NONE_MATCH, "\"s\", W/\"t\"")]), Wanted::Unchanged);
        assert_eq!(asked(&[(header::IF_NONE_MATCH, "*")]), Wanted::Unchanged);
        assert_eq!(asked(&[(header::IF_NONE_MATCH, "\"s\"")]), Wanted::Whole);
        let range = (header::RANGE, "bytes=1-2");
        assert_eq!(asked(&[range.clone(), (header::IF_RANGE, "\"t\"")]), Wanted::Part(1..3));
        assert_eq!(asked(&[range, (header::IF_RANGE, "\"s\"")]), Wanted::Whole);
    }
}
