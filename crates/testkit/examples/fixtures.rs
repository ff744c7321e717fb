//! Writes the stored elections anew: `cargo run -p psephos-testkit --example fixtures -- fixtures`.

use std::path::Path;
use std::{env, fs};

use psephos_testkit::stories::VALID;

fn main() {
    let folder = env::args().nth(1).expect("the folder of the fixtures");
    for (name, make) in VALID {
        let place = Path::new(&folder).join("valid").join(name);
        if place.exists() {
            fs::remove_dir_all(&place).expect("an old fixture that can be removed");
        }
        let election = make();
        election.board.write_to(&place.join("board")).expect("a folder that can be written");
        let report = election.audit().report.to_json();
        fs::write(place.join("expected.json"), report + "\n").expect("a file that can be written");
    }
}
