#![doc = "psephos-voter"]
