

# ---------------------------------------------------------------------------
# The result (§9.4 37-41) and the whole audit
# ---------------------------------------------------------------------------

class Audit(Chain):
    """The audit of one board (page 9)."""

    def __init__(self, board, ignored=frozenset()):
        super().__init__(board, ignored)
        self.plaintexts = {}        # (box, batch) -> rows, where the result's can be read
        self.contests = []
        self.counted = None         # the contest results recounted, None if they cannot be

    # ---- the result

    def take_result(self, record, body):
        """The plaintexts and the count that the authority has published."""
        self.result = record
        self.contests = [Contest(each) for each in self.manifest["description"]["contests"]]
        if not self.named_batches(body["batches"], True):
            self.found.fail("shape.length", ["authority"], record.number, None,
                            "the plaintexts are not those of each batch")
            self.found.not_run.update(("decrypt.quorum", *GROUPS["result."]))
            return
        for entry in body["batches"]:
            batch = self.batches.get((entry["box"], entry["batch"]))
            if batch is not None:
                self.take_plaintexts(record, batch, entry)
        if len(self.plaintexts) == len(body["batches"]):
            self.recount(record, body["contests"])
        else:
            self.found.not_run.add("result.count")

    def take_plaintexts(self, record, batch, entry):
        """The plaintexts of one batch, and whose shares were used."""
        stated, number = entry["plaintexts"], record.number
        shares = self.used_shares(record, batch, entry["trustees"])
        if stated["row_length"] != 32 * batch.width or stated["rows"] != batch.last.rows:
            self.found.fail("shape.length", ["authority"], number, None,
                            f"batch {batch.place}: plaintexts of another number or length")
            return
        data = self.blob(stated, number, "authority", 32 * batch.width, batch.place)
        if data is None:
            self.found.not_run.update(GROUPS["result."])
            return
        faults = element_rows(data, 32 * batch.width, identity=True)
        for fault in faults:
            self.found.fault(fault, ["authority"], number)
        if faults:
            return
        self.plaintexts[batch.place] = split(data, 32 * batch.width)
        self.found.items["result.plaintext"] += stated["rows"]
        if shares is None or batch.last.data is None:
            self.found.not_run.add("result.plaintext")
            return
        for row in bad_plaintext_rows(batch.last.data, batch.width, shares, data):
            self.found.fail("result.plaintext", ["authority"], number, row,
                            f"batch {batch.place}: not the decryption")

    def used_shares(self, record, batch, trustees):
        """`decrypt.quorum`: the shares of the trustees that the result names."""
        self.found.items["decrypt.quorum"] += 1
        valid = batch.valid_shares(record.number)
        if (trustees == sorted(set(trustees)) and len(trustees) == self.ceremony.threshold
                and all(j in valid for j in trustees)):
            return {j: valid[j].data for j in trustees}
        unknown = {j for j, share in batch.shares.items() if share.unknown}
        if all(j in valid or j in unknown for j in trustees):
            self.found.not_run.add("decrypt.quorum")
        else:
            self.found.fail_in_place("decrypt.quorum", ["authority"], record.number, None,
                                     f"batch {batch.place}: not t trustees with valid shares")
        return None

    def recount(self, record, published):
        """`result.count`, and a count of data that may not be read (§10.12)."""
        self.counted = self.count(strict=True)
        self.found.items["result.count"] += len(self.counted)
        if published == self.counted:
            return
        row = self.first_not_minimal()
        if row is not None and published == self.count(strict=False):
            self.found.fail("result.plaintext", ["authority"], record.number, row,
                            "data that are not minimal were counted as a vote")
            return
        self.found.fail("result.count", ["authority"], record.number, None,
                        "the published result is not the count of the plaintexts")

    def count(self, strict):
        """The results of all contests from the published plaintexts."""
        votes = [[] for _ in self.contests]
        invalid = [0] * len(self.contests)
        for place, rows in self.plaintexts.items():
            fields = self.batches[place].fields
            for row in rows:
                try:
                    read = read_row(split(row, 32), fields, self.contests, strict)
                except BadVote:
                    for index in fields["contests"]:
                        invalid[index] += 1
                    continue
                for index, vote in pairs_of(fields["contests"], read):
                    votes[index].append(vote)
        return [count_contest(contest, votes[i], invalid[i])
                for i, contest in enumerate(self.contests)]

    def first_not_minimal(self):
        """The first row that is a vote only if its element's counter is not looked at."""
        number = 0
        for place, rows in self.plaintexts.items():
            fields = self.batches[place].fields
            for row in rows:
                if self.reads(row, fields, False) and not self.reads(row, fields, True):
                    return number
                number += 1
        return None

    def reads(self, row, fields, strict):
        """Whether a row is a valid vote."""
        try:
            read_row(split(row, 32), fields, self.contests, strict)
        except BadVote:
            return False
        return True

    # ---- the end

    def finish(self, pins, receipts, second):
        """What can be said only when the whole board is read."""
        self.check_causes()
        self.name_bad_rows()
        self.check_mix_quorum()
        self.check_pins(pins)
        for receipt in receipts:
            self.check_receipt(receipt)
        if second is not None:
            self.check_fork(second)
        self.found.warnings += self.amendments

    def check_mix_quorum(self):
        """`mix.quorum` (§9.4 34)."""
        shared = any(batch.shares for batch in self.batches.values())
        if not shared and self.result is None:
            return
        for batch in self.batches.values():
            self.found.items["mix.quorum"] += 1
            mixers = {j for j, _ in batch.valid}
            if len(mixers) < self.manifest["description"]["mixes"]:
                culprits = [f"trustee {j}" for j in range(len(self.manifest["keys"]))
                            if j not in mixers | batch.good_on_bad]
                self.found.fail_in_place("mix.quorum", culprits, None, None,
                                         f"batch {batch.place}: {len(mixers)} valid mixes")

    def last_record(self):
        """The last record, or None on an empty board."""
        return self.records[max(self.records)] if self.records else None

    def check_pins(self, pins):
        """`setup.identity` of every pinned digest (§9.4 2)."""
        last = self.last_record()
        known = {self.election} | ({last.digest} if last else set())
        if self.sealed is not None:
            known |= {self.records[number].digest for number in (self.sealed, self.sealed - 1)
                      if number in self.records}
        for pin in pins:
            if pin not in known:
                self.found.fail("setup.identity", [], None, None,
                                f"this is not the board that {pin.hex()} was pinned of")
        if not pins:
            self.found.warn("nothing was pinned: compare election and head with a trustee's")

    def check_receipt(self, data):
        """`intake.withheld` (§9.9)."""
        box, wanted = self.open_receipt(data)
        self.found.items["intake.withheld"] += 1
        if wanted is None:
            self.found.warn("a receipt is not of this election and proves nothing")
            self.found.not_run.add("intake.withheld")
            return
        lists = [each for each in self.ballots if each.box == box]
        if any(tracker(each.row(i)) == wanted for each in lists if each.data is not None
               for i in range(each.rows)):
            return
        if self.close is None or any(each.data is None for each in lists):
            self.found.not_run.add("intake.withheld")
            return
        self.found.fail_in_place("intake.withheld", ["authority"], None, None,
                                 f"the ballot {wanted.hex()} of a receipt is not on the board")

    def open_receipt(self, data):
        """Box and tracker of a receipt of this election, or (None, None)."""
        try:
            signed = decode_as(SIGNED_RECEIPT, data)
            receipt = decode_as(RECEIPT, signed["receipt"])
        except Fault:
            return None, None
        if receipt["election"] != self.election or not verify_signed(
                "receipt", self.intake_key(), signed["receipt"], signed["signature"]):
            return None, None
        return receipt["box"], receipt["tracker"]

    # ---- two boards (§9.11)

    def check_fork(self, second):
        """`board.fork`."""
        if self.proposal is None or self.proposal_digest != second.proposal_digest:
            self.found.not_run.add("board.fork")
            self.found.warn("the second board is of another election")
            return
        files = [{n: record.digest for n, record in log.records.items()}
                 for log in (self, second)]
        shorter = min(max(each) for each in files)
        fork = next((n for n in range(shorter + 1) if files[0].get(n) != files[1].get(n)), None)
        self.found.items["board.fork"] += (shorter if fork is None else fork) + 1
        if fork is not None:
            authors = branch_authors(self, second, fork) & branch_authors(second, self, fork)
            self.found.fail("board.fork", sorted(set(map(self.name, authors))), fork, None,
                            f"the boards part at record {fork}")

    # ---- the report (§9.7)

    def statuses(self, receipts, second):
        """The status of every check that is listed (§9.1)."""
        failed = {failure.check for failure in self.found.failures}
        not_run = self.found.not_run | self.not_yet()
        ruled_out = self.ruled_out()
        for check in CHECKS:
            if (check == "board.fork" and second is None) or (
                    check == "intake.withheld" and not receipts):
                continue
            if check in failed:
                yield check, "Fail"
            elif check in ruled_out:
                yield check, "NotApplicable"
            else:
                yield check, "NotRun" if check in not_run else "Pass"

    def not_yet(self):
        """Checks whose time has not come."""
        checks = set()
        if self.manifest is None:
            checks.update(GROUPS["setup."])
        if self.opened is None:
            checks.update(GROUPS["key."])
        if not self.batches:
            checks.update(INTAKE_CHECKS)
        if not self.batches or not self.mixing_complete():
            checks.update(GROUPS["mix."], GROUPS["decrypt."])
        if self.result is None:
            checks.update(GROUPS["decrypt."], GROUPS["result."])
        return checks

    def ruled_out(self):
        """Checks that the manifest alone rules out (§9.1)."""
        if self.manifest is None:
            return set()
        description = self.manifest["description"]
        checks = set()
        if description["policy"] == "open":
            checks.update(("setup.roll", "intake.ineligible"))
        if description["minimum"] == 0:
            checks.add("intake.minimum")
        if all(batch["bits"] is None for box in description["boxes"] for batch in box["batches"]):
            checks.add("ballot.range")
        return checks

    def anonymity(self):
        """How many ballots hide in each batch (§9.8)."""
        if not self.batches:
            return None
        return [self.hidden(batch) for batch in self.batches.values()]

    def hidden(self, batch):
        """The numbers of one batch."""
        rows = self.plaintexts.get(batch.place)
        numbers = None if rows is None else collections.Counter(rows)
        return {"box": batch.box, "batch": batch.index, "voters": batch.first.rows,
                "distinct": None if numbers is None else len(numbers),
                "unique": None if numbers is None else list(numbers.values()).count(1)}

    def report(self, receipts=(), second=None):
        """The report, as it is written in JSON (§9.7)."""
        found, last = self.found, self.last_record()
        checks = [{"id": check, "status": status, "items": found.items[check]}
                  for check, status in self.statuses(receipts, second)]
        verdict = self.verdict({each["status"] for each in checks})
        return {
            "spec": "psephos/v1", "verdict": verdict, "exit": VERDICTS[verdict],
            "election": self.election.hex() if self.election else None,
            "head": last.digest.hex() if last else None,
            "checks": checks, "failures": self.shown_failures(),
            "warnings": found.warnings + sorted(set(found.unreadable.values())),
            "anonymity": self.anonymity(), "results": self.shown_results(),
        }

    def verdict(self, statuses):
        """The first verdict that applies (§9.1)."""
        if self.found.unreadable:
            return "UNREADABLE"
        if "Fail" in statuses:
            return "INVALID"
        if self.sealed is None or "NotRun" in statuses:
            return "INCOMPLETE"
        return "VALID"

    def shown_failures(self):
        """At most 100 failures of each check."""
        numbers, shown = collections.Counter(), []
        for each in self.found.failures:
            numbers[each.check] += 1
            if numbers[each.check] <= MOST_FAILURES:
                shown.append({"check": each.check, "culprits": each.culprits,
                              "record": each.record, "row": each.row,
                              "evidence": each.evidence})
        self.found.warnings += [f"{check}: {number - MOST_FAILURES} more failures"
                                for check, number in numbers.items() if number > MOST_FAILURES]
        return shown

    def shown_results(self):
        """The recounted results by name, or None."""
        if self.counted is None:
            return None
        return [shown_result(contest, result)
                for contest, result in pairs_of(self.contests, self.counted)]


