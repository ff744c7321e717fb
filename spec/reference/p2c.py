# ---------------------------------------------------------------------------
# The board (page 8)
# ---------------------------------------------------------------------------

ZEROS = bytes(32)
RECORD_NAME = re.compile(r"[0-9]{8}\.cbor")


class Board:
    """The files of a folder, read once (§8)."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        names = sorted(name for name in os.listdir(self.folder / "records")
                       if RECORD_NAME.fullmatch(name))
        self.files = {int(name[:8]): (self.folder / "records" / name).read_bytes()
                      for name in names}
        self.blobs = {}

    def __deepcopy__(self, memo):
        return self

    def blob(self, root):
        """The bytes of a blob and whether they have this root; None if it is missing."""
        if root not in self.blobs:
            try:
                data = (self.folder / "blobs" / root.hex()).read_bytes()
                self.blobs[root] = (data, tree_root(data) == root)
            except FileNotFoundError:
                self.blobs[root] = None
        return self.blobs[root]


class Record:
    """A record file: what its bytes say, and who signed it (§8.3)."""

    def __init__(self, number, data):
        self.number, self.digest = number, sha3(data)
        self.readable = len(data) <= MAX_FILE and begins_with_item(data)
        self.fault = self.message = self.wrapper = None
        self.kind = self.author = self.head = None
        self.signed = False
        if self.readable:
            self.open(data)

    def __deepcopy__(self, memo):
        return self

    def open(self, data):
        """Decodes wrapper and message and verifies the signature (§8.1, §8.5)."""
        try:
            self.wrapper = decode_as(RECORD, data)
            self.message = decode_as(MESSAGE, self.wrapper["message"])
        except Fault as fault:
            self.fault = fault.text
            self.author = self.wrapper and author_of_refused(self.wrapper["message"])
            self.signed = bool(self.author) and self.verifies()
            return
        self.kind, self.author = self.message["kind"], self.message["author"]
        self.head, self.election = self.message["head"], self.message["election"]
        self.message_digest = sha3(self.wrapper["message"])
        self.signed = self.verifies()

    def verifies(self):
        """Whether the signature is the author's (§8.5)."""
        return verify_signed("message", self.author, self.wrapper["message"],
                             self.wrapper["signature"])

    def body(self):
        """The body; raises the Fault that makes it refused."""
        return decode_body(self.kind, self.message["body"])

    def cause(self):
        """What an exclusion for cause says, or None."""
        if self.kind != "exclusion" or not self.signed:
            return None
        try:
            return self.body().get("cause")
        except Fault:
            return None


# ---------------------------------------------------------------------------
# Checks and findings (§9.1, §9.2, §9.4)
# ---------------------------------------------------------------------------

CHECKS = (
    "setup.parameters", "setup.identity", "setup.roll", "key.proof", "key.commitment",
    "key.encryption", "key.complaint", "shape.length", "group.membership", "encoding.canonical",
    "board.phase", "board.blob", "board.signature", "board.chain", "board.equivocation",
    "board.fork", "ballot.shape", "ballot.context", "ballot.proof", "ballot.range",
    "ballot.challenged", "ballot.duplicate", "intake.rejected", "intake.missing", "intake.added",
    "intake.ineligible", "intake.revote", "intake.minimum", "intake.withheld", "mix.proof",
    "mix.shape", "mix.chain", "mix.identity", "mix.quorum", "exclusion.unjustified",
    "decrypt.proof", "decrypt.quorum", "decrypt.input", "decrypt.repeat", "result.plaintext",
    "result.count")
GROUPS = {prefix: [check for check in CHECKS if check.startswith(prefix)]
          for prefix in ("setup.", "key.", "ballot.", "intake.", "mix.", "decrypt.", "result.")}
INTAKE_CHECKS = [check for check in GROUPS["ballot."] + GROUPS["intake."]
                 if check != "intake.withheld"]
MOST_FAILURES = 100


