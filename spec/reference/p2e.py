

# ---------------------------------------------------------------------------
# Which ballots count (§9.5, §9.8)
# ---------------------------------------------------------------------------

REASONS = ("shape", "context", "eligibility", "proof", "range", "challenged", "duplicate",
           "counter")
REASON_CHECKS = ("ballot.shape", "ballot.context", "intake.ineligible", "ballot.proof",
                 "ballot.range", "ballot.challenged", "ballot.duplicate", "intake.revote")
SHAPE, CONTEXT, ELIGIBILITY, PROOF, RANGE, CHALLENGED, DUPLICATE, COUNTER = range(8)


@dataclass
class BallotList:
    """What a `ballots` record names; `data` is None where it cannot be read."""

    record: int
    box: int
    rows: int
    row_length: int
    data: bytes | None

    def row(self, index):
        """One ballot."""
        return self.data[index * self.row_length:(index + 1) * self.row_length]


@dataclass
class Cast:
    """A ballot on the board, why it is rejected, and of whom it is a copy."""

    record: int
    row: int
    box: int
    data: bytes
    ballot: object
    rows: list
    reason: int | None = None
    copy_of: bytes | None = None


class Intake:
    """The close record: claims about the ballots, compared with what they are."""

    def __init__(self, log, record, body):
        self.log, self.found = log, log.found
        self.record, self.body = record, body
        self.description = log.manifest["description"]
        self.boxes = self.description["boxes"]
        self.stated = {(each["box"], each["batch"]): each["list"] for each in body["batches"]}
        self.lists, self.claims = {}, {}

    def read_lists(self):
        """The accepted lists; None for one that cannot be read or holds what it must not."""
        proper = {}
        for (box, index), stated in self.stated.items():
            length = 64 * self.boxes[box]["batches"][index]["width"]
            data = self.log.blob(stated, self.record, "authority", length, (box, index))
            self.lists[box, index] = proper[box, index] = data
            if data is None:
                continue
            if element_rows(data, length):
                proper[box, index] = None
            rows = split(data, length)
            bad = next((i for i in range(1, len(rows)) if rows[i] <= rows[i - 1]), None)
            if bad is not None:
                self.found.fail("encoding.canonical", ["authority"], self.record, bad,
                                "the accepted list does not strictly increase")
        return proper

    def judge(self):
        """Compares fates and lists with those claimed."""
        rejected = self.log.blob(self.body["rejected"], self.record, "authority", 24)
        if (rejected is None or self.log.public_key is None or self.log.roll is None
                or any(each.data is None for each in self.log.ballots)):
            self.found.not_run.update(INTAKE_CHECKS)
            return
        casts = [cast for each in self.log.ballots for cast in self.cast_of(each)]
        self.found.items["intake.rejected"] += len(casts)
        self.read_claims(split(rejected, 24), {(cast.record, cast.row) for cast in casts})
        if self.body["submitted"] != len(casts):
            self.found.fail_in_place("intake.rejected", ["authority"], self.record, None,
                                     f"{len(casts)} ballots were submitted")
        self.decide(casts)
        for cast in casts:
            self.compare(cast)
        self.count_warnings(casts)
        self.compare_lists([cast for cast in casts
                            if (cast.record, cast.row) not in self.claims])

    def cast_of(self, each):
        """The ballots of one record, with the rows of each batch."""
        batches = self.boxes[each.box]["batches"]
        whole = each.row_length == ballot_length(batches)
        for index in range(each.rows):
            data, rows, at = each.row(index), [], 80
            for batch in batches if whole else []:
                rows.append(data[at:at + 64 * batch["width"]])
                at += 64 * batch["width"]
            ballot = parse_ballot(data, batches) if whole else None
            yield Cast(each.record, index, each.box, data, ballot, rows)

    def read_claims(self, rows, ballots):
        """The rejected list: which ballot, and why (§8.4)."""
        before = (-1, -1)
        for index, row in enumerate(rows):
            sequence, place, reason = (int.from_bytes(row[i:i + 8], "little")
                                       for i in (0, 8, 16))
            if (sequence, place) not in ballots:
                self.found.fail_in_place("intake.rejected", ["authority"], self.record, index,
                                         "a rejected ballot that is not on the board")
            elif (sequence, place) <= before or reason >= len(REASONS):
                self.found.fail("intake.rejected", ["authority"], self.record, index,
                                "the list is out of order, or states no reason")
            self.claims[sequence, place] = reason
            before = sequence, place

    # ---- the fate of every ballot

    def decide(self, casts):
        """Gives every ballot its first reason (§9.5)."""
        challenged = {(row[:32], row[32:64]) for row in self.log.challenged
                      if challenge_holds(self.log.election, self.log.public_key, row)}
        unsigned = len(self.log.challenged) - len(challenged)
        if unsigned > 0:
            self.found.warn(f"{unsigned} challenges without a signature that holds, or repeated")
        for cast in casts:
            cast.reason = self.own_reason(cast, challenged)
        mark_duplicates([cast for cast in casts if cast.reason is None])
        mark_older([cast for cast in casts if cast.reason is None],
                   self.description["policy"] == "first")

    def own_reason(self, cast, challenged):
        """The first reason that lies in the ballot itself."""
        log, ballot = self.log, cast.ballot
        if ballot is None:
            return SHAPE
        if ballot.election != log.election or ballot.box != cast.box:
            return CONTEXT
        if self.description["policy"] != "open" and log.roll.get(ballot.credential) != cast.box:
            return ELIGIBILITY
        if not ballot_proof_holds(log.election, log.public_key, ballot):
            return PROOF
        if not ballot_ranges_hold(log.election, log.public_key, ballot):
            return RANGE
        return CHALLENGED if (tracker(cast.data), ballot.credential) in challenged else None

    # ---- against the claims

    def compare(self, cast):
        """One ballot's fate with the one claimed."""
        claim = self.claims.get((cast.record, cast.row))
        if claim == cast.reason:
            return
        culprits = ["authority"]
        if claim is None:
            check = REASON_CHECKS[cast.reason]
            evidence = f"an accepted ballot is to be rejected: {REASONS[cast.reason]}"
            if cast.reason != SHAPE:
                culprits.append(f"credential {cast.ballot.credential.hex()}")
            if cast.reason == DUPLICATE and cast.copy_of != cast.ballot.credential:
                culprits.append(f"credential {cast.copy_of.hex()}")
        elif cast.reason is None and claim == COUNTER:
            check, evidence = "intake.revote", "the ballot that counts is listed as rejected"
            culprits.append(f"credential {cast.ballot.credential.hex()}")
        else:
            check, evidence = "intake.rejected", "rejected without reason, or for another one"
        self.found.fail(check, culprits, cast.record, cast.row, evidence)

    def count_warnings(self, casts):
        """Says how many ballots were rejected, and why."""
        numbers = collections.Counter(cast.reason for cast in casts if cast.reason is not None)
        if numbers:
            reasons = ", ".join(f"{numbers[r]} {REASONS[r]}" for r in sorted(numbers))
            self.found.warn(f"{sum(numbers.values())} ballots were rejected: {reasons}")

    def compare_lists(self, accepted):
        """The accepted lists with the rows of accepted ballots (§9.5, §9.8)."""
        numbers = collections.Counter(cast.box for cast in accepted)
        targets = [self.target(box, numbers[box]) for box in range(len(self.boxes))]
        expected = {place: set() for place in self.stated}
        for cast in accepted:
            for index, row in enumerate(cast.rows):
                expected[targets[cast.box], index].add(row)
        for place, data in self.lists.items():
            if data is None:
                self.found.not_run.update(("intake.missing", "intake.added"))
            else:
                self.compare_list(place, data, expected[place])
        self.check_minimum(numbers, targets)

    def compare_list(self, place, data, expected):
        """One accepted list."""
        rows = split(data, self.stated[place]["row_length"])
        for index, row in enumerate(rows):
            if row not in expected:
                self.found.fail_in_place("intake.added", ["authority"], self.record, index,
                                         f"box {place[0]}, batch {place[1]}: a row of no ballot")
        missing = len(expected - set(rows))
        if missing:
            self.found.fail("intake.missing", ["authority"], self.record, None,
                            f"box {place[0]}, batch {place[1]}: {missing} rows are missing")

    def target(self, box, number):
        """The box whose lists the ballots of a box go to (§9.8)."""
        merge = self.boxes[box]["merge"]
        return merge if merge is not None and 0 < number < self.description["minimum"] else box

    def check_minimum(self, numbers, targets):
        """`intake.minimum` (§9.8)."""
        for box, target in enumerate(targets):
            if target != box:
                self.found.warn(f"box {box} is merged into box {target}")
                continue
            number = sum(numbers[i] for i, t in enumerate(targets) if t == box)
            if not 0 < number < self.description["minimum"]:
                continue
            if box in self.log.waivers:
                self.found.warn(f"box {box} is closed with {number} ballots; the authority's "
                                f"reason: {json.dumps(self.log.waivers[box])}")
            else:
                self.found.fail("intake.minimum", ["authority"], self.record, None,
                                f"box {box} has {number} ballots")


def mark_duplicates(casts):
    """Rejects ballots with a tracker, or a row, that stands before (§9.5)."""
    trackers, rows = {}, {}
    for cast in casts:
        own = (cast.ballot.credential, cast.box)
        before = [trackers.get(tracker(cast.data))]
        before += [next((other for other in rows.get(row, []) if other != own), None)
                   for row in cast.rows]
        copied = next((other for other in before if other is not None), None)
        if copied is not None:
            cast.reason, cast.copy_of = DUPLICATE, copied[0]
            continue
        trackers[tracker(cast.data)] = own
        for row in cast.rows:
            rows.setdefault(row, []).append(own)


def mark_older(casts, first):
    """Rejects all but the ballot of a credential that counts (§9.5)."""
    best = {}

    def rank(cast):
        counter = cast.ballot.counter
        return (counter if first else -counter, tracker(cast.data))

    for cast in casts:
        own = (cast.ballot.credential, cast.box)
        if own not in best or rank(cast) < rank(best[own]):
            best[own] = cast
    for cast in casts:
        if best[cast.ballot.credential, cast.box] is not cast:
            cast.reason = COUNTER


def split(data, length):
    """Rows of one length."""
    return [data[at:at + length] for at in range(0, len(data), length)]
