use ed25519_dalek::SigningKey;
use proptest::prelude::*;

use super::*;

/// A checkpoint of a public log, under the cosignatures of public witnesses.
const PUBLIC: &str = "\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

\u{2014} arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
\u{2014} transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
\u{2014} witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
\u{2014} remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
\u{2014} witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
";

/// The witnesses' own keys, as they publish them.
const WITNESSES: [&str; 4] = [
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
];

/// The example of c2sp.org/tlog-cosignature.
const EXAMPLE: &str = "\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
";

fn only(text: &str) -> Note {
    Note::parse_all(text.as_bytes()).unwrap().pop().unwrap()
}

fn witness() -> (WitnessKey, SigningKey) {
    let key = SigningKey::from_bytes(&[7; 32]);
    (WitnessKey::new("witness.example/one", key.verifying_key().to_bytes()).unwrap(), key)
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: origin(&[1; 32]), records: 19, head: [2; 32] }
}

fn cosigned() -> Note {
    let (witness, key) = witness();
    let signature = witness.cosign(&key, &checkpoint(), 1_679_315_147);
    Note { checkpoint: checkpoint(), signatures: vec![signature] }
}

#[test]
fn the_cosignatures_of_public_witnesses_verify() {
    let note = only(PUBLIC);
    assert_eq!(note.to_string(), PUBLIC);
    for line in WITNESSES {
        let witness: WitnessKey = line.parse().unwrap();
        assert_eq!(witness.to_string(), line);
        assert_eq!(witness.has_cosigned(&note), Cosigned::At(0x6a12_2120), "{line}");
        let mut other = note.clone();
        other.checkpoint.records += 1;
        assert_eq!(witness.has_cosigned(&other), Cosigned::Refused, "{line}");
        assert_eq!(witness.has_cosigned(&only(EXAMPLE)), Cosigned::No, "{line}");
    }
}

#[test]
fn the_example_of_the_specification_is_read() {
    let note = only(EXAMPLE);
    assert_eq!(note.checkpoint.origin, "example.com/behind-the-sofa");
    assert_eq!(note.checkpoint.records, 20_852_163);
    assert_eq!(note.signatures[1].id, [0x8d, 0x66, 0xcf, 0x3f]);
    assert_eq!(note.signatures[1].bytes[..8], 1_679_315_147_u64.to_be_bytes());
    assert_eq!(note.to_string(), EXAMPLE);
}

#[test]
fn a_cosignature_is_of_one_checkpoint_at_one_time() {
    let (witness, _) = witness();
    let note = only(&cosigned().to_string());
    assert_eq!(note, cosigned());
    assert_eq!(witness.has_cosigned(&note), Cosigned::At(1_679_315_147));
    let refused = |alter: fn(&mut Note)| {
        let mut note = cosigned();
        alter(&mut note);
        witness.has_cosigned(&note)
    };
    assert_eq!(refused(|note| note.checkpoint.records += 1), Cosigned::Refused);
    assert_eq!(refused(|note| note.checkpoint.head[0] ^= 1), Cosigned::Refused);
    assert_eq!(refused(|note| note.checkpoint.origin.push('0')), Cosigned::Refused);
    assert_eq!(refused(|note| note.signatures[0].bytes[7] ^= 1), Cosigned::Refused);
    assert_eq!(refused(|note| note.signatures[0].bytes[0] = 0x80), Cosigned::Refused);
    assert_eq!(refused(|note| note.signatures[0].bytes.truncate(71)), Cosigned::Refused);
    assert_eq!(refused(|note| note.signatures[0].id[0] ^= 1), Cosigned::No);
    assert_eq!(refused(|note| note.signatures[0].name.push('x')), Cosigned::No);
}

