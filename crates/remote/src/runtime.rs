//! Waiting for the network: one runtime for the whole program, behind calls that block.

use std::future::Future;
use std::sync::LazyLock;

use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let built =
        Builder::new_multi_thread().worker_threads(2).thread_name("network").enable_all().build();
    // Without threads no program gets far; there is nobody to hand this to who could go on.
    built.unwrap_or_else(|error| panic!("cannot start the threads for the network: {error}"))
});

/// Runs `work` to its end; the calling thread waits.
///
/// Call it from threads that may block: one of a program without a runtime, or one that another runtime keeps for
/// blocking work (`spawn_blocking`); not from within a future.
pub(crate) fn wait<F: Future>(work: F) -> F::Output {
    RUNTIME.block_on(work)
}

/// Names the provider of cryptography for TLS, once for the whole process, before the first connection is prepared.
pub(crate) fn prepare_tls() {
    // One that is there already is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
