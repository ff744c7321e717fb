//! The newest note, served over http.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::IntoResponse;
use axum::routing::get;
use hyper_util::rt::TokioTimer;
use psephos_console::{Exit, Failure, say};
use psephos_record::checkpoint::{Note, WitnessKey};

/// Nobody needs longer to ask for a few hundred bytes.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is served, and by a thread of its own.
pub struct Listener {
    newest: Arc<RwLock<Option<String>>>,
}

impl Listener {
    /// Begins to serve.
    pub fn start(address: SocketAddr, key: &WitnessKey) -> Result<Listener, Failure> {
        let failed = |error| {
            Failure::new(Exit::Io, format!("cannot listen: {error}"))
                .at(address.to_string())
                .advice("give another address or port with --listen; port 0 takes a free one")
        };
        let listener = TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        say(format!("Serving at http://{}/", listener.local_addr().map_err(failed)?));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(failed)?;
        let newest: Arc<RwLock<Option<String>>> = Arc::default();
        let routes = routes(newest.clone(), format!("{key}\n"));
        // It ends with the program.
        thread::spawn(move || runtime.block_on(serve(listener, routes)));
        Ok(Listener { newest })
    }

    /// From now on this note is served.
    pub fn show(&self, note: &Note) {
        *self.newest.write().unwrap_or_else(PoisonError::into_inner) = Some(note.to_string());
    }
}

/// HTTP/1.1 alone: it has a time for the head of each request.
async fn serve(listener: TcpListener, routes: Router) -> io::Result<()> {
    let mut server = axum_server::from_tcp(listener)?.http1_only();
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    server.serve(routes.into_make_service()).await
}

fn routes(newest: Arc<RwLock<Option<String>>>, key: String) -> Router {
    let note = move || async move {
        let note = newest.read().unwrap_or_else(PoisonError::into_inner).clone();
        match note {
            Some(note) => text(StatusCode::OK, note),
            None => text(StatusCode::NOT_FOUND, "nothing was cosigned yet\n".into()),
        }
    };
    let key = move || async move { text(StatusCode::OK, key) };
    Router::new().route("/", get(note)).route("/key", get(key))
}

fn text(status: StatusCode, body: String) -> axum::response::Response {
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, body).into_response()
}
