# ---------------------------------------------------------------------------
# CBOR (§8.1)
# ---------------------------------------------------------------------------

MAX_DEPTH = 32
BREAK = b"\xff"
SIMPLE = {20: False, 21: True, 22: None}


def not_canonical(message):
    """The fault of bytes that are not the canonical encoding of anything."""
    return Fault("encoding.canonical", message)


def cbor_head(data, pos):
    """Major type, additional information, argument and the place after a head.

    None where the head is cut off or not well-formed. The argument of an
    indefinite length (and of a break) is None.
    """
    if pos >= len(data):
        return None
    major, info = data[pos] >> 5, data[pos] & 31
    pos += 1
    if info < 24:
        return major, info, info, pos
    if info == 31:
        return (major, info, None, pos) if major in (2, 3, 4, 5) else None
    if info > 27:
        return None
    size = 1 << (info - 24)
    if pos + size > len(data):
        return None
    argument = int.from_bytes(data[pos:pos + size], "big")
    if major == 7 and info == 24 and argument < 32:
        return None
    return major, info, argument, pos + size


def begins_with_item(data):
    """Whether one complete, well-formed item stands at the beginning (§8.1)."""
    pos, left = 0, [1]
    while left:
        if left[-1] == 0:
            left.pop()
            continue
        if len(left) > MAX_DEPTH + 1:
            return True
        left[-1] -= 1
        head = cbor_head(data, pos)
        if head is None:
            return False
        major, _, argument, pos = head
        if argument is None:
            return True
        if major in (2, 3):
            pos += argument
            if pos > len(data):
                return False
        elif major in (4, 5, 6):
            left.append({4: argument, 5: 2 * argument, 6: 1}[major])
    return True


def cbor_decode(data):
    """The item that these bytes are the one canonical encoding of (§8.1)."""
    item, end = canonical_item(data, 0, 0)
    if end != len(data):
        raise not_canonical("bytes after the item")
    return item


def canonical_item(data, pos, depth):
    """The canonical item at a place, and the place after it."""
    head = cbor_head(data, pos)
    if head is None or depth > MAX_DEPTH:
        raise not_canonical("no complete item, or one nested too deeply")
    major, info, argument, pos = head
    if argument is None:
        raise not_canonical("an indefinite length")
    if major != 7 and info >= 24 and argument < (24, 1 << 8, 1 << 16, 1 << 32)[info - 24]:
        raise not_canonical("an integer that is not in its shortest form")
    if major < 2:
        return (-1 - argument if major else argument), pos
    if major in (2, 3):
        return canonical_string(data, major, argument, pos)
    if major == 4:
        return canonical_array(data, argument, pos, depth)
    if major == 5:
        return canonical_map(data, argument, pos, depth)
    if major == 7 and info in SIMPLE:
        return SIMPLE[info], pos
    raise not_canonical("an item of a type that no format has")


def canonical_string(data, major, length, pos):
    """A byte string, or a text in UTF-8."""
    end = pos + length
    if end > len(data):
        raise not_canonical("a string that is cut off")
    if major == 2:
        return data[pos:end], end
    try:
        return data[pos:end].decode("utf-8"), end
    except UnicodeDecodeError:
        raise not_canonical("a text that is not UTF-8") from None


def canonical_array(data, length, pos, depth):
    """A list of items."""
    items = []
    for _ in range(length):
        item, pos = canonical_item(data, pos, depth + 1)
        items.append(item)
    return items, pos


def canonical_map(data, length, pos, depth):
    """A map whose keys stand in the bytewise order of their encodings."""
    items, before = {}, b""
    for _ in range(length):
        start = pos
        key, pos = canonical_item(data, pos, depth + 1)
        if not isinstance(key, str):
            raise not_canonical("a key that is no text")
        if data[start:pos] <= before:
            raise not_canonical("keys out of order, or one twice")
        before = data[start:pos]
        items[key], pos = canonical_item(data, pos, depth + 1)
    return items, pos


def loose_item(data, pos, depth=0):
    """An integer, string or map in whatever form, and the place after it (§8.1)."""
    head = cbor_head(data, pos)
    if head is None or head[0] not in (0, 2, 3, 5) or depth > 2:
        raise not_canonical("nothing that stands in a message")
    major, _, argument, pos = head
    if major == 0:
        return argument, pos
    if major == 5:
        return loose_map(data, argument, pos, depth)
    if argument is not None:
        return canonical_string(data, major, argument, pos)
    joined = b"" if major == 2 else ""
    while data[pos:pos + 1] != BREAK:
        if pos >= len(data) or data[pos] >> 5 != major:
            raise not_canonical("a string that is cut off")
        part, pos = loose_item(data, pos, depth + 1)
        joined += part
    return joined, pos + 1


def loose_map(data, length, pos, depth):
    """A map in whatever form and order, but with no key twice."""
    items = {}
    while data[pos:pos + 1] != BREAK if length is None else length > 0:
        name, pos = loose_item(data, pos, depth + 1)
        item, pos = loose_item(data, pos, depth + 1)
        if not isinstance(name, str) or name in items:
            raise not_canonical("a key twice, or one that is no text")
        items[name] = item
        length = None if length is None else length - 1
    return items, pos


