#![doc = "psephos-record"]
