//! Boards that are reached over a network, and the small files that servers of one board share.
//!
//! What is read here is as untrusted as what lies in a folder: records are verified and blobs hashed by whoever
//! reads them. Calls block: make them on threads that may wait.

mod download;
mod files;
pub mod object;
mod open;
mod room;
mod runtime;
mod web;

pub use files::{Files, FilesError, FolderFiles};
pub use open::{create_board, files_beside, is_web, open_board, open_writable};
pub use room::leave_room;
pub use web::{HandedIn, Polls, WebBoard};
