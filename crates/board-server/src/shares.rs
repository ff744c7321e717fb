//! What many clients share, so that none of them has all of it: connections, and bytes in memory.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whom a share is counted for: an address, or the block of addresses that one customer has. Nobody where addresses
/// are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Client(Option<IpAddr>);

impl Client {
    /// Whoever comes from this address. One customer has 2^64 addresses of version 6: they count as one.
    pub fn at(address: IpAddr) -> Client {
        Client(Some(match address {
            IpAddr::V6(address) => match address.to_ipv4_mapped() {
                Some(address) => IpAddr::V4(address),
                None => IpAddr::V6(Ipv6Addr::from(u128::from(address) >> 64 << 64)),
            },
            address => address,
        }))
    }
}

/// So much that there is of something, and so much that one client may have of it.
#[derive(Debug)]
pub struct Shares {
    all: u64,
    each: u64,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: u64,
    by_client: HashMap<IpAddr, u64>,
}

/// Why somebody gets no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// Nothing is left for anybody.
    All,
    /// This client has as much as one may have.
    Own,
}

impl Shares {
    /// Nobody has any yet.
    pub fn new(all: u64, each: u64) -> Arc<Shares> {
        Arc::new(Shares { all, each, taken: Mutex::default() })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // Nothing that holds the lock can fail half-way.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a share.
    pub fn take(self: &Arc<Shares>, client: Client, amount: u64) -> Result<Share, Spent> {
        let mut share = Share { shares: Arc::clone(self), client, amount: 0 };
        share.grow(amount)?;
        Ok(share)
    }
}

/// What somebody has, until this is dropped.
#[derive(Debug)]
pub struct Share {
    shares: Arc<Shares>,
    client: Client,
    amount: u64,
}

impl Share {
    /// Takes more.
    pub fn grow(&mut self, amount: u64) -> Result<(), Spent> {
        let mut taken = self.shares.taken();
        let all = taken.all.saturating_add(amount);
        if all > self.shares.all {
            return Err(Spent::All);
        }
        if let Client(Some(address)) = self.client {
            let own = taken.by_client.get(&address).copied().unwrap_or_default();
            let own = own.saturating_add(amount);
            if own > self.shares.each {
                return Err(Spent::Own);
            }
            taken.by_client.insert(address, own);
        }
        taken.all = all;
        self.amount = self.amount.saturating_add(amount);
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.shares.taken();
        taken.all = taken.all.saturating_sub(self.amount);
        let Client(Some(address)) = self.client else { return };
        if let Some(own) = taken.by_client.get_mut(&address) {
            *own = own.saturating_sub(self.amount);
            if *own == 0 {
                taken.by_client.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(address: &str) -> Client {
        Client::at(address.parse().unwrap())
    }

    #[test]
    fn one_client_leaves_something_for_the_others() {
        let shares = Shares::new(10, 6);
        let (one, two) = (client("192.0.2.1"), client("192.0.2.2"));
        let mut first = shares.take(one, 4).unwrap();
        first.grow(2).unwrap();
        assert_eq!(first.grow(1), Err(Spent::Own));
        let second = shares.take(two, 4).unwrap();
        assert_eq!(shares.take(two, 1).err(), Some(Spent::All));
        drop(first);
        assert!(shares.take(one, 6).is_ok());
        drop(second);
        assert!(shares.taken().by_client.is_empty() && shares.taken().all == 0);
        assert!(shares.take(Client::default(), 10).is_ok(), "nobody is counted");
    }

    #[test]
    fn a_customer_is_counted_once() {
        assert_eq!(client("2001:db8::1"), client("2001:db8::ffff:1"));
        assert_ne!(client("2001:db8::1"), client("2001:db8:0:1::1"));
        assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
    }
}
