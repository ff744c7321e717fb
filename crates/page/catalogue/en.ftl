### The sentences of the pages that psephos-verifier --report and psephos-authority publish write.
###
### A translation is a file with the same names. Gaps stand in braces; $n is a number, by which the plural is
### chosen. Words between ⟨ ⟩ in comments say what a gap holds.

## Frame

skip = Skip to the verdict
contents = On this page
kind-report = Audit report
kind-statement = The election authority's statement of the result
untitled = An election without a readable title
made = This page was written at { $time } by the clock of the computer that made it.
footer-report = Made by { $program } from the public board alone. This page loads nothing from any network and contains no program.
footer-statement = Made by { $program }. This page loads nothing from any network and contains no program.

## The verdict

verdict-heading = Verdict
verdict-valid = VALID
verdict-invalid = INVALID
verdict-incomplete = INCOMPLETE
verdict-unreadable = UNREADABLE
verdict-valid-meaning = Every check holds. The result below is the count of exactly the ballots that were accepted on this board: none was changed, added or left out.
verdict-invalid-meaning = Something on this board does not hold. What it shows as a result proves nothing.
verdict-incomplete-meaning = Nothing that was found is wrong, but something is not there yet or could not be checked. Until it is, this board proves no result.
verdict-unreadable-meaning = A part of this board cannot be read, so nothing can be concluded from it. Get a complete copy of the board and check that one.
verdict-checks = { $held ->
    [one] 1 check holds
   *[other] { $held } checks hold
}, { $failed ->
    [0] none fails
    [one] 1 fails
   *[other] { $failed } fail
}, { $open ->
    [0] none is left open
    [one] 1 could not be made on everything
   *[other] { $open } could not be made on everything
}.
statement-verdict = The authority's own audit of the sealed board says:
statement-own = This is the authority's own statement, and you need not take its word for it: anybody can check the result, and this page says how.

## What board this is

identity-heading = Which election this is
identity-intro = These two digests name the election and its record. Compare them with what a newspaper, a trustee or the election office has published; over the telephone, compare the words.
identity-election = Election id: digest of the manifest
identity-head = Board head: digest of the last record
identity-words = In words: { $words }
identity-no-election = There is no manifest on this board yet, so the election has no id.
identity-no-head = The board holds no record.
identity-expected-refused = This is not the board that --expect asks for.
identity-expected-election = The election id is the expected one. How the record ends was not asked for with --expect: that nothing of it is missing or replaced rests on where you got this folder.
identity-expected-head = The record is the expected one, up to its end.
identity-expected-both = The election id and the record, up to its end, are the expected ones.
identity-unpinned = No digest was given with --expect: that this is the election you mean, and all of it, rests on where you got this folder. Compare the election id and the head with published ones.
identity-witnesses = { $n } of the { $of } witnesses that the auditor trusts have cosigned this head, and { $needed } must have. A witness follows the board, and cosigns no second board under the same name.
witness-all = the whole board, by its own clock at { $time }
witness-some = { $n ->
    [one] the first record, by its own clock at { $time }
   *[other] the first { $n } records, by its own clock at { $time }
}
witness-none = nothing of this board
identity-none = There is no manifest yet, so no election id to compare.
identity-records = { $n ->
    [one] The board has 1 record.
   *[other] The board has { $n } records.
}
identity-hours = Voting, as the manifest states it: from { $opens } to { $closes }.
identity-opens = Voting, as the manifest states it, begins at { $opens }.
identity-closes = Voting, as the manifest states it, ends at { $closes }.

## The result

result-heading = The result
result-none = There is no result on this board yet.
result-unproven-title = This proves nothing
result-unproven = The verdict is not VALID. What follows is only what the readable plaintexts on this board would count up to; it is not the result of an election.
result-unproven-mark = Not confirmed
result-method = Counted by { $method }.
result-seats = { $n ->
    [one] 1 seat
   *[other] { $n } seats
}
result-elected = Elected: { $names }
result-elected-unproven = Would be elected: { $names }
result-elected-nobody = Nobody is elected: there are no votes.
result-ballots = Ballots of this contest
result-ballots-total = Counted
result-ballots-blank = Blank: valid, but saying nothing in this contest
result-ballots-invalid = Invalid: what was decrypted is no vote
result-threshold = Enough to be elected: { $votes }
result-threshold-round = Enough to be elected, in the last round: { $votes }
result-cells = Digest of the valid votes, to compare with an export:
ballots-count = { $n ->
    [one] 1 ballot
   *[other] { $n } ballots
}