@dataclass
class Failure:
    """Something that does not hold, and whose fault it is (§9.2)."""

    check: str
    culprits: list
    record: int | None
    row: int | None
    evidence: str
    place: tuple | None = None      # box and batch of a damaged list


class Findings:
    """What the audit has found so far."""

    def __init__(self):
        self.failures, self.warnings = [], []
        self.unreadable = {}        # (record, what) -> sentence
        self.not_run = set()
        self.items = collections.Counter()
        self.uncertain = False      # §9.2: after a record nobody is to blame for

    def fail(self, check, culprits, record=None, row=None, evidence=""):
        """Notes a failure."""
        failure = Failure(check, list(culprits), record, row, evidence)
        self.failures.append(failure)
        return failure

    def fail_in_place(self, check, culprits, record=None, row=None, evidence=""):
        """Notes a failure of place or number; after an uncertain record it is NotRun (§9.2)."""
        if self.uncertain:
            self.not_run.add(check)
        else:
            self.fail(check, culprits, record, row, evidence)

    def fault(self, fault, culprits, record):
        """Notes a fault of the bytes of a record."""
        self.fail(fault.check, culprits, record, fault.row, fault.text)

    def warn(self, sentence):
        """Notes a warning."""
        self.warnings.append(sentence)

    def forget(self, record, place):
        """Takes back what is said of the lists of a record in one place (§9.10)."""
        self.unreadable.pop((record, place), None)
        self.failures = [f for f in self.failures
                         if (f.record, f.check, f.place) != (record, "board.blob", place)]


# ---------------------------------------------------------------------------
# The key ceremony (page 5)
# ---------------------------------------------------------------------------

CEREMONY = ("accept", "deal-commitment", "deal", "confirm", "complain")
FORGIVEN = ("key.proof", "key.commitment", "key.encryption", "key.complaint", "shape.length",
            "encoding.canonical", "group.membership")


class Ceremony:
    """One attempt: what the trustees have posted, and what fails it."""

    def __init__(self, election, manifest):
        self.election, self.attempt = election, manifest["attempt"]
        self.count = len(manifest["keys"])
        self.threshold = manifest["description"]["threshold"]
        self.accept, self.deal_commitment, self.deal = {}, {}, {}
        self.confirm, self.complain = {}, {}
        self.messages = {}          # digests of the messages of the deals
        self.ephemerals = set()
        self.failures = []          # forgiven once the next manifest stands

    def posted(self, kind):
        """Who has posted a record of a kind, and its body."""
        return getattr(self, kind.replace("-", "_"))

    def complete(self, kind):
        """Whether every trustee has posted one."""
        return len(self.posted(kind)) == self.count

    def in_phase(self, kind, trustee):
        """Whether a trustee may post a record of a kind now (§9.3)."""
        before = {"deal-commitment": "accept", "deal": "deal-commitment", "confirm": "deal",
                  "complain": "deal"}
        return trustee not in self.posted(kind) and (
            kind == "accept" or self.complete(before[kind]))

    def take(self, kind, trustee, body, record):
        """Judges a record: (check, convicted trustee, evidence) of each fault."""
        self.posted(kind)[trustee] = body
        if kind == "accept":
            fault = check_accept(self.election, self.attempt, trustee, body)
            return [fault_of(fault, trustee)] if fault else []
        if kind == "deal":
            self.messages[trustee] = record.message_digest
            return self.deal_faults(trustee, body)
        if kind == "confirm":
            if body["deals"] != self.deals_digest():
                return [("key.commitment", trustee, "a confirmation of other deals")]
        if kind == "complain":
            return self.judge(trustee, body)
        return []

    def deals_digest(self):
        """What a confirmation signs (§5.7)."""
        return tagged("deals", b"".join(self.messages[j] for j in range(self.count)))

    def deal_faults(self, dealer, body):
        """What anyone checks in a deal (§5.4)."""
        found = []
        if (deal_digest(self.election, self.attempt, dealer, body)
                != self.deal_commitment[dealer]["commitment"]):
            found.append(("key.commitment", dealer, "the deal is not the one committed to"))
        keys = [self.accept[j]["key"] for j in range(self.count)]
        found += [fault_of(fault, dealer) for fault in check_deal(
            self.election, self.attempt, dealer, self.threshold, keys, body)]
        own = ephemerals(body)
        if not all_different(own) or self.ephemerals & set(own):
            found.append(("key.encryption", dealer, "an ephemeral key stands twice"))
        self.ephemerals.update(own)
        return found

    def judge(self, complainer, body):
        """Whom a complaint convicts (§5.6)."""
        dealer = body["dealer"]
        if dealer >= self.count:
            return [("key.complaint", complainer, "a complaint of nobody")]
        convicted, evidence = judge_complaint(
            self.election, self.attempt, dealer, complainer, self.accept[complainer]["key"],
            self.deal[dealer], body)
        culprit = dealer if convicted == "dealer" else complainer
        return [("key.complaint", culprit, evidence)]

    def keys(self):
        """Y and the share keys (§5.7)."""
        return ceremony_keys([self.deal[j] for j in range(self.count)])


