//! What authority and trustee share beneath their commands: a home folder that no second run can enter, an
//! encrypted key file, an outbox of what was signed, and a station that audits a board, signs and offers.
//!
//! Two rules are kept here. A record is stored before it is offered, and no second one is ever signed under
//! its counter. And a board is acted on only as the continuation of the one verified before.

mod backup;
mod destroy;
mod entropy;
mod home;
mod key_file;
mod keys;
mod new_file;
mod outbox;
mod passphrase;
mod place;
mod since;
mod station;
pub mod status;
pub mod terms;

pub use backup::{backup, restore};
pub use destroy::destroy;
pub use entropy::entropy;
pub use home::{Home, HomeFile, Known};
pub use key_file::{read_key, write_key};
pub use keys::{make_key, make_vault, open_vault, signing_key, vault_failure};
pub use new_file::NewFile;
pub use outbox::{Outbox, Stored};
pub use passphrase::Passphrase;
pub use place::{OUTGOING, open_board};
pub use station::{Audited, Offered, Station, audit_failure, board_failure, refusal_failure};
