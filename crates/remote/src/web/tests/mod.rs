//! Boards on web servers, good and bad ones.

#[path = "../../../../record/tests/common/conduct.rs"]
mod conduct;
#[path = "../../../../record/tests/common/messages.rs"]
mod messages;
mod reading;
pub(crate) mod server;
mod writing;

use std::time::Duration;

use super::board::WebBoard;
use crate::download::Patience;

/// For tests: a server that is asked again soon.
const SHORT: Patience =
    Patience { tries: 4, first: Duration::from_millis(5), longest: Duration::from_millis(20) };

fn impatient(mut board: WebBoard) -> WebBoard {
    board.reading = SHORT;
    board.posting = SHORT;
    board
}
