//! A network between programs and servers: connections are spread over the servers, and in bad weather cut and slowed.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use chacha20::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

/// What becomes of connections.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Nothing.
    Fair,
    /// Of eight connections two are cut and one is slow.
    Rough,
}

/// Bytes that a connection is cut after, at the latest.
const CUT_AFTER: u64 = 4000;
/// Bytes that a slow connection lets through at a time.
const TRICKLE: usize = 300;
const PAUSE: Duration = Duration::from_millis(4);

/// A way to some servers.
pub struct Network {
    /// Where programs connect to.
    pub address: SocketAddr,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    cut: AtomicU64,
    slow: AtomicU64,
}

/// What happens to one connection.
#[derive(Clone, Copy)]
struct Fate {
    /// Bytes in one direction after which it is cut.
    cut: Option<u64>,
    slow: bool,
}

impl Network {
    /// A way to the servers at these addresses, which take turns.
    pub fn to(servers: &[SocketAddr], weather: Weather, seed: u64) -> Network {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let counts = Arc::<Counts>::default();
        let (servers, shared) = (servers.to_vec(), Arc::clone(&counts));
        // It ends with the test.
        thread::spawn(move || {
            let mut random = ChaCha20Rng::seed_from_u64(seed);
            let mut turns = servers.iter().cycle();
            for client in listener.incoming().flatten() {
                let server = *turns.next().expect("a server");
                let fate = Fate::draw(weather, &mut random);
                let counts = Arc::clone(&shared);
                thread::spawn(move || connect(&client, server, fate, &counts));
            }
        });
        Network { address, counts }
    }

    /// How many connections were cut, and how many were slow.
    pub fn accidents(&self) -> (u64, u64) {
        (self.counts.cut.load(Ordering::Relaxed), self.counts.slow.load(Ordering::Relaxed))
    }
}

impl Fate {
    fn draw(weather: Weather, random: &mut ChaCha20Rng) -> Fate {
        let (drawn, after) = (random.next_u64() % 8, random.next_u64() % CUT_AFTER);
        let rough = weather == Weather::Rough;
        Fate { cut: (rough && drawn < 2).then_some(after), slow: rough && drawn == 2 }
    }
}

/// Carries one connection, until one of both ends it or it is cut.
fn connect(client: &TcpStream, server: SocketAddr, fate: Fate, counts: &Counts) {
    // A server that was just killed: the client finds its connection closed.
    let Ok(server) = TcpStream::connect(server) else { return };
    counts.slow.fetch_add(u64::from(fate.slow), Ordering::Relaxed);
    thread::scope(|scope| {
        scope.spawn(|| carry(client, &server, fate, counts));
        carry(&server, client, fate, counts);
    });
}

fn carry(mut from: &TcpStream, mut to: &TcpStream, fate: Fate, counts: &Counts) {
    let mut piece = vec![0; if fate.slow { TRICKLE } else { 1 << 16 }];
    let mut left = fate.cut.unwrap_or(u64::MAX);
    while let Ok(count @ 1..) = from.read(&mut piece) {
        if fate.slow {
            thread::sleep(PAUSE);
        }
        let passed = (count as u64).min(left);
        left -= passed;
        if to.write_all(&piece[..passed as usize]).is_err() {
            break;
        }
        if left == 0 {
            counts.cut.fetch_add(1, Ordering::Relaxed);
            break;
        }
    }
    // Closed already is as good.
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