method-plurality = marks: who has the most wins (plurality)
method-approval = approval: every voter marks any number of candidates
method-score = scores, added up
method-borda = points for the places of a ranking (Borda)
method-irv = instant run-off: the last is eliminated round by round, and each ballot counts for the first name on it that is left
method-stv = single transferable vote, by the weighted inclusive Gregory method
method-scottish-stv = single transferable vote, by the rules of Scottish local elections
method-meek = single transferable vote, by Meek's rule
method-schulze = comparing candidates two by two (Condorcet), resolved by Schulze's method
method-majority-judgment = majority judgment: the median grade decides
method-dhondt = party lists, seats by D'Hondt's divisors
method-sainte-lague = party lists, seats by Sainte-Laguë's divisors
method-text = nothing: answers in the voters' own words, which are shown and not counted

col-name = Name
col-votes = Votes
col-points = Points
col-share = Share
col-seats = Seats
col-text = Text
col-ballots = Ballots
col-fate = What became of them
mark-elected = elected
mark-elected-unproven = would be elected
mark-out = out
bars-caption = Votes in “{ $contest }”
bars-caption-points = Points in “{ $contest }”
bars-more = { $n ->
    [one] 1 more name, with
   *[other] { $n } more names, together with
}
share-percent = { $tenths } %
share-note = Share: part of the ballots of this contest that are neither blank nor invalid.

rounds-caption = Votes round by round in “{ $contest }”
rounds-explain = Under a number stands what it gained or lost since the round before. “Out” is who was eliminated at the end of the round, “elected” who was elected in it.
rounds-open = Show all { $n } rounds
rounds-round = Round { $n }
rounds-exhausted = Exhausted: no name left on the ballot
rounds-scroll = Table of all rounds; scrolls sideways
rounds-gained = +{ $votes }
rounds-lost = −{ $votes }

flow-title = How votes moved in “{ $contest }”
flow-desc = A flow picture. Columns are rounds; the height of a bar is a number of votes. Grey bands are votes that stay, striped bands votes that move on when a candidate is out or has more than enough. { $story } The table below has every number.
flow-story = Round { $n }: { $names }.
flow-story-out = out { $names }
flow-story-elected = elected { $names }
flow-scroll = Flow picture; scrolls sideways
flow-key = How to read it: columns are rounds, and the height of a bar is a number of votes. Grey bands are votes that stay; striped bands are votes that move on because a candidate is out or has more than enough. Exhausted ballots name nobody who is left.
flow-pooled = Where several give up votes at once, the published result does not say whose went to whom: their bands meet in one narrow bar.
flow-skipped = Between round { $from } and round { $to } the picture leaves rounds out; the table has them all.
flow-others = { $n ->
    [one] 1 other
   *[other] { $n } others
}
flow-exhausted = exhausted
flow-round = Round { $n }
flow-stays = { $name }: { $votes } stay
flow-moves = { $from } → { $to }: { $votes }
flow-gives = { $from } gives up { $votes }
flow-takes = { $to } takes { $votes }
flow-node = { $name }, round { $n }: { $votes }
flow-table = Every number of every round

pairs-caption = How many ballots rank the name at the left before the name above, in “{ $contest }”
pairs-scroll = Table of pairs; scrolls sideways
pairs-better = ▲
pairs-explain = ▲ marks the greater number of a pair.
pairs-too-many = { $n } candidates are too many for a table of pairs here: psephos-verifier export writes all of them.
ranking-heading = Ranking
ranking-tied = { $names } (the same place)
grades-caption = How many ballots give each grade, in “{ $contest }”
grades-scroll = Table of grades; scrolls sideways
seats-caption = Votes and seats in “{ $contest }”

texts-heading = What voters wrote
texts-caption = What voters wrote in “{ $contest }”
texts-distinct = { $n ->
    [one] 1 different text in all.
   *[other] { $n } different texts in all.
}
texts-most = The most frequent ones:

ties-heading = Ties that were broken
tie-file = { $tied } had the same number: { $lost } gave way, listed last.
tie-earlier = { $tied } had the same number: { $lost } gave way by the votes of round { $earlier }.
tie-round = Round { $n }: { $tie }

list-and = { $first } and { $last }
list-comma = { $first }, { $next }
list-more = { $names } and { $n ->
    [one] 1 more
   *[other] { $n } more
}

