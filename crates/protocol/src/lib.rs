#![doc = "psephos-protocol"]