#[test]
fn keys_have_one_form() {
    let (witness, _) = witness();
    let line = witness.to_string();
    let refused = |text: &str| text.parse::<WitnessKey>().unwrap_err();
    assert_eq!(refused(&line.replace("one", "two")), KeyError::Id);
    assert_eq!(refused(&line.replace("+B", "+A")), KeyError::Kind);
    assert_eq!(refused("witness.example"), KeyError::Form);
    assert_eq!(refused(&format!("{line}=")), KeyError::Form);
    assert_eq!(refused(&format!(" {line}")), KeyError::Name);
    assert_eq!(refused(WITNESSES[0].replace("BOvN", "AevN").as_str()), KeyError::Kind);
    assert_eq!(WitnessKey::new("w", [0; 32]), Err(KeyError::Key), "of small order");
    assert_eq!(WitnessKey::new("a b", *witness.key()), Err(KeyError::Name));
    assert_eq!(WitnessKey::new(&"n".repeat(256), *witness.key()), Err(KeyError::Name));
}

#[test]
fn notes_stand_one_behind_the_other() {
    let note = cosigned().to_string();
    let two = format!("{note}\n{note}");
    assert_eq!(Note::parse_all(two.as_bytes()).unwrap().len(), 2);
    let refused = |text: String| Note::parse_all(text.as_bytes()).unwrap_err();
    assert_eq!(refused(format!("{note}{note}")).line, 6);
    assert_eq!(refused(format!("{note}\n")).line, 7);
    assert_eq!(refused(format!("{note}\n\n{note}")).line, 7);
    assert_eq!(refused(String::new()).line, 1);
}

#[test]
fn a_note_has_one_form() {
    let note = cosigned().to_string();
    let signature = note.lines().last().unwrap().to_owned();
    let altered = [
        note.replace("\n19\n", "\n019\n"),
        note.replace("\n19\n", "\n+19\n"),
        note.replace("\n19\n", "\n0\n"),
        note.replace("\n19\n", "\n18446744073709551616\n"),
        note.replace("\n19\n", "\n19 \n"),
        note.replace("AgI=", "AgJ="),
        note.replace("AgI=", "AgI"),
        note.replace("AgI=", "AgICAgI="),
        note.replace("\n\n", "\nextension\n\n"),
        note.replace("\n\n", "\n"),
        note.replace('\n', "\r\n"),
        note.replace("\u{2014} ", "- "),
        note.replace("\u{2014} ", "\u{2014}  "),
        note.replace("psephos", "\u{7}psephos"),
        note.trim_end().to_owned(),
        format!("{note}{signature}\n"),
        format!("{note}\u{2014} name AAAAAA==\n"),
        format!("{note}\u{2014} name\n"),
        format!("\n{note}"),
        note.replace("psephos-board", ""),
    ];
    for text in &altered[..altered.len() - 1] {
        assert_ne!(*text, note);
        assert!(Note::parse_all(text.as_bytes()).is_err(), "{text}");
    }
    assert!(Note::parse_all(altered.last().unwrap().as_bytes()).is_ok(), "of another log");
}

#[test]
fn what_is_too_much_is_refused() {
    let many = |count: usize| {
        let mut note = cosigned();
        let line = note.signatures[0].clone();
        let numbered = |n: usize| NoteSignature { name: format!("w{n}"), ..line.clone() };
        note.signatures = (0..count).map(numbered).collect();
        Note::parse_all(note.to_string().as_bytes())
    };
    assert!(many(SIGNATURES).is_ok());
    assert!(many(SIGNATURES + 1).is_err());
    let long = cosigned().to_string().replace("psephos", &"p".repeat(LINE_LIMIT));
    assert!(Note::parse_all(long.as_bytes()).is_err());
    assert!(Note::parse_all(&vec![b'\n'; NOTES_LIMIT + 1]).is_err());
}

proptest! {
    #[test]
    fn nothing_panics_and_what_is_read_is_written_alike(
        text in "((psephos-board/[0-9]|\u{2014} w |AAAA|=|19|\n|\n\n|.){0,40})",
        at in 0_usize..400, byte in any::<u8>(),
    ) {
        let mut bytes = cosigned().to_string().into_bytes();
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        for bytes in [text.as_bytes(), &bytes] {
            if let Ok(notes) = Note::parse_all(bytes) {
                let again: Vec<String> = notes.iter().map(ToString::to_string).collect();
                let again = again.join("\n");
                prop_assert_eq!(again.as_bytes(), bytes);
            }
        }
    }
}