## Ballots

turnout-heading = Ballots taken in
turnout-none = The ballots on this board were not checked, or none were taken in.
turnout-cast = On the board
turnout-accepted = Accepted
turnout-rejected = Rejected
turnout-caption = What became of the ballots on the board
turnout-invalid = { $n ->
    [one] 1 accepted row was decrypted to no valid vote.
   *[other] { $n } accepted rows were decrypted to no valid vote.
}
reason-shape = Not made as a ballot of this election must be
reason-context = Made for another election or box
reason-eligibility = Of a credential that may not vote there
reason-proof = Its proof does not hold
reason-range = A value out of range
reason-challenged = Challenged by its voter: opened instead of counted
reason-duplicate = A copy of another ballot
reason-counter = Replaced by another ballot of the same voter

## Checks

checks-heading = What was checked
checks-intro = Each line is something this program worked out for itself from the board. “On” says on how many records, proofs, ballots, lists or rows it was worked out.
checks-col-check = What must hold
checks-col-outcome = Outcome
checks-col-items = On
checks-short = { $held ->
    [one] 1 check holds
   *[other] { $held } checks hold
}, made on { $items ->
    [one] 1 record, proof, ballot or row
   *[other] { $items } records, proofs, ballots and rows
}.
status-pass = holds
status-fail = FAILS
status-open = not made
status-moot = does not apply

group-setup = The election's rules
group-key = The key: made by the trustees together
group-board = The record: whole, signed and in order
group-ballot = The ballots that count
group-intake = Nobody's ballot left out or slipped in
group-mix = The mixing that separates votes from voters
group-decrypt = The decryption
group-result = The count

check-setup-parameters = The cryptography is this version's, and the numbers of the election fit together.
check-setup-identity = The manifest follows from the proposal and from the trustees who enrolled, and is the one that was asked for.
check-setup-roll = The roll of voters' credentials is well formed.
check-key-proof = Every trustee knows the secret behind its public key.
check-key-commitment = No trustee changed its part of the key after seeing the others'.
check-key-encryption = Every secret share was encrypted for this election and for nobody else.
check-key-complaint = No complaint about the making of the key stands.
check-shape-length = Every list and every record has the length it must have.
check-group-membership = Every encrypted number is a proper one.
check-encoding-canonical = Everything is written in the one way the rules allow, so that nothing can be hidden in its form.
check-board-phase = Every record stands where it may: no ballot before the opening, none after the close.
check-board-blob = Every list is, to the byte, the one that a signed record names.
check-board-signature = Every record is signed by whoever may write it.
check-board-chain = Every record follows the one before it; none was removed or replaced.
check-board-equivocation = Nobody signed two different statements in the same place.
check-board-fork = The two copies of the board agree as far as both go.
check-board-witness = Enough of the witnesses that the auditor trusts have seen this board up to its end, and none of them another one.
check-ballot-shape = Every counted ballot has the form the election prescribes.
check-ballot-context = Every counted ballot was made for this election and this box.
check-ballot-proof = Every counted ballot was made by whoever holds its credential, and is no copy of another.
check-ballot-range = Every counted ballot holds an allowed value.
check-ballot-challenged = No ballot that its voter opened to test a device was counted.
check-ballot-duplicate = No ballot was counted twice.
check-intake-rejected = No valid ballot was turned away, and each reason for turning one away is the right one.
check-intake-missing = Every accepted ballot is in the list that was mixed.
check-intake-added = Nothing else is in that list.
check-intake-ineligible = Every counted ballot is of a credential that may vote there.
check-intake-revote = Of several ballots of one voter, the right one counts.
check-intake-minimum = No box was closed with so few ballots that they do not hide each other.
check-intake-withheld = The ballot of each receipt that was given is on the board.
check-mix-proof = Every mix is a pure shuffle: the same votes, in another order and newly encrypted.
check-mix-shape = Every mix has as many ballots going out as coming in.
check-mix-chain = Every mix starts from what the last good one left.
check-mix-identity = Every mix is by a trustee, and no trustee mixed twice.
check-mix-quorum = There are as many good mixes as the rules ask for.
check-exclusion-unjustified = Whoever or whatever was left out was left out with good reason.
check-decrypt-proof = Every trustee decrypted rightly.
check-decrypt-quorum = As many trustees as the rules ask for took part in the decryption.
check-decrypt-input = What was decrypted is the mixed list and nothing else.
check-decrypt-repeat = No trustee decrypted anything a second time.
check-result-plaintext = The published votes are what the ballots decrypt to.
check-result-count = The published result is the count of these votes, worked out anew.

