#![doc = "psephos-ballot"]
