#![doc = "psephos-core"]