## Failures and warnings

failures-heading = What fails, and who is to blame
failures-intro = The words at the end of each line are the audit's own. Trustees, records and rows are counted from 0.
failure-who = To blame: { $who }.
failure-nobody = Nobody can be named for it: no signature shows who did it.
failure-record = record { $record }
failure-record-row = record { $record }, row { $row }
failure-board = the whole board
warnings-heading = To know
warnings-intro = None of this changes the verdict. The words are the audit's own.
warnings-none = The audit has nothing to add.
unreadable-heading = What could not be read
unreadable-intro = The program could not make an audit at all. The words are its own:

who-authority = the election authority
who-trustee = trustee { $n }, { $name }
who-trustee-unnamed = trustee { $n }
who-left-out = { $name } (left out of the final manifest)
who-credential = the voter's credential { $key }
who-author = a key unknown to the manifest, { $key }

## Who contributed what and when

timeline-heading = Who contributed what, and when
timeline-intro = Times are what each author claims and has signed (UTC); nobody else vouches for them. The order of the records is certain: each names the one before it.
timeline-caption = The records of the board
timeline-scroll = Table of records; scrolls sideways
timeline-none = The board holds no record that can be read.
timeline-col-record = Record
timeline-col-time = Time claimed
timeline-col-who = Who
timeline-col-what = What
timeline-range = { $first }–{ $last }
timeline-more = { $n ->
    [one] 1 more line is left out here.
   *[other] { $n } more lines are left out here.
}
timeline-unread = Cannot be read, or not signed and in its place: without effect.
timeline-excluded = left out by record { $record }
timeline-passed-over = without effect: its author could not know what came before it
timeline-fails = FAILS a check
timeline-contradiction = (doubtful, see above)
contradictions-heading = Times that contradict each other
contradictions-intro = The order of the records is proven; these claims about the time do not fit it. Somebody's clock was wrong, or somebody claims a wrong time. It changes no verdict.
contradiction-seen = Record { $record } claims { $time }, but its author had already seen record { $knew }, which claims { $earlier }.
contradiction-future = { $n ->
    [one] Record { $record } claims { $time }, which has not come yet by the clock of the computer that made this page.
   *[other] { $n } records claim times that have not come yet by the clock of the computer that made this page; the first is record { $record } ({ $time }).
}
contradictions-more = { $n ->
    [one] 1 more record contradicts the one its author had seen.
   *[other] { $n } more records contradict those that their authors had seen.
}

did-proposal = proposed the election
did-enrol = enrolled with a signing key
did-counter-proposal = proposed other terms
did-manifest = issued the manifest, which fixes the election
did-accept = accepted the manifest
did-deal-commitment = committed to a part of the key
did-deal = dealt the shares of that part
did-confirm = confirmed everybody's shares
did-complain = complained about a share
did-open = opened the voting
did-roll-amend = changed the roll of voters
did-ballots = took in ballots ({ $n })
did-ballots-some = took in ballots
did-mix-some = mixed ballots
did-share-some = took part in the decryption
did-challenged = published challenged ballots ({ $n })
did-waiver = let a box close with few ballots
did-close = closed the voting and fixed which ballots count
did-mix = mixed the ballots ({ $lists ->
    [one] 1 list
   *[other] { $lists } lists
}, { $n ->
    [one] 1 encrypted vote
   *[other] { $n } encrypted votes
})
did-share = took part in the decryption ({ $lists ->
    [one] 1 list
   *[other] { $lists } lists
}, { $n ->
    [one] 1 encrypted vote
   *[other] { $n } encrypted votes
})
did-exclusion = stated that something be left out
did-exclusion-record = left out record { $record }, which fails { $check }
did-exclusion-trustee = left out trustee { $trustee }, whose mix did not come
did-exclusion-absent = stated that the mix of trustee { $trustee } does not come
did-result = published the result
did-sign-off = stated that its own audit was VALID
did-seal = sealed the board

trustees-caption = What each trustee did
trustees-heading = The trustees
trustees-col-mixed = Mixed
trustees-col-decrypted = Decrypted
trustees-yes = yes
trustees-no = no
trustees-excluded = left out

## What the result rests on

