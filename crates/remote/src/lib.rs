//! Boards that are reached over a network, and the small files that servers of one board share.
//!
//! What is read here is as untrusted as what lies in a folder: records are verified and blobs hashed by whoever
//! reads them. Calls block; see [`object`] for stores.

mod download;
mod files;
pub mod object;
mod runtime;
mod web;

pub use files::{Files, FilesError, FolderFiles};
pub use web::WebBoard;
