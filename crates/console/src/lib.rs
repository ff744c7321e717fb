#![doc = "psephos-console"]