basis-heading = What the result rests on
basis-trustees = { $trustees ->
    [one] There is 1 trustee
   *[other] There are { $trustees } trustees
}: { $names }.
basis-threshold = { $threshold ->
    [one] Any single one of them can decrypt
   *[other] Any { $threshold } of them together can decrypt
}. { $fewer ->
    [0] So every one of them alone could also read single ballots: secrecy rests on the honesty of each.
    [one] A vote stays secret as long as no { $threshold } of them join to break the rules; one alone can read nothing.
   *[other] A vote stays secret as long as no { $threshold } of them join to break the rules; { $fewer } or fewer can read nothing.
}
basis-mixes = { $n ->
    [one] At least 1 valid mix is required.
   *[other] At least { $n } valid mixes are required, each by another trustee.
}
basis-integrity = That the count is right does not rest on trust in anybody: not in the authority, not in the trustees, not in voters' devices once a ballot is on the board. It rests on the difficulty of discrete logarithms (ristretto255), on SHA-3, on Ed25519 signatures, on the usual model of hash functions as random oracles, and on the copy of the verifying program that you use.
basis-pin = It also rests on this being the right board: see “Which election this is”.
basis-policy-open = There is no roll of voters in this election: whoever can write to the board, the authority above all, could have added ballots.
basis-policy-last = Who may vote is on a roll of credentials. If a voter casts several ballots, the last one counts.
basis-policy-first = Who may vote is on a roll of credentials. If a voter casts several ballots, the first one counts.
basis-not-heading = What is not promised
basis-not-roll = That the roll is true, or who holds a voter's code: whoever has the code can vote with it.
basis-not-device = That a voter's device encrypts what the voter chose. Voters can find out by challenging ballots.
basis-not-missing = That a ballot reached the board. Its voter can look for it there, and with a receipt can prove that it is missing.
basis-not-receipt = That votes cannot be sold or forced: a voter who keeps the secrets of the encryption can show how the vote was cast.
basis-not-forever = Secrecy for ever: the encrypted ballots are public, and become readable if discrete logarithms are ever solved, for instance by a large quantum computer.
basis-not-patterns = That an unusual ballot cannot be recognised once it is decrypted.
basis-not-times = That the times in the records are true.
basis-not-review = That outsiders have reviewed this program: nobody has yet.

anonymity-heading = Among how many ballots each one hides
anonymity-intro = Ballots are mixed in batches, and a ballot hides among those of its batch. A vote that nobody else cast can be recognised by whoever knows it.
anonymity-caption = Batches
anonymity-scroll = Table of batches; scrolls sideways
anonymity-col-box = Box
anonymity-col-batch = Batch
anonymity-col-voters = Ballots
anonymity-col-distinct = Different votes
anonymity-col-unique = Cast once only
anonymity-col-note = Note
anonymity-few = fewer than { $n } ballots: they hardly hide each other
anonymity-many = a tenth or more stand alone
anonymity-fine = –
anonymity-unknown = not known
anonymity-none = The election is not closed yet.
anonymity-more = { $n ->
    [one] 1 more batch; --json lists all.
   *[other] { $n } more batches; --json lists all.
}

## How to check it, timings, versions

check-heading = How to check this yourself
check-board = Get a copy of the board, best from more than one source. It is a folder (or one file) of public data; nothing in it is secret.
check-run = Run the verifier. It needs no network, no password and no permission:
check-run-compare = If you have two copies, see whether they part ways:
check-show = See a single record decoded:
check-export = Get the decrypted votes as files, and count them with software of your own:
check-other = Do not rely on this program alone: the specification that comes with it is enough to write another, and holds a second one in Python, written from those pages:
check-statement-compare = The verdict must be VALID, and its result the one above. Get the two digests from a source that is not this page: a newspaper, a trustee.

about-heading = About this audit
about-caption = Versions and time taken
about-program = Program
about-spec = Specification
about-time = Time taken
about-item = Item
about-value = Value
stage-records = Reading records, hashing lists
stage-ballots = Proofs of ballots
stage-mixes = Proofs of mixes
stage-shares = Proofs of decryption
stage-result = Counting anew
stage-comparison = The second copy of the board

## How an election stands

