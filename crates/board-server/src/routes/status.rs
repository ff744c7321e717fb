//! How far the election is, as its records tell it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use psephos_audit::{BatchView, ExcludedView, ManifestView, Phase, View};
use psephos_console::numbered;
use psephos_protocol::{awaited, done, phase};
use psephos_record::board::{Board, read_body};
use psephos_record::bodies::{Blob, Body};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::files::fresh;
use super::ranges::tag;
use crate::app::App;
use crate::problem::{Problem, Told};

/// How far the election is. No list and no proof was looked at for it: an audit does that.
#[derive(Serialize, ToSchema)]
struct Status {
    /// The election's title.
    title: Option<String>,
    /// How far it is, in words.
    phase: &'static str,
    /// Records on the board.
    records: u64,
    /// SHA3-256 of the last record's file, in hex.
    head: String,
    /// The election's id: the manifest's digest, in hex.
    election: Option<String>,
    /// The boxes, in the manifest's order.
    boxes: Vec<BoxStatus>,
    /// The trustees, by number.
    trustees: Vec<TrusteeStatus>,
    /// Who is awaited, and for what.
    awaited: Vec<AwaitedStatus>,
    /// The batches, in the manifest's order.
    batches: Vec<BatchStatus>,
    /// Records and trustees that are left out.
    excluded: Vec<ExcludedStatus>,
    /// The record of the result.
    result: Option<u64>,
    /// The record of the seal.
    seal: Option<u64>,
}

#[derive(Serialize, ToSchema)]
struct BoxStatus {
    /// Its index.
    #[serde(rename = "box")]
    box_index: u64,
    id: String,
    /// Ballots on the board, whether they count or not.
    ballots: u64,
}

#[derive(Serialize, ToSchema)]
struct TrusteeStatus {
    /// Its number, from 0.
    trustee: u64,
    name: String,
    /// What it has done, in the order of the protocol.
    done: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
struct AwaitedStatus {
    /// `authority`, or `trustee` and its number.
    who: String,
    /// What is due, in words.
    to: String,
}

/// What the PANORAMIX controller calls an endpoint (spec/board-server.md, §9).
#[derive(Serialize, ToSchema)]
struct BatchStatus {
    /// Index of its box.
    #[serde(rename = "box")]
    box_index: u64,
    /// Its index in the box.
    batch: u64,
    id: String,
    /// How far it is.
    cycle: Cycle,
    /// Fewest ballots that its box may close with.
    minimum: u64,
    /// Most ballots that can count, by the roll; none in an open election.
    maximum: Option<u64>,
    /// What goes in: the accepted rows.
    inbox: Option<ListStatus>,
    /// What trustees have made of it, mix by mix.
    process: Vec<MixStatus>,
    /// Trustees whose shares stand.
    shares: Vec<u64>,
    /// What comes out: the decrypted rows.
    outbox: Option<ListStatus>,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Cycle {
    /// The election is not open yet.
    Planned,
    /// It takes ballots.
    Open,
    /// It takes no more, and is being mixed.
    Closed,
    /// Every mix that is due stands.
    Mixed,
    /// There are enough shares.
    Decrypted,
    /// The result stands.
    Published,
}

#[derive(Serialize, ToSchema)]
struct ListStatus {
    /// In hex; the list is at blobs/ and this.
    root: String,
    rows: u64,
    row_length: u64,
}

#[derive(Serialize, ToSchema)]
struct MixStatus {
    trustee: u64,
    record: u64,
    /// Its place in the chain, from 0.
    position: u64,
    /// Whether it is in its place; its proof was not looked at.
    valid: bool,
    list: ListStatus,
}

#[derive(Serialize, ToSchema)]
struct ExcludedStatus {
    /// The record that excludes.
    by: u64,
    /// The record that is left out.
    record: Option<u64>,
    /// The check that it fails.
    check: Option<String>,
    /// The trustee that does not mix.
    trustee: Option<u64>,
}

/// These routes.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_status))
}

/// How far the election is, who has done what, and who is awaited.
#[utoipa::path(get, path = "/api/v1/status", tag = "board", responses(
    (status = 200, description = "as its records tell it", body = Status),
    (status = 304, description = "as it was under the tag in `If-None-Match`"),
    (status = 503, description = "too much to do", body = Told,
        content_type = "application/problem+json")))]
async fn get_status(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let (head, json) = match app.keeper.status() {
        Some(known) => known,
        None => app.blocking(|app| app.keeper.describe(&encode)).await??,
    };
    let tag = tag(&head);
    let known = headers.get(header::IF_NONE_MATCH);
    let is_known = known.is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        fresh(StatusCode::OK, json)
    };
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// The status as JSON.
pub fn encode(board: &dyn Board, view: &View) -> Vec<u8> {
    // A structure of strings, numbers and lists always has an encoding.
    serde_json::to_vec(&status(board, view)).unwrap_or_default()
}

