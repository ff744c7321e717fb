

# ---------------------------------------------------------------------------
# Mixes, shares and exclusions (§9.4 30-39, §9.10)
# ---------------------------------------------------------------------------

class Chain(Log):
    """What is done with the lists after the close."""

    # ---- mixes

    def take_mix(self, record, body):
        """A trustee's mixes of one or more batches."""
        name = self.name(record.author)
        if not self.named_batches(body["mixes"], False):
            self.found.fail("shape.length", [name], record.number, None,
                            "the mixes are not of batches, in their order")
            return
        for entry in body["mixes"]:
            batch = self.batches.get((entry["box"], entry["batch"]))
            if batch is not None and self.may_mix(record, batch, entry):
                self.mix(record, batch, entry)

    def may_mix(self, record, batch, entry):
        """Whether a mix is one that its author may make and that is not passed over."""
        trustee, number = self.trustee(record.author), record.number
        name, seen = self.name(record.author), self.seen(record)
        if trustee in batch.excluded and seen < batch.excluded[trustee]:
            self.found.warn(f"record {number}: a mix of an excluded trustee is passed over")
            return False
        if trustee in batch.excluded or trustee in batch.mixed:
            self.found.fail("mix.identity", [name], number, None,
                            f"{name} is excluded from batch {batch.place}, or has mixed it")
            return False
        dead = batch.dead.get(entry["input"])
        if dead is not None and entry["input"] not in batch.lists and seen < dead:
            self.found.warn(f"record {number}: a mix of a list out of effect is passed over")
            batch.dead.setdefault(entry["output"]["root"], dead)
            return False
        return True

    def mix(self, record, batch, entry):
        """One mix: its place in the chain, then its list and proof."""
        trustee, source = self.trustee(record.author), batch.lists.get(entry["input"])
        on_last = source is not None and source.root == batch.last.root
        counts = self.chain_holds(record, batch, entry, source, on_last)
        verdict, data = self.check_mix(record, batch, entry, source)
        good = verdict is not False and counts and on_last
        batch.add(MixList(entry["output"]["root"], entry["output"]["rows"], data, good,
                          record.number, trustee, entry["input"]))
        if verdict and counts and not on_last and not source.good:
            batch.good_on_bad.add(trustee)

    def chain_holds(self, record, batch, entry, source, on_last):
        """`mix.chain`: whether a mix starts where it may, and says its place."""
        self.found.items["mix.chain"] += 1
        name, unseen = self.name(record.author), self.seen(record) < batch.last_record
        if source is not None and not on_last and not source.good:
            self.found.warn(f"record {record.number}: a mix of a list that a bad mix has made")
            return True
        if on_last and entry["position"] == len(batch.valid):
            return True
        if unseen and source is not None:
            self.found.warn(f"record {record.number}: a mix that another one has overtaken")
            return False
        self.found.fail_in_place("mix.chain", [name], record.number, None,
                                 f"batch {batch.place}: another list, or place in the chain")
        return False

    def check_mix(self, record, batch, entry, source):
        """Whether list and proof hold (None: unknown), and the list if it can be used."""
        name, number, stated = self.name(record.author), record.number, entry["output"]
        if source is not None and (stated["rows"] != source.rows
                                   or stated["row_length"] != 64 * batch.width):
            self.found.fail("mix.shape", [name], number, None,
                            f"batch {batch.place}: {stated['rows']} rows out")
            return False, None
        if (entry["proof"] is None) != (stated["rows"] == 0):
            self.found.fail("shape.length", [name], number, None,
                            "a proof of an empty list, or none of another")
            return False, None
        fault = stated["rows"] and shuffle_lengths(entry["proof"], stated["rows"], batch.width)
        if fault:
            self.found.fault(fault, [name], number)
            return False, None
        before = len(self.found.failures)
        data = self.blob(stated, number, name, 64 * batch.width, batch.place)
        if data is None:
            self.found.not_run.add("mix.proof")
            shape = [f for f in self.found.failures[before:] if f.check == "shape.length"]
            return (False if shape else None), None
        faults = element_rows(data, 64 * batch.width)
        for each in faults:
            self.found.fault(each, [name], number)
        if faults:
            return False, None
        return self.check_proof(record, batch, entry, source, data), data

    def check_proof(self, record, batch, entry, source, data):
        """`mix.proof`; None where the list before cannot be used."""
        name, stated = self.name(record.author), entry["output"]
        if source is None or source.data is None:
            return None
        self.found.items["mix.proof"] += 1
        if stated["rows"] == 0:
            return True
        statement = ShuffleStatement(
            self.election, self.public_key, self.close.digest, batch.box, batch.index,
            entry["position"], self.trustee(record.author), record.author, stated["rows"],
            batch.width, entry["input"], stated["root"])
        fault = check_shuffle(statement, entry["proof"], source.data, data)
        if fault:
            self.found.fault(fault, [name], record.number)
        return fault is None

    # ---- shares (page 7)

    def take_share(self, record, body):
        """A trustee's shares of one or more lists, under one proof."""
        name, trustee = self.name(record.author), self.trustee(record.author)
        if not self.named_batches(body["lists"], False):
            self.found.fail("shape.length", [name], record.number, None,
                            "the shares are not of batches, in their order")
            return
        lists = [self.share_list(record, entry) for entry in body["lists"]]
        if None in lists:
            self.mark_unknown(record, trustee, body)
            return
        fault = check_share(self.election, self.public_key, self.close.digest, trustee,
                            record.author, self.share_keys[trustee], lists, body["proof"])
        self.found.items["decrypt.proof"] += 1
        if fault is None:
            for each in lists:
                share = self.batches[each.box, each.batch].shares[trustee]
                share.valid = share.record == record.number and (
                    share.root == self.batches[each.box, each.batch].last.root)
        else:
            failure = self.found.fail(fault.check, [name], record.number, None, fault.text)
            if fault.check == "decrypt.proof":
                self.bad_shares.append((failure, trustee, lists))

    def mark_unknown(self, record, trustee, body):
        """Notes that shares cannot be judged, where a list cannot be read."""
        shares = [self.batches[entry["box"], entry["batch"]].shares.get(trustee)
                  for entry in body["lists"]]
        own = [share for share in shares if share and share.record == record.number]
        for share in own:
            share.unknown = any(each.unknown for each in own)

    def share_list(self, record, entry):
        """One list of a share record, as its proof is about it; None where it cannot be used."""
        name, trustee = self.name(record.author), self.trustee(record.author)
        batch = self.batches[entry["box"], entry["batch"]]
        stated, number = entry["shares"], record.number
        source = batch.lists.get(entry["input"])
        if not self.may_share(record, batch, entry, source):
            return None
        if source is None:
            return None
        if stated["rows"] != source.rows or stated["row_length"] != 32 * batch.width:
            self.found.fail("shape.length", [name], number, None,
                            f"batch {batch.place}: shares of another number or length")
            return None
        data = self.blob(stated, number, name, 32 * batch.width, batch.place)
        if data is None or source.data is None:
            self.found.not_run.add("decrypt.proof")
            batch.shares[trustee].unknown = True
            return None
        batch.shares[trustee].data = data
        faults = element_rows(data, 32 * batch.width)
        for each in faults:
            self.found.fault(each, [name], number)
        if faults:
            return None
        return ShareList(batch.box, batch.index, stated["rows"], batch.width, entry["input"],
                         stated["root"], source.data, data)

    def may_share(self, record, batch, entry, source):
        """`decrypt.repeat` and `decrypt.input`."""
        name, trustee = self.name(record.author), self.trustee(record.author)
        if trustee in batch.shares:
            self.found.fail("decrypt.repeat", [name], record.number, None,
                            f"{name} shares batch {batch.place} again")
            return False
        dead = batch.dead.get(entry["input"])
        if source is None and dead is not None and self.seen(record) < dead:
            self.found.warn(f"record {record.number}: a share of a list out of effect")
            return False
        batch.shares[trustee] = Share(trustee, record.number, entry["input"], None)
        if source is not None and not source.good:
            self.found.warn(f"record {record.number}: a share of a list a bad mix has made")
        elif source is None or source.root != batch.last.root:
            self.found.fail_in_place("decrypt.input", [name], record.number, None,
                                     f"batch {batch.place}: a share of another list")
        return True

    def name_bad_rows(self):
        """Names the rows of bad shares, where t others allow it (§7.4)."""
        for failure, trustee, lists in self.bad_shares:
            if failure not in self.found.failures:
                continue
            rows = [row for each in lists for row in self.bad_rows(trustee, each)]
            if rows:
                failure.row = rows[0]
            for row in rows[1:]:
                self.found.fail(failure.check, failure.culprits, failure.record, row,
                                failure.evidence)

    def bad_rows(self, trustee, each):
        """The bad rows of one list of a share record."""
        batch, threshold = self.batches[each.box, each.batch], self.ceremony.threshold
        others = {j: share.data for j, share in batch.valid_shares().items() if j != trustee}
        if len(others) < threshold or each.input_root != batch.last.root:
            return []
        others = {j: others[j] for j in sorted(others)[:threshold]}
        return bad_share_rows(trustee, each.shares, others, each.width)

    # ---- exclusions (§9.10)

    def take_exclusion(self, record, body):
        """An exclusion for cause, or a statement or exclusion of absence."""
        if "cause" in body:
            self.take_cause(record, body["cause"])
            return
        name, absence = self.name(record.author), body["absence"]
        places = [(each["box"], each["batch"]) for each in absence["batches"]]
        if not self.named_batches(absence["batches"], False) or (
                absence["trustee"] >= len(self.manifest["keys"])
                or any(place not in self.batches for place in places)):
            self.found.fail("shape.length", [name], record.number, None,
                            "the exclusion is of no trustee, or not of batches in their order")
            return
        for entry in absence["batches"]:
            if record.author == self.authority:
                self.exclude_absent(record, entry, absence["trustee"])
            else:
                self.statements.append(Statement(
                    self.trustee(record.author), record.number, self.seen(record),
                    absence["trustee"], (entry["box"], entry["batch"]), entry["root"]))

    def take_cause(self, record, cause):
        """Whether an exclusion for cause is justified."""
        number, target = record.number, self.records.get(cause["sequence"])
        self.found.items["exclusion.unjustified"] += 1
        if target is not None and self.aside.get(target.number) == number:
            if self.stands_rightly(target, number):
                return
            raise Restart(number)
        if number in self.unchecked:
            self.found.not_run.add("exclusion.unjustified")
        elif target is None or target.number not in self.aside or (
                target.digest != cause["digest"]):
            self.found.fail("exclusion.unjustified", ["authority"], number, None,
                            f"record {cause['sequence']} does not fail {cause['check']}, or may "
                            f"not be excluded for it")

    def stands_rightly(self, target, exclusion):
        """Whether ballots in a wrong wrapper stand in a right one before the exclusion."""
        if target.kind not in INTAKE_KINDS or not self.wrapper_fault(target):
            return True
        return any(number in self.effective and number < exclusion
                   and other.message_digest == target.message_digest
                   for number, other in self.records.items() if other.signed)

    def check_causes(self):
        """Starts again where an exclusion put a record aside, but has no effect itself."""
        for exclusion in self.aside.values():
            if exclusion not in self.effective:
                raise Restart(exclusion)

    def exclude_absent(self, record, entry, target):
        """The six rules for one batch (§9.10)."""
        batch = self.batches[entry["box"], entry["batch"]]
        self.found.items["exclusion.unjustified"] += 1
        stated = [s for s in self.statements
                  if (s.target, s.place, s.root) == (target, batch.place, entry["root"])]
        newest = {s.trustee: s.seen for s in stated}
        if target in batch.excluded:
            self.no_effect(record, "excluded already")
        elif target in batch.shares and self.drop_share(record, batch, entry, target, newest):
            return
        elif batch.valid_shares(record.number):
            self.after_share(record, batch, stated)
        elif len(newest) < self.ceremony.threshold:
            self.unjustified(record, [], "too few trustees have stated it")
        elif target in batch.mixed:
            made = batch.mixed[target]
            if made.source == entry["root"] and self.witnessed(record, newest, made.record):
                batch.leave_out(target, record.number)
                self.found.forget(made.record, batch.place)
                self.exclude_from(record, batch, target)
            else:
                self.no_effect(record, "the trustee has mixed")
        else:
            self.exclude_silent(record, batch, entry["root"], stated, target)

    def drop_share(self, record, batch, entry, target, newest):
        """Rule 2: whether the target's share settles it."""
        share = batch.shares[target]
        if share.data is not None:
            self.no_effect(record, "the trustee has shared")
            return True
        if share.root == entry["root"] and self.witnessed(record, newest, share.record):
            self.found.forget(share.record, batch.place)
            self.found.warn(f"record {record.number} leaves record {share.record} out of effect")
            return True
        return False

    def after_share(self, record, batch, stated):
        """Rule 3: a valid share of the batch stands."""
        first = min(share.record for share in batch.valid_shares(record.number).values())
        if self.seen(record) < first:
            self.no_effect(record, "a share stands, unseen")
            return
        wrong = {s.trustee for s in stated if s.seen >= first}
        self.unjustified(record, wrong, "a share stands already")

    def exclude_silent(self, record, batch, root, stated, target):
        """Rule 6: no mix of the trustee stands."""
        if batch.last.root == root:
            self.exclude_from(record, batch, target)
        elif root in batch.lists and self.seen(record) < batch.last_record:
            self.no_effect(record, "a mix has come, unseen")
        else:
            wrong = {s.trustee for s in stated if s.seen >= batch.last_record
                     or (root not in batch.lists and s.seen >= batch.dead.get(root, -1))}
            self.unjustified(record, wrong, "this is not the last good list")

    def witnessed(self, record, newest, number):
        """Whether the witnesses had seen a record (§9.10)."""
        having = [j for j, seen in newest.items() if seen >= number]
        return self.seen(record) >= number and len(having) >= self.ceremony.threshold

    def exclude_from(self, record, batch, target):
        """Excludes a trustee from a batch."""
        batch.excluded[target] = record.number
        self.found.warn(f"trustee {target + 1} is excluded, for absence, from mixing batch "
                        f"{batch.place} (record {record.number})")

    def no_effect(self, record, reason):
        """An exclusion of absence that comes to nothing."""
        self.found.warn(f"record {record.number} has no effect: {reason}")

    def unjustified(self, record, trustees, evidence):
        """An exclusion of absence that must not be."""
        culprits = ["authority"] + [f"trustee {j}" for j in sorted(trustees)]
        self.found.fail_in_place("exclusion.unjustified", culprits, record.number, None, evidence)


@dataclass(frozen=True)
class Statement:
    """A trustee's statement that another's mix is awaited in vain."""

    trustee: int
    record: int
    seen: int
    target: int
    place: tuple
    root: bytes
