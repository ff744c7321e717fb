//! The registrar's program, and elections with a roll: amended, with receipts.

use std::fs;
use std::path::{Path, PathBuf};

use psephos_proofs::ballot::tracker;
use psephos_tests::{Election, Outcome, SMALL, programs};
use psephos_voter::code::Code;
use tempfile::TempDir;

fn registrar(arguments: &[&str]) -> Outcome {
    programs().run("psephos-registrar", arguments)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of plain letters")
}

/// Codes for this many voters of one box.
fn codes(voters: usize) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = folder.path().join("codes");
    registrar(&["make", "--boxes", &format!("all={voters}"), "--output", text(&output)]).exits(0);
    (folder, output)
}

/// Words and credential of every line of codes.csv.
fn table(codes: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(codes.join("codes.csv")).expect("a table");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("number,voter,box,words,credential"));
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        (cells[3].to_owned(), cells[4].to_owned())
    };
    lines.map(row).collect()
}

#[test]
fn codes_page_and_roll_belong_together() {
    let (_folder, output) = codes(5);
    let table = table(&output);
    assert_eq!(table.len(), 5);
    let roll = fs::read(output.join("roll.bin")).unwrap();
    assert_eq!(roll.len(), 5 * 40);
    assert!(roll.chunks(40).is_sorted_by(|left, right| left < right));
    let page = fs::read_to_string(output.join("codes.html")).unwrap();
    for (words, credential) in &table {
        let code = Code::parse(words).unwrap();
        assert_eq!(hex::encode(code.credential()), *credential);
        assert!(roll.chunks(40).any(|row| row[..32] == code.credential()));
        let listed: Vec<String> = words.split(' ').map(|word| format!("<li>{word}</li>")).collect();
        assert!(page.contains(&listed.join("\n")));
    }
    assert!(!page.contains("<script") && !page.contains("http:") && !page.contains("https:"));
    #[cfg(unix)]
    for (file, mode) in [("codes.csv", 0o600), ("codes.html", 0o600)] {
        use std::os::unix::fs::PermissionsExt;
        let found = fs::metadata(output.join(file)).unwrap().permissions().mode();
        assert_eq!(found & 0o777, mode, "{file}");
    }
    // Nothing is written over it.
    let again = registrar(&["make", "--boxes", "all=1", "--output", text(&output)]);
    again.exits(64).says(&["codes.csv", "there already"]);
    assert_eq!(fs::read(output.join("roll.bin")).unwrap(), roll);
}

#[test]
fn boxes_and_voters_from_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("voters.csv");
    fs::write(&list, "voter,box\n\"Ash, <Kim>\",north\nBo,town\n").unwrap();
    let output = folder.path().join("codes");
    let arguments =
        ["make", "--boxes", "town", "--boxes", "north", "--voters", text(&list), "--output"];
    let told = registrar(&[&arguments[..], &[text(&output), "--json"]].concat()).exits(0).json();
    assert_eq!(told["voters"], 2);
    assert_eq!(told["boxes"][1]["id"], "north");
    let page = fs::read_to_string(output.join("codes.html")).unwrap();
    assert!(page.contains("Ash, &lt;Kim&gt;"));
    fs::write(&list, "voter,box\nBo,town\nAsh,south\n").unwrap();
    let elsewhere = folder.path().join("other");
    let refused = registrar(&[&arguments[..], &[text(&elsewhere)]].concat());
    refused.exits(64).says(&["voters.csv:3", "south"]);
    assert!(!elsewhere.exists());
}

#[test]
fn a_mistyped_word_is_named() {
    let (_folder, output) = codes(1);
    let (words, credential) = table(&output).remove(0);
    let roll = output.join("roll.bin");
    let whole: Vec<&str> = words.split(' ').collect();
    let check = |words: &[&str]| registrar(&[&["check", "--roll", text(&roll)], words].concat());
    let found = check(&whole).exits(0).out;
    assert!(found.contains(&credential) && found.contains("on the roll, in box all"), "{found}");
    let mut wrong = whole.clone();
    wrong[4] = if wrong[4] == "zoo" { "zone" } else { "zoo" };
    check(&wrong).exits(64).says(&["word 5", whole[4]]);
    wrong[4] = "zzz";
    check(&wrong).exits(64).says(&["word 5", "zzz"]);
    check(&whole[..13]).exits(64).says(&["14 words", "13"]);
    // Without words they are read from standard input, which is empty here.
    registrar(&["check"]).exits(64);
}