def fault_of(fault, trustee):
    """A fault of bytes as a fault of a trustee."""
    return fault.check, trustee, fault.text


# ---------------------------------------------------------------------------
# The lists of a batch (§9.4 30-39, §9.10)
# ---------------------------------------------------------------------------

@dataclass
class MixList:
    """A list of a batch; `data` is None where it cannot be read, or is no proper list."""

    root: bytes
    rows: int
    data: bytes | None
    good: bool
    record: int
    maker: int | None = None
    source: bytes | None = None


@dataclass
class Share:
    """A trustee's shares of one list."""

    trustee: int
    record: int
    root: bytes
    data: bytes | None
    valid: bool = False
    unknown: bool = False       # whether some list of the record cannot be read


class Batch:
    """The chain of mixes of one batch, and the shares of its last list."""

    def __init__(self, box, index, fields, first):
        self.box, self.index = box, index
        self.fields, self.width = fields, fields["width"]
        self.lists = {first.root: first}
        self.first = self.last = first
        self.mixed = {}             # trustee -> the MixList it made
        self.valid = []             # (trustee, record) of the valid mixes
        self.good_on_bad = set()    # trustees whose good mix starts from another's bad list
        self.excluded = {}          # trustee -> record of the exclusion
        self.dead = {}              # roots of lists out of effect -> record of the exclusion
        self.shares = {}            # trustee -> Share
        self.close = first.record

    @property
    def place(self):
        """Box and batch."""
        return self.box, self.index

    @property
    def last_record(self):
        """The record of the mix that made the last good list, or the close."""
        return self.valid[-1][1] if self.valid else self.close

    def complete(self, trustees):
        """Whether every trustee has a mix or is excluded (§9.3)."""
        return all(j in self.mixed or j in self.excluded for j in range(trustees))

    def add(self, made):
        """Adds what a trustee made; lists are told apart by their roots (§9.4)."""
        self.mixed[made.maker] = made
        if made.good:
            self.valid.append((made.maker, made.record))
            self.last = made
        if made.good or made.root not in self.lists:
            self.lists[made.root] = made

    def leave_out(self, trustee, exclusion):
        """Takes a trustee's mix, and all that others made of it, out of effect (§9.10)."""
        made = self.mixed.pop(trustee)
        self.valid = [each for each in self.valid if each[0] != trustee]
        self.good_on_bad.discard(trustee)
        if self.lists.get(made.root) is made and made.root != made.source:
            del self.lists[made.root]
            self.dead[made.root] = exclusion
            for other in [j for j, each in self.mixed.items() if each.source == made.root]:
                if other in self.mixed:
                    self.leave_out(other, exclusion)
        self.last = self.mixed[self.valid[-1][0]] if self.valid else self.first

    def valid_shares(self, before=None):
        """The valid shares of the last good list by trustee."""
        return {j: share for j, share in self.shares.items()
                if share.valid and (before is None or share.record < before)}
