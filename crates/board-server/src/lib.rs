//! A board that is read and written over HTTP (spec/board-server.md).
//!
//! The server orders and stores what others have signed. It refuses what is malformed, unsigned or out of phase,
//! and nobody relies on that: whoever reads verifies.

mod app;
mod body;
mod connections;
mod keeper;
mod limits;
mod metrics;
mod pace;
mod polls;
mod probe;
mod problem;
mod routes;
mod server;
mod shares;
mod showcase;
mod trackers;
mod uploads;

pub use app::{App, BeginError};
pub use keeper::{Announce, Gate, Keeper, Placement, Refusal, Store};
pub use limits::{Limits, Rooms};
pub use probe::ProbeError;
pub use problem::Problem;
pub use routes::{documented, router};
pub use server::{Certificate, Listening, Settings, serve};
pub use showcase::{clock, write as write_page};
pub use uploads::Stored;
