#![doc = "psephos-audit"]