/// The cards of a table of codes: number, voter, box, words, credential.
fn cards(codes: &Path) -> Vec<[String; 5]> {
    let text = fs::read_to_string(codes).expect("a table");
    let row = |line: &str| {
        let cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        cells.try_into().expect("five cells")
    };
    text.lines().skip(1).map(row).collect()
}

/// The registrar has destroyed the codes, as told, and finds a lost card by what voters know.
#[test]
fn a_lost_card_is_replaced_when_the_codes_are_destroyed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("voters.csv"), "voter,box\nKim Ash,north\nBo,town\n1,town\nKim Ode,town\n")
        .unwrap();
    let boxes = ["--boxes", "town", "--boxes", "north", "--voters", &path("voters.csv")];
    registrar(&[&["make"], &boxes[..], &["--output", &path("codes")]].concat()).exits(0);
    let made = cards(&folder.path().join("codes/codes.csv"));
    let page = fs::read_to_string(path("codes/codes.html")).unwrap();
    assert!(
        page.contains("Kim Ash · box north · card 1") && page.contains("Bo · box town · card 2")
    );
    let register = fs::read_to_string(path("codes/register.csv")).unwrap();
    for [number, voter, place, words, credential] in &made {
        assert!(register.contains(&format!("{number},{voter},{place},{credential}")));
        assert!(
            !register.contains(words) && register.lines().all(|line| line.split(',').count() == 4)
        );
    }
    for name in ["codes/codes.csv", "codes/codes.html"] {
        fs::remove_file(path(name)).unwrap();
    }
    let roll = path("codes/roll.bin");
    let amend = |change: &[&str], name: &str| {
        let common = ["amend", "--roll", &roll, "--reason", "lost", "--output", &path(name)];
        registrar(&[&common[..], change].concat())
    };

    // By the voter's name, and then the new card by its number.
    let told = amend(&["--replace", "Kim Ash"], "kim.amendment").exits(0).out;
    assert!(told.contains("card 5 of Kim Ash, box north, in place of card 1"), "{told}");
    let kim = cards(&folder.path().join("kim.codes.csv"));
    assert_eq!((kim.len(), kim[0][0].as_str(), kim[0][2].as_str()), (1, "5", "north"));
    assert!(!told.contains(&kim[0][3]), "codes stand in their files alone");
    let page = fs::read_to_string(path("kim.codes.html")).unwrap();
    assert!(page.contains("Kim Ash · box north · card 5") && page.contains("<style>"));
    let after = path("kim.amendment");
    let told = amend(&["--after", &after, "--replace", "5"], "again.amendment").exits(0).out;
    assert!(told.contains("card 6 of Kim Ash") && told.contains("in place of card 5"), "{told}");
    amend(&["--after", &after, "--remove", "Kim Ash"], "gone.amendment").exits(0);
    assert!(!folder.path().join("gone.codes.csv").exists(), "nobody has a new code");

    // What is not one card.
    amend(&["--replace", "1"], "bad").exits(64).says(&[
        "several cards",
        "card 1 of Kim Ash",
        "card 3",
    ]);
    // Nor is it, now that card 1 is revoked: the name would have come to mean somebody else.
    amend(&["--after", &after, "--remove", "1"], "bad").exits(64).says(&["several cards"]);
    let told = amend(&["--after", &after, "--remove", "Bo"], "third.amendment").exits(0).out;
    assert!(told.contains("revoked card 2 of Bo"), "{told}");
    amend(&["--replace", "Kim"], "bad").exits(64).says(&["no card and no voter", "Kim"]);
    amend(&["--replace", "9"], "bad").exits(64).says(&["no card and no voter"]);
    amend(&["--replace", &made[1][4][..63]], "bad").exits(64).says(&["63 characters"]);
    amend(&["--replace", &made[1][4]], "bo.amendment").exits(0);
    let told = amend(&["--after", &path("bo.amendment"), "--remove", &made[1][4]], "bad");
    told.exits(64).says(&["not on the roll"]);

    // Voters are added to a box by its id.
    amend(&["--add", "south"], "bad").exits(64).says(&["no box \"south\"", "north, town"]);
    assert!(!folder.path().join("bad.codes.csv").exists() && !folder.path().join("bad").exists());
    let added = amend(&["--add", "north", "--json"], "new.amendment").exits(0).json();
    assert_eq!((&added["codes"][0]["box"], &added["codes"][0]["card"]), (&1.into(), &5.into()));

    // The register lies elsewhere, or is that of another roll.
    fs::rename(path("codes/register.csv"), path("kept.csv")).unwrap();
    amend(&["--remove", "Bo"], "bad").exits(64).says(&["no register", "--register"]);
    amend(&["--add", "7"], "bad").exits(64).says(&["no box \"7\""]);
    amend(&["--remove", "Bo", "--register", &path("kept.csv")], "last.amendment").exits(0);
    registrar(&["make", "--boxes", "town=1", "--output", &path("other")]).exits(0);
    let other = path("other/register.csv");
    amend(&["--remove", "1", "--register", &other], "bad")
        .exits(64)
        .says(&["not that of the roll"]);
}

