#![doc = "psephos-secrets"]
