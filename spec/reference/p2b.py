# ---------------------------------------------------------------------------
# Contests and descriptions (§8.8, §10.1)
# ---------------------------------------------------------------------------

WHITE_SPACE = frozenset(map(chr, [*range(9, 14), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B),
                                  0x2028, 0x2029, 0x202F, 0x205F, 0x3000]))
ID_CHARACTERS = frozenset(string.ascii_letters + string.digits + "._-")
WRITE_INS = "write-ins together"

RANKINGS = ("borda", "irv", "stv", "scottish-stv", "meek")
MARKS = ("plurality", "approval", "dhondt", "sainte-lague")
SCORES = ("score", "majority-judgment")
IN_ROUNDS = ("irv", "stv", "scottish-stv", "meek")
WITHOUT_WRITE_INS = ("score", "schulze", "majority-judgment", "dhondt", "sainte-lague", "text")


class Contest:
    """A contest of a description, with the numbers that pages 10 and 11 use."""

    def __init__(self, fields):
        self.id = fields["id"]
        self.title = fields["title"]
        self.seats = fields["seats"]
        self.candidates = fields["candidates"]
        (self.method, self.options), = fields["method"].items()
        write_ins = fields["write_ins"]
        self.slots = write_ins["slots"] if write_ins else 0
        self.slot_bytes = write_ins["max_bytes"] if write_ins else 0
        self.has_write_ins = write_ins is not None

    @property
    def choices(self):
        """Candidates and slots together: n of page 11."""
        return len(self.candidates) + self.slots

    @property
    def most(self):
        """The most a vote may name: x of page 11."""
        return self.options.get("max_marks", self.options.get("max_ranks", self.choices))

    @property
    def best_score(self):
        """The highest score or grade."""
        if self.method == "score":
            return self.options["max_score"]
        return len(self.options["grades"]) - 1

    @property
    def names(self):
        """Names of the candidates of the count (§10.2)."""
        return self.candidates + [WRITE_INS] * self.has_write_ins

    def as_bits(self):
        """Whether marks stand as bits (§11.2)."""
        return -(-self.choices // 8) < number_width(self.choices) * self.most

    def choice_length(self):
        """Length of the field without the texts of write-ins (§11.2)."""
        if self.method in MARKS and self.as_bits():
            return -(-self.choices // 8)
        if self.method in MARKS + RANKINGS:
            return number_width(self.choices) * self.most
        if self.method == "schulze":
            return number_width(self.most) * self.choices
        return self.options["max_bytes"] if self.method == "text" else self.choices

    def length(self):
        """Length of the field (§11.2)."""
        return self.choice_length() + self.slots * self.slot_bytes


def number_width(largest):
    """Bytes that a number takes (§11.2)."""
    return 1 if largest <= 255 else 2


def is_text(value, most):
    """A text of a contest (§10.1): one line, no white space around it."""
    return (1 <= len(value.encode()) <= most and not has_controls(value)
            and value[0] not in WHITE_SPACE and value[-1] not in WHITE_SPACE)


def is_title(value, most):
    """A title, name or id of §8.8."""
    return (1 <= len(value.encode()) <= most and not has_controls(value)
            and not all(c in WHITE_SPACE for c in value))


def has_controls(value):
    """Whether a control character (Cc) stands in it."""
    return any(unicodedata.category(c) == "Cc" for c in value)


def all_different(values):
    """Whether none stands twice."""
    return len(set(values)) == len(values)


def contest_faults(contest):
    """What §10.1 does not allow in a contest."""
    method, options = contest.method, contest.options
    if not (1 <= len(contest.id) <= 64 and set(contest.id) <= ID_CHARACTERS):
        yield "the id"
    if not is_text(contest.title, 1000):
        yield "the title"
    if not 1 <= contest.seats <= 65535 or (method in ("irv", "text") and contest.seats != 1):
        yield "the seats"
    if contest.has_write_ins and (method in WITHOUT_WRITE_INS or not 1 <= contest.slots <= 960
                                  or not 1 <= contest.slot_bytes <= 960):
        yield "the write-ins"
    yield from candidate_faults(contest)
    if "max_marks" in options or "max_ranks" in options:
        if not 1 <= contest.most <= contest.choices:
            yield "how many a vote may name"
    if method == "score" and not 1 <= options["max_score"] <= 255:
        yield "the highest score"
    if method == "text" and not 1 <= options["max_bytes"] <= 960:
        yield "the length of a text"
    if method == "majority-judgment":
        grades = options["grades"]
        if not 2 <= len(grades) <= 256 or not all_different(grades) or not all(
                is_text(name, 250) for name in grades):
            yield "the grades"


def candidate_faults(contest):
    """What §10.1 does not allow in the candidates of a contest."""
    names = contest.candidates
    if contest.method == "text":
        if names:
            yield "candidates of a text"
        return
    if not 1 <= contest.choices <= 65535 or not all_different(names) or not all(
            is_text(name, 250) for name in names):
        yield "the candidates"
    if contest.has_write_ins and WRITE_INS in names:
        yield f"a candidate called {WRITE_INS}"
    if contest.method in IN_ROUNDS + ("schulze",) and len(contest.names) > 1000:
        yield "more than 1,000 candidates"


def result_weight(contest):
    """What the result of a contest weighs in the record (§10.1)."""
    count = len(contest.names)
    if contest.method in ("irv", "schulze"):
        return count * count
    if contest.method in ("stv", "scottish-stv", "meek"):
        return 2 * count * count
    if contest.method == "majority-judgment":
        return count * len(contest.options["grades"])
    return contest.seats if contest.method in ("dhondt", "sainte-lague") else 0


SUITE = {"hash": "sha3-256", "group": "ristretto255", "version": 1,
         "generators": "psephos/v1/generator"}
LAST_TIME = 253_402_300_799


def description_faults(description):
    """What §8.8 does not allow, but leaves an election that can be read."""
    opens, closes = description["opens"], description["closes"]
    if description["suite"] != SUITE:
        yield "the suite is not this version's"
    if any(time is not None and time > LAST_TIME for time in (opens, closes)):
        yield "a time after the year 9999"
    if opens is not None and closes is not None and opens >= closes:
        yield "voting ends before it begins"
    if not is_title(description["title"], 1000):
        yield "the title"
    trustees = description["trustees"]
    if not all_different(trustees) or not all(is_title(name, 1000) for name in trustees):
        yield "the names of the trustees"
    if not description["threshold"] <= description["mixes"] <= len(trustees):
        yield "t ≤ μ ≤ k does not hold"


def structure_faults(description):
    """What §8.8 does not allow, and leaves nothing that could be read."""
    if (description["roll"] is None) != (description["policy"] == "open"):
        yield "a roll in an open election, or none in another"
    if description["roll"] and description["roll"]["row_length"] != 40:
        yield "the rows of the roll are not of 40 bytes"
    if not 1 <= len(description["trustees"]) <= 32:
        yield "the number of trustees"
    if not 1 <= description["threshold"] <= len(description["trustees"]):
        yield "the threshold"
    contests = [Contest(fields) for fields in description["contests"]]
    if not 1 <= len(contests) <= 1000 or not all_different([c.id for c in contests]):
        yield "the number of contests or their ids"
    for contest in contests:
        for fault in contest_faults(contest):
            yield f"contest {contest.id}: {fault}"
    if sum(map(result_weight, contests)) > 1_000_000:
        yield "results that are too large together"
    yield from box_faults(description["boxes"], contests)


def box_faults(boxes, contests):
    """What §8.8 does not allow in the boxes."""
    if not 1 <= len(boxes) <= 100_000 or not all_different([box["id"] for box in boxes]):
        yield "the number of boxes or their ids"
    seen = set()
    for index, box in enumerate(boxes):
        batches = box["batches"]
        listed = [number for batch in batches for number in batch["contests"]]
        if not is_title(box["id"], 64) or not 1 <= len(batches) <= 32 or not all_different(
                [batch["id"] for batch in batches]):
            yield f"box {index}: its id, or its batches"
        if not all_different(listed) or any(number >= len(contests) for number in listed):
            yield f"box {index}: its contests"
            continue
        for batch in batches:
            if not is_title(batch["id"], 64) or not batch_fits(batch, contests):
                yield f"box {index}, batch {batch['id']}: its id, width or bits"
        if not merge_fits(boxes, index):
            yield f"box {index}: the box it merges into"
        seen.update(listed)
    if len(seen) != len(contests):
        yield "a contest in no batch"


def batch_fits(batch, contests):
    """Whether width and bits are what the contests need (§11.1, §11.6)."""
    length = sum(contests[number].length() for number in batch["contests"])
    width = max(1, -(-length // 30))
    if batch["bits"] is not None and (batch["bits"] not in (8, 16, 32)
                                      or 8 * length > batch["bits"]):
        return False
    return batch["width"] == width <= 32


def merge_fits(boxes, index):
    """Whether the box that another one merges into can take its ballots (§8.8)."""
    merge = boxes[index]["merge"]
    if merge is None:
        return True
    if merge >= len(boxes) or merge == index or boxes[merge]["merge"] is not None:
        return False
    parts = [[(batch["contests"], batch["width"], batch["bits"]) for batch in box["batches"]]
             for box in (boxes[index], boxes[merge])]
    return parts[0] == parts[1]


# ---------------------------------------------------------------------------
# A vote as bytes (page 11)
# ---------------------------------------------------------------------------

class BadVote(Exception):
    """Why a row is no valid vote (§11.4)."""


@dataclass(frozen=True)
class Vote:
    """A vote for one contest.

    `choice` is a list of candidates (orders and marks), of ranks or scores by
    candidate, or a text; `texts` are the texts of the write-in slots used.
    """

    choice: object
    texts: tuple = ()


def read_row(elements, batch, contests, strict=True):
    """The votes of a decrypted row, one per contest of the batch (§11.4).

    Without `strict`, data in an element that is not the first candidate of it
    is read all the same.
    """
    if batch["bits"] is not None:
        number, = read_numbers(elements, batch["bits"])
        if number is None:
            raise BadVote("out of range")
        data = number.to_bytes(4, "little")
    else:
        data = b"".join(element_data(encoding, strict) for encoding in elements)
    votes, pos = [], 0
    for index in batch["contests"]:
        contest = contests[index]
        end = pos + contest.length()
        try:
            votes.append(read_field(data[pos:end], contest))
        except BadVote as fault:
            raise BadVote(f"contest {index + 1}: {fault}") from None
        pos = end
    if any(data[pos:]):
        raise BadVote("padding")
    return votes


def element_data(encoding, strict):
    """The 30 bytes in an element (§2.6)."""
    data, fault = read_element(encoding)
    if fault == "not minimal" and not strict:
        return encoding[1:31]
    if fault:
        raise BadVote(fault)
    return data


def read_field(field, contest):
    """The vote in the field of a contest (§11.2, §11.4)."""
    split = contest.choice_length()
    choice = read_choice(field[:split], contest)
    size = contest.slot_bytes
    texts = [read_text(field[pos:pos + size]) for pos in range(split, len(field), size or 1)]
    used = [each for each in texts if each]
    if texts[:len(used)] != used:
        raise BadVote("slots")
    if contest.has_write_ins:
        check_write_ins(choice, used, contest)
    return Vote(choice, tuple(used))


def read_choice(field, contest):
    """A field but for the texts of write-ins."""
    if contest.method in MARKS and contest.as_bits():
        return read_bits(field, contest)
    if contest.method in MARKS + RANKINGS:
        return read_order(field, contest)
    if contest.method == "schulze":
        return read_ranks(field, contest)
    if contest.method in SCORES:
        if any(score > contest.best_score for score in field):
            raise BadVote("too high")
        return list(field)
    return read_text(field)


def read_integers(field, width):
    """The numbers of a field, each in `width` bytes."""
    return [int.from_bytes(field[pos:pos + width], "little") for pos in range(0, len(field), width)]


def read_order(field, contest):
    """Candidates in the order of the field: a ranking, or marks as numbers."""
    values = read_integers(field, number_width(contest.choices))
    used = [value for value in values if value]
    if any(value > contest.choices for value in used):
        raise BadVote("out of range")
    if values[:len(used)] != used:
        raise BadVote("gap")
    if not all_different(used):
        raise BadVote("duplicate")
    if contest.method in MARKS and used != sorted(used):
        raise BadVote("order")
    return [value - 1 for value in used]


def read_bits(field, contest):
    """Marks as bits."""
    marks = [i for i in range(8 * len(field)) if field[i // 8] >> (i % 8) & 1]
    if any(mark >= contest.choices for mark in marks):
        raise BadVote("out of range")
    if len(marks) > contest.most:
        raise BadVote("too many")
    return marks


def read_ranks(field, contest):
    """A rank for each candidate, 0 where it has none."""
    ranks = read_integers(field, number_width(contest.most))
    if max(ranks) > contest.most:
        raise BadVote("rank out of range")
    if set(range(1, max(ranks) + 1)) - set(ranks):
        raise BadVote("rank left out")
    return ranks


def read_text(field):
    """A text and the zeros after it."""
    content = field.rstrip(b"\0")
    if b"\0" in content:
        raise BadVote("goes on after a zero byte")
    try:
        value = content.decode("utf-8")
    except UnicodeDecodeError:
        raise BadVote("not UTF-8") from None
    if has_controls(value):
        raise BadVote("control character")
    return value


def check_write_ins(choice, texts, contest):
    """Whether the slots named are those with a text, in order (§11.5)."""
    named = [index - len(contest.candidates) for index in choice
             if index >= len(contest.candidates)]
    if sorted(named) != list(range(len(texts))):
        raise BadVote("slots")
    if not all_different(texts):
        raise BadVote("twice")
    encoded = [each.encode() for each in texts]
    ordered = named if contest.method in RANKINGS else encoded
    if ordered != sorted(ordered):
        raise BadVote("order")


def is_blank(vote, contest):
    """Whether a vote names nobody, or says the least it can (§10.1)."""
    if contest.method in SCORES + ("schulze",):
        return not any(vote.choice)
    return not vote.choice


def canonical_cell(vote, contest):
    """The canonical cell of a vote (ballots-csv §3)."""
    choice = vote.choice
    if contest.method == "text":
        return quoted(choice) if choice else ""
    if contest.method in SCORES:
        return "+".join(f"{i + 1}:{score}" for i, score in enumerate(choice) if score)
    if contest.method == "schulze":
        ranks = [[str(i + 1) for i, rank in enumerate(choice) if rank == place]
                 for place in range(1, max(choice) + 1)]
        return ">".join("+".join(rank) for rank in ranks)
    listed = len(contest.candidates)
    cells = [str(i + 1) if i < listed else quoted(vote.texts[i - listed]) for i in choice]
    return (">" if contest.method in RANKINGS else "+").join(cells)


def quoted(value):
    """A text as a cell."""
    return '="' + value.replace('"', '""') + '"'


def cells_digest(votes, contest):
    """`cells_sorted_sha256` of a list of votes (ballots-csv §4)."""
    cells = sorted((canonical_cell(vote, contest) or '""').encode() for vote in votes)
    return hashlib.sha256(b"".join(cell + b"\n" for cell in cells)).digest()


# ---------------------------------------------------------------------------
# Counting (page 10)
# ---------------------------------------------------------------------------

def tie(tied, lost, at=0, earlier=None):
    """A choice among equals, as the result notes it (§10.2)."""
    return {"lost": sorted(lost), "tied": sorted(tied), "round": at, "earlier": earlier}


def count_contest(contest, votes, invalid):
    """The `contest-result` of the valid votes (§10.12)."""
    tally, elected, ties = COUNTS[contest.method](contest, votes)
    return {
        "id": contest.id, "ties": ties,
        "blank": sum(is_blank(vote, contest) for vote in votes),
        "tally": {contest.method: tally}, "texts": count_texts(contest, votes),
        "ballots": len(votes) + invalid, "elected": elected, "invalid": invalid,
        "cells_sha256": cells_digest(votes, contest),
    }


def count_texts(contest, votes):
    """What was written (§10.11)."""
    if not contest.has_write_ins and contest.method != "text":
        return None
    numbers = collections.Counter()
    for vote in votes:
        numbers.update([vote.choice] if contest.method == "text" and vote.choice else vote.texts)
    most, size = [], 0
    for value, number in sorted(numbers.items(), key=lambda item: (-item[1], item[0].encode())):
        size += len(value.encode())
        if len(most) == 100 or size > 4000:
            break
        most.append({"text": value, "ballots": number})
    return {"most": most, "distinct": len(numbers)}


def counted_order(vote, contest):
    """An order over the candidates of the count: all write-ins are one (§10.2)."""
    order = [min(index, len(contest.candidates)) for index in vote.choice]
    return list(dict.fromkeys(order))


def orders_of(contest, votes):
    """Orders of all votes."""
    return [counted_order(vote, contest) for vote in votes]


def elect_by_number(contest, numbers, electable):
    """The first seats by number, then by the file, and the tie this makes (§10.3)."""
    order = sorted((c for c in range(len(numbers)) if electable(c)), key=lambda c: -numbers[c])
    elected, others = order[:contest.seats], order[contest.seats:]
    lost = [c for c in others if numbers[c] == numbers[elected[-1]]]
    if not lost:
        return elected, []
    return elected, [tie([c for c in order if numbers[c] == numbers[lost[0]]], lost)]


def count_marks(contest, votes):
    """`plurality` and `approval` (§10.3)."""
    numbers = [0] * len(contest.names)
    for vote in votes:
        marks = [min(index, len(contest.candidates)) for index in vote.choice]
        for index in marks if contest.method == "plurality" else set(marks):
            numbers[index] += 1
    return ({"votes": numbers}, *elect_by_number(contest, numbers, lambda c: numbers[c] > 0))


def count_scores(contest, votes):
    """`score` (§10.3)."""
    numbers = [sum(vote.choice[c] for vote in votes) for c in range(len(contest.names))]
    return ({"points": numbers}, *elect_by_number(contest, numbers, lambda c: numbers[c] > 0))


def count_borda(contest, votes):
    """`borda` (§10.3)."""
    count = len(contest.names)
    numbers, ranked = [0] * count, set()
    for order in orders_of(contest, votes):
        ranked.update(order)
        for place, index in enumerate(order, 1):
            numbers[index] += count - place
    return ({"points": numbers}, *elect_by_number(contest, numbers, lambda c: c in ranked))


def count_irv(contest, votes):
    """`irv` (§10.4)."""
    orders, continuing = orders_of(contest, votes), set(range(len(contest.names)))
    rounds, ties = [], []
    while True:
        numbers = {c: 0 for c in sorted(continuing)}
        for order in orders:
            first = next((c for c in order if c in continuing), None)
            if first is not None:
                numbers[first] += 1
        counted = sum(numbers.values())
        elected = [c for c, votes_of in numbers.items() if 2 * votes_of > counted]
        now = {"votes": [numbers.get(c) for c in range(len(contest.names))], "elected": elected,
               "exhausted": len(orders) - counted, "eliminated": []}
        rounds.append(now)
        if elected or not counted:
            return {"rounds": rounds}, elected, ties
        now["eliminated"] = [lowest(numbers, len(rounds) - 1, ties)]
        continuing.remove(now["eliminated"][0])


def lowest(numbers, at, ties):
    """The candidate with the lowest number, of several the last in the file (a tie)."""
    tied = [c for c in numbers if numbers[c] == min(numbers.values())]
    if len(tied) > 1:
        ties.append(tie(tied, [max(tied)], at))
    return max(tied)


class Transfers:
    """Ballots with values, counted for one candidate at a time (§10.5, §10.6)."""

    def __init__(self, contest, votes, decimals):
        self.unit = 10 ** decimals
        self.count = len(contest.names)
        self.seats = contest.seats
        self.orders = orders_of(contest, votes)
        self.values = [self.unit] * len(self.orders)
        self.continuing = set(range(self.count))
        self.holders = [order[0] if order else None for order in self.orders]
        self.valid = sum(1 for order in self.orders if order)
        self.threshold = (self.valid // (self.seats + 1) + 1) * self.unit
        self.elected, self.eliminated = [], set()
        self.rounds, self.ties = [], []

    def held(self, candidate):
        """The ballots that count for a candidate (None: for nobody)."""
        return [i for i, holder in enumerate(self.holders) if holder == candidate]

    def sum_of(self, candidate):
        """The sum of their values."""
        return sum(self.values[i] for i in self.held(candidate))

    def pass_on(self, candidate, value_of):
        """Gives a candidate's ballots their new values and next candidates."""
        for i in self.held(candidate):
            self.values[i] = value_of(self.values[i])
            self.holders[i] = next((c for c in self.orders[i] if c in self.continuing), None)

    def start_round(self, votes_of):
        """Opens a round with the votes that everybody has now."""
        votes = [None if c in self.eliminated else votes_of(c) for c in range(self.count)]
        self.rounds.append({"votes": votes, "elected": [], "exhausted": self.sum_of(None),
                            "eliminated": []})
        return votes

    def elect(self, candidates):
        """Elects some, more votes first, then the order of the file."""
        votes = self.rounds[-1]["votes"]
        order = sorted(candidates, key=lambda c: (-votes[c], c))
        self.continuing -= set(order)
        self.elected += order
        self.rounds[-1]["elected"] += order
        return order

    def eliminate(self, candidate):
        """Takes a candidate out of the count; its ballots stay where they are."""
        self.continuing.remove(candidate)
        self.eliminated.add(candidate)
        self.rounds[-1]["eliminated"] = [candidate]

    def rest_fits(self):
        """Whether no more candidates continue than seats are open."""
        return len(self.continuing) <= self.seats - len(self.elected)

    def result(self):
        """Tally, elected and ties."""
        return {"rounds": self.rounds, "threshold": self.threshold}, self.elected, self.ties


def count_stv(contest, votes):
    """`stv` (§10.5)."""
    state = Transfers(contest, votes, 4)
    while True:
        before = set(state.elected)
        numbers = state.start_round(
            lambda c: state.threshold if c in before else state.sum_of(c))
        if not state.valid:
            return state.result()
        rest = state.rest_fits()
        now = state.elect([c for c in state.continuing if rest or numbers[c] >= state.threshold])
        if len(state.elected) == state.seats or not state.continuing:
            return state.result()
        for c in now:
            factor = (numbers[c] - state.threshold) * state.unit // numbers[c]
            state.pass_on(c, lambda value: value * factor // state.unit)
        if not now:
            out = lowest({c: numbers[c] for c in sorted(state.continuing)},
                         len(state.rounds) - 1, state.ties)
            state.eliminate(out)
            state.pass_on(out, lambda value: value)


def count_scottish(contest, votes):
    """`scottish-stv` (§10.6)."""
    state = Transfers(contest, votes, 5)
    transferred = set()
    while True:
        numbers = state.start_round(
            lambda c: state.threshold if c in transferred else state.sum_of(c))
        if not state.valid:
            return state.result()
        state.elect([c for c in state.continuing if numbers[c] >= state.threshold])
        if len(state.elected) == state.seats:
            return state.result()
        if state.rest_fits():
            state.elect(list(state.continuing))
            return state.result()
        waiting = {c: numbers[c] - state.threshold for c in sorted(state.elected)
                   if numbers[c] > state.threshold}
        if waiting:
            c = scottish_choice(state, waiting, max)
            transferred.add(c)
            state.pass_on(c, lambda value: value * waiting[c] // numbers[c])
            continue
        out = scottish_choice(state, {c: numbers[c] for c in sorted(state.continuing)}, min)
        state.eliminate(out)
        if state.rest_fits():
            state.elect(list(state.continuing))
            return state.result()
        state.pass_on(out, lambda value: value)


def scottish_choice(state, numbers, best):
    """The largest surplus or the fewest votes, ties by earlier rounds (§10.6)."""
    tied = [c for c in numbers if numbers[c] == best(numbers.values())]
    left, earlier = tied, None
    for at in range(len(state.rounds) - 2, -1, -1):
        if len(left) == 1:
            break
        votes = state.rounds[at]["votes"]
        kept = [c for c in left if votes[c] == best(votes[c] for c in left)]
        if len(kept) == 1:
            earlier = at
        left = kept
    chosen = min(left) if best is max else max(left)
    if len(tied) > 1:
        lost = [c for c in tied if c != chosen] if best is max else [chosen]
        state.ties.append(tie(tied, lost, len(state.rounds) - 1, earlier))
    return chosen


class Meek:
    """The state of a count by Meek's method (§10.7)."""

    UNIT = 10 ** 9
    SMALL = 1000

    def __init__(self, contest, votes):
        self.seats, self.count = contest.seats, len(contest.names)
        self.orders = orders_of(contest, votes)
        self.keep = {c: self.UNIT for c in range(self.count)}
        self.hopeful, self.elected, self.defeated = set(range(self.count)), [], set()
        self.rounds, self.quotas, self.ties = [], [], []

    def iterate(self):
        """Shares out all ballots: votes, quota and surplus."""
        votes = [0] * self.count
        for order in self.orders:
            weight = self.UNIT
            for c in order:
                if c not in self.defeated:
                    part = min(weight, -(-weight * self.keep[c] // self.UNIT))
                    votes[c] += part
                    weight -= part
        quota = sum(votes) // (self.seats + 1) + 1
        return votes, quota, max(0, sum(votes[c] - quota for c in self.elected))

    def open_round(self):
        """Begins a round; its votes are filled in by its last iteration."""
        self.rounds.append({"votes": [], "elected": [], "exhausted": 0, "eliminated": []})

    def close_round(self, votes, quota, gone):
        """Notes the last iteration of a round; `gone` were defeated before it."""
        self.quotas.append(quota)
        now = self.rounds[-1]
        now["votes"] = [None if c in gone else votes[c] for c in range(self.count)]
        now["exhausted"] = len(self.orders) * self.UNIT - sum(votes)

    def elect(self, candidates, votes):
        """Elects some, more votes first, then the order of the file."""
        order = sorted(candidates, key=lambda c: (-votes[c], c))
        self.hopeful -= set(order)
        self.elected += order
        self.rounds[-1]["elected"] += order

    def defeat(self, votes, surplus):
        """Defeats the last of those with the fewest votes, or as good as."""
        least = min(votes[c] for c in self.hopeful)
        tied = sorted(c for c in self.hopeful if votes[c] <= least + surplus)
        if len(tied) > 1:
            self.ties.append(tie(tied, [tied[-1]], len(self.rounds) - 1))
        self.hopeful.remove(tied[-1])
        self.defeated.add(tied[-1])
        self.keep[tied[-1]] = 0
        self.rounds[-1]["eliminated"] = [tied[-1]]

    def adjust(self, votes, quota):
        """New keep factors of the elected."""
        for c in self.elected:
            factor = -(-self.keep[c] * quota // self.UNIT)
            self.keep[c] = min(self.UNIT, -(-factor * self.UNIT // votes[c]))

    def round(self):
        """One round; the votes of its last iteration."""
        gone, before = set(self.defeated), None
        self.open_round()
        for iteration in range(1, 1001):
            votes, quota, surplus = self.iterate()
            reached = [c for c in self.hopeful if votes[c] >= quota]
            if reached:
                self.elect(reached, votes)
                break
            if (surplus < self.SMALL or (before is not None and surplus >= before)
                    or iteration == 1000):
                self.defeat(votes, surplus)
                break
            before = surplus
            self.adjust(votes, quota)
        self.close_round(votes, quota, gone)
        return votes

    def only_round(self):
        """The one round of a count that has nothing to decide."""
        self.open_round()
        votes, quota, _ = self.iterate()
        if any(self.orders):
            self.elect(list(self.hopeful), votes)
        self.close_round(votes, quota, set())


def count_meek(contest, votes):
    """`meek` (§10.7)."""
    state = Meek(contest, votes)
    if state.count <= state.seats or not any(state.orders):
        state.only_round()
    else:
        while len(state.elected) < state.seats and state.hopeful:
            last = state.round()
            if len(state.hopeful) <= state.seats - len(state.elected):
                state.elect(list(state.hopeful), last)
    return {"quotas": state.quotas, "rounds": state.rounds}, state.elected, state.ties


def elect_by_ranking(contest, ranking, electable):
    """The first seats of a ranking, and the tie where a list of it is divided (§10.8)."""
    elected, ties = [], []
    for level in ranking:
        level = [c for c in level if electable(c)]
        open_seats = contest.seats - len(elected)
        if 0 < open_seats < len(level):
            ties.append(tie(level, level[open_seats:]))
        elected += level[:open_seats]
    return elected, ties


def count_schulze(contest, votes):
    """`schulze` (§10.8)."""
    everybody = range(len(contest.names))
    pairs = [[sum(ranked_before(vote.choice, a, b) for vote in votes) for b in everybody]
             for a in everybody]
    paths = {(a, b): (pairs[a][b], -pairs[b][a]) for a in everybody for b in everybody
             if pairs[a][b] > pairs[b][a]}
    for via in everybody:
        for a in everybody:
            for b in everybody:
                if a != b and (a, via) in paths and (via, b) in paths:
                    strength = min(paths[a, via], paths[via, b])
                    paths[a, b] = max(paths.get((a, b), strength), strength)
    nowhere = (-1, 0)
    ranking, left = [], list(everybody)
    while left:
        level = [a for a in left if not any(
            paths.get((b, a), nowhere) > paths.get((a, b), nowhere) for b in left)]
        ranking.append(level)
        left = [c for c in left if c not in level]
    ranked = {c for c in everybody if any(vote.choice[c] for vote in votes)}
    return ({"pairs": pairs, "ranking": ranking},
            *elect_by_ranking(contest, ranking, lambda c: c in ranked))


def ranked_before(ranks, a, b):
    """Whether a ballot ranks a before b."""
    return ranks[a] > 0 and (ranks[b] == 0 or ranks[a] < ranks[b])


def count_judgment(contest, votes):
    """`majority-judgment` (§10.9)."""
    everybody = range(len(contest.names))
    said = [vote.choice for vote in votes if any(vote.choice)]
    grades = [[sum(choice[c] == grade for choice in said)
               for grade in range(contest.best_score + 1)] for c in everybody]
    medians = [median_grades([choice[c] for choice in said]) for c in everybody]
    ranking = [[c for c in everybody if medians[c] == each]
               for each in sorted(set(medians), reverse=True)]
    return ({"grades": grades, "ranking": ranking},
            *elect_by_ranking(contest, ranking, lambda c: any(grades[c][1:])))


def median_grades(grades):
    """The majority grades as one ballot after another is taken away."""
    left, medians = sorted(grades), []
    while left:
        medians.append(left.pop((len(left) - 1) // 2))
    return tuple(medians)


def count_lists(contest, votes):
    """`dhondt` and `sainte-lague` (§10.10)."""
    numbers, _, _ = count_marks(contest, votes)
    numbers = numbers["votes"]
    step = 1 if contest.method == "dhondt" else 2
    seats, elected, last = [0] * len(numbers), [], None

    def quotient(index):
        return Fraction(numbers[index], step * seats[index] + 1)

    won = []
    if any(numbers):
        for _ in range(contest.seats):
            best = max(range(len(numbers)), key=lambda c: (quotient(c), -c))
            last = quotient(best)
            won.append((best, last))
            seats[best] += 1
            elected.append(best)
    lost = [c for c in range(len(numbers)) if won and quotient(c) == last]
    tied = {c for c, value in won if value == last} | set(lost)
    return {"seats": seats, "votes": numbers}, elected, [tie(tied, lost)] if lost else []


def count_nothing(_contest, _votes):
    """`text` is not counted (§10.11)."""
    return {}, [], []


COUNTS = {
    "plurality": count_marks, "approval": count_marks, "score": count_scores,
    "borda": count_borda, "irv": count_irv, "stv": count_stv, "scottish-stv": count_scottish,
    "meek": count_meek, "schulze": count_schulze, "majority-judgment": count_judgment,
    "dhondt": count_lists, "sainte-lague": count_lists, "text": count_nothing,
}

DECIMALS = {"stv": 4, "scottish-stv": 5, "meek": 9}


def shown_result(contest, result):
    """A result by names instead of numbers (§10.13)."""
    names, decimals = contest.names, DECIMALS.get(contest.method, 0)
    tally = result["tally"][contest.method]
    numbers = tally.get("votes", tally.get("points"))
    shown = {"id": contest.id, "method": contest.method, "ballots": result["ballots"],
             "blank": result["blank"], "invalid": result["invalid"],
             "votes": by_name(names, numbers) if numbers is not None else None,
             "rounds": shown_rounds(contest, tally, decimals)}
    if "threshold" in tally:
        shown["threshold"] = shown_number(tally["threshold"], decimals)
    if "seats" in tally:
        shown["seats"] = by_name(names, tally["seats"])
    if "pairs" in tally:
        shown["pairs"] = {a: {b: n for j, (b, n) in enumerate(pairs_of(names, row)) if j != i}
                          for i, (a, row) in enumerate(pairs_of(names, tally["pairs"]))}
    if "grades" in tally:
        shown["grades"] = {name: dict(pairs_of(contest.options["grades"], row))
                           for name, row in pairs_of(names, tally["grades"])}
    if "ranking" in tally:
        shown["ranking"] = [[names[c] for c in level] for level in tally["ranking"]]
    if result["texts"] is not None:
        shown["texts"] = {each["text"]: each["ballots"] for each in result["texts"]["most"]}
        shown["distinct_texts"] = result["texts"]["distinct"]
    shown["elected"] = [names[c] for c in result["elected"]]
    shown["ties"] = [shown_tie(each, names) for each in result["ties"]]
    shown["cells_sorted_sha256"] = result["cells_sha256"].hex()
    return shown


def pairs_of(left, right):
    """Two lists of one length, side by side."""
    return list(zip(left, right, strict=True))


def by_name(names, numbers, decimals=0):
    """Numbers by the names of candidates, without those that have none."""
    return {name: shown_number(number, decimals) for name, number in pairs_of(names, numbers)
            if number is not None}


def shown_number(number, decimals):
    """A number of votes with at most six decimals."""
    whole, rest = divmod(number, 10 ** decimals)
    rest = f"{rest:0{decimals}d}"[:6].rstrip("0") if decimals else ""
    return float(f"{whole}.{rest}") if rest else whole


def shown_rounds(contest, tally, decimals):
    """The rounds of a count, or None."""
    if "rounds" not in tally:
        return None
    names, shown = contest.names, []
    for index, each in enumerate(tally["rounds"]):
        entry = {"votes": by_name(names, each["votes"], decimals),
                 "exhausted": shown_number(each["exhausted"], decimals),
                 "eliminated": [names[c] for c in each["eliminated"]],
                 "elected": [names[c] for c in each["elected"]]}
        if "quotas" in tally:
            entry["threshold"] = shown_number(tally["quotas"][index], decimals)
        shown.append(entry)
    return shown


def shown_tie(each, names):
    """A tie in a report; rounds are numbered from 1."""
    shown = {"round": each["round"] + 1, "tied": [names[c] for c in each["tied"]],
             "lost": [names[c] for c in each["lost"]]}
    if each["earlier"] is not None:
        shown["earlier"] = each["earlier"] + 1
    return shown