#[test]
fn boxes_in_another_order_are_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let boxes = "[[box]]\nid = \"a\"\n[[box]]\nid = \"b\"\n";
    fs::write(path("town.toml"), format!("{SMALL}\n{boxes}")).unwrap();
    fs::write(path("passphrase"), "correct horse").unwrap();
    let begin = |roll: &str| {
        let (board, home) = (path(&format!("{roll}-board")), path(&format!("{roll}-home")));
        let (roll, passphrase) = (path(&format!("{roll}/roll.bin")), path("passphrase"));
        let place = ["init", "--throwaway", "--election", &path("town.toml"), "--roll", &roll];
        let files = ["--board", &board, "--home", &home, "--passphrase-file", &passphrase];
        programs().authority(&[&place[..], &files[..]].concat())
    };
    let counts = ["--boxes", "b=1", "--boxes", "a=5", "--output"];
    registrar(&[&["make"], &counts[..], &[&path("swapped")]].concat()).exits(0);
    begin("swapped").exits(64).says(&[
        "another order",
        "card 1 is of box \"b\"",
        "--boxes a=… --boxes b=…",
    ]);
    assert!(!folder.path().join("swapped-board").exists());

    // With the election's file the order on the command line does not matter.
    let election = ["make", "--election", &path("town.toml")];
    let made = registrar(&[&election[..], &counts[..], &[&path("right"), "--json"]].concat())
        .exits(0)
        .json();
    assert_eq!((&made["boxes"][0]["id"], &made["boxes"][0]["voters"]), (&"a".into(), &5.into()));
    let begun = begin("right").exits(0).out;
    assert!(begun.contains("box a: 5 on the roll"), "{begun}");
    let strange = ["--boxes", "a=1", "--boxes", "c=1", "--output", &path("strange")];
    registrar(&[&election[..], &strange[..]].concat()).exits(64).says(&["no box \"c\"", "a, b"]);
}

#[test]
fn rolls_that_are_none_begin_nothing() {
    let (folder, output) = codes(3);
    let good = fs::read(output.join("roll.bin")).unwrap();
    let roll = folder.path().join("bad.bin");
    let toml = folder.path().join("election.toml");
    fs::write(&toml, SMALL).unwrap();
    let passphrase = folder.path().join("passphrase");
    fs::write(&passphrase, "correct horse").unwrap();
    let board = folder.path().join("board");
    let home = folder.path().join("home");
    let cases: [(Vec<u8>, &str); 4] = [
        ([&good[..40], &good[..]].concat(), "stands twice"),
        (good[..79].to_vec(), "79 bytes"),
        ([&good[40..80], &good[..40]].concat(), "increasing order"),
        ([&good[..32], &[1], &[0; 7]].concat(), "votes in box"),
    ];
    for (bytes, words) in cases {
        fs::write(&roll, bytes).unwrap();
        let arguments = [
            "init",
            "--throwaway",
            "--election",
            text(&toml),
            "--board",
            text(&board),
            "--home",
            text(&home),
            "--passphrase-file",
            text(&passphrase),
            "--roll",
            text(&roll),
        ];
        programs().authority(&arguments).exits(64).says(&["bad.bin", words]);
        assert!(!board.exists() && !home.exists());
    }
}

