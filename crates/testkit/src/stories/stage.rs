//! Small honest elections up to each stage, made once; two of three trustees decrypt, five ballots.

use std::sync::LazyLock;

use crate::{Election, Plan};

/// Two of three, five ballots.
#[must_use]
pub fn plan() -> Plan {
    Plan::new(3, 2, 5)
}

macro_rules! stages {
    ($($stage:ident),*) => {$(
        #[doc = concat!("[`Election::", stringify!($stage), "`] of [`plan`].")]
        #[must_use]
        pub fn $stage() -> Election {
            static MADE: LazyLock<Election> = LazyLock::new(|| Election::$stage(plan()));
            MADE.clone()
        }
    )*};
}

stages!(enrolled, opened, voted, closed, mixed, shared, published, complete);
