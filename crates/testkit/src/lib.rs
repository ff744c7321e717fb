#![doc = "psephos-testkit"]