#[test]
fn an_amended_roll_and_receipts() {
    let (folder, output) = codes(4);
    let roll = output.join("roll.bin");
    let table = table(&output);
    let election = Election::begin_with(SMALL, 2, 1, &["--roll", text(&roll)]);

    // Voter 1 has lost the card.
    let amendment = folder.path().join("lost.amendment");
    let lost = table[0].1.as_str();
    let common = ["--roll", text(&roll), "--reason", "card lost", "--output"];
    let made = registrar(
        &[&["amend", "--replace", lost], &common[..], &[text(&amendment), "--json"]].concat(),
    );
    let made = made.exits(0).json();
    assert!(made["files"]["page"].as_str().is_some_and(|page| page.ends_with("lost.codes.html")));
    let replaced = made["codes"][0]["words"].as_str().unwrap().to_owned();
    let stranger = folder.path().join("stranger.amendment");
    let nobody = "11".repeat(32);
    registrar(&[&["amend", "--remove", &nobody], &common[..], &[text(&stranger)]].concat())
        .exits(64)
        .says(&["not on the roll"]);
    election.authority(&["amend", text(&amendment)]).exits(64).says(&["no manifest yet"]);
    election.open();
    election.authority(&["amend", text(&roll)]).exits(64).says(&["no amendment"]);
    election.authority(&["amend", text(&amendment)]).exits(0);
    let again = election.authority(&["amend", text(&amendment)]).exits(0).out;
    assert!(again.contains("already"), "{again}");

    // The lost code, the new one, two others.
    let codes: Vec<String> =
        [&table[0].0, &replaced, &table[1].0, &table[2].0].map(String::clone).to_vec();
    let ballots = election.ballots_by("mayor,park\n1,1\n2,2\n1,1\n1,1\n", &|line| {
        Code::parse(&codes[line]).expect("a code").secret()
    });
    let lost = hex::encode(tracker(&ballots[..ballots.len() / 4]));
    let file = election.path("votes.ballots");
    fs::write(&file, ballots).unwrap();
    let receipts = election.path("receipts");
    election.authority(&["intake", text(&file), "--receipts", text(&receipts)]).exits(0);
    let found =
        programs().run("psephos-voter", &["find", &lost, "--board", text(&election.board())]);
    let found = found.exits(1).out;
    assert!(found.contains("removed from the roll") && found.contains("row 0"), "{found}");
    let mut names: Vec<PathBuf> =
        fs::read_dir(&receipts).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    assert_eq!(names.len(), 4);
    // Before the close a receipt says nothing yet.
    let board = election.board();
    let verify = |more: &[&str]| programs().verifier(&[&[text(&board), "--json"], more].concat());
    verify(&["--receipt", text(&names[0])]).exits(2);

    let closed = election.authority(&["close"]).exits(0).out;
    assert!(closed.contains("may not vote"), "{closed}");
    for _ in 0..2 {
        for trustee in 1..=2 {
            election.trustee(trustee, &["run", "--once"]);
        }
    }
    election.authority(&["publish"]).exits(0);
    let given: Vec<&str> = names.iter().flat_map(|name| ["--receipt", text(name)]).collect();
    let report = verify(&given).exits(0).json();
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("card lost") && warnings.contains("eligibility 1"), "{warnings}");
    assert_eq!(report["results"][1]["votes"]["Yes"], 2);
    assert_eq!(report["anonymity"][0]["voters"], 3);
    assert_eq!(report["anonymity"][0]["unique"], 1);
    let late = election.authority(&["amend", text(&amendment)]);
    assert!(late.exits(0).out.contains("already"));
    // A receipt cut short is none, and proves nothing.
    let cut = election.path("cut.receipt");
    let whole = fs::read(&names[0]).unwrap();
    fs::write(&cut, &whole[..whole.len() - 1]).unwrap();
    let warnings = verify(&["--receipt", text(&cut)]).exits(2).json()["warnings"].to_string();
    assert!(warnings.contains("it is no receipt"), "{warnings}");
}

