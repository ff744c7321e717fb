//! `serve`: the board, until somebody ends it.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use psephos_board_server::{App, Certificate, Limits, Listening, Settings, serve};
use psephos_console::{Exit, Failure, say};
use psephos_intake::Intake;
use psephos_participant::{Passphrase, read_key};
use serde_json::json;
use tokio::runtime::Runtime;

use super::place::Place;
use crate::cli::Serve;

/// Serves the board.
pub fn run(arguments: &Serve) -> Result<Exit, Failure> {
    let place = Place::open(arguments)?;
    let limits = Limits {
        connections: arguments.connections,
        connections_per_address: arguments.per_address,
        upload_bytes: arguments.upload_megabytes.saturating_mul(1_000_000),
        ..Limits::default()
    };
    let intake = intake(arguments, &place)?;
    let (store, spool) = (Arc::clone(&place.store), place.spool.clone());
    let app = App::new(store, spool, arguments.authority, limits)
        .map_err(|error| Failure::new(Exit::Io, error.to_string()))?;
    app.try_storage(Arc::clone(&place.files)).map_err(|error| {
        Failure::new(Exit::Io, format!("the storage cannot be used: {error}"))
            .at(arguments.store.to_string())
            .advice("whoever runs the server needs to read and write there")
    })?;
    match &intake {
        Some(intake) => app.take_ballots(Arc::clone(intake)),
        None => app.mind_others(Arc::clone(&place.files)),
    }
    app.take_cosignatures(Arc::clone(&place.files), arguments.witness_key.clone());
    let runtime = Runtime::new()
        .map_err(|error| Failure::new(Exit::Io, format!("cannot start threads: {error}")))?;
    let listening = listen(arguments)?;
    let certificate = certificate(arguments, &runtime)?;
    announce(&listening, certificate.is_some(), arguments.json);
    let end = told_to_end(arguments.leash);
    let served = runtime.block_on(serve(app, Settings { listening, certificate }, end));
    if let Some(intake) = intake {
        intake.post().map_err(|error| {
            Failure::new(Exit::Io, format!("ballots wait to be posted: {error}"))
                .advice("start the server again: it posts everything that has a receipt")
        })?;
    }
    served
        .map(|()| Exit::Valid)
        .map_err(|error| Failure::new(Exit::Io, format!("cannot serve: {error}")))
}

fn listen(arguments: &Serve) -> Result<Listening, Failure> {
    Listening::at(arguments.listen).map_err(|error| {
        Failure::new(Exit::Io, format!("cannot listen: {error}"))
            .at(arguments.listen.to_string())
            .advice("give another address with --listen; port 0 lets the system choose one")
    })
}

/// The certificate, if there is one, after a look at its files: before anybody is told that the board is served.
fn certificate(arguments: &Serve, runtime: &Runtime) -> Result<Option<Certificate>, Failure> {
    let files = arguments.tls_cert.clone().zip(arguments.tls_key.clone());
    let Some((certificate, key)) = files else { return Ok(None) };
    for path in [&certificate, &key] {
        std::fs::File::open(path)
            .map_err(|error| Failure::io("cannot open the file", path, &error))?;
    }
    let files = Certificate { certificate, key };
    match runtime.block_on(files.check()) {
        Ok(()) => Ok(Some(files)),
        Err(error) => {
            Err(Failure::new(Exit::Io, format!("the certificate cannot be used: {error}"))
                .at(files.certificate.display().to_string())
                .advice("--tls-cert and --tls-key want files in PEM that belong together"))
        }
    }
}

/// What takes in ballots, if there is a key for it.
fn intake(arguments: &Serve, place: &Place) -> Result<Option<Arc<Intake>>, Failure> {
    let Some(path) = &arguments.intake_key else { return Ok(None) };
    let passphrase = Passphrase::obtain(arguments.passphrase_file.as_deref())?;
    let key = read_key(path, &passphrase)?;
    let settings = psephos_intake::Settings {
        every: Duration::from_secs(arguments.every),
        per_credential: arguments.per_code,
        ..psephos_intake::Settings::default()
    };
    let (store, files) = (Arc::clone(&place.store), Arc::clone(&place.files));
    Ok(Some(Arc::new(Intake::start(store, files, key, &settings))))
}

/// Says where the board is served, for people or for the program that has started this one.
fn announce(listening: &Listening, is_tls: bool, is_json: bool) {
    let scheme = if is_tls { "https" } else { "http" };
    let url = format!("{scheme}://{}", listening.address());
    if is_json {
        say(json!({ "url": url, "address": listening.address().to_string() }).to_string());
    } else {
        say(format!("The board is served at {url}"));
    }
}

/// Until a signal, or with a leash until standard input closes.
async fn told_to_end(leash: bool) {
    let released = async {
        if !leash {
            return pending::<()>().await;
        }
        let (let_go, released) = tokio::sync::oneshot::channel();
        // A thread of its own: nobody waits for it when a signal comes first.
        std::thread::spawn(move || {
            // Whatever comes from there, its end is what counts.
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            let _ = let_go.send(());
        });
        // Either way there is nobody any more for whom this server runs.
        let _ = released.await;
    };
    tokio::select! {
        () = signalled() => {}
        () = released => {}
    }
}

#[cfg(unix)]
async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => terminate.recv().await,
            Err(_) => pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate => {}
    }
}

#[cfg(not(unix))]
async fn signalled() {
    // A system that tells of no signal is ended by other means.
    if tokio::signal::ctrl_c().await.is_err() {
        pending::<()>().await;
    }
}