skip-now = Skip to how far the election is
kind-now = How this election stands
footer-now = Made by { $program } from the public board. This page loads nothing from elsewhere and contains no program.
footer-now-live = Made by { $program } from the public board. This page loads nothing from elsewhere, and renews itself.
now-untitled = An election to come
now-heading = How far the election is
phase-empty = Nothing has begun
phase-empty-means = The election authority has not published a proposal yet.
phase-enrolment = The trustees join
phase-enrolment-means = The election authority has proposed the election. The trustees, who together guard its key, are joining. When all of them have joined, its rules are fixed.
phase-acceptance = The trustees sign the rules
phase-acceptance-means = The rules are fixed. Each trustee signs them; then they make the election's key together.
phase-key = The trustees make the election's key
phase-key-means = Each trustee makes a part of the key; nobody ever has the whole of it. When all have confirmed their parts, the authority can open the voting.
phase-failed = The key has to be made again
phase-failed-means = The making of the key has failed. The authority begins anew with the trustees.
phase-ready = Ready for voting
phase-ready-means = The key is made. The next step is the authority's: it opens the voting.
phase-voting = Voting is open
phase-voting-means = Encrypted ballots are coming in. Nobody can read them. When the authority closes the voting, it is fixed which ballots count.
phase-mixing = Voting is closed; the ballots are mixed
phase-mixing-means = One after the other, the trustees shuffle the encrypted ballots, so that nobody can tell whose is whose, and prove that they changed none.
phase-sharing = The mixed ballots are decrypted
phase-sharing-means = The ballots are mixed. Now the trustees decrypt them, each with its own part of the key; only enough of them together can.
phase-tallying = The ballots are decrypted; the result comes next
phase-tallying-means = Enough trustees have decrypted. The authority counts and publishes the result; anybody can count again.
phase-published = The result is published
phase-published-means = One step is left: the authority seals the board, so that nothing more can be added.
phase-sealed = The election is over
phase-sealed-means = The result is published and the board is sealed. Whoever wants to can check all of it, at any time.
now-next-mixer = It is the turn of { $who }.
now-fault = Something on this board is wrong
now-fault-means = A check of the records has found a fault. It may be put right by a later record. Run an audit of your own to see what it is and who is to blame.
step-setup = Preparation
step-voting = Voting
step-mixing = Mixing
step-sharing = Decryption
step-result = Result
step-seal = Seal
step-over = done
step-going = now
step-to-come = to come
now-people-heading = Who has done what
now-people-intro = { $n ->
    [one] One trustee guards the election's key.
   *[other] { $n } trustees guard the election's key. It takes { $t } of them to decrypt; fewer can read nothing.
}
now-col-joined = Joined
now-col-key = Key made
now-col-mixed = Mixed
now-col-decrypted = Decrypted
done-yes = done
done-partly = { $some } of { $all }
done-awaited = awaited
done-later = not yet
done-left-out = left out
now-boxes-heading = Ballots
now-boxes-intro = All ballots that were received stand on the board, encrypted. Which of them count is fixed when voting is closed: of several by one voter, one does.
now-col-box = Box
now-col-received = Received
now-col-mixed-in = Mixed
now-all-boxes = All boxes
now-lists-heading = Mixes and decryptions
now-lists-intro = Each mix and each partial decryption comes with a proof that it is honest. A check mark says that the maker of this page has checked the proof; your own audit can say so, too.
now-not-checked = None was checked here yet.
now-checked = Last checked at { $time }, { $n ->
    [one] when there was 1 record
   *[other] when there were { $n } records
}.
now-lists-more = { $n ->
    [one] One more line is not shown.
   *[other] { $n } more lines are not shown.
} An audit lists all.
now-col-batch = Box and contests
now-col-what = What
now-col-rows = Ballots
now-col-proof = Proof
now-mix = mix by { $who }
now-share = partial decryption by { $who }
proof-holds = holds
proof-fails = does not hold
proof-open = not checked yet
proof-left-out = left out
now-board-heading = The record
now-witnesses-heading = Witnesses
now-witnesses-intro = Witnesses follow this board and sign how far it has come, so that nobody can be shown another one unnoticed. Ask them for their keys; an audit can then check their signatures.
now-col-seen = Has seen
now-col-when = At
now-seen-all = the whole record
now-seen-some = { $n ->
    [one] the first record
   *[other] the first { $n } records
}
now-check-heading = Check it yourself
now-check-intro = You need not believe this page. One command audits the whole election, with no trust in anybody who holds it:
now-check-voter = A voter finds a ballot by the tracker that the voting program has shown:
now-check-board = BOARD is the address of this page, or a copy of the board's folder.
