# ---------------------------------------------------------------------------
# The log (§8.2, §8.3, §9.2, §9.3)
# ---------------------------------------------------------------------------

AUTHORITY_KINDS = ("manifest", "open", "roll-amend", "waiver", "close", "result", "seal")
INTAKE_KINDS = ("ballots", "challenged")
TRUSTEE_KINDS = CEREMONY + ("counter-proposal", "mix", "share", "sign-off")
SETUP_KINDS = ("enrol", "manifest")
LATE_KINDS = ("mix", "share", "sign-off", "exclusion")


class Restart(Exception):
    """An exclusion for cause that does not hold after all (§9.10)."""

    def __init__(self, exclusion):
        super().__init__(exclusion)
        self.exclusion = exclusion


class Log:
    """The records of a board in order, and what they come to."""

    def __init__(self, board, ignored):
        self.board, self.ignored = board, ignored
        self.found = Findings()
        self.records = {number: Record(number, data) for number, data in board.files.items()}
        self.numbers = {}           # digest of a file -> number
        self.messages = {}          # digest of a message -> number
        self.counters = {}          # (author, counter) -> (digest of the message, number)
        self.causes = {}            # record -> exclusions for cause that name it
        self.aside = {}             # excluded record -> record of the exclusion
        self.unchecked = set()      # exclusions for cause that could not be checked
        self.effective = set()      # records that have an effect
        self.blind = False          # after a description that cannot be read
        self.authority = None
        self.proposal = self.proposal_digest = None
        self.enrolled = {}
        self.manifest = self.election = None
        self.attempts = []          # (election id, record) of every manifest
        self.ceremony = self.forgivable = None
        self.public_key = self.share_keys = None
        self.whole_roll = self.roll = None
        self.removed = set()
        self.opened = self.sealed = None
        self.ballots, self.challenged, self.waivers = [], [], {}
        self.close = self.intake = self.result = None
        self.batches, self.statements, self.bad_shares = {}, [], []
        self.amendments = []

    # ---- reading

    def read(self):
        """Reads all records in order (§9.3)."""
        expected = 0
        self.causes = self.collect_causes()
        for number in sorted(self.records):
            record = self.records[number]
            if number != expected:
                self.found.fail("board.chain", [], number, None, "records are missing before it")
                self.found.uncertain = True
            expected = number + 1
            if not self.put_aside(record):
                self.take(record)
            self.numbers.setdefault(record.digest, number)

    def collect_causes(self):
        """The exclusions for cause that are well signed, by the record they name (§9.10)."""
        first = next((r for r in self.records.values() if r.kind == "proposal" and r.signed), None)
        causes = {}
        for number, record in self.records.items():
            cause = record.cause()
            if cause and record.author == first_author(first) and cause["sequence"] < number:
                target = self.records.get(cause["sequence"])
                if target and target.digest == cause["digest"] and number not in self.ignored:
                    causes.setdefault(target.number, []).append((number, cause["check"]))
        return causes

    def put_aside(self, record):
        """Whether a later exclusion takes a record out of effect (§9.10)."""
        for exclusion, check in self.causes.get(record.number, []):
            trial = copy.deepcopy(self)
            before = len(trial.found.failures)
            trial.take(record)
            failures = [f for f in trial.found.failures[before:] if f.check == check]
            if not record.readable and check == "encoding.canonical":
                failures = [Failure(check, [], record.number, None, "no complete item")]
            if failures and self.may_be_excluded(record, check, trial):
                self.exclude(record, exclusion, trial)
                self.found.warn(f"record {record.number} is excluded, by record {exclusion}: it "
                                f"fails {check} ({failures[0].evidence})")
                return True
            if check in trial.found.not_run - self.found.not_run:
                self.unchecked.add(exclusion)
        return False

    def may_be_excluded(self, record, check, trial):
        """Whether §9.10 lets a record that fails a check be excluded for it."""
        if check == "board.blob":
            return False
        if not record.signed or not record.readable:
            return True
        if record.kind in CEREMONY and check in FORGIVEN and self.decodes(record):
            return False
        if record.kind in INTAKE_KINDS and self.role_of(record) == "authority":
            return check in ("board.chain", "board.phase")
        return not (record.number in trial.effective and self.role_of(record) == "authority")

    def decodes(self, record):
        """Whether the body is what its kind asks for."""
        try:
            record.body()
        except Fault:
            return False
        return True

    def exclude(self, record, exclusion, trial):
        """Takes a record out of effect, from its own place on (§9.10)."""
        self.aside[record.number] = exclusion
        if not self.wrapper_fault(record) and record.signed:
            self.messages.setdefault(record.message_digest, record.number)
            self.counters.setdefault((record.author, record.message["counter"]),
                                     (record.message_digest, record.number))
        for place, batch in self.batches.items():
            other = trial.batches[place]
            for j, made in other.mixed.items():
                if made.record == record.number:
                    batch.excluded[j] = exclusion
                    if made.root not in batch.lists:
                        batch.dead[made.root] = exclusion
            for j, share in other.shares.items():
                if share.record == record.number:
                    batch.shares[j] = Share(j, record.number, share.root, None)

    # ---- one record

    def take(self, record):
        """Judges one record, and lets it have its effect (§9.2)."""
        found, number = self.found, record.number
        found.items["encoding.canonical"] += 1
        found.items["board.chain"] += 1
        if not record.readable:
            found.unreadable[number, None] = f"record {number} is no complete CBOR item"
            found.uncertain = True
            return
        fault = self.wrapper_fault(record)
        if fault:
            found.fail("board.chain", [], number, None, fault)
        if record.fault:
            found.fail("encoding.canonical", [self.name(record.author)] if record.signed else [],
                       number, None, record.fault)
            found.uncertain = found.uncertain or not record.signed
            return
        if not record.signed:
            found.fail("board.signature", [], number, None,
                       f"the signature does not verify; claimed author {record.author.hex()}")
            found.uncertain = True
            return
        if self.has_place(record) and not self.blind:
            self.judge(record)

    def wrapper_fault(self, record):
        """What is wrong with the wrapper (§8.3)."""
        if record.wrapper is None:
            return None
        before = self.records.get(record.number - 1)
        if record.wrapper["sequence"] != record.number:
            return "the sequence is not the file's"
        if before is None and record.number > 0:
            return None
        if record.wrapper["previous"] != (before.digest if before else ZEROS):
            return "the digest of the record before does not match"
        return None

    def has_place(self, record):
        """Whether the message is new, of this board, and the only one with its counter."""
        found, number, new = self.found, record.number, True
        if record.message_digest in self.messages:
            found.fail("board.chain", [], number, None, "the message stands already")
            found.uncertain = True
            return False
        self.messages[record.message_digest] = number
        if not (record.head == ZEROS if number == 0 else record.head in self.numbers):
            found.fail("board.chain", [], number, None, "written knowing another board")
            found.uncertain = True
            new = False
        counter = record.author, record.message["counter"]
        if counter in self.counters:
            found.fail("board.equivocation", [self.name(record.author)], number, None,
                       f"records {self.counters[counter][1]} and {number} have one counter")
            return False
        self.counters[counter] = record.message_digest, number
        return new

    def judge(self, record):
        """Asks for the election, the author, the body and the phase, in this order."""
        if not self.of_this_election(record) or not self.may_write(record):
            return
        try:
            body = record.body()
        except Fault as fault:
            self.found.fault(fault, [self.name(record.author)], record.number)
            return
        if record.kind == "enrol" and not self.invited(record, body):
            return
        if not self.phase_holds(record, body):
            return
        self.effective.add(record.number)
        getattr(self, "take_" + record.kind.replace("-", "_"))(record, body)

    def seen(self, record):
        """The last record that the author of a record had verified."""
        return self.numbers.get(record.head, -1)

    def of_this_election(self, record):
        """Whether a message is of this election, or of an earlier attempt (§8.2, §9.3)."""
        if record.kind == "proposal":
            expected = ZEROS
        elif record.kind in SETUP_KINDS or not self.manifest:
            expected = self.proposal_digest or ZEROS
        else:
            expected = self.election
        if record.election == expected:
            return True
        if self.of_earlier_attempt(record):
            return False
        self.found.fail("board.chain", [], record.number, None, "a message of another election")
        self.found.uncertain = True
        return False

    def of_earlier_attempt(self, record):
        """Whether a message of an earlier attempt is passed over (§9.3, §8.11)."""
        for index, (election, _) in enumerate(self.attempts[:-1]):
            if election != record.election:
                continue
            unseen = self.seen(record) < self.attempts[index + 1][1]
            if record.kind == "roll-amend" or (
                    unseen and record.kind in CEREMONY + ("sign-off",)):
                self.found.warn(f"record {record.number} is of an earlier attempt: passed over")
                return True
        return False

    # ---- authors

    def trustee(self, author):
        """The index of a trustee by its key, in the newest manifest."""
        if self.manifest:
            keys = self.manifest["keys"]
            return keys.index(author) if author in keys else None
        return next((j for j, enrolled in self.enrolled.items() if enrolled == author), None)

    def name(self, author):
        """A culprit by its key (§9.2)."""
        if author == self.authority or author == self.intake_key():
            return "authority"
        trustee = self.trustee(author)
        return f"author {author.hex()}" if trustee is None else f"trustee {trustee}"

    def intake_key(self):
        """The key that signs ballots: the description's."""
        source = self.manifest or self.proposal
        return source["description"]["intake"] if source else None

    def role_of(self, record):
        """`authority`, `trustee` or `author`: who a record is by."""
        return self.name(record.author).split()[0]

    def may_write(self, record):
        """Whether the author may write a record of this kind (§8.6)."""
        author, trustee = record.author, self.trustee(record.author)
        kind = record.kind
        if kind in AUTHORITY_KINDS:
            allowed = author == self.authority
        elif kind in INTAKE_KINDS:
            allowed = author == self.intake_key()
        elif kind in TRUSTEE_KINDS:
            allowed = trustee is not None
        elif kind == "exclusion":
            allowed = author == self.authority or (trustee is not None and record.cause() is None)
        else:
            allowed = True
        if allowed:
            return True
        name = self.name(author)
        if kind == "mix" and self.close:
            self.found.fail("mix.identity", [name], record.number, None, "a mix by a stranger")
            return False
        known = [] if name.startswith("author ") else [name]
        self.found.fail("board.signature", known, record.number, None,
                        f"{name} may not write {kind}")
        if not known:
            self.found.uncertain = True
        return False

    # ---- phases (§9.3)

    def phase_holds(self, record, body):
        """Whether a record stands in its phase; an exclusion's body says which it is."""
        self.found.items["board.phase"] += 1
        if self.sealed is not None and not self.after_seal(record, body):
            return False
        if self.in_phase(record, body):
            return True
        if record.kind in CEREMONY and self.forgivable and not self.opened:
            self.found.warn(f"record {record.number} comes after its attempt has failed")
            return False
        culprits = [self.name(record.author)]
        if record.kind == "enrol" and self.manifest is None:
            culprits = []
        self.found.fail_in_place("board.phase", culprits, record.number, None,
                                 f"{record.kind} is out of its phase")
        return False

    def after_seal(self, record, body):
        """Whether a record may stand after the seal (§9.3)."""
        if record.kind == "exclusion" and "cause" in body:
            return True
        if record.kind in LATE_KINDS and self.seen(record) < self.sealed:
            self.found.warn(f"record {record.number} comes after the seal, unseen: passed over")
        else:
            self.found.fail_in_place("board.phase", [self.name(record.author)], record.number,
                                     None, f"{record.kind} after the seal")
        return False

    def in_phase(self, record, body):
        """The table of §9.3."""
        kind = record.kind
        if kind == "proposal" or self.proposal is None:
            return kind == "proposal" and self.proposal is None
        if kind == "enrol":
            return self.manifest is None and body["trustee"] not in self.enrolled
        if kind == "counter-proposal":
            return self.manifest is None
        if kind == "manifest":
            return self.opened is None
        if kind in CEREMONY:
            return (self.manifest is not None and self.opened is None
                    and self.ceremony.in_phase(kind, self.trustee(record.author)))
        if kind == "open":
            return self.manifest is not None and self.opened is None and (
                self.ceremony.complete("confirm") or self.ceremony.complain)
        if kind == "roll-amend":
            return self.manifest is not None and self.close is None
        if kind in INTAKE_KINDS + ("waiver", "close"):
            return self.opened is not None and self.close is None
        if kind == "mix":
            return self.close is not None
        if kind == "exclusion":
            return self.exclusion_in_phase(body)
        if kind in ("share", "result"):
            return self.mixing_complete() and (kind == "share" or self.result is None)
        return self.manifest is not None if kind == "sign-off" else self.result is not None

    def exclusion_in_phase(self, body):
        """Whether an exclusion stands in its phase."""
        if "absence" in body:
            return self.close is not None
        return self.sealed is None or body["cause"]["sequence"] > self.sealed

    def mixing_complete(self):
        """Whether in every batch every trustee has a mix or is excluded."""
        return self.close is not None and all(
            batch.complete(len(self.manifest["keys"])) for batch in self.batches.values())

    # ---- blobs (§8.4)

    def blob(self, stated, record, culprit, row_length=None, place=None):
        """The bytes of a blob that a record names, or None where they cannot be used.

        The length of its rows is compared where it is fixed.
        """
        if stated["row_length"] == 0 or stated["row_length"] > MIB or (
                row_length is not None and stated["row_length"] != row_length) or (
                    stated["rows"] * stated["row_length"] > 1 << 44):
            self.found.fail("shape.length", [culprit], record, None,
                            f"rows of {stated['row_length']} bytes")
            return None
        entry = self.board.blob(stated["root"])
        if entry is None:
            self.found.unreadable[record, place] = f"a blob that record {record} names is missing"
            return None
        data, right = entry
        self.found.items["board.blob"] += 1
        if not right:
            failure = self.found.fail("board.blob", [], record, None, "a blob does not match")
            failure.place = place
            return None
        if len(data) != stated["rows"] * stated["row_length"]:
            self.found.fail("shape.length", [culprit], record, None, "a blob of another length")
            return None
        return data

    # ---- setup (§8.8, §8.9, §8.11)

    def take_proposal(self, record, body):
        """The proposal: who proposes is the authority."""
        self.authority = record.author
        self.proposal, self.proposal_digest = body, record.message_digest
        self.found.items["setup.parameters"] += 1
        self.check_description(body["description"], record.number,
                               len(body["invitations"]) != len(body["description"]["trustees"]))
        self.whole_roll = self.read_roll(body["description"], record.number)

    def check_description(self, description, number, miscounted):
        """`setup.parameters`; what cannot be read hides everything after it."""
        structure = list(structure_faults(description))
        if miscounted:
            structure.append("not one invitation for each trustee")
        for fault in structure + list(description_faults(description)):
            self.found.fail("setup.parameters", ["authority"], number, None, fault)
        if structure:
            self.blind = True

    def invited(self, record, body):
        """Whether an enrolment is of a trustee there is, and signed by its invitation (§8.9)."""
        if self.proposal is None:
            return True
        trustee, invitations = body["trustee"], self.proposal["invitations"]
        if trustee >= len(invitations):
            self.found.fail("setup.identity", [self.name(record.author)], record.number, None,
                            "an enrolment of a trustee there is not")
            return False
        signed = self.proposal_digest + le64(trustee) + record.author
        if not verify_signed("enrol", invitations[trustee], signed, body["invitation"]):
            self.found.fail("board.signature", [], record.number, None,
                            "the invitation's signature does not verify")
            self.found.uncertain = True
            return False
        return True

    def take_enrol(self, record, body):
        """A trustee has made its key; the first one counts (§8.9)."""
        self.enrolled[body["trustee"]] = record.author

    def take_counter_proposal(self, record, _body):
        """A kind that this version does not read (§8.6)."""
        self.found.fail("setup.identity", [self.name(record.author)], record.number, None,
                        "a counter-proposal, which this version does not read")

    def take_manifest(self, record, body):
        """A manifest: one attempt of the key ceremony begins."""
        number, last = record.number, self.manifest
        staying = [j for j in range(len(self.proposal["invitations"]))
                   if j not in body["excluded"]]
        if (any(j not in self.enrolled for j in staying)
                or body["attempt"] != (last["attempt"] + 1 if last else 0)):
            self.effective.discard(number)
            self.found.fail_in_place("board.phase", ["authority"], number, None,
                                     "a manifest before all have enrolled, or a wrong attempt")
            return
        self.forgive()
        self.manifest, self.election = body, record.message_digest
        self.attempts.append((self.election, number))
        if body["description"] != self.proposal["description"]:
            self.check_description(body["description"], number, False)
            if body["description"]["roll"] != self.proposal["description"]["roll"]:
                self.whole_roll = self.read_roll(body["description"], number)
        for fault in self.manifest_faults(body, staying):
            self.found.fail("setup.identity", ["authority"], number, None, fault)
        if len(body["keys"]) != len(body["description"]["trustees"]):
            self.blind = True
        if not self.blind:
            self.ceremony = Ceremony(self.election, body)
            self.roll = self.whole_roll

    def forgive(self):
        """Puts the failures of the last attempt aside: a new one stands (§9.4)."""
        if self.forgivable:
            self.found.failures = [f for f in self.found.failures if f not in self.forgivable]
            self.found.warn(f"attempt {self.manifest['attempt']} of the key ceremony failed")
        self.forgivable = []
        self.public_key = self.share_keys = None
        self.amendments, self.removed = [], set()

    def manifest_faults(self, body, staying):
        """`setup.identity` of a manifest (§9.4)."""
        excluded, keys = body["excluded"], body["keys"]
        if body["proposal"] != self.proposal_digest:
            yield "it names another proposal"
        if excluded != sorted(set(excluded)) or any(
                j >= len(self.proposal["invitations"]) for j in excluded):
            yield "the trustees left out are not increasing, or there are none such"
        expected = dict(self.proposal["description"])
        expected["trustees"] = [expected["trustees"][j] for j in staying]
        expected["mixes"] = min(expected["mixes"], len(staying))
        if body["description"] != expected:
            yield "its description is not the proposal's"
        if keys != [self.enrolled[j] for j in staying]:
            yield "its keys are not those enrolled"
        if not all_different(keys + [self.authority]) or self.intake_key() in keys:
            yield "a key stands for two"

    def read_roll(self, description, number):
        """The roll as a map; None where it cannot be read or is not well formed (§8.11)."""
        stated, roll = description["roll"], {}
        if stated is None:
            return roll
        data = self.blob(stated, number, "authority", 40)
        if data is None:
            self.found.not_run.add("setup.roll")
            return None
        self.found.items["setup.roll"] += stated["rows"]
        before = b""
        for row in range(stated["rows"]):
            credential = data[40 * row:40 * row + 32]
            box = int.from_bytes(data[40 * row + 32:40 * row + 40], "little")
            if (credential <= before or not proper_element(credential)
                    or box >= len(description["boxes"])):
                self.found.fail("setup.roll", ["authority"], number, row,
                                "a row of the roll is not well formed")
                return None
            roll[credential] = box
            before = credential
        return roll

    def is_box(self, box):
        """Whether there is such a box."""
        return box < len(self.manifest["description"]["boxes"])

    def take_roll_amend(self, record, body):
        """An amendment of the roll, which takes effect as a whole (§8.11)."""
        if self.roll is None:
            self.found.not_run.add("setup.roll")
            return
        roll, removed = dict(self.roll), set(self.removed)
        fits = self.manifest["description"]["roll"] is not None
        for credential in body["removed"]:
            fits = fits and roll.pop(credential, None) is not None
            removed.add(credential)
        for each in body["added"]:
            credential = each["credential"]
            fits = fits and (credential not in roll and credential not in removed
                             and proper_element(credential) and self.is_box(each["box"]))
            roll[credential] = each["box"]
        if not fits:
            self.found.fail("setup.roll", ["authority"], record.number, None,
                            "the amendment does not fit the roll")
            return
        self.roll, self.removed = roll, removed
        self.amendments.append(f"record {record.number} amended the roll: removed "
                               f"{len(body['removed'])}, added {len(body['added'])}; the "
                               f"authority's reason: {json.dumps(body['reason'])}")

    # ---- the key ceremony (page 5)

    def take_ceremony(self, record, body):
        """A record of the key ceremony."""
        trustee = self.trustee(record.author)
        for check, culprit, evidence in self.ceremony.take(record.kind, trustee, body, record):
            self.forgivable.append(self.found.fail(check, [f"trustee {culprit}"], record.number,
                                                   None, evidence))
        if record.kind == "deal" and self.ceremony.complete("deal"):
            self.derive_keys()

    def derive_keys(self):
        """The keys that follow from good deals, unless one is the identity (§5.7)."""
        if self.forgivable:
            return
        try:
            self.public_key, self.share_keys = self.ceremony.keys()
        except Fault as fault:
            self.forgivable.append(self.found.fail(fault.check, [], None, None, fault.text))

    take_accept = take_deal_commitment = take_deal = take_ceremony
    take_confirm = take_complain = take_ceremony

    def take_open(self, record, _body):
        """The election is opened: the keys follow from the deals (§5.7)."""
        self.opened = record.number
        if self.ceremony.complain:
            self.found.fail("key.complaint", ["authority"], record.number, None,
                            "opened although a complaint stands")
        self.blind = self.public_key is None

    # ---- voting (§8.6)

    def take_ballots(self, record, body):
        """Ballots of one box."""
        if not self.is_box(body["box"]):
            self.found.fail("shape.length", ["authority"], record.number, None, "no such box")
            return
        data = self.blob(body["ballots"], record.number, "authority")
        self.ballots.append(BallotList(record.number, body["box"], body["ballots"]["rows"],
                                       body["ballots"]["row_length"], data))

    def take_challenged(self, record, body):
        """Ballots that were challenged instead of cast (§6.6)."""
        data = self.blob(body["challenged"], record.number, "authority", 128)
        if data is None:
            self.found.not_run.update(INTAKE_CHECKS)
            return
        self.challenged += [data[at:at + 128] for at in range(0, len(data), 128)]

    def take_waiver(self, record, body):
        """A box may be closed with few ballots (§9.8)."""
        if not self.is_box(body["box"]):
            self.found.fail("shape.length", ["authority"], record.number, None, "no such box")
            return
        self.waivers[body["box"]] = body["reason"]

    def named_batches(self, entries, complete):
        """Whether entries name batches of the manifest in its order, each at most once."""
        boxes = self.manifest["description"]["boxes"]
        places = [(entry["box"], entry["batch"]) for entry in entries]
        everywhere = [(i, j) for i, box in enumerate(boxes) for j in range(len(box["batches"]))]
        if complete:
            return places == everywhere
        return places == sorted(set(places)) and set(places) <= set(everywhere)

    def take_close(self, record, body):
        """The election is closed: which ballots count, and the lists to be mixed (§9.5)."""
        self.close = record
        closes = self.manifest["description"]["closes"]
        if closes is not None and record.message["time"] < closes:
            self.found.warn("the close record's time is before the end of voting")
        if not self.named_batches(body["batches"], True):
            self.found.fail("shape.length", ["authority"], record.number, None,
                            "the lists are not one for each batch")
            self.blind = True
            return
        self.intake = Intake(self, record.number, body)
        for place, data in self.intake.read_lists().items():
            box, index = place
            stated = self.intake.stated[place]
            first = MixList(stated["root"], stated["rows"], data, True, record.number)
            self.batches[place] = Batch(
                box, index, self.manifest["description"]["boxes"][box]["batches"][index], first)
        self.intake.judge()

    # ---- what stands after

    def take_sign_off(self, record, body):
        """A trustee stands by the board up to a record."""
        if body["head"] not in self.numbers:
            self.found.fail("board.chain", [self.name(record.author)], record.number, None,
                            "a sign-off of no record before it")

    def take_seal(self, record, body):
        """Nothing is to follow."""
        before = self.records.get(record.number - 1)
        if body["records"] != record.number or before is None or body["head"] != before.digest:
            self.found.fail_in_place("board.chain", ["authority"], record.number, None,
                                     "the seal does not name the records before it")
        self.sealed = record.number


def first_author(record):
    """The author of the first proposal, if there is one."""
    return record.author if record else None