# ---------------------------------------------------------------------------
# Formats (board.cddl). A format is a function that refuses a wrong value.
# ---------------------------------------------------------------------------

def misfit(message):
    """The fault of a canonical item that does not fit its format."""
    return Fault("shape.length", message)


def uint(value):
    """An unsigned integer of at most 64 bits."""
    if type(value) is not int or value < 0:
        raise misfit("something else where an integer belongs")


def utf8(value):
    """A text."""
    if not isinstance(value, str):
        raise misfit("something else where a text belongs")


def bstr(value):
    """A byte string of any length."""
    if not isinstance(value, bytes):
        raise misfit("something else where a byte string belongs")


def sized(size):
    """A byte string of one length."""
    def check(value):
        bstr(value)
        if len(value) != size:
            raise misfit(f"a byte string of {len(value)} bytes in place of {size}")
    return check


def nullable(item):
    """Null or something."""
    def check(value):
        if value is not None:
            item(value)
    return check


def listing(item):
    """A list of any number of the same."""
    def check(value):
        if not isinstance(value, list):
            raise misfit("something else where a list belongs")
        for each in value:
            item(each)
    return check


def mapping(**fields):
    """A map with exactly these fields."""
    def check(value):
        if not isinstance(value, dict) or value.keys() != fields.keys():
            raise misfit("unknown or missing fields")
        for name, item in fields.items():
            item(value[name])
    return check


def choice(**variants):
    """A map with one field, which is one of these (`_` stands for `-`)."""
    variants = {name.replace("_", "-"): item for name, item in variants.items()}

    def check(value):
        if not isinstance(value, dict) or len(value) != 1:
            raise misfit("not one choice")
        (name, inner), = value.items()
        if name not in variants:
            raise misfit(f"an unknown choice {name!r}")
        variants[name](inner)
    return check


def one_of(*words):
    """One of some texts."""
    def check(value):
        if value not in words:
            raise misfit(f"{value!r} is not one of {', '.join(words)}")
    return check


KINDS = ("proposal", "enrol", "counter-proposal", "manifest", "accept", "deal-commitment", "deal",
         "confirm", "complain", "open", "roll-amend", "ballots", "challenged", "waiver", "close",
         "mix", "share", "exclusion", "result", "sign-off", "seal")

DIGEST = ELEMENT = KEY = sized(32)
SCHNORR, DLEQ, SIGNATURE = sized(64), sized(96), sized(64)
NUMBERS = listing(uint)
BLOB = mapping(root=DIGEST, rows=uint, row_length=uint)


def version_one(value):
    """The version of this specification."""
    uint(value)
    if value != 1:
        raise misfit(f"version {value}")


RECORD = mapping(message=bstr, previous=DIGEST, sequence=uint, signature=SIGNATURE)
MESSAGE = mapping(body=bstr, head=DIGEST, kind=one_of(*KINDS), time=uint, author=KEY,
                  counter=uint, version=version_one, election=DIGEST)

LOOSE_MESSAGE = mapping(body=bstr, head=DIGEST, kind=utf8, time=uint, author=KEY, counter=uint,
                        version=uint, election=DIGEST)

METHOD = choice(
    plurality=mapping(max_marks=uint), approval=mapping(), score=mapping(max_score=uint),
    borda=mapping(max_ranks=uint), irv=mapping(max_ranks=uint), stv=mapping(max_ranks=uint),
    scottish_stv=mapping(max_ranks=uint), meek=mapping(max_ranks=uint),
    schulze=mapping(max_ranks=uint), majority_judgment=mapping(grades=listing(utf8)),
    dhondt=mapping(max_marks=uint), sainte_lague=mapping(max_marks=uint),
    text=mapping(max_bytes=uint))
CONTEST = mapping(id=utf8, seats=uint, title=utf8, method=METHOD,
                  write_ins=nullable(mapping(slots=uint, max_bytes=uint)),
                  candidates=listing(utf8))
BATCH = mapping(id=utf8, bits=nullable(uint), width=uint, contests=NUMBERS)
BOX = mapping(id=utf8, merge=nullable(uint), batches=listing(BATCH))
DESCRIPTION = mapping(
    roll=nullable(BLOB), boxes=listing(BOX), mixes=uint, opens=nullable(uint),
    suite=mapping(hash=utf8, group=utf8, version=uint, generators=utf8), title=utf8,
    closes=nullable(uint), intake=KEY, policy=one_of("open", "first", "last"), minimum=uint,
    contests=listing(CONTEST), trustees=listing(utf8), threshold=uint)

SHUFFLE_PROOF = mapping(
    powers=bstr,
    product=mapping(
        zero=mapping(left=bstr, right=bstr, diagonals=bstr, left_blind=bstr, right_blind=bstr,
                     left_opening=bstr, right_opening=bstr, diagonal_opening=bstr),
        columns=bstr, partial=bstr,
        single_value=mapping(mask=bstr, linear=bstr, values=bstr, constant=bstr, products=bstr,
                             steps_opening=bstr, values_opening=bstr)),
    multiexp=mapping(masks=bstr, blinds=bstr, factors=bstr, openings=bstr, response=bstr,
                     diagonals=bstr, mask_values=bstr, mask_openings=bstr),
    exponents=bstr)