#[test]
fn a_withheld_ballot_is_proved_by_its_receipt() {
    let election = Election::begin(SMALL, 2, 1);
    election.open();
    let file = election.path("votes.ballots");
    fs::write(&file, election.ballots("mayor,park\n1,1\n")).unwrap();
    // The intake takes a ballot in on a copy of the board, and throws that away.
    copy(&election.path("authority"), &election.path("other-home"));
    copy(&election.board(), &election.path("other-board"));
    let receipts = election.path("receipts");
    let mut intake = election.command("psephos-authority", "intake", "other-home");
    intake.args([&file, Path::new("--board"), &election.path("other-board")]);
    intake.args([Path::new("--receipts"), &receipts]);
    Outcome::of(intake.output().unwrap()).exits(0);
    election.vote("mayor,park\n2,2\n");
    election.authority(&["close"]).exits(0);
    let receipt = fs::read_dir(&receipts).unwrap().next().unwrap().unwrap().path();
    let board = election.board();
    let report =
        programs().verifier(&[text(&board), "--json", "--receipt", text(&receipt)]).exits(1).json();
    assert_eq!(report["failures"][0]["check"], "intake.withheld");
    assert_eq!(report["failures"][0]["culprits"][0], "authority");
}

#[test]
fn a_small_box_closes_under_a_waiver_only() {
    let election = Election::begin(&format!("minimum = 5\n{SMALL}"), 2, 1);
    let waive =
        |id: &str, reason: &str| election.authority(&["waive", "--box", id, "--reason", reason]);
    waive("all", "few voters").exits(64).says(&["not open yet"]);
    election.open();
    election.vote("mayor,park\n1,1\n2,2\n");
    let refused = election.authority(&["close"]).exits(64);
    refused.says(&["minimum of 5", "box all has 2", "waive --box all --reason"]);
    waive("none", "few voters").exits(64).says(&["no box \"none\"", "all"]);
    waive("all", " ").exits(64).says(&["must say something"]);
    waive("all", "few voters").exits(0);
    election.authority(&["close"]).exits(0);
    let report = election.verify().exits(2).json();
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("few voters") && warnings.contains("under a waiver"), "{warnings}");
    let checks = report["checks"].as_array().unwrap();
    let minimum = checks.iter().find(|check| check["id"] == "intake.minimum").unwrap();
    assert_eq!(minimum["status"], "Pass");
    assert_eq!(report["anonymity"][0]["voters"], 2);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn files_that_are_not_of_this_election_are_not_taken() {
    let election = Election::begin(SMALL, 2, 1);
    election.open();
    let good = election.ballots("mayor,park\n1,1\n2,2\n");
    let row = good.len() / 2;
    let mut other = good.clone();
    other[0] ^= 1;
    let mut second = good.clone();
    second[row] ^= 1;
    let mut strange_box = good.clone();
    strange_box[32] = 7;
    let cases: [(&[u8], &str); 8] = [
        (&[], "no ballots"),
        (&good[..good.len() - 1], "ballot 2 is cut off"),
        (&other, "the file is of another election"),
        (&second, "ballot 2: it is of another election"),
        (&strange_box, "of box 7, counted from 0"),
        (&good[..127], "ballot 1 is cut off"),
        (&other[..127], "no whole ballot and no whole challenge"),
        (SMALL.as_bytes(), "no file of ballots"),
    ];
    let before = election.files().len();
    for (bytes, words) in cases {
        let file = election.path("bad.ballots");
        fs::write(&file, bytes).unwrap();
        election.authority(&["intake", text(&file)]).exits(64).says(&["bad.ballots", words]);
    }
    assert_eq!(election.files().len(), before);
}
