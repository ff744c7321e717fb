//! Boards that lie on a web server: any that publishes files can be read, and the board server be written to.

mod board;
mod cache;
mod chain;
mod extent;
mod fetch;
mod polls;
mod post;
mod site;
mod temporary;
#[cfg(test)]
mod tests;
mod upload;

pub use board::WebBoard;
pub use polls::{HandedIn, Polls};