VERDICTS = {"VALID": 0, "INVALID": 1, "INCOMPLETE": 2, "UNREADABLE": 3}


def branch_authors(log, other, fork):
    """Who has signed on a board knowing its branch, and not the other's (§9.11)."""
    there = {record.digest for number, record in other.records.items() if number >= fork}
    authors = set()
    for number, record in log.records.items():
        if number < fork or not record.signed or not log.decodes(record):
            continue
        if fork <= log.numbers.get(record.head, -1) < number and record.head not in there:
            authors.add(record.author)
    return authors


def read_board(board):
    """The audit of a board, up to its last record (§9.10: exclusions that do not hold)."""
    ignored = frozenset()
    while True:
        audit = Audit(board, ignored)
        try:
            audit.read()
            audit.check_causes()
            return audit
        except Restart as restart:
            ignored |= {restart.exclusion}


def audit_board(board, pins=(), receipts=(), second=None):
    """The report of a board."""
    audit = read_board(board)
    audit.finish(pins, receipts, None if second is None else read_board(second))
    return audit.report(receipts, second)


# ---------------------------------------------------------------------------
# The command line
# ---------------------------------------------------------------------------

USAGE, SOFTWARE, INPUT_OUTPUT = 64, 70, 74
HELP = """\
usage: verify.py BOARD [--expect DIGEST]... [--receipt FILE]... [--json] [--quiet]
       verify.py compare BOARD BOARD [--json] [--quiet]
exit: 0 VALID, 1 INVALID, 2 INCOMPLETE, 3 UNREADABLE, 64 usage, 70 internal, 74 input or output
"""


