//! The command line.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand};
use psephos_console::CommandLine;
use psephos_console::Locator;
use psephos_console::arguments::Verbosity;
use psephos_record::checkpoint::WitnessKey;

/// The board of a Psephos election as a service.
///
/// Orders and stores what others have signed, and hands it out to everybody. Nobody has to trust it: whoever
/// reads the board verifies it, and a server that drops, alters or withholds something is found out.
#[derive(Debug, Parser)]
#[command(name = "psephos-board", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub verbosity: Verbosity,
    /// Log nothing but what goes wrong
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

impl CommandLine for Cli {
    fn verbose(&self) -> u8 {
        if self.quiet { 0 } else { self.verbosity.verbose.saturating_add(1) }
    }
}

const EXAMPLES: &str = "\
Examples:
  psephos-board serve --store /srv/town                    a folder, at http://127.0.0.1:8080
  psephos-board serve --store /srv/town --listen 0.0.0.0:443 \\
      --tls-cert fullchain.pem --tls-key privkey.pem       for everybody, with TLS
  psephos-board serve --store s3://town/board --spool /var/lib/psephos-board
                                                           an object store; several servers may share it
  psephos-board serve --store /srv/town --per-address 0    behind a proxy, which counts connections itself
  psephos-board page --store /srv/town -o /var/www/town      how the election stands, as a file

SIGINT and SIGTERM end it once what was begun is finished; SIGHUP reads the certificate again.

Exit codes: 0 ended as told, 3 the store is no board, 64 wrong command line, 70 fault in the program,
74 reading, writing or listening failed.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves a board until it is told to end
    Serve(Box<Serve>),
    /// Audits a board and writes how the election stands as a page for the public, for any web server
    ///
    /// It is the page that `serve` hands out at the board's root, without what renews it there.
    Page(Page),
    /// Writes the OpenAPI document of the server
    #[command(hide = true)]
    Openapi,
}

#[derive(Args, Debug)]
pub struct Serve {
    /// Where the board lies: a folder, which is made if it is not there, or a place in an object store as
    /// s3://BUCKET/PREFIX, gs://… or az://…, with the keys and the address that the environment gives
    /// (AWS_ACCESS_KEY_ID, AWS_ENDPOINT and the like)
    #[arg(long, value_name = "DIR|URL", default_value = "board")]
    pub store: Locator,
    /// Where to listen; at port 0 the system chooses a port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = address)]
    pub listen: SocketAddr,
    /// The certificate, and those that lead to its root, in PEM: the server speaks TLS
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// The store creates nothing on condition, and this server is the only one that writes to it
    #[arg(long)]
    pub alone: bool,
    /// Where lists lie while they are uploaded; with an object store it has to be given [default: .incoming-uploads
    /// in the board's folder]
    #[arg(long, value_name = "DIR")]
    pub spool: Option<PathBuf>,
    /// The only key that may begin an election here: the authority's, 64 hexadecimal digits
    #[arg(long, value_name = "KEY", value_parser = key)]
    pub authority: Option<[u8; 32]>,
    /// The key that takes in ballots, as `psephos-authority intake-key` wrote it; without it none are taken in
    #[arg(long, value_name = "FILE")]
    pub intake_key: Option<PathBuf>,
    /// Read that key's passphrase from the first line of this file instead of asking
    #[arg(long, value_name = "FILE", requires = "intake_key")]
    pub passphrase_file: Option<PathBuf>,
    /// Seconds between two blocks of ballots: until then a ballot is durable, and not on the board
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub every: u64,
    /// Ballots that one voter's code may hand in
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub per_code: u32,
    /// The key of a witness whose cosignatures are taken and shown, NAME+ID+KEY; may repeat
    #[arg(long, value_name = "KEY", value_parser = witness_key)]
    pub witness_key: Vec<WitnessKey>,
    /// Connections at a time
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub connections: usize,
    /// Connections at a time from one address; 0 does not count them
    #[arg(long, value_name = "N", default_value_t = 256)]
    pub per_address: usize,
    /// Megabytes of lists that one author may have under way
    #[arg(long, value_name = "MB", default_value_t = 65_536)]
    pub upload_megabytes: u64,
    /// Print where it listens as one JSON object
    #[arg(long)]
    pub json: bool,
    /// End when standard input closes
    #[arg(long, hide = true)]
    pub leash: bool,
}

/// `page`: how the election stands, as a file.
#[derive(Args, Debug)]
pub struct Page {
    /// Where the board lies: a folder, an archive, or a URL
    #[arg(long, value_name = "DIR|URL", default_value = "board")]
    pub store: Locator,
    /// The folder to write index.html into; an older page there is replaced, any other file left alone
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// The key of a witness whose cosignatures are shown, NAME+ID+KEY; may repeat
    #[arg(long, value_name = "KEY", value_parser = witness_key)]
    pub witness_key: Vec<WitnessKey>,
}

fn witness_key(text: &str) -> Result<WitnessKey, String> {
    text.parse().map_err(|error| format!("this is no key of a witness: {error}"))
}

/// An address and a port, or the name of a host and a port.
fn address(text: &str) -> Result<SocketAddr, String> {
    let found = text.to_socket_addrs().map_err(|error| {
        format!(
            "want an address and a port, as 127.0.0.1:8080, [::1]:8080 or localhost:8080: {error}"
        )
    })?;
    let mut found: Vec<SocketAddr> = found.collect();
    // Where a name has several, the one that most clients try last is of no use alone.
    found.sort_by_key(SocketAddr::is_ipv6);
    found.first().copied().ok_or_else(|| "no address belongs to this name".to_owned())
}

fn key(text: &str) -> Result<[u8; 32], String> {
    psephos_console::digits("a key", text)
}
