//! What an office does when a fault of a rehearsal happens in its election.

use super::fault::{Deed, Fault};

/// What to do on the day, in plain words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What to do.
    pub act: String,
    /// Whom to call.
    pub call: String,
    /// What not to do.
    pub never: String,
}

impl Advice {
    /// On a fault.
    pub fn on(fault: Fault) -> Advice {
        let (who, [act, call, never]) = match fault {
            Fault::SlowBoard => ("N".to_owned(), SLOW_BOARD),
            Fault::Of(deed, trustee) => (trustee.to_string(), of(deed)),
        };
        // The record's number R is another one on the day.
        let say = |text: &str| text.replace("trustee N", &format!("trustee {who}"));
        let say = |text: &str| say(text).replace("--without N", &format!("--without {who}"));
        Advice { act: say(act), call: say(call), never: say(never) }
    }
}

fn of(deed: Deed) -> [&'static str; 3] {
    match deed {
        Deed::AbsentMixer => ABSENT_MIXER,
        Deed::BadMix => BAD_MIX,
        Deed::BadDealing => BAD_DEALING,
        Deed::BadShare => BAD_SHARE,
        Deed::SilentDecryptor => SILENT_DECRYPTOR,
        Deed::KilledMixer => KILLED_MIXER,
    }
}

const ABSENT_MIXER: [&str; 3] = [
    "`psephos-authority status` says who is awaited. The others' programs state the absence when their patience \
     is over (24 hours unless `run --patience` says otherwise); when enough have, run `psephos-authority exclude \
     --trustee N`.",
    "Call trustee N first: if its machine can be started, `psephos-trustee run` goes on where it stopped and \
     nobody has to be excluded.",
    "Do not exclude a trustee that may still come: it cannot be undone, and every mix less is one trustee more \
     whose secrecy the voters rest on.",
];

const BAD_MIX: [&str; 3] = [
    "Nobody goes on until it is dealt with. `psephos-authority exclude` lists the record R. Write `psephos-verifier \
     evidence BOARD R` and keep the file, then run `psephos-authority exclude --record R`. The others then mix the \
     list before it.",
    "Call trustee N, and whoever looks after its machine: either it is broken or somebody has tried to change \
     votes. Keep the machine as it is. Tell the other trustees and the public; the record stays on the board.",
    "Do not delete anything from the board, and do not let trustee N mix again: a bad mix is evidence, and it has \
     harmed no vote.",
];

const BAD_DEALING: [&str; 3] = [
    "The key ceremony has failed before any ballot was cast. `psephos-authority open` names the dealer and the \
     command that begins again without it: `psephos-authority open --without N`.",
    "Call trustee N: its machine is broken or not its own. Tell the other trustees that they are one fewer and \
     that their numbers may have changed.",
    "Do not open with `--again` and the same trustee before it is known what was wrong, and do not go on with \
     fewer trustees than you have promised the voters.",
];

const BAD_SHARE: [&str; 3] = [
    "`psephos-authority exclude` lists the record R. Write `psephos-verifier evidence BOARD R` and keep the file, \
     then run `psephos-authority exclude --record R`. As long as enough others decrypt, the result is the same.",
    "Call trustee N: most likely its home was restored from another election's backup, or its machine is broken.",
    "Do not publish anything decrypted by hand, and do not ask a trustee for its key: the threshold of others is \
     enough.",
];

const SILENT_DECRYPTOR: [&str; 3] = [
    "Nothing, if enough others have decrypted: run `psephos-authority publish`. If not, `psephos-authority status` \
     says who is awaited; nothing is lost by waiting, and nobody can be excluded from decryption.",
    "Call trustee N only if it is needed: whoever has its backup and passphrase can run `psephos-trustee run` on \
     another machine.",
    "Do not announce a result before `publish`, and do not copy a trustee's key to somebody who could decrypt with \
     another share.",
];

const KILLED_MIXER: [&str; 3] = [
    "Start `psephos-trustee run` again on the same machine with the same home: it goes on where it stopped.",
    "Call trustee N if it does not come back by itself: whoever sits at the machine has to give the passphrase.",
    "Do not exclude it while it can be started again, and do not start it on two machines at once.",
];

const SLOW_BOARD: [&str; 3] = [
    "Wait. Every program goes on, and each can be stopped and started again.",
    "Call whoever looks after the shared folder if it stays slow; trustees need not be called.",
    "Do not exclude a trustee because its mix takes long: ask it first what its program shows.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_names_the_trustee() {
        for text in
            ["bad-mix:7", "absent-mixer:7", "bad-dealing:7", "bad-share:7", "killed-mixer:7"]
        {
            let Advice { act, call, never } = Advice::on(text.parse().unwrap());
            let said = format!("{act} {call} {never}");
            assert!(said.contains("trustee 7") && !said.contains(" N"), "{text}: {said}");
        }
    }
}