fn status(board: &dyn Board, view: &View) -> Status {
    let description = view.description();
    let names = description.map_or(&[][..], |description| &description.trustees);
    Status {
        title: description.map(|description| description.title.clone()),
        phase: phase(view.phase),
        records: view.records,
        head: hex::encode(view.head),
        election: view.manifest.as_ref().map(|standing| hex::encode(standing.election)),
        boxes: boxes(view),
        trustees: numbered(names)
            .map(|(trustee, name)| TrusteeStatus {
                trustee,
                name: name.clone(),
                done: done(view, trustee),
            })
            .collect(),
        awaited: awaited(view)
            .iter()
            .map(|awaited| AwaitedStatus {
                who: awaited.who.number(),
                to: awaited.task.words().into_owned(),
            })
            .collect(),
        batches: batches(board, view),
        excluded: view.exclusions.iter().map(|one| excluded(one.sequence, &one.excluded)).collect(),
        result: view.result,
        seal: view.seal,
    }
}

fn boxes(view: &View) -> Vec<BoxStatus> {
    let boxes = view.description().map_or(&[][..], |description| &description.boxes);
    let line = |(box_index, found): (u64, &psephos_record::bodies::BallotBox)| {
        let own = view.ballots.iter().filter(|record| record.box_index == box_index);
        let ballots = own.map(|record| record.ballots.rows).sum();
        BoxStatus { box_index, id: found.id.clone(), ballots }
    };
    numbered(boxes).map(line).collect()
}

fn excluded(by: u64, excluded: &ExcludedView) -> ExcludedStatus {
    match excluded {
        ExcludedView::Record { sequence, check } => ExcludedStatus {
            by,
            record: Some(*sequence),
            check: Some(check.clone()),
            trustee: None,
        },
        ExcludedView::Trustee { trustee, .. } => {
            ExcludedStatus { by, record: None, check: None, trustee: Some(*trustee) }
        }
    }
}

fn list(blob: &Blob) -> ListStatus {
    ListStatus { root: hex::encode(blob.root), rows: blob.rows, row_length: blob.row_length }
}

/// The batches; none before the manifest.
fn batches(board: &dyn Board, view: &View) -> Vec<BatchStatus> {
    let Some(ManifestView { manifest, .. }) = &view.manifest else { return Vec::new() };
    let description = &manifest.description;
    let outcomes = outcomes(board, view);
    let mut batches = Vec::new();
    for (box_index, ballot_box) in numbered(&description.boxes) {
        for (batch, found) in numbered(&ballot_box.batches) {
            let closed = view
                .batches
                .iter()
                .find(|closed| (closed.box_index, closed.batch_index) == (box_index, batch));
            let outcome = outcomes.iter().find(|outcome| outcome.0 == (box_index, batch));
            batches.push(BatchStatus {
                box_index,
                batch,
                id: found.id.clone(),
                cycle: cycle(view, closed, description.threshold),
                minimum: description.minimum,
                maximum: description.roll.as_ref().map(|roll| roll.rows),
                inbox: closed.map(|closed| list(&closed.first)),
                process: closed.map(mixes).unwrap_or_default(),
                shares: closed.map(shares).unwrap_or_default(),
                outbox: outcome.map(|(_, blob)| list(blob)),
            });
        }
    }
    batches
}

fn cycle(view: &View, batch: Option<&BatchView>, threshold: u64) -> Cycle {
    match batch {
        _ if view.result.is_some() => Cycle::Published,
        None if view.phase == Phase::Voting => Cycle::Open,
        None => Cycle::Planned,
        Some(batch) if batch.quorum(threshold).is_some() => Cycle::Decrypted,
        Some(batch) if batch.next_mixer().is_none() => Cycle::Mixed,
        Some(_) => Cycle::Closed,
    }
}

fn mixes(batch: &BatchView) -> Vec<MixStatus> {
    let line = |mix: &psephos_audit::MixView| MixStatus {
        trustee: mix.trustee,
        record: mix.sequence,
        position: mix.position,
        valid: mix.valid,
        list: list(&mix.output),
    };
    batch.mixes.iter().map(line).collect()
}

fn shares(batch: &BatchView) -> Vec<u64> {
    numbered(&batch.shares)
        .filter(|(_, share)| share.is_some())
        .map(|(trustee, _)| trustee)
        .collect()
}

/// The decrypted list of each batch, by its box and index, once there is a result.
fn outcomes(board: &dyn Board, view: &View) -> Vec<((u64, u64), Blob)> {
    let body = view.result.and_then(|sequence| read_body(board, sequence).ok().flatten());
    let Some(Body::Result(result)) = body else { return Vec::new() };
    let line = |batch: &psephos_record::bodies::BatchResult| {
        ((batch.box_index, batch.batch_index), batch.plaintexts)
    };
    result.batches.iter().map(line).collect()
}