class Usage(Exception):
    """Arguments that are not understood."""


@dataclass
class Arguments:
    """The arguments of a call."""

    boards: list
    pins: list
    receipts: list
    json: bool = False
    quiet: bool = False


def parse_arguments(words):
    """The arguments, or Usage."""
    arguments = Arguments([], [], [])
    words = list(words)
    compare = words[:1] == ["compare"]
    words = words[1:] if compare else words
    while words:
        word = words.pop(0)
        if word in ("--json", "--quiet"):
            setattr(arguments, word[2:], True)
        elif word in ("--expect", "--receipt") and words and not compare:
            parse_value(arguments, word, words.pop(0))
        elif word.startswith("-"):
            raise Usage(f"{word}?")
        else:
            arguments.boards.append(word)
    if len(arguments.boards) != 1 + compare:
        raise Usage("which board?")
    return arguments


def parse_value(arguments, word, value):
    """A digest to expect, or a file with a receipt."""
    if word == "--receipt":
        arguments.receipts.append(pathlib.Path(value).read_bytes())
    elif re.fullmatch("[0-9a-fA-F]{64}", value):
        arguments.pins.append(bytes.fromhex(value))
    else:
        raise Usage(f"{value!r} is no digest")


def show(report):
    """The report for people."""
    lines = [f"{each['status']:13} {each['id']} ({each['items']})" for each in report["checks"]]
    for each in report["failures"]:
        blamed = ", ".join(each["culprits"]) or "nobody to blame"
        lines.append(f"FAILED {each['check']}: {blamed}; record {each['record']}, "
                     f"row {each['row']}: {each['evidence']}")
    lines += [f"warning: {sentence}" for sentence in report["warnings"]]
    for each in report["results"] or []:
        lines.append(f"{each['id']}: elected {', '.join(each['elected']) or 'nobody'}")
    return "\n".join(lines + [f"election {report['election']}", f"head {report['head']}"])


def run(words):
    """Audits as the arguments say; the exit code."""
    arguments = parse_arguments(words)
    board = Board(arguments.boards[0])
    second, unread = None, None
    if len(arguments.boards) > 1:
        second = Board(arguments.boards[1])
    report = audit_board(board, arguments.pins, arguments.receipts, second)
    if arguments.json:
        print(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        if not arguments.quiet:
            print(show(report))
        print(report["verdict"])
    return report["exit"]


def main():
    """Runs, and turns what goes wrong into an exit code."""
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except Usage as fault:
        sys.stderr.write(f"{fault}\n{HELP}")
        code = USAGE
    except OSError as fault:
        sys.stderr.write(f"{fault}\n")
        code = INPUT_OUTPUT
    except Exception:       # whatever it is, it is no verdict
        traceback.print_exc()
        code = SOFTWARE
    sys.exit(code)


if __name__ == "__main__":
    main()