ROUND = mapping(votes=listing(nullable(uint)), elected=NUMBERS, exhausted=uint, eliminated=NUMBERS)
ROUNDS = listing(ROUND)
TALLY = choice(
    plurality=mapping(votes=NUMBERS), approval=mapping(votes=NUMBERS),
    score=mapping(points=NUMBERS), borda=mapping(points=NUMBERS), irv=mapping(rounds=ROUNDS),
    stv=mapping(rounds=ROUNDS, threshold=uint), scottish_stv=mapping(rounds=ROUNDS, threshold=uint),
    meek=mapping(quotas=NUMBERS, rounds=ROUNDS),
    schulze=mapping(pairs=listing(NUMBERS), ranking=listing(NUMBERS)),
    majority_judgment=mapping(grades=listing(NUMBERS), ranking=listing(NUMBERS)),
    dhondt=mapping(seats=NUMBERS, votes=NUMBERS), sainte_lague=mapping(seats=NUMBERS, votes=NUMBERS),
    text=mapping())
CONTEST_RESULT = mapping(
    id=utf8, ties=listing(mapping(lost=NUMBERS, tied=NUMBERS, round=uint, earlier=nullable(uint))),
    blank=uint, tally=TALLY,
    texts=nullable(mapping(most=listing(mapping(text=utf8, ballots=uint)), distinct=uint)),
    ballots=uint, elected=NUMBERS, invalid=uint, cells_sha256=DIGEST)

BODIES = {
    "proposal": mapping(description=DESCRIPTION, invitations=listing(KEY)),
    "enrol": mapping(trustee=uint, invitation=SIGNATURE),
    "manifest": mapping(keys=listing(KEY), attempt=uint, excluded=NUMBERS, proposal=DIGEST,
                        description=DESCRIPTION),
    "accept": mapping(key=ELEMENT, proof=SCHNORR),
    "deal-commitment": mapping(commitment=DIGEST),
    "deal": mapping(shares=listing(mapping(ephemeral=ELEMENT, knowledge=SCHNORR,
                                           ciphertext=sized(48))),
                    knowledge=SCHNORR, commitments=bstr),
    "confirm": mapping(deals=DIGEST),
    "complain": mapping(point=ELEMENT, proof=DLEQ, dealer=uint),
    "open": mapping(),
    "roll-amend": mapping(added=listing(mapping(box=uint, credential=ELEMENT)), reason=utf8,
                          removed=listing(ELEMENT)),
    "ballots": mapping(box=uint, ballots=BLOB),
    "challenged": mapping(challenged=BLOB),
    "waiver": mapping(box=uint, reason=utf8),
    "close": mapping(batches=listing(mapping(box=uint, list=BLOB, batch=uint)), rejected=BLOB,
                     submitted=uint),
    "mix": mapping(mixes=listing(mapping(box=uint, batch=uint, input=DIGEST,
                                         proof=nullable(SHUFFLE_PROOF), output=BLOB,
                                         position=uint))),
    "share": mapping(lists=listing(mapping(box=uint, batch=uint, input=DIGEST, shares=BLOB)),
                     proof=DLEQ),
    "exclusion": choice(
        absence=mapping(batches=listing(mapping(box=uint, root=DIGEST, batch=uint)), trustee=uint),
        cause=mapping(check=utf8, digest=DIGEST, sequence=uint)),
    "result": mapping(batches=listing(mapping(box=uint, batch=uint, trustees=NUMBERS,
                                              plaintexts=BLOB)),
                      contests=listing(CONTEST_RESULT)),
    "sign-off": mapping(head=DIGEST),
    "seal": mapping(head=DIGEST, records=uint),
}

SIGNED_RECEIPT = mapping(receipt=bstr, signature=SIGNATURE)
RECEIPT = mapping(box=uint, time=uint, tracker=DIGEST, election=DIGEST)

MIB = 1 << 20
MAX_FILE = 128 * MIB
MAX_BODY = {"mix": 120 * MIB, "proposal": 8 * MIB, "counter-proposal": 8 * MIB,
            "manifest": 8 * MIB, "result": 16 * MIB}


def decode_as(form, data):
    """A value in a format, from its one encoding."""
    value = cbor_decode(data)
    form(value)
    return value


def author_of_refused(message):
    """Who a message that is refused says it is by, or None (§8.1)."""
    try:
        fields, _ = loose_item(message, 0)
        LOOSE_MESSAGE(fields)
    except Fault:
        return None
    return fields["author"]


def decode_body(kind, body):
    """The body of a message, within the size that its kind allows (§8.1)."""
    if len(body) > MAX_BODY.get(kind, MIB):
        raise not_canonical("a body longer than its kind allows")
    if kind == "counter-proposal":
        return None
    return decode_as(BODIES[kind], body)
