#!/usr/bin/env python3
"""A second verifier of psephos/v1 boards, written from the pages in spec/ alone.

    python3 -I verify.py BOARD [--expect DIGEST]... [--receipt FILE]... [--json] [--quiet] [--trace]
                               [--witness FILE]... [--witness-key KEY]... [--witnesses N]
    python3 -I verify.py compare BOARD BOARD [--json] [--quiet] [--trace]
    python3 -I verify.py compare NOTES NOTES --witness-key KEY... [--json] [--quiet]

One file, Python 3.11 and its standard library. It is there to be read beside the
pages and to disagree where they are unclear; it is clear rather than fast, takes
no care of timing (everything it sees is public), and holds a whole board in memory.

In reading order: faults, bytes and hashes (page 1), the curve, Ed25519,
ristretto255 and generators (2), transcripts (3), the shuffle argument (4), sigma
protocols and the key ceremony (5), ballots (6), decryption (7), data in elements (2);
CBOR and formats (8, board.cddl), contests and descriptions (8, 10), votes as bytes (11),
counting (10), the board in a folder or an archive, and its log (8, archive, 9), the intake,
mixes, shares and exclusions, witnesses' notes (witness), the result and the report (9), the
command line.

It reads the log once and judges lists and proofs as it comes to them, each alone; page 9
says what must hold, not in which order it is found.
"""

import base64
import binascii
import collections
import contextlib
import copy
import errno
import functools
import hashlib
import json
import os
import pathlib
import re
import stat
import string
import struct
import sys
import time
import traceback
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

# ---------------------------------------------------------------------------
# Faults
# ---------------------------------------------------------------------------

LENGTH = "shape.length"
CANONICAL = "encoding.canonical"
MEMBERSHIP = "group.membership"


class Fault(Exception):
    """Something that does not hold: the check it fails (page 9), a sentence, a row."""

    def __init__(self, check, text, row=None):
        super().__init__(text)
        self.check = check
        self.text = text
        self.row = row


def first_fault(check_function, *arguments):
    """Call a function that raises the first fault it finds; return that or None."""
    try:
        check_function(*arguments)
    except Fault as fault:
        return fault
    return None


# ---------------------------------------------------------------------------
# Bytes and hashes (page 1 §1.2, §1.3; page 8 §8.4)
# ---------------------------------------------------------------------------

CHUNK = 65536


def le64(x):
    """LE64: an integer in 8 bytes, least significant first."""
    return x.to_bytes(8, "little")


def sha3(data):
    """H(x) = SHA3-256(x)."""
    return hashlib.sha3_256(data).digest()


def domain_prefix(domain):
    """The domain with its length in front."""
    name = b"psephos/v1/" + domain.encode("ascii")
    return le64(len(name)) + name


def tagged(domain, data):
    """H[psephos/v1/domain](data)."""
    return sha3(domain_prefix(domain) + data)


def stream(domain, data, length):
    """The first `length` bytes of X[psephos/v1/domain](data)."""
    return hashlib.shake_256(domain_prefix(domain) + data).digest(length)


def tree_leaf(index, chunk):
    """The leaf of a chunk (§8.4)."""
    return tagged("leaf", le64(index) + chunk)


def tree_top(level, length):
    """The root over the leaves of so many bytes (§8.4)."""
    while len(level) > 1:
        nodes = [
            tagged("node", level[i] + level[i + 1])
            for i in range(0, len(level) - 1, 2)
        ]
        if len(level) % 2:
            nodes.append(level[-1])
        level = nodes
    top = level[0] if level else bytes(32)
    return tagged("root", le64(length) + top)


def tree_root(data):
    """The root by which a blob is named (page 8 §8.4)."""
    return tree_top([tree_leaf(i, chunk) for i, chunk in enumerate(pieces(data, CHUNK))],
                    len(data))


def pieces(data, size):
    """Bytes cut into pieces of one size."""
    return [data[i:i + size] for i in range(0, len(data), size)]


# ---------------------------------------------------------------------------
# The curve (RFC 8032 §5.1): -x² + y² = 1 + d·x²·y² over the integers mod P.
#
# A point is (X, Y, Z, T) with x = X/Z, y = Y/Z, T = XY/Z. Everything here is
# public, so nothing needs to take the same time for all values.
# ---------------------------------------------------------------------------

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
TWO_D = 2 * D % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)
WINDOW = 5


def add(first, second):
    """The sum of two points (complete formulas, Hisil et al. 2008 §3.1)."""
    x1, y1, z1, t1 = first
    x2, y2, z2, t2 = second
    a = (y1 - x1) * (y2 - x2) % P
    b = (y1 + x1) * (y2 + x2) % P
    c = TWO_D * t1 * t2 % P
    d = 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def double(a):
    """Twice a point."""
    x, y, z, _ = a
    xx = x * x % P
    yy = y * y % P
    h = xx + yy
    e = h - (x + y) * (x + y) % P
    g = xx - yy
    f = 2 * z * z % P + g
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def negate(a):
    """-a."""
    x, y, z, t = a
    return (P - x, y, z, P - t)


def signed_digits(k):
    """k as a list of (place, odd digit) with k = Σ digit·2^place, |digit| < 2^(WINDOW-1)."""
    digits = []
    place = 0
    while k:
        zeros = (k & -k).bit_length() - 1
        place += zeros
        k >>= zeros
        digit = k & (2**WINDOW - 1)
        if digit >= 2**(WINDOW - 1):
            digit -= 2**WINDOW
        digits.append((place, digit))
        k -= digit
    return digits


@functools.lru_cache(maxsize=4096)
def odd_multiples(point):
    """The point times 1, 3, 5, …, and the negatives: index them by the digit."""
    twice = double(point)
    table = [None] * 2**WINDOW
    multiple = point
    for digit in range(1, 2**(WINDOW - 1), 2):
        table[digit] = multiple
        table[-digit] = negate(multiple)
        multiple = add(multiple, twice)
    return table


def combine(terms):
    """Σ k·point over the (k, point) given; doublings are shared (Straus)."""
    due = [[] for _ in range(256)]
    for k, point in terms:
        table = odd_multiples(point)
        for place, digit in signed_digits(k % Q):
            due[place].append(table[digit])
    total = IDENTITY
    for addends in reversed(due):
        if total is not IDENTITY:
            total = double(total)
        for point in addends:
            total = add(total, point)
    return total


def multiply(k, point):
    """k·point."""
    return combine([(k, point)])


@functools.lru_cache(maxsize=1)
def base_table():
    """For each place of a base-16 number the 16 multiples of G."""
    table = []
    step = G
    for _ in range(64):
        row = [IDENTITY]
        for _ in range(15):
            row.append(add(row[-1], step))
        table.append(row)
        step = add(row[-1], step)
    return table


def base(k):
    """k·G."""
    k %= Q
    total = IDENTITY
    for row in base_table():
        if k & 15:
            total = add(total, row[k & 15])
        k >>= 4
    return total


def subtract(a, b):
    """a - b."""
    return add(a, negate(b))


def absolute(x):
    """The non-negative (even) one of x and -x (RFC 9496 §3.1)."""
    return P - x if x & 1 else x


def sqrt_ratio(u, v):
    """SQRT_RATIO_M1 of RFC 9496 §4.2: (u/v is a square, a root)."""
    v3 = v * v * v % P
    v7 = v3 * v3 * v % P
    r = u * v3 * pow(u * v7, (P - 5) // 8, P) % P
    check = v * r * r % P
    correct = check == u
    flipped = check == -u % P
    flipped_i = check == -u * SQRT_M1 % P
    if flipped or flipped_i:
        r = r * SQRT_M1 % P
    return correct or flipped, absolute(r)


# ---------------------------------------------------------------------------
# Ed25519 (RFC 8032; page 8 §8.5)
# ---------------------------------------------------------------------------


def curve_point(data):
    """The point of 32 bytes (RFC 8032 §5.1.3), or None if it has no or another encoding."""
    y = int.from_bytes(data, "little")
    sign = y >> 255
    y &= 2**255 - 1
    if len(data) != 32 or y >= P:
        return None
    u = y * y - 1
    v = D * y * y + 1
    square, x = sqrt_ratio(u % P, v % P)
    if not square or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


# B of RFC 8032 §5.1: y = 4/5, x even. As an element it is the G of RFC 9496 §4.4;
# other points stand for that element too, but do not do for signatures.
G = curve_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def small_order(point):
    """Whether 8 times the point is the neutral element."""
    x, y, z, _ = double(double(double(point)))
    return x == 0 and y == z


def curve_bytes(point):
    """The encoding of a point (RFC 8032 §5.1.2)."""
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    x = x * inverse % P
    y = y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def verify_signature(key, message, signature):
    """Strict Ed25519: no cofactor, nothing of small order, one encoding of everything."""
    if len(key) != 32 or len(signature) != 64:
        return False
    commitment = signature[:32]
    response = int.from_bytes(signature[32:], "little")
    a = curve_point(key)
    r = curve_point(commitment)
    if a is None or r is None or response >= Q:
        return False
    if small_order(a) or small_order(r):
        return False
    digest = hashlib.sha512(commitment + key + message).digest()
    k = int.from_bytes(digest, "little") % Q
    # A may have a component of small order, of which (q - k)·A is not -k·A:
    # k·A itself is taken, and subtracted.
    return curve_bytes(subtract(base(response), multiply(k, a))) == commitment


def verify_signed(domain, key, message, signature):
    """A signature over psephos/v1/domain ‖ message (page 1 §1.3)."""
    prefix = b"psephos/v1/" + domain.encode("ascii")
    return verify_signature(key, prefix + message, signature)


# ---------------------------------------------------------------------------
# ristretto255 (RFC 9496; page 2)
# ---------------------------------------------------------------------------

SQRT_AD_MINUS_ONE = 25063068953384623474111414158702152701244531502492656460079210482610430750235
INVSQRT_A_MINUS_D = 54469307008909316920995813868745141605393597292927456921205312896311721017578
ONE_MINUS_D_SQ = (1 - D * D) % P
D_MINUS_ONE_SQ = (D - 1) * (D - 1) % P


@functools.lru_cache(maxsize=65536)
def decoded(data):
    """RFC 9496 §4.3.1; a point, or the check that fails."""
    s = int.from_bytes(data, "little")
    if s >= P or s & 1:
        return CANONICAL
    ss = s * s % P
    u1 = 1 - ss
    u2 = 1 + ss
    v = (-D * u1 * u1 - u2 * u2) % P
    square, root = sqrt_ratio(1, v * u2 * u2 % P)
    den_x = root * u2 % P
    den_y = root * den_x * v % P
    x = absolute(2 * s * den_x % P)
    y = u1 * den_y % P
    t = x * y % P
    if not square or t & 1 or y == 0:
        return MEMBERSHIP
    return (x, y, 1, t)


def decode_element(data, identity=False):
    """An element (§2.1); the identity only where it is allowed (§2.3). Raises Fault."""
    if len(data) != 32:
        raise Fault(LENGTH, "an element has 32 bytes")
    point = decoded(bytes(data))
    if point is CANONICAL:
        raise Fault(CANONICAL, "an element's encoding is not canonical")
    if point is MEMBERSHIP:
        raise Fault(MEMBERSHIP, "the bytes encode no element")
    if not identity and not any(data):
        raise Fault(MEMBERSHIP, "the identity stands where it is refused")
    return point


def encode_element(point):
    """RFC 9496 §4.3.2."""
    x0, y0, z0, t0 = point
    u1 = (z0 + y0) * (z0 - y0) % P
    u2 = x0 * y0 % P
    _, root = sqrt_ratio(1, u1 * u2 * u2 % P)
    den1 = root * u1 % P
    den2 = root * u2 % P
    z_inverse = den1 * den2 * t0 % P
    if t0 * z_inverse % P & 1:
        x, y = y0 * SQRT_M1 % P, x0 * SQRT_M1 % P
        den_inverse = den1 * INVSQRT_A_MINUS_D % P
    else:
        x, y = x0, y0
        den_inverse = den2
    if x * z_inverse % P & 1:
        y = -y
    return absolute(den_inverse * (z0 - y) % P).to_bytes(32, "little")


def same(a, b):
    """Whether two points stand for one element (RFC 9496 §4.3.3)."""
    x1, y1, _, _ = a
    x2, y2, _, _ = b
    return (x1 * y2 - y1 * x2) % P == 0 or (y1 * y2 - x1 * x2) % P == 0


def is_identity(a):
    """Whether a point stands for the identity of the group."""
    return same(a, IDENTITY)


def map_to_point(data):
    """MAP of RFC 9496 §4.3.4, from 32 bytes."""
    t = int.from_bytes(data, "little") % 2**255 % P
    r = SQRT_M1 * t * t % P
    u = (r + 1) * ONE_MINUS_D_SQ % P
    v = (-1 - r * D) * (r + D) % P
    square, s = sqrt_ratio(u, v)
    c = -1
    if not square:
        s = -absolute(s * t % P)
        c = r
    n = (c * (r - 1) * D_MINUS_ONE_SQ - v) % P
    w0 = 2 * s * v % P
    w1 = n * SQRT_AD_MINUS_ONE % P
    w2 = 1 - s * s
    w3 = 1 + s * s
    return (w0 * w3 % P, w2 * w1 % P, w1 * w3 % P, w0 * w2 % P)


def from_uniform(data):
    """The one-way map of RFC 9496 §4.3.4, from 64 bytes."""
    return add(map_to_point(data[:32]), map_to_point(data[32:]))


def decode_scalar(data):
    """A scalar below q (§2.1). Raises Fault."""
    if len(data) != 32:
        raise Fault(LENGTH, "a scalar has 32 bytes")
    scalar = int.from_bytes(data, "little")
    if scalar >= Q:
        raise Fault(CANONICAL, "a scalar's encoding is not canonical")
    return scalar


def wide(data):
    """64 bytes mod q."""
    return int.from_bytes(data, "little") % Q


def proper_element(data):
    """Whether the bytes are an element other than the identity."""
    return first_fault(decode_element, data) is None


def decode_elements(data, identity=True):
    """Encodings joined. Raises Fault."""
    return [decode_element(piece, identity) for piece in pieces(data, 32)]


def decode_scalars(data):
    """Scalars joined. Raises Fault."""
    return [decode_scalar(piece) for piece in pieces(data, 32)]


def element_rows(data, row_length, identity=False):
    """The first fault of every row of a blob that is to be rows of elements."""
    faults = []
    for index, row in enumerate(pieces(data, row_length)):
        fault = first_fault(decode_elements, row, identity)
        if fault is not None:
            fault.row = index
            faults.append(fault)
    return faults


@functools.lru_cache(maxsize=None)
def generator(i):
    """H_i (§2.4)."""
    return from_uniform(stream("generator", le64(i), 64))


def commitment_terms(values, randomness):
    """com(v; r) = r·H_0 + Σ v_j·H_{j+1} (§2.4), as terms for `combine`."""
    return [(randomness, generator(0))] + [
        (value, generator(j + 1)) for j, value in enumerate(values)
    ]


def holds(left, right):
    """Whether two sums of (k, point) terms are the same element."""
    return is_identity(combine(left + [(-k, point) for k, point in right]))


# ---------------------------------------------------------------------------
# Transcripts (page 3): merlin 1.0 over STROBE-128 over Keccak-f[1600]
# ---------------------------------------------------------------------------

LANE = 2**64 - 1


def keccak_constants():
    """Round constants and rotations (FIPS 202 §3.2)."""
    rounds = []
    register = 1
    for _ in range(24):
        constant = 0
        for j in range(7):
            if register & 1:
                constant |= 1 << (2**j - 1)
            register <<= 1
            if register & 256:
                register ^= 0x171
        rounds.append(constant)
    rotations = [0] * 25
    x, y = 1, 0
    for t in range(24):
        rotations[x + 5 * y] = (t + 1) * (t + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return rounds, rotations


ROUNDS, ROTATIONS = keccak_constants()

# Lane i of a state after ρ and π: the lane before, by how much it is turned, and 64 less that.
MOVES = [
    (source, ROTATIONS[source], 64 - ROTATIONS[source])
    for source in ((x + 3 * y) % 5 + 5 * x for y in range(5) for x in range(5))
]


def keccak_f(state):
    """Keccak-f[1600] (FIPS 202 §3.3) on 200 bytes."""
    a = list(struct.unpack("<25Q", state))
    for constant in ROUNDS:
        c0, c1, c2, c3, c4 = (
            a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)
        )
        d = (
            c4 ^ ((c1 << 1 | c1 >> 63) & LANE),
            c0 ^ ((c2 << 1 | c2 >> 63) & LANE),
            c1 ^ ((c3 << 1 | c3 >> 63) & LANE),
            c2 ^ ((c4 << 1 | c4 >> 63) & LANE),
            c3 ^ ((c0 << 1 | c0 >> 63) & LANE),
        ) * 5
        b = [
            ((lane := a[source] ^ d[source]) << turn | lane >> back) & LANE
            for source, turn, back in MOVES
        ]
        a = []
        for b0, b1, b2, b3, b4 in (b[:5], b[5:10], b[10:15], b[15:20], b[20:]):
            a += (b0 ^ b2 & ~b1, b1 ^ b3 & ~b2, b2 ^ b4 & ~b3, b3 ^ b0 & ~b4, b4 ^ b1 & ~b0)
        a[0] ^= constant
    return bytearray(struct.pack("<25Q", *a))


class Strobe:
    """The part of STROBE-128 (v1.0.2) that merlin uses (§3.1)."""

    RATE = 166
    I, A, C, M = 1, 2, 4, 16

    def __init__(self, label):
        start = bytes([1, self.RATE + 2, 1, 0, 1, 96]) + b"STROBEv1.0.2"
        self.state = keccak_f(start.ljust(200, b"\0"))
        self.position = 0
        self.begin = 0
        self.meta(label)

    def copy(self):
        """One that goes on from the same state."""
        other = Strobe.__new__(Strobe)
        other.state = bytearray(self.state)
        other.position = self.position
        other.begin = self.begin
        return other

    def permute(self):
        """run of §3.1."""
        self.state[self.position] ^= self.begin
        self.state[self.position + 1] ^= 0x04
        self.state[self.RATE + 1] ^= 0x80
        self.state = keccak_f(self.state)
        self.position = 0
        self.begin = 0

    def absorb(self, data):
        """absorb of §3.1."""
        for byte in data:
            self.state[self.position] ^= byte
            self.position += 1
            if self.position == self.RATE:
                self.permute()

    def operation(self, flags):
        """begin of §3.1."""
        before = self.begin
        self.begin = self.position + 1
        self.absorb(bytes([before, flags]))
        if flags & self.C and self.position != 0:
            self.permute()

    def meta(self, *parts):
        """META-AD, the parts as one."""
        self.operation(self.M | self.A)
        for part in parts:
            self.absorb(part)

    def additional(self, data):
        """AD."""
        self.operation(self.A)
        self.absorb(data)

    def squeeze(self, length):
        """PRF."""
        self.operation(self.I | self.A | self.C)
        output = bytearray()
        for _ in range(length):
            output.append(self.state[self.position])
            self.state[self.position] = 0
            self.position += 1
            if self.position == self.RATE:
                self.permute()
        return bytes(output)


@functools.lru_cache(maxsize=None)
def opened_transcript(argument):
    """The state that all transcripts of one argument begin with."""
    strobe = Strobe(b"Merlin v1.0")
    absorb_message(strobe, "dom-sep", b"psephos/v1")
    absorb_message(strobe, "argument", argument.encode("ascii"))
    return strobe


def absorb_message(strobe, label, data):
    """merlin's AppendMessage."""
    strobe.meta(label.encode("ascii"), len(data).to_bytes(4, "little"))
    strobe.additional(data)


class Transcript:
    """A Fiat-Shamir transcript; the operations of §3.1, and its lines in a trace (§9.12)."""

    wanted = False              # whether a trace is printed

    def __init__(self, argument, subject=None):
        self.strobe = opened_transcript(argument).copy()
        self.argument, self.subject = argument, subject

    def copy(self):
        """One that goes on from the same state."""
        other = Transcript.__new__(Transcript)
        other.strobe = self.strobe.copy()
        other.argument, other.subject = self.argument, self.subject
        return other

    def traced(self):
        """Whether there is a trace, and it is to know of this transcript."""
        return Transcript.wanted and self.subject is not None

    def trace(self, name, sign, data):
        """A line of the trace."""
        if self.traced():
            names = f"{self.argument}.{name}".replace(" ", "_")
            sys.stderr.write(f"{self.subject}: {names} {sign} {data.hex()}\n")

    def computed(self, name, points):
        """Elements that are computed with the challenges, for the trace."""
        if self.traced():
            self.trace(name, "=", b"".join(encode_element(point) for point in points))

    def equal(self, number, left, right):
        """Whether the sides of an equation, two points, are the same element."""
        self.computed(f"equation {number} left", [left])
        self.computed(f"equation {number} right", [right])
        return same(left, right)

    def equation(self, number, sides):
        """Whether two sums of (k, point) terms are the same element, in every pair given."""
        if self.traced():
            self.computed(f"equation {number} left", [combine(left) for left, _ in sides])
            self.computed(f"equation {number} right", [combine(right) for _, right in sides])
        return all(holds(left, right) for left, right in sides)

    def bytes(self, label, data):
        """Absorbs bytes."""
        self.trace(label, "<", data)
        absorb_message(self.strobe, label, data)

    def integer(self, label, x):
        """Absorbs LE64(x)."""
        self.bytes(label, le64(x))

    def encoding(self, label, data):
        """Absorbs the encoding of an element or scalar."""
        self.bytes(label, data)

    def encodings(self, label, data):
        """Absorbs how many there are, then all encodings joined."""
        self.integer("count", len(data))
        self.bytes(label, b"".join(data))

    def challenge_bytes(self, label, length):
        """Draws bytes."""
        self.strobe.meta(label.encode("ascii"), length.to_bytes(4, "little"))
        return self.strobe.squeeze(length)

    def challenge(self, label):
        """Draws a scalar other than zero."""
        while True:
            scalar = wide(self.challenge_bytes(label, 64))
            if scalar:
                self.trace(label, ">", scalar.to_bytes(32, "little"))
                return scalar


# ---------------------------------------------------------------------------
# The shuffle argument (page 4)
# ---------------------------------------------------------------------------


@dataclass(frozen=True)
class ShuffleStatement:
    """What a mix's proof is about (page 4 §2)."""

    election: bytes
    public_key: bytes
    close: bytes
    box: int
    batch: int
    position: int
    prover: int
    prover_key: bytes
    rows: int
    width: int
    input_root: bytes
    output_root: bytes


def shuffle_shape(rows):
    """m and n for N rows (page 4 §1)."""
    m = 4 * min(max(-(-rows // 2**14), 1), 15)
    return m, max(2, -(-rows // m))


def shuffle_fields(rows, width):
    """Path, kind and length of every field of a proof, in the order of the format (§7)."""
    m, n = shuffle_shape(rows)
    quarter = m // 4
    return [
        ("powers", decode_element, m),
        ("product.zero.left", decode_scalar, n),
        ("product.zero.right", decode_scalar, n),
        ("product.zero.diagonals", decode_element, 2 * m),
        ("product.zero.left_blind", decode_element, 1),
        ("product.zero.right_blind", decode_element, 1),
        ("product.zero.left_opening", decode_scalar, 1),
        ("product.zero.right_opening", decode_scalar, 1),
        ("product.zero.diagonal_opening", decode_scalar, 1),
        ("product.columns", decode_element, 1),
        ("product.partial", decode_element, m - 2),
        ("product.single_value.mask", decode_element, 1),
        ("product.single_value.linear", decode_element, 1),
        ("product.single_value.values", decode_scalar, n),
        ("product.single_value.constant", decode_element, 1),
        ("product.single_value.products", decode_scalar, n - 2),
        ("product.single_value.steps_opening", decode_scalar, 1),
        ("product.single_value.values_opening", decode_scalar, 1),
        ("multiexp.masks", decode_element, 7 * width),
        ("multiexp.blinds", decode_element, quarter),
        ("multiexp.factors", decode_scalar, width),
        ("multiexp.openings", decode_scalar, quarter),
        ("multiexp.response", decode_scalar, quarter * n),
        ("multiexp.diagonals", decode_element, 14 * width),
        ("multiexp.mask_values", decode_scalar, width),
        ("multiexp.mask_openings", decode_scalar, width),
        ("exponents", decode_element, m),
    ]


def shuffle_field(proof, path):
    """The bytes at a path of `shuffle_fields`."""
    for name in path.split("."):
        proof = proof[name]
    return proof


def shuffle_lengths(proof, rows, width):
    """The first field whose length is not what N and ω imply, as a Fault, or None."""
    for path, _, count in shuffle_fields(rows, width):
        if len(shuffle_field(proof, path)) != 32 * count:
            return Fault(LENGTH, f"{path} of the shuffle proof has another length")
    return None


def decode_shuffle(proof, rows, width):
    """All fields: paths to lists of points or scalars, and to lists of encodings."""
    values, encodings = {}, {}
    for path, decode, _ in shuffle_fields(rows, width):
        encodings[path] = pieces(shuffle_field(proof, path), 32)
        if decode is decode_element:
            values[path] = [decode(e, identity=True) for e in encodings[path]]
        else:
            values[path] = [decode(e) for e in encodings[path]]
    return values, encodings


def shuffle_transcript(statement):
    """The statement's lines of the transcript (§2)."""
    m, n = shuffle_shape(statement.rows)
    transcript = Transcript(
        "shuffle",
        f"mix box {statement.box} batch {statement.batch} position {statement.position} "
        f"trustee {statement.prover}",
    )
    transcript.bytes("election", statement.election)
    transcript.encoding("public key", statement.public_key)
    transcript.bytes("close", statement.close)
    transcript.integer("box", statement.box)
    transcript.integer("batch", statement.batch)
    transcript.integer("position", statement.position)
    transcript.integer("prover", statement.prover)
    transcript.encoding("prover key", statement.prover_key)
    transcript.integer("rows", statement.rows)
    transcript.integer("width", statement.width)
    transcript.integer("m", m)
    transcript.integer("n", n)
    transcript.bytes("input", statement.input_root)
    transcript.bytes("output", statement.output_root)
    return transcript


def shuffle_challenges(transcript, encodings):
    """The challenges of rounds 1 to 4 by label (§2), after the statement's lines."""
    challenges = {}

    def challenge(*labels):
        for label in labels:
            challenges[label] = transcript.challenge(label)

    transcript.encodings("exponents", encodings["exponents"])
    challenge("x")
    transcript.encodings("powers", encodings["powers"])
    challenge("y", "z")
    transcript.encoding("column products", encodings["product.columns"][0])
    transcript.encodings("partial products", encodings["product.partial"])
    challenge("hadamard x", "hadamard y")
    zero, single = "product.zero.", "product.single_value."
    transcript.encoding("zero left blind", encodings[zero + "left_blind"][0])
    transcript.encoding("zero right blind", encodings[zero + "right_blind"][0])
    transcript.encodings("zero diagonals", encodings[zero + "diagonals"])
    transcript.encoding("single value mask", encodings[single + "mask"][0])
    transcript.encoding("single value constant", encodings[single + "constant"][0])
    transcript.encoding("single value linear", encodings[single + "linear"][0])
    transcript.encodings("multiexp blinds", encodings["multiexp.blinds"])
    transcript.encodings("multiexp masks", encodings["multiexp.masks"])
    transcript.encodings("multiexp diagonals", encodings["multiexp.diagonals"])
    challenge("zero x", "single value x", "multiexp x")
    return challenges


def powers_of(x, count):
    """1, x, x², … (count of them) mod q."""
    powers = [1]
    while len(powers) < count:
        powers.append(powers[-1] * x % Q)
    return powers[:count]


def claimed_product(m, n, challenges):
    """v of §3."""
    x, y, z = (challenges[label] for label in ("x", "y", "z"))
    value = 1
    for i, power in enumerate(powers_of(x, m * n + 1)[1:], 1):
        value = value * (y * i + power - z) % Q
    return value


def zero_argument_holds(transcript, m, n, proof, challenges):
    """Equations 1 to 3: the Hadamard argument as one zero argument (§3.1, §3.2)."""
    y, z = challenges["y"], challenges["z"]
    ones = [generator(j + 1) for j in range(n)]
    shift = combine([(1, point) for point in ones])
    transcript.computed("ones", [shift])
    c_d = [
        combine([(y, c_a), (1, c_b), (-z, shift)])
        for c_a, c_b in zip(proof["exponents"], proof["powers"])
    ]
    transcript.computed("product rows", c_d)
    c_p = [c_d[0]] + proof["product.partial"] + proof["product.columns"]
    x_h = powers_of(challenges["hadamard x"], m)
    c_u = proof["product.zero.left_blind"] + c_d[1:] + [negate(shift)]
    transcript.computed("hadamard left", c_u)
    c_v = [multiply(x_h[j + 1], c_p[j]) for j in range(m - 1)]
    c_v.append(combine([(x_h[r], c_p[r]) for r in range(1, m)]))
    c_v += proof["product.zero.right_blind"]
    transcript.computed("hadamard right", c_v)
    left = proof["product.zero.left"]
    right = proof["product.zero.right"]
    x_0 = powers_of(challenges["zero x"], 2 * m + 1)
    first = (
        [(x_0[i], c_u[i]) for i in range(m + 1)],
        commitment_terms(left, proof["product.zero.left_opening"][0]),
    )
    second = (
        [(x_0[m - j], c_v[j]) for j in range(m + 1)],
        commitment_terms(right, proof["product.zero.right_opening"][0]),
    )
    y_h = powers_of(challenges["hadamard y"], n + 1)
    product = sum(left[j] * right[j] * y_h[j + 1] for j in range(n))
    places = [k for k in range(2 * m + 1) if k != m + 1]
    third = (
        [(x_0[k], c) for k, c in zip(places, proof["product.zero.diagonals"])],
        commitment_terms([product], proof["product.zero.diagonal_opening"][0]),
    )
    return all_hold(transcript, {1: [first], 2: [second], 3: [third]})


def all_hold(transcript, equations):
    """Whether all equations hold; each is asked, whatever the others say, for the trace."""
    return all([transcript.equation(number, sides) for number, sides in equations.items()])


def single_value_holds(transcript, n, proof, challenges, value):
    """Equations 4 and 5 (§3.3)."""
    x_s = challenges["single value x"]
    a = proof["product.single_value.values"]
    b = [a[0]] + proof["product.single_value.products"] + [x_s * value % Q]
    steps = [x_s * b[i] - b[i - 1] * a[i] for i in range(1, n)]
    fourth = (
        [(x_s, proof["product.columns"][0]), (1, proof["product.single_value.mask"][0])],
        commitment_terms(a, proof["product.single_value.values_opening"][0]),
    )
    fifth = (
        [
            (x_s, proof["product.single_value.linear"][0]),
            (1, proof["product.single_value.constant"][0]),
        ],
        commitment_terms(steps, proof["product.single_value.steps_opening"][0]),
    )
    return all_hold(transcript, {4: [fourth], 5: [fifth]})


def openings_hold(transcript, m, n, width, proof, x_m):
    """Equations 6 and 7 (§5)."""
    response = proof["multiexp.response"]
    sixth, seventh = [], []
    for p in range(m // 4):
        left = [(1, proof["multiexp.blinds"][p])]
        left += [(x_m[row + 1], proof["powers"][4 * p + row]) for row in range(4)]
        opening = proof["multiexp.openings"][p]
        sixth.append((left, commitment_terms(response[p * n:(p + 1) * n], opening)))
    places = [k for k in range(8) if k != 4]
    for c in range(width):
        masks = proof["multiexp.masks"][7 * c:7 * c + 7]
        right = commitment_terms(
            [proof["multiexp.mask_values"][c]], proof["multiexp.mask_openings"][c]
        )
        seventh.append(([(x_m[k], mask) for k, mask in zip(places, masks)], right))
    return all_hold(transcript, {6: sixth, 7: seventh})


def forced_diagonals(rows, width, x, inputs):
    """E[c][4], A and B column by column (§5)."""
    return [
        combine([(x[i + 1], inputs[2 * width * i + entry]) for i in range(rows)])
        for entry in range(2 * width)
    ]


def lists_hold(transcript, statement, n, proof, x, x_m, lists):
    """Equations 8 and 9: every column and component of the two lists (§5)."""
    rows, width = statement.rows, statement.width
    response = proof["multiexp.response"]
    places = [k for k in range(8) if k != 4]
    key = decode_element(statement.public_key)
    inputs, outputs = lists
    equations = {8: [], 9: []}
    for c in range(width):
        for component in (0, 1):
            start = 14 * c + component
            diagonals = proof["multiexp.diagonals"][start:start + 14:2]
            left = [(x_m[k], e) for k, e in zip(places, diagonals)]
            right = [(proof["multiexp.factors"][c], (G, key)[component])]
            if component == 1:
                right.append((proof["multiexp.mask_values"][c], G))
            for i in range(rows):
                index = (i * width + c) * 2 + component
                long_row = i // n % 4
                place = i // n // 4 * n + i % n
                left.append((x_m[4] * x[i + 1], inputs[index]))
                right.append((x_m[3 - long_row] * response[place], outputs[index]))
            equations[8 + component].append((left, right))
    return all_hold(transcript, equations)


def check_shuffle(statement, proof, input_list, output_list):
    """A shuffle proof against both lists (rows of 64·ω bytes each); a Fault or None.

    Lengths come first, then encodings, then the nine equations one by one.
    """
    fault = shuffle_lengths(proof, statement.rows, statement.width)
    if fault is not None:
        return fault
    return first_fault(shuffle_equations, statement, proof, input_list, output_list)


def shuffle_equations(statement, proof, input_list, output_list):
    """Encodings, challenges and the nine equations. Raises Fault."""
    m, n = shuffle_shape(statement.rows)
    values, encodings = decode_shuffle(proof, statement.rows, statement.width)
    lists = decode_elements(input_list, False), decode_elements(output_list, False)
    transcript = shuffle_transcript(statement)
    challenges = shuffle_challenges(transcript, encodings)
    x_m = powers_of(challenges["multiexp x"], 8)
    x = powers_of(challenges["x"], statement.rows + 1)
    value = claimed_product(m, n, challenges)
    transcript.trace("product", "=", value.to_bytes(32, "little"))
    good = [
        zero_argument_holds(transcript, m, n, values, challenges),
        single_value_holds(transcript, n, values, challenges, value),
    ]
    if transcript.traced():
        forced = forced_diagonals(statement.rows, statement.width, x, lists[0])
        transcript.computed("forced diagonals", forced)
    good += [
        openings_hold(transcript, m, n, statement.width, values, x_m),
        lists_hold(transcript, statement, n, values, x, x_m, lists),
    ]
    if not all(good):
        raise Fault("mix.proof", "the shuffle proof: an equation does not hold")


# ---------------------------------------------------------------------------
# Sigma protocols (page 5 §5.2)
# ---------------------------------------------------------------------------


def check_knowledge(transcript, key, proof, failed):
    """Equation (1): knowledge of the logarithm of `key`. Raises Fault."""
    x = decode_element(key)
    t = decode_element(proof[:32], identity=True)
    z = decode_scalar(proof[32:])
    transcript.encoding("key", key)
    transcript.encoding("commitment", proof[:32])
    c = transcript.challenge("challenge")
    if not transcript.equal(1, base(z), add(t, multiply(c, x))):
        raise failed


def check_equality(transcript, key, base_bytes, image, proof, failed):
    """Equations (2) and (3): log of `key` to G is that of `image` to the base. Raises Fault."""
    x = decode_element(key)
    b = decode_element(base_bytes, identity=True)
    x_image = decode_element(image, identity=True)
    t, t_image, z = proof[:32], proof[32:64], proof[64:]
    points = decode_element(t, identity=True), decode_element(t_image, identity=True)
    response = decode_scalar(z)
    transcript.encoding("key", key)
    transcript.encoding("base", base_bytes)
    transcript.encoding("image", image)
    transcript.encoding("commitment", t)
    transcript.encoding("image commitment", t_image)
    c = transcript.challenge("challenge")
    first = transcript.equal(2, base(response), add(points[0], multiply(c, x)))
    second = transcript.equal(3, multiply(response, b), add(points[1], multiply(c, x_image)))
    if not (first and second):
        raise failed


# ---------------------------------------------------------------------------
# ChaCha20-Poly1305 (RFC 8439), only decryption
# ---------------------------------------------------------------------------

WORD = 2**32 - 1
QUARTERS = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)


def chacha20_block(key, counter, nonce):
    """RFC 8439 §2.3."""
    start = struct.unpack("<16I", b"expand 32-byte k" + key + struct.pack("<I", counter) + nonce)
    s = list(start)
    for _ in range(10):
        for a, b, c, d in QUARTERS:
            for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                s[x] = (s[x] + s[y]) & WORD
                mixed = s[z] ^ s[x]
                s[z] = (mixed << turn | mixed >> 32 - turn) & WORD
    return struct.pack("<16I", *((s[i] + start[i]) & WORD for i in range(16)))


def chacha20(key, nonce, data):
    """RFC 8439 §2.4, with the counter from 1."""
    blocks = [
        chacha20_block(key, i + 1, nonce) for i in range(-(-len(data) // 64))
    ]
    return bytes(a ^ b for a, b in zip(data, b"".join(blocks)))


def poly1305(key, data):
    """RFC 8439 §2.5."""
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for block in pieces(data, 16):
        total = (total + int.from_bytes(block + b"\1", "little")) * r % (2**130 - 5)
    tag = total + int.from_bytes(key[16:], "little")
    return (tag % 2**128).to_bytes(16, "little")


def padded(data):
    """Zeros up to a multiple of 16 bytes."""
    return data + bytes(-len(data) % 16)


def open_sealed(key, nonce, associated, sealed):
    """The plaintext of AEAD_CHACHA20_POLY1305 (RFC 8439 §2.8), or None."""
    ciphertext, tag = sealed[:-16], sealed[-16:]
    authenticated = padded(associated) + padded(ciphertext)
    authenticated += le64(len(associated)) + le64(len(ciphertext))
    if poly1305(chacha20_block(key, 0, nonce)[:32], authenticated) != tag:
        return None
    return chacha20(key, nonce, ciphertext)


# ---------------------------------------------------------------------------
# The key ceremony (page 5)
# ---------------------------------------------------------------------------


def ceremony_transcript(argument, election, attempt, kind, trustee, part=""):
    """The context of §5.1, in a record of a trustee."""
    transcript = Transcript(argument, f"{kind} attempt {attempt} trustee {trustee}{part}")
    transcript.bytes("election", election)
    transcript.integer("attempt", attempt)
    return transcript


def check_accept(election, attempt, trustee, body):
    """§5.3; a Fault or None."""
    transcript = ceremony_transcript("key-possession", election, attempt, "accept", trustee)
    transcript.integer("trustee", trustee)
    failed = Fault("key.proof", "the proof of possession does not hold")
    return first_fault(check_knowledge, transcript, body["key"], body["proof"], failed)


def share_bytes(share):
    """A share of a deal as the deal's digest takes it (§5.4)."""
    return share["ephemeral"] + share["knowledge"] + share["ciphertext"]


def deal_digest(election, attempt, dealer, body):
    """The commitment of round 2 (§5.4)."""
    commitments, shares = body["commitments"], body["shares"]
    return tagged(
        "deal",
        election + le64(attempt) + le64(dealer)
        + le64(len(commitments) // 32) + commitments + body["knowledge"]
        + le64(len(shares)) + b"".join(share_bytes(share) for share in shares),
    )


def ephemerals(body):
    """The ephemeral keys of a deal."""
    return [share["ephemeral"] for share in body["shares"]]


def check_deal(election, attempt, dealer, threshold, keys, body):
    """All faults of a deal but for its digest and doubled ephemerals (§5.4)."""
    commitments = pieces(body["commitments"], 32)
    if len(body["commitments"]) != 32 * threshold:
        return [Fault(LENGTH, "the deal has another number of commitments than t")]
    if len(body["shares"]) != len(keys):
        return [Fault(LENGTH, "the deal has another number of shares than k")]
    faults = [first_fault(decode_element, c, True) for c in commitments[1:]]
    transcript = ceremony_transcript("key-deal", election, attempt, "deal", dealer)
    transcript.integer("dealer", dealer)
    transcript.encodings("commitments", commitments)
    failed = Fault("key.proof", "the proof of knowledge of the constant term does not hold")
    faults.append(
        first_fault(check_knowledge, transcript, commitments[0], body["knowledge"], failed)
    )
    for recipient, share in enumerate(body["shares"]):
        transcript = ceremony_transcript(
            "key-ephemeral", election, attempt, "deal", dealer, f" recipient {recipient}"
        )
        transcript.integer("dealer", dealer)
        transcript.integer("recipient", recipient)
        transcript.encoding("recipient key", keys[recipient])
        failed = Fault("key.encryption", f"the dealer does not know ephemeral key {recipient}")
        faults.append(
            first_fault(check_knowledge, transcript, share["ephemeral"], share["knowledge"], failed)
        )
    return [fault for fault in faults if fault is not None]


def evaluate(commitments, u):
    """Σ_l C_l·u^l."""
    return combine(list(zip(powers_of(u, len(commitments)), commitments)))


def opened_share(election, attempt, dealer, recipient, recipient_key, share, point):
    """The plaintext of an encrypted share, given its point Q (§5.5 (4) to (6)), or None."""
    data = election + le64(attempt) + le64(dealer) + le64(recipient)
    data += share["ephemeral"] + recipient_key
    key = tagged("share-key", data + point)
    return open_sealed(key, bytes(12), data, share["ciphertext"])


def judge_complaint(election, attempt, dealer, recipient, recipient_key, deal, complaint):
    """Whom a complaint convicts, "dealer" or "complainer", and why (§5.6)."""
    if recipient >= len(deal["shares"]):
        return "dealer", "the deal has no share for the complainer"
    share = deal["shares"][recipient]
    try:
        decode_element(share["ephemeral"])
        commitments = decode_elements(deal["commitments"])
        decode_element(deal["commitments"][:32])
    except Fault:
        return "dealer", "the deal cannot be opened"
    point = complaint["point"]
    transcript = ceremony_transcript(
        "key-complaint", election, attempt, "complain", recipient, f" dealer {dealer}"
    )
    transcript.integer("dealer", dealer)
    transcript.integer("recipient", recipient)
    transcript.bytes("ciphertext", share["ciphertext"])
    failed = Fault("key.complaint", "the proof of the opened point does not hold")
    if first_fault(
        check_equality, transcript, recipient_key, share["ephemeral"], point,
        complaint["proof"], failed,
    ):
        return "complainer", "the point is not proved to be the share's"
    plaintext = opened_share(election, attempt, dealer, recipient, recipient_key, share, point)
    if plaintext is None:
        return "dealer", "the encrypted share does not authenticate"
    if first_fault(decode_scalar, plaintext):
        return "dealer", "the share is no canonical scalar"
    if same(base(decode_scalar(plaintext)), evaluate(commitments, recipient + 1)):
        return "complainer", "the share fits the dealer's commitments"
    return "dealer", "the share does not fit the dealer's commitments"


def ceremony_keys(deals):
    """Y and all S_j (§5.7 (8), (9)), encoded. Raises Fault."""
    polynomials = [decode_elements(deal["commitments"]) for deal in deals]

    def key_at(u):
        total = IDENTITY
        for commitments in polynomials:
            total = add(total, evaluate(commitments, u))
        if is_identity(total):
            raise Fault(MEMBERSHIP, "a key is the identity")
        return encode_element(total)

    return key_at(0), [key_at(j + 1) for j in range(len(deals))]


def lagrange(indices, j, u):
    """λ_j(u) over the trustees of these indices (§5.7 (10))."""
    value = 1
    for i in indices:
        if i != j:
            value = value * (u - i - 1) * pow(j - i, -1, Q) % Q
    return value


# ---------------------------------------------------------------------------
# Ballots (page 6)
# ---------------------------------------------------------------------------


@dataclass
class RangePart:
    """What a ballot says of one bounded batch (§6.5)."""

    batch: int
    bits: int
    row: bytes
    data: bytes

    def piece(self, i):
        """The i-th 32 bytes: V, T_A, T_B, T_V, z_m, z_r, z_s, then the range proof's."""
        return self.data[32 * i:32 * i + 32]


@dataclass
class Ballot:
    """A ballot whose form is right (§6.2)."""

    raw: bytes
    election: bytes
    box: int
    credential: bytes
    counter: int
    rows: list
    ranges: list
    commitment: bytes
    response: int


def range_length(bits):
    """Bytes of a range part."""
    return 224 + 32 * (9 + 2 * (bits.bit_length() - 1))


def ballot_length(batches):
    """Bytes of a ballot of a box with these batches."""
    parts = sum(range_length(batch["bits"]) for batch in batches if batch["bits"])
    return 144 + 64 * sum(batch["width"] for batch in batches) + parts


def tracker(ballot):
    """Equation (1)."""
    return tagged("tracker", ballot)


def parse_ballot(data, batches):
    """A ballot, or None if it is to be rejected as shape."""
    if len(data) != ballot_length(batches):
        return None
    position = 80
    rows, ranges = [], []
    for batch in batches:
        rows.append(data[position:position + 64 * batch["width"]])
        position += len(rows[-1])
    for index, batch in enumerate(batches):
        if batch["bits"]:
            end = position + range_length(batch["bits"])
            ranges.append(RangePart(index, batch["bits"], rows[index], data[position:end]))
            position = end
    try:
        decode_element(data[40:72])
        decode_elements(b"".join(rows), identity=False)
        for part in ranges:
            check_range_encodings(part)
        decode_element(data[-64:-32], identity=True)
        response = decode_scalar(data[-32:])
    except Fault:
        return None
    return Ballot(
        raw=data, election=data[:32], box=int.from_bytes(data[32:40], "little"),
        credential=data[40:72], counter=int.from_bytes(data[72:80], "little"),
        rows=rows, ranges=ranges, commitment=data[-64:-32], response=response,
    )


def check_range_encodings(part):
    """V and three commitments, three responses; A, S, T_1, T_2, three scalars, L and R, a, b."""
    count = len(part.data) // 32
    scalars = {4, 5, 6, 11, 12, 13, count - 2, count - 1}
    for i in range(count):
        if i in scalars:
            decode_scalar(part.piece(i))
        else:
            decode_element(part.piece(i), identity=True)


def ballot_transcript(election, public_key, ballot):
    """The transcript of §6.3 up to and with `rows`."""
    transcript = Transcript(
        "ballot",
        f"ballot box {ballot.box} credential {ballot.credential.hex()} counter {ballot.counter}",
    )
    transcript.bytes("election", election)
    transcript.encoding("public key", public_key)
    transcript.integer("box", ballot.box)
    transcript.encoding("credential", ballot.credential)
    transcript.integer("counter", ballot.counter)
    transcript.encodings("rows", pieces(b"".join(ballot.rows), 32))
    return transcript


def ballot_proof_holds(election, public_key, ballot):
    """Equation (2)."""
    transcript = ballot_transcript(election, public_key, ballot)
    if ballot.ranges:
        transcript.bytes("ranges", b"".join(part.data for part in ballot.ranges))
    transcript.encoding("commitment", ballot.commitment)
    e = transcript.challenge("challenge")
    statement = [ballot.credential] + pieces(b"".join(ballot.rows), 32)[::2]
    terms = [(1, decode_element(ballot.commitment, identity=True))]
    for power, data in zip(powers_of(e, len(statement) + 1)[1:], statement):
        terms.append((power, decode_element(data)))
    return transcript.equal(2, base(ballot.response), combine(terms))


def ballot_ranges_hold(election, public_key, ballot):
    """All range parts of a ballot (§6.5)."""
    if not ballot.ranges:
        return True
    transcript = ballot_transcript(election, public_key, ballot)
    return all(range_part_holds(transcript.copy(), public_key, part) for part in ballot.ranges)


@functools.lru_cache(maxsize=1)
def blinding_base():
    """H of §6.5."""
    return from_uniform(hashlib.sha3_512(encode_element(G)).digest())


@functools.lru_cache(maxsize=2)
def range_generators(name):
    """The 32 first g_i (name G) or h_i (name H) of §6.5."""
    data = b"GeneratorsChain" + name + bytes(4)
    return [
        from_uniform(piece)
        for piece in pieces(hashlib.shake_256(data).digest(64 * 32), 64)
    ]


def range_part_holds(transcript, public_key, part):
    """Equations (4) to (8); the transcript has absorbed the ballot up to `rows`."""
    transcript.subject += f" batch {part.batch}"
    transcript.integer("bounded batch", part.batch)
    transcript.integer("bits", part.bits)
    transcript.encoding("value", part.piece(0))
    transcript.encodings("equality commitments", [part.piece(i) for i in (1, 2, 3)])
    e = transcript.challenge("equality challenge")
    transcript.encodings("equality responses", [part.piece(i) for i in (4, 5, 6)])
    v, t_a, t_b, t_v = (decode_element(part.piece(i), identity=True) for i in range(4))
    z_m, z_r, z_s = (decode_scalar(part.piece(i)) for i in (4, 5, 6))
    a, b = decode_elements(part.row)
    key = decode_element(public_key)
    h = blinding_base()
    equal = all_hold(transcript, {
        4: [([(z_r, G)], [(1, t_a), (e, a)])],
        5: [([(z_m, G), (z_r, key)], [(1, t_b), (e, b)])],
        6: [([(z_m, G), (z_s, h)], [(1, t_v), (e, v)])],
    })
    return equal and range_proof_holds(transcript, part, v)


def range_proof_holds(transcript, part, v):
    """The range proof: equations (7) and (8)."""
    bits = part.bits
    rounds = bits.bit_length() - 1
    proof = pieces(part.data[224:], 32)
    elements = proof[:4] + proof[7:7 + 2 * rounds]
    if any(not any(data) for data in elements):
        return False
    points = decode_elements(b"".join(elements))
    a_point, s_point, t_1, t_2 = points[:4]
    t_x, tau, mu = decode_scalars(b"".join(proof[4:7]))
    a, b = decode_scalars(b"".join(proof[-2:]))
    y, z, x, w, u = range_challenges(transcript, part, proof, rounds)
    h = blinding_base()
    delta = (z - z * z) * sum(powers_of(y, bits)) - pow(z, 3, Q) * (2**bits - 1)
    seventh = holds(
        [(t_x, G), (tau, h)],
        [(z * z, v), (delta, G), (x, t_1), (x * x, t_2)],
    )
    terms = [(1, a_point), (x, s_point), (-mu, h), (w * (t_x - a * b), G)]
    for j in range(rounds):
        terms.append((u[j] * u[j], points[4 + 2 * j]))
        terms.append((inverse(u[j] * u[j]), points[5 + 2 * j]))
    y_inverse = powers_of(inverse(y), bits)
    for i in range(bits):
        s = 1
        for j in range(rounds):
            s = s * (u[j] if i >> rounds - 1 - j & 1 else inverse(u[j])) % Q
        terms.append((-z - a * s, range_generators(b"G")[i]))
        h_factor = z + y_inverse[i] * (z * z * 2**i - b * inverse(s))
        terms.append((h_factor, range_generators(b"H")[i]))
    return seventh and is_identity(combine(terms))


def inverse(x):
    """1/x mod q (0 for 0, which no challenge is but with negligible probability)."""
    return pow(x, Q - 2, Q)


def range_challenges(transcript, part, proof, rounds):
    """y, z, x, w and the list of u_j."""

    def draw(label):
        scalar = wide(transcript.challenge_bytes(label, 64))
        transcript.trace(label, ">", scalar.to_bytes(32, "little"))
        return scalar

    transcript.bytes("dom-sep", b"rangeproof v1")
    transcript.integer("n", part.bits)
    transcript.integer("m", 1)
    transcript.encoding("V", part.piece(0))
    transcript.encoding("A", proof[0])
    transcript.encoding("S", proof[1])
    y, z = draw("y"), draw("z")
    transcript.encoding("T_1", proof[2])
    transcript.encoding("T_2", proof[3])
    x = draw("x")
    transcript.encoding("t_x", proof[4])
    transcript.encoding("t_x_blinding", proof[5])
    transcript.encoding("e_blinding", proof[6])
    w = draw("w")
    transcript.bytes("dom-sep", b"ipp v1")
    transcript.integer("n", part.bits)
    u = []
    for j in range(rounds):
        transcript.encoding("L", proof[7 + 2 * j])
        transcript.encoding("R", proof[8 + 2 * j])
        u.append(draw("u"))
    return y, z, x, w, u


def challenge_holds(election, public_key, row):
    """A row of a `challenged` record: tracker ‖ K ‖ T ‖ z (§6.6)."""
    transcript = Transcript("challenged", f"challenged tracker {row[:32].hex()}")
    transcript.bytes("election", election)
    transcript.encoding("public key", public_key)
    transcript.bytes("tracker", row[:32])
    failed = Fault("ballot.challenged", "the challenge is not signed by its credential")
    return first_fault(check_knowledge, transcript, row[32:64], row[64:], failed) is None


# ---------------------------------------------------------------------------
# Decryption (page 7)
# ---------------------------------------------------------------------------


@dataclass
class ShareList:
    """One list that a share record is about, with both blobs."""

    box: int
    batch: int
    rows: int
    width: int
    input_root: bytes
    shares_root: bytes
    input: bytes
    shares: bytes


def share_weights(seed, count):
    """The weights w_i (§7.3 (1))."""
    weights = []
    for block in range(-(-count // 1024)):
        data = stream("share-weights", seed + le64(block), 16 * 1024)
        weights += [int.from_bytes(piece, "little") for piece in pieces(data, 16)]
    return weights[:count]


def share_transcript(election, public_key, close, trustee, trustee_key, share_key, lists):
    """The transcript of §7.2 up to the weights."""
    transcript = Transcript("decryption", f"share trustee {trustee}")
    transcript.bytes("election", election)
    transcript.encoding("public key", public_key)
    transcript.bytes("close", close)
    transcript.integer("trustee", trustee)
    transcript.encoding("trustee key", trustee_key)
    transcript.encoding("share key", share_key)
    transcript.integer("lists", len(lists))
    for item in lists:
        transcript.integer("box", item.box)
        transcript.integer("batch", item.batch)
        transcript.integer("rows", item.rows)
        transcript.integer("width", item.width)
        transcript.bytes("input", item.input_root)
        transcript.bytes("shares", item.shares_root)
    return transcript


def weighted_sum(weights, data):
    """Σ w_i·(element i), encoded."""
    terms = [(w, decode_element(e)) for w, e in zip(weights, data)]
    return encode_element(combine(terms))


def check_share(election, public_key, close, trustee, trustee_key, share_key, lists, proof):
    """The proof of a share record over lists whose rows are proper elements (§7.3)."""
    transcript = share_transcript(
        election, public_key, close, trustee, trustee_key, share_key, lists
    )
    return first_fault(share_equations, transcript, share_key, lists, proof)


def share_equations(transcript, share_key, lists, proof):
    """The weighted sums (2) and the proof over them. Raises Fault."""
    seed = transcript.challenge_bytes("weights", 32)
    transcript.trace("weights", ">", seed)
    inputs = [a for item in lists for a in pieces(item.input, 32)[::2]]
    shares = [d for item in lists for d in pieces(item.shares, 32)]
    weights = share_weights(seed, len(inputs))
    failed = Fault("decrypt.proof", "the proof of the shares does not hold")
    check_equality(
        transcript, share_key, weighted_sum(weights, inputs), weighted_sum(weights, shares),
        proof, failed,
    )


def interpolate(shares, u):
    """Σ_j λ_j(u)·D_{j,i} for every place i."""
    factors = {j: lagrange(shares, j, u) for j in shares}
    columns = {j: decode_elements(data, identity=False) for j, data in shares.items()}
    count = min(len(column) for column in columns.values())
    return [
        combine([(factors[j], columns[j][i]) for j in shares]) for i in range(count)
    ]


def bad_share_rows(trustee, shares, others, width):
    """Rows where a trustee's shares are not what t others' imply (§7.4 (3))."""
    implied = interpolate(others, trustee + 1)
    stated = decode_elements(shares, identity=False)
    bad = {i // width for i, d in enumerate(stated) if not same(d, implied[i])}
    return sorted(bad)


def bad_plaintext_rows(ciphertexts, width, shares, plaintexts):
    """Rows where the plaintexts are not the decryptions (§7.5 (4)).

    Bytes that encode no element fail another check and are passed over here.
    """
    blinds = interpolate(shares, 0)
    bad = set()
    for i, data in enumerate(pieces(plaintexts, 32)):
        point = decoded(data)
        second = decode_element(ciphertexts[64 * i + 32:64 * i + 64])
        if isinstance(point, tuple) and not same(add(point, blinds[i]), second):
            bad.add(i // width)
    return sorted(bad)


# ---------------------------------------------------------------------------
# Data in elements (page 2 §2.6) and numbers (page 6 §6.5, page 11 §11.6)
# ---------------------------------------------------------------------------


def candidate(data, c):
    """The candidate with counter c; None if it encodes no element but the identity."""
    encoding = bytes([2 * (c % 128)]) + data + bytes([c // 128])
    return encoding if proper_element(encoding) else None


def read_element(encoding):
    """(30 bytes, None) or (None, why the vote is invalid) of an element's encoding."""
    if not any(encoding):
        return None, "identity"
    c = encoding[0] // 2 + 128 * encoding[31]
    if any(candidate(encoding[1:31], smaller) for smaller in range(c)):
        return None, "not minimal"
    return encoding[1:31], None


BABY_STEPS = {8: 2**4, 16: 2**8, 32: 2**16}


def inverses(values):
    """1/v mod P of each, by one inversion; 0 of 0."""
    products = [1]
    for value in values:
        products.append(products[-1] * (value or 1) % P)
    rest = pow(products[-1], -1, P)
    result = []
    for i in range(len(values) - 1, -1, -1):
        result.append(rest * products[i] % P if values[i] else 0)
        rest = rest * (values[i] or 1) % P
    return result[::-1]


def names(points):
    """For each point one number, the same for all that stand for ± its element.

    Points of one element have x/y = r or 1/r, those of its negative -r or -1/r
    (RFC 9496 §4.3.3), so that (r + 1/r)² tells an element up to its sign.
    """
    products = inverses([x * y % P for x, y, _, _ in points])
    return [
        pow((x * x + y * y) * product, 2, P)
        for (x, y, _, _), product in zip(points, products)
    ]


@functools.lru_cache(maxsize=3)
def baby_steps(count):
    """The names of 0·G … count·G."""
    points = [IDENTITY]
    for _ in range(count):
        points.append(add(points[-1], G))
    return {name: i for i, name in enumerate(names(points))}


def read_number(encoding, bits):
    """The m < 2^bits with M = m·G, or None: baby steps, giant steps, with signs."""
    element = decode_element(encoding, identity=True)
    count = BABY_STEPS[bits]
    known = baby_steps(count)
    stride = 2 * count + 1
    step = negate(base(stride))
    point = element
    for start in range(0, 2**bits // stride + 2, 64):
        block = []
        for _ in range(64):
            block.append(point)
            point = add(point, step)
        for offset, name in enumerate(names(block)):
            if name in known:
                middle = (start + offset) * stride
                for m in (middle - known[name], middle + known[name]):
                    if 0 <= m < 2**bits and same(base(m), element):
                        return m
    return None


def read_numbers(encodings, bits):
    """`read_number` of each."""
    return [read_number(encoding, bits) for encoding in encodings]


# ---------------------------------------------------------------------------
# CBOR (§8.1)
# ---------------------------------------------------------------------------

MAX_DEPTH = 32
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
        if left[-1] > len(data) - pos:
            return False
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
    """A map whose keys stand in the bytewise order of their encodings.

    A key that is no text, which no format has, is given as its encoding.
    """
    items, before = {}, b""
    for _ in range(length):
        start = pos
        key, pos = canonical_item(data, pos, depth + 1)
        encoded = data[start:pos]
        if encoded <= before:
            raise not_canonical("keys out of order, or one twice")
        before = encoded
        item, pos = canonical_item(data, pos, depth + 1)
        items[key if isinstance(key, str) else encoded] = item
    return items, pos


def loose_message(data):
    """The first item, if it is a map of texts to integers and strings, in any order (§8.1).

    Lengths are definite; they and integers may stand in any width.
    """
    head = cbor_head(data, 0)
    if head is None or head[0] != 5 or head[2] is None:
        raise not_canonical("no map of definite length")
    pos, items = head[3], {}
    while len(items) < head[2]:
        name, pos = loose_item(data, pos)
        item, pos = loose_item(data, pos)
        if not isinstance(name, str) or name in items:
            raise not_canonical("a key twice, or one that is no text")
        items[name] = item
    return items


def loose_item(data, pos):
    """An unsigned integer, or a string of definite length, and the place after it."""
    head = cbor_head(data, pos)
    if head is None or head[0] not in (0, 2, 3) or head[2] is None:
        raise not_canonical("nothing that stands in a message")
    major, _, argument, pos = head
    return canonical_string(data, major, argument, pos) if major else (argument, pos)


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


def small(value):
    """An unsigned integer of at most 16 bits."""
    uint(value)
    if value >= 1 << 16:
        raise misfit("an integer of more than two bytes")


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

DIGEST = ELEMENT = SCALAR = KEY = sized(32)
SCHNORR, DLEQ, SIGNATURE = sized(64), sized(96), sized(64)
NUMBERS, CANDIDATES = listing(uint), listing(small)
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
    plurality=mapping(max_marks=small), approval=mapping(), score=mapping(max_score=small),
    borda=mapping(max_ranks=small), irv=mapping(max_ranks=small), stv=mapping(max_ranks=small),
    scottish_stv=mapping(max_ranks=small), meek=mapping(max_ranks=small),
    schulze=mapping(max_ranks=small), majority_judgment=mapping(grades=listing(utf8)),
    dhondt=mapping(max_marks=small), sainte_lague=mapping(max_marks=small),
    text=mapping(max_bytes=small))
CONTEST = mapping(id=utf8, seats=small, title=utf8, method=METHOD,
                  write_ins=nullable(mapping(slots=small, max_bytes=small)),
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
        zero=mapping(left=bstr, right=bstr, diagonals=bstr, left_blind=ELEMENT,
                     right_blind=ELEMENT, left_opening=SCALAR, right_opening=SCALAR,
                     diagonal_opening=SCALAR),
        columns=ELEMENT, partial=bstr,
        single_value=mapping(mask=ELEMENT, linear=ELEMENT, values=bstr, constant=ELEMENT,
                             products=bstr, steps_opening=SCALAR, values_opening=SCALAR)),
    multiexp=mapping(masks=bstr, blinds=bstr, factors=bstr, openings=bstr, response=bstr,
                     diagonals=bstr, mask_values=bstr, mask_openings=bstr),
    exponents=bstr)

ROUND = mapping(votes=listing(nullable(uint)), elected=CANDIDATES, exhausted=uint,
                eliminated=CANDIDATES)
ROUND_LIST = listing(ROUND)
TALLY = choice(
    plurality=mapping(votes=NUMBERS), approval=mapping(votes=NUMBERS),
    score=mapping(points=NUMBERS), borda=mapping(points=NUMBERS), irv=mapping(rounds=ROUND_LIST),
    stv=mapping(rounds=ROUND_LIST, threshold=uint),
    scottish_stv=mapping(rounds=ROUND_LIST, threshold=uint),
    meek=mapping(quotas=NUMBERS, rounds=ROUND_LIST),
    schulze=mapping(pairs=listing(NUMBERS), ranking=listing(CANDIDATES)),
    majority_judgment=mapping(grades=listing(NUMBERS), ranking=listing(CANDIDATES)),
    dhondt=mapping(seats=NUMBERS, votes=NUMBERS),
    sainte_lague=mapping(seats=NUMBERS, votes=NUMBERS),
    text=mapping())
CONTEST_RESULT = mapping(
    id=utf8, ties=listing(mapping(lost=CANDIDATES, tied=CANDIDATES, round=uint,
                                  earlier=nullable(uint))),
    blank=uint, tally=TALLY,
    texts=nullable(mapping(most=listing(mapping(text=utf8, ballots=uint)), distinct=uint)),
    ballots=uint, elected=CANDIDATES, invalid=uint, cells_sha256=DIGEST)

BODIES = {
    "proposal": mapping(description=DESCRIPTION, invitations=listing(KEY)),
    "enrol": mapping(trustee=uint, invitation=SIGNATURE),
    "counter-proposal": mapping(reason=utf8, description=nullable(DESCRIPTION)),
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
        cause=mapping(check=utf8, digest=DIGEST, previous=DIGEST, sequence=uint)),
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
MAX_HASHED = 1 << 30
MAX_RECEIPT = 4096
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
        fields = loose_message(message)
        LOOSE_MESSAGE(fields)
    except Fault:
        return None
    return fields["author"]


def decode_body(kind, body):
    """The body of a message, within the size that its kind allows (§8.1)."""
    if len(body) > MAX_BODY.get(kind, MIB):
        raise not_canonical("a body longer than its kind allows")
    return decode_as(BODIES[kind], body)


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
    """What §8.8 does not allow, but leaves an election that can be read (§9.2)."""
    opens, closes, roll = description["opens"], description["closes"], description["roll"]
    if description["suite"] != SUITE:
        yield "the suite is not this version's"
    if any(each is not None and each > LAST_TIME for each in (opens, closes)):
        yield "a time after the year 9999"
    if opens is not None and closes is not None and opens >= closes:
        yield "voting ends before it begins"
    if (roll is None) != (description["policy"] == "open"):
        yield "a roll in an open election, or none in another"
    if roll and roll["row_length"] != 40:
        yield "the rows of the roll are not of 40 bytes"
    if not description["threshold"] <= description["mixes"] <= len(description["trustees"]):
        yield "t ≤ μ ≤ k does not hold"


def structure_faults(description):
    """What §8.8 does not allow, and leaves nothing that sense could be made of (§9.2)."""
    trustees = description["trustees"]
    if not is_title(description["title"], 1000):
        yield "the title"
    if not all_different(trustees) or not all(is_title(name, 1000) for name in trustees):
        yield "the names of the trustees"
    if not 1 <= len(trustees) <= 32:
        yield "the number of trustees"
    if not 1 <= description["threshold"] <= len(trustees):
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
    said = [vote.choice for vote in votes]
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


# ---------------------------------------------------------------------------
# The board (page 8)
# ---------------------------------------------------------------------------

ZEROS = bytes(32)
RECORD_NAME = re.compile(r"[0-9]{8}\.cbor")


class NoBoard(Exception):
    """A folder or a file that is not a board (§9.1)."""


class Progress:
    """Says every two seconds how far the audit is, where somebody may want to know."""

    def __init__(self, wanted):
        self.wanted, self.said = wanted, time.monotonic()

    def __call__(self, what, done, total):
        if self.wanted and time.monotonic() - self.said >= 2:
            self.said = time.monotonic()
            sys.stderr.write(f"auditing {what}: {done} of {total}\n")


class NotRegular(OSError):
    """A pipe, a device or a folder in place of a file: reading it may not end, or not begin."""


def regular_file(path):
    """Opens a file for reading."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise NotRegular(errno.EINVAL, "not a regular file", str(path))
    return os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb")


def parts_of(file, size):
    """The first `size` bytes of a file in chunks of its tree, or what there is of them."""
    while size > 0 and (part := file.read(min(size, CHUNK))):
        size -= len(part)
        yield part


class Section:
    """A file, or a part of one: `size` bytes from `start` on, read one after the other."""

    def __init__(self, file, start, size):
        self.file, self.size = file, size
        self.at, self.end = start, start + size

    def read(self, length):
        """The next bytes; fewer only at the end."""
        self.file.seek(self.at)
        wanted = min(length, self.end - self.at)
        data = self.file.read(wanted)
        if len(data) < wanted:
            raise OSError(errno.EIO, "it has become shorter", str(self.file.name))
        self.at += wanted
        return data


class Folder:
    """A board's files in a folder (§8.7)."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        if not (self.path / "records").is_dir():
            raise NoBoard(f"{path} is not a board: it has no folder named records")

    def numbers(self):
        """The records that are there."""
        return sorted(int(name[:8]) for name in os.listdir(self.path / "records")
                      if RECORD_NAME.fullmatch(name))

    @contextlib.contextmanager
    def open(self, name):
        """A file; raises FileNotFoundError or NotRegular."""
        with regular_file(self.path / name) as file:
            yield Section(file, 0, os.fstat(file.fileno()).st_size)


class Archive:
    """A board's files in an archive (archive.md), read where they lie."""

    BLOCK = 512
    NAME = re.compile(rb"(records/[0-9]{8}\.cbor|blobs/[0-9a-f]{64})\0")

    def __init__(self, path):
        self.path = path
        self.places, self.records, self.last = {}, 0, ""
        with regular_file(path) as file:
            self.read(file, os.fstat(file.fileno()).st_size)

    def read(self, file, length):
        """Finds the files, and looks at everything between them."""
        def there(at, size):
            if at + size > length:
                raise self.fault(at, "it is cut off")
            return Section(file, at, size).read(size)

        at = 0
        while any(header := there(at, self.BLOCK)) or not self.places:
            name, size = self.header(at, header)
            start = at + self.BLOCK
            at = start + -(-size // self.BLOCK) * self.BLOCK
            if any(there(start + size, at - start - size)):
                raise self.fault(at, "a file is not followed by zeros")
            self.places[name] = start, size
        if any(there(at + self.BLOCK, self.BLOCK)) or at + 2 * self.BLOCK != length:
            raise self.fault(at, "its end is followed by something")

    def fault(self, at, what):
        """Why the file is none."""
        return NoBoard(f"{self.path} is not a board, nor an archive of one: at byte {at}, {what}")

    def header(self, at, header):
        """The name and the size that a header says, if all of it is as they demand (§2)."""
        match = self.NAME.match(header)
        name = match[1].decode("ascii") if match else ""
        field = header[124:136]
        if field[:4] == b"\x80\0\0\0":
            size = int.from_bytes(field[4:], "big")
        else:
            size = int(field[:11], 8) if re.match(b"[0-7]{11}", field) else 0
        if not name or self.expected(name, size) != header:
            raise self.fault(at, "there is no header of a file")
        record = name.startswith("records/")
        follows = (int(name[8:16]) == len(self.places) == self.records if record
                   else self.last < name and self.records > 0)
        if not follows:
            raise self.fault(at, "a file is out of its order")
        self.records += record
        self.last = "" if record else name
        return name, size

    @staticmethod
    def expected(name, size):
        """The header of a file."""
        octal = b"%011o" % size if size < 2**33 else b"\x80\0\0\0" + size.to_bytes(8, "big")
        fields = {0: name.encode("ascii"), 100: b"0000644", 108: b"0000000", 116: b"0000000",
                  124: octal, 136: b"0" * 11, 148: b" " * 8, 156: b"0", 257: b"ustar", 263: b"00",
                  329: b"0000000", 337: b"0000000"}
        block = bytearray(Archive.BLOCK)
        for at, field in fields.items():
            block[at:at + len(field)] = field
        block[148:156] = b"%06o\0 " % sum(block)
        return bytes(block)

    def numbers(self):
        """The records that are there."""
        return list(range(self.records))

    @contextlib.contextmanager
    def open(self, name):
        """A file; raises FileNotFoundError."""
        if name not in self.places:
            raise FileNotFoundError(errno.ENOENT, "not in the archive", name)
        with regular_file(self.path) as file:
            yield Section(file, *self.places[name])


@dataclass
class Blob:
    """A file of blobs: its length, whether it has its root, its bytes if they were wanted."""

    size: int
    right: bool
    data: bytes | None


class Board:
    """The files of a folder or of an archive (§8)."""

    def __init__(self, path, progress=Progress(False)):
        self.files = Archive(path) if os.path.isfile(path) else Folder(path)
        self.progress = progress
        numbers = self.files.numbers()
        there = next((i for i, number in enumerate(numbers) if number != i), len(numbers))
        self.behind_gap = numbers[there] if there < len(numbers) else None
        self.records = {}
        for number in range(there):
            self.records[number] = self.record(number)
            progress("signatures", number, there)
        self.blobs, self.answers = {}, {}

    def __deepcopy__(self, memo):
        return self

    def record(self, number):
        """A record file; of one that is too long the digest is of its beginning (§8.1)."""
        with self.files.open(f"records/{number:08}.cbor") as file:
            data = file.read(MAX_FILE + 1)
        return Record(number, data if len(data) <= MAX_FILE else b"", sha3(data))

    def blob(self, root, length):
        """A blob, with its bytes if it has the length stated; None if it is missing (§8.4)."""
        known = self.blobs.get(root)
        if root not in self.blobs or (known and known.data is None and known.size <= length):
            try:
                with self.files.open(f"blobs/{root.hex()}") as file:
                    self.blobs[root] = self.read_blob(file, root, length)
            except (FileNotFoundError, NotRegular):
                self.blobs[root] = None
        return self.blobs[root]

    def read_blob(self, file, root, length):
        """Reads a blob; one of another length than stated is hashed, and not kept."""
        size = file.size
        if size == length:
            data = file.read(size)
            return Blob(size, tree_root(data) == root, data)
        if size > max(length, MAX_HASHED):
            return Blob(size, False, None)
        leaves = []
        for index, part in enumerate(parts_of(file, size)):
            leaves.append(tree_leaf(index, part))
            self.progress("bytes of a blob", index * CHUNK, size)
        return Blob(size, tree_top(leaves, size) == root, None)

    def once(self, key, function, *arguments):
        """What a function answers; asked again under the same key it is not called again."""
        if key not in self.answers:
            self.answers[key] = function(*arguments)
        return self.answers[key]


class Record:
    """A record file: what its bytes say, and who signed it (§8.3)."""

    def __init__(self, number, data, digest):
        self.number, self.digest = number, digest
        self.readable = begins_with_item(data)
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
    "result.count", "board.witness")
GROUPS = {prefix: [check for check in CHECKS if check.startswith(prefix)]
          for prefix in ("setup.", "key.", "ballot.", "intake.", "mix.", "decrypt.", "result.")}
INTAKE_CHECKS = [check for check in GROUPS["ballot."] + GROUPS["intake."]
                 if check != "intake.withheld"]
RECORD_CHECKS = ("encoding.canonical", "board.phase", "board.signature", "board.chain",
                 "board.equivocation")
DOUBTED_INTAKE = (*INTAKE_CHECKS, "intake.withheld")
DOUBTED_PLACES = ("mix.chain", "decrypt.input")
DOUBTED_LATER = (*DOUBTED_PLACES, "mix.quorum", "decrypt.quorum")
MOST_FAILURES = 100


@dataclass
class Failure:
    """Something that does not hold, and whose fault it is (§9.2)."""

    check: str
    culprits: list
    record: int | None
    row: int | None
    evidence: str
    place: tuple | None = None      # box and batch of a mix or of a damaged list


class Findings:
    """What the audit has found so far."""

    def __init__(self):
        self.failures, self.warnings = [], []
        self.unreadable = {}        # (record, what) -> sentence
        self.not_run = set()
        self.unjudged = set()       # (record, place, check): NotRun for its lists there
        self.items = collections.Counter()
        self.unclear = set()        # §9.2: records and exclusions that leave others open
        self.excused = {}           # (record, check) -> fault of place, but for rule 3 of §9.2

    def fail(self, check, culprits, record=None, row=None, evidence="", place=None):
        """Notes a failure."""
        failure = Failure(check, list(culprits), record, row, evidence, place)
        self.failures.append(failure)
        return failure

    def fault(self, fault, culprits, record, place=None):
        """Notes a fault of the bytes of a record."""
        self.fail(fault.check, culprits, record, fault.row, fault.text, place)

    def count(self, number, *checks):
        """Notes on how much checks were made (§9.7)."""
        for check in checks:
            self.items[check] += number

    def leaves_open(self, record, check):
        """Whether a check is NotRun on a record."""
        return any((number, asked) == (record, check) for number, _, asked in self.unjudged)

    def unanswered(self):
        """The checks that are NotRun, with the records and places that are to blame."""
        return self.not_run | {check for _, _, check in self.unjudged}

    def damaged(self):
        """The records in effect of which a blob is missing or does not match."""
        missing = {number for number, _ in self.unreadable if number not in self.unclear}
        return missing | {each.record for each in self.failures if each.check == "board.blob"}

    def drop_doubted(self, close):
        """Takes back what something missing or damaged may explain (§9.2, rule 2)."""
        missing = {number for number, _ in self.unreadable if number not in self.unclear}
        damaged = self.damaged()
        if missing:
            self.not_run.add("board.blob")
        if not self.unclear and not damaged:
            return
        doubted = set(DOUBTED_LATER)
        if self.unclear or close is None or min(damaged) <= close:
            doubted.update(DOUBTED_INTAKE)
        doubted &= {failure.check for failure in self.failures}
        self.failures = [each for each in self.failures if each.check not in doubted]
        self.not_run |= doubted
        if close is not None:
            self.not_run.update((*INTAKE_CHECKS, "mix.quorum") if self.unclear else
                                ("mix.quorum",))
        if "decrypt.input" in doubted:
            self.not_run.add("decrypt.proof")
        for each in self.failures:
            if (each.check, each.culprits) == ("board.chain", ["authority"]):
                each.culprits = []

    def warn(self, sentence):
        """Notes a warning."""
        self.warnings.append(sentence)

    def forget(self, record, place):
        """Takes back what is said of the lists of a record in one place (§9.10)."""
        self.unjudged = {each for each in self.unjudged if each[:2] != (record, place)}
        self.unreadable.pop((record, place), None)
        self.failures = [f for f in self.failures
                         if (f.record, f.check, f.place) != (record, "board.blob", place)]

    def forgive(self, records, place, but=None):
        """Takes back what mixes fail that are out of effect, `but` one check (§9.10)."""
        self.failures = [f for f in self.failures
                         if f.record not in records or f.place != place or f.check == but]

    def take_back(self, record):
        """Takes back all that is said of a record (§9.3)."""
        self.failures = [each for each in self.failures if each.record != record]
        self.unjudged = {each for each in self.unjudged if each[0] != record}
        self.unreadable = {key: sentence for key, sentence in self.unreadable.items()
                           if key[0] != record}


# ---------------------------------------------------------------------------
# The key ceremony (page 5)
# ---------------------------------------------------------------------------

CEREMONY = ("accept", "deal-commitment", "deal", "confirm", "complain")
CEREMONY_CHECKS = {
    "accept": ("key.proof", "group.membership"), "deal-commitment": (),
    "deal": ("key.proof", "key.commitment", "key.encryption", "group.membership"),
    "confirm": ("key.commitment",), "complain": ("key.complaint",)}
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

GOOD, OVERTAKEN, BAD = "good", "overtaken", "bad"


@dataclass
class MixList:
    """A list of a batch; `data` is None where it cannot be read, or is no proper list.

    It is bad if a bad mix has made it, or one that starts from such a list.
    """

    root: bytes
    place: int                  # in the chain of mixes (§9.4)
    rows: int
    data: bytes | None
    standing: str
    record: int
    maker: int | None = None
    source: tuple | None = None     # root and place of the list it was made from
    missing: bool = False       # whether its blob is not there, or damaged
    holds: bool = False         # whether its proof holds
    excused: bool = False       # whether its maker need not have a valid mix (§9.4 34)

    @property
    def key(self):
        """What lists are told apart by."""
        return self.root, self.place


@dataclass
class Share:
    """A trustee's shares of one list."""

    trustee: int
    record: int
    root: bytes
    data: bytes | None
    valid: bool = False
    missing: bool = False       # whether the list is not there, or damaged
    unknown: bool = False       # whether some list under the same proof is


class Batch:
    """The lists of one batch, the chain of good ones, and the shares of the last."""

    def __init__(self, box, index, fields, first):
        self.box, self.index = box, index
        self.fields, self.width = fields, fields["width"]
        self.first, self.chain = first, [first]
        self.lists = {first.key: first}
        self.mixed = {}             # trustee -> the MixList it made
        self.excluded = {}          # trustee -> record of the exclusion
        self.dead = {}              # (root, place) of lists out of effect -> last exclusion
        self.shares = {}            # trustee -> Share
        self.left_out = set()       # records whose mixes are out of effect
        self.misstated = False      # whether `close` states other rows than the first list has
        self.hollow = {}            # record whose mix is as if it were not there -> trustee

    @property
    def place(self):
        """Box and batch."""
        return self.box, self.index

    @property
    def last(self):
        """The last good list."""
        return self.chain[-1]

    @property
    def unjudged(self):
        """Whether no mix can be judged: the first list is there, but not as it must be (§9.5)."""
        return self.misstated or (self.first.data is None and not self.first.missing)

    @property
    def last_rows(self):
        """How many rows the last good list has, or None where that is misstated."""
        return None if self.misstated and self.last is self.first else self.last.rows

    def complete(self, trustees):
        """Whether every trustee has a mix or is excluded (§9.3)."""
        return all(j in self.mixed or j in self.excluded for j in range(trustees))

    def known(self, root):
        """A list with this root, wherever it stands; one that can be read if there is one."""
        lists = [each for each in self.lists.values() if each.root == root]
        return next((each for each in lists if each.data is not None), lists[0] if lists else None)

    def died_at(self, root):
        """The exclusion that took the lists with this root out of effect, or -1 (§9.3)."""
        if root == self.first.root or self.known(root):
            return -1
        return max((e for key, e in self.dead.items() if key[0] == root), default=-1)

    def known_to_be_good(self):
        """Whether the last good list can be read, and no mix in effect is beyond judgement."""
        return (self.last.data is not None and all(each.holds for each in self.chain)
                and not self.lost_lists(None))

    def lost_lists(self, before):
        """The records of the first list, and of mixes in effect before one, that are missing."""
        return [made.record for made in (self.first, *self.mixed.values())
                if made.missing and (before is None or made.record < before)]

    def add(self, made):
        """Adds what a trustee made; a bad mix of a list that stands already changes nothing."""
        self.mixed[made.maker] = made
        if made.standing == GOOD:
            self.chain.append(made)
        if made.key not in self.lists or self.lists[made.key].standing == BAD or (
                made.standing == GOOD):
            self.lists[made.key] = made

    def leave_out(self, trustee, exclusion):
        """Takes a trustee's mix, and all that others made of it, out of effect (§9.10).

        Answers with the records of the others.
        """
        made, others = self.mixed.pop(trustee), set()
        self.left_out.add(made.record)
        heir = next((each for each in self.mixed.values()
                     if each.key == made.key and each.holds and each.standing != BAD), None)
        if heir and made in self.chain:
            heir.standing = GOOD
            self.chain[self.chain.index(made)] = self.lists[made.key] = heir
        elif heir is None and self.lists.get(made.key) is made:
            del self.lists[made.key]
            self.dead[made.key] = exclusion
            for j in [j for j, each in self.mixed.items() if each.source == made.key]:
                others |= {self.mixed[j].record} | self.leave_out(j, exclusion)
        self.chain = [each for each in self.chain if each is not made]
        return others

    def valid_shares(self, before=None):
        """The valid shares of the last good list by trustee."""
        return {j: share for j, share in self.shares.items()
                if share.valid and share.root == self.last.root
                and (before is None or share.record < before)}


# ---------------------------------------------------------------------------
# The log (§8.2, §8.3, §9.2, §9.3)
# ---------------------------------------------------------------------------

AUTHORITY_KINDS = ("manifest", "open", "roll-amend", "waiver", "close", "result", "seal")
INTAKE_KINDS = ("ballots", "challenged")
TRUSTEE_KINDS = CEREMONY + ("counter-proposal", "mix", "share", "sign-off")
OUTDATES_CLOSE = ("roll-amend", "ballots", "challenged", "waiver", "exclusion", "close")
SETUP_KINDS = ("proposal", "enrol", "counter-proposal", "manifest")


class Void(Exception):
    """An exclusion for cause puts nothing aside after all: the log has to be read again."""

    def __init__(self, exclusion):
        super().__init__(exclusion)
        self.exclusion = exclusion


@dataclass(frozen=True)
class Stage:
    """How far an election has come, and so what may stand next (§9.3)."""

    proposals: int
    invited: int | None         # trustees of the newest proposal
    enrolled: frozenset
    attempts: int
    trustees: int               # of the newest manifest
    posted: frozenset           # (kind, trustee) of its ceremony
    opened: bool
    closed: bool
    mixed: bool                 # in every batch every trustee has a mix or is excluded
    counted: bool
    sealed: int | None          # how many records the seal names
    failed: bool                # whether the newest attempt of the ceremony has failed

    def allows(self, kind, trustee, body):
        """The table of §9.3, for what a trustee, or somebody else (None), writes."""
        body = body or {}
        if self.sealed is not None:
            return kind == "exclusion" and "cause" in body and (
                body["cause"]["sequence"] >= self.sealed)
        if self.invited is None:
            return kind == "proposal"
        if kind in CEREMONY:
            return self.allows_ceremony(kind, trustee)
        in_setup, voting = not self.attempts, self.opened and not self.closed
        return {
            "proposal": in_setup,
            "enrol": in_setup and body.get("trustee") not in self.enrolled,
            "counter-proposal": in_setup,
            "manifest": (not self.opened and self.all_enrolled(body)
                         and body.get("attempt") == self.attempts),
            "open": not self.opened and not in_setup and (
                self.complete("confirm") or any(k == "complain" for k, _ in self.posted)),
            "roll-amend": not in_setup and not self.closed,
            "ballots": voting, "challenged": voting, "waiver": voting, "close": voting,
            "mix": self.closed, "share": self.mixed,
            "exclusion": self.closed or "cause" in body,
            "result": self.mixed and not self.counted,
            "sign-off": not in_setup, "seal": self.counted,
        }.get(kind, False)

    def allows_ceremony(self, kind, trustee):
        """Whether a trustee may post a record of the ceremony."""
        before = {"deal-commitment": "accept", "deal": "deal-commitment", "confirm": "deal",
                  "complain": "deal"}.get(kind)
        return (self.attempts > 0 and not self.opened and (kind, trustee) not in self.posted
                and (before is None or self.complete(before))
                and (kind != "complain" or self.failed or not self.complete("confirm")))

    def complete(self, kind):
        """Whether every trustee has posted one."""
        return all((kind, j) in self.posted for j in range(self.trustees))

    def all_enrolled(self, body):
        """Whether every trustee that a manifest does not leave out has enrolled."""
        return all(j in self.enrolled or j in body.get("excluded", ())
                   for j in range(self.invited))


class Log:
    """The records of a board in order, and what they come to."""

    def __init__(self, board, void):
        self.board = board
        self.void = void            # exclusions for cause that put nothing aside
        self.found = Findings()
        self.records = board.records
        self.numbers = {}           # digest of a file -> number
        self.messages = {}          # digest of a message -> number
        self.counters = {}          # (author, counter) -> number
        self.stages = []            # the Stage behind every record
        self.causes = {}            # record -> exclusions for cause that name it
        self.aside = {}             # excluded record -> record of the exclusion
        self.justified = set()      # exclusions for cause that are justified
        self.undecided = {}         # those that cannot be decided -> record
        self.remixing = -1          # the last exclusion for which somebody mixes again
        self.effective = set()      # records that have an effect
        self.passed = set()         # records that are passed over
        self.passed_mixes = set()   # records with a mix that is, or is as if it were not there
        self.blind = False          # after a record that leaves no sense in others (§9.2)
        self.authority = None
        self.proposal = self.proposal_digest = None
        self.proposals = []         # (digest, record, invitations, keys enrolled) of every proposal
        self.enrolled = {}
        self.manifest = self.election = None
        self.attempts = []          # (election id, record, keys) of every manifest
        self.ceremony = self.forgivable = None
        self.public_key = self.share_keys = None
        self.whole_roll = self.roll = None
        self.removed = set()
        self.opened = self.sealed = None
        self.named = None           # how many records the seal names
        self.ballots, self.challenged, self.waivers = [], [], {}
        self.close = self.intake = self.result = None
        self.batches, self.statements, self.bad_shares = {}, [], []
        self.amendments = []

    # ---- reading

    def read(self):
        """Reads all records in order (§9.3), up to the first that is missing (§8.3)."""
        self.causes = self.collect_causes()
        for number, record in self.records.items():
            self.board.progress(f"records ({record.kind})", number, len(self.records))
            self.found.count(1, *RECORD_CHECKS)
            if not self.put_aside(record):
                self.take(record)
            self.numbers.setdefault(record.digest, number)
            self.stages.append(self.stage())
        if self.board.behind_gap is not None:
            self.found.fail("board.chain", [], None, None,
                            f"record {len(self.records)} is missing, but record "
                            f"{self.board.behind_gap} is there")
            self.found.unclear.add(len(self.records))

    def stage(self):
        """How far the election has come."""
        posted = frozenset((kind, j) for kind in CEREMONY if self.ceremony
                           for j in self.ceremony.posted(kind))
        stage = Stage(
            len(self.proposals), len(self.proposal["invitations"]) if self.proposal else None,
            frozenset(self.enrolled), len(self.attempts),
            len(self.manifest["keys"]) if self.manifest else 0, posted,
            self.opened is not None, self.close is not None, self.mixing_complete(),
            self.result is not None, self.named, bool(self.forgivable))
        return self.stages[-1] if self.stages and self.stages[-1] == stage else stage

    def collect_causes(self):
        """The exclusions for cause that are well signed, by the record they name (§9.10)."""
        first = next((r for r in self.records.values() if r.kind == "proposal" and r.signed), None)
        causes = {}
        for number, record in self.records.items():
            cause = record.cause()
            if cause and record.author == first_author(first) and self.names_rightly(record, cause):
                causes.setdefault(cause["sequence"], []).append((number, cause["check"]))
        return causes

    def names_rightly(self, record, cause):
        """Whether an exclusion names an earlier record, and what stands before that."""
        target = self.records.get(cause["sequence"])
        return (target is not None and target.number < record.number
                and target.digest == cause["digest"]
                and self.digest_before(target) == cause["previous"])

    def digest_before(self, record):
        """The digest of the file before a record's; zeros before the first."""
        return self.records[record.number - 1].digest if record.number else ZEROS

    def put_aside(self, record):
        """Whether a later exclusion takes a record out of effect (§9.10)."""
        causes = self.causes.get(record.number, [])
        if not causes:
            return False
        trial = copy.deepcopy(self)
        trial.take(record)
        for exclusion, check in causes:
            evidence = self.evidence_against(record, check, trial)
            if evidence and exclusion not in self.void:
                self.justified.add(exclusion)
                if record.number not in self.aside:
                    self.exclude(record, exclusion, trial)
                    self.found.warn(f"record {record.number} is excluded, by record {exclusion}: "
                                    f"it fails {check} ({evidence})")
            elif record.number not in trial.passed and (
                    (self.found.unclear and record.number not in trial.passed_mixes)
                    or self.lacks_lists(record, trial) or self.lacks_own(record, trial)
                    or (check in DOUBTED_PLACES and self.found.damaged())
                    or trial.found.leaves_open(record.number, check)):
                self.undecided[exclusion] = record.number
        if record.number in self.aside:
            self.passed |= trial.passed & {record.number}
            self.passed_mixes |= trial.passed_mixes & {record.number}
        return record.number in self.aside

    def evidence_against(self, record, check, trial):
        """Why a record may be excluded for a check, or None (§9.10)."""
        if not record.readable:
            return "no complete item" if check == "encoding.canonical" else None
        if check == "board.blob" or self.keeps_effect(record, check, trial):
            return None
        if check in DOUBTED_PLACES and self.found.damaged():
            return None
        known = len(self.found.failures)
        return next((failure.evidence for failure in trial.found.failures[known:]
                     if failure.check == check
                     and not any(failure is each for each in trial.forgivable or ())),
                    trial.found.excused.get((record.number, check)))

    def keeps_effect(self, record, check, trial):
        """Whether a record is one that the authority cannot take back."""
        return record.signed and trial.role_of(record) == "authority" and (
            record.number in trial.effective or check == "board.equivocation"
            or (record.kind in INTAKE_KINDS and check in (LENGTH, CANONICAL)))

    def lacks_lists(self, record, trial):
        """Whether a list is missing that a mix or share may start from (§9.2)."""
        if record.number not in trial.effective or record.kind not in ("mix", "share"):
            return False
        body = record.body()
        places = {(each["box"], each["batch"]) for each in body.get("mixes", body.get("lists"))}
        return any(batch.lost_lists(record.number)
                   for place, batch in self.batches.items() if place in places)

    def lacks_own(self, record, trial):
        """Whether a list is missing that a mix or share names as its own."""
        return any(each.missing for batch in trial.batches.values()
                   for each in (*batch.mixed.values(), *batch.shares.values())
                   if each.record == record.number)

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
        if record.message and record.signed and not self.wrapper_fault(record):
            self.messages.setdefault(record.message_digest, record.number)
        for place, batch in self.batches.items():
            other = trial.batches[place]
            batch.dead = {**other.dead, **batch.dead}
            for j, made in other.mixed.items():
                if made.record == record.number:
                    batch.excluded[j] = exclusion
                    if made.key not in batch.lists:
                        batch.dead[made.key] = max(exclusion, batch.dead.get(made.key, -1))
            if record.number in other.hollow:
                batch.excluded[other.hollow[record.number]] = exclusion
            for j, share in other.shares.items():
                if share.record == record.number:
                    batch.shares[j] = Share(j, record.number, share.root, None)

    # ---- one record: the questions in their order (§9.2)

    def take(self, record):
        """Asks everything of a record; one without effect may leave others open (§9.2)."""
        self.ask(record)
        number = record.number
        if number not in self.effective | self.passed and not (
                self.blind or self.is_somebodys_fault(record)):
            self.found.unclear.add(number)

    def is_somebodys_fault(self, record):
        """Whether somebody is to blame that a record has no effect (§9.2).

        Nobody is for a wrong wrapper, whoever has signed what it wraps; and a key that nobody
        knows is nobody.
        """
        return not self.wrapper_fault(record) and any(
            not culprit.startswith("author ") for failure in self.found.failures
            if failure.record == record.number for culprit in failure.culprits)

    def ask(self, record):
        """Asks whether a record is whole, rightly wrapped, readable and signed; then the rest."""
        found, number = self.found, record.number
        if not record.readable:
            found.unreadable[number, None] = f"record {number} is no complete CBOR item"
            return
        wrong = self.wrapper_fault(record)
        if wrong:
            found.fail("board.chain", [], number, None, wrong)
        if record.fault:
            found.fail("encoding.canonical", [self.name(record.author)] if record.signed else [],
                       number, None, record.fault)
        elif not record.signed:
            found.fail("board.signature", [], number, None,
                       f"the signature does not verify; claimed author {record.author.hex()}")
        if not wrong and record.signed and not record.fault and self.has_place(record):
            self.judge(record)

    def wrapper_fault(self, record):
        """What is wrong with the wrapper (§8.3)."""
        if record.wrapper is None:
            return None
        if record.wrapper["sequence"] != record.number:
            return "the sequence is not the file's"
        if record.wrapper["previous"] != self.digest_before(record):
            return "the digest of the record before does not match"
        return None

    def has_place(self, record):
        """Whether the message is new, of this board, and the only one with its counter."""
        found, number = self.found, record.number
        wrong = None
        if record.message_digest in self.messages:
            wrong = "the message stands already"
        elif not (record.head == ZEROS if number == 0 else record.head in self.numbers):
            wrong = "written knowing another board"
        self.messages.setdefault(record.message_digest, number)
        if wrong:
            found.fail("board.chain", [], number, None, wrong)
            return False
        counter = record.author, record.message["counter"]
        if counter in self.counters:
            found.fail("board.equivocation", [self.name(record.author)], number, None,
                       f"records {self.counters[counter]} and {number} have one counter")
            return False
        self.counters[counter] = number
        return True

    def judge(self, record):
        """Asks for body, election, author, invitation and phase; then it has its effect."""
        try:
            body = record.body()
        except Fault as fault:
            self.found.fault(fault, [self.name(record.author)], record.number)
            return
        if self.blind:
            return
        if self.is_of_earlier_proposal(record, body):
            self.pass_over(record.number, "is of an earlier proposal")
            return
        earlier = self.earlier_trustees(record)
        if (earlier is None and not self.of_this_election(record)
                or not self.may_write(record, body, earlier)):
            return
        if earlier is not None:
            self.pass_over(record.number, "is of an earlier attempt")
            return
        if record.kind == "enrol" and not self.invited(record, body):
            return
        if self.phase_holds(record, body):
            self.effective.add(record.number)
            getattr(self, "take_" + record.kind.replace("-", "_"))(record, body)

    def seen(self, record):
        """The last record that the author of a record had verified."""
        return self.numbers.get(record.head, -1)

    def astray(self, record):
        """Whether the author of a record may have seen another board (§9.2, rule 3).

        A file that is no record, or in a wrong wrapper, says nothing of what stands before it
        until it is excluded.
        """
        return any(number <= self.seen(record) < exclusion
                   for number, exclusion in self.aside.items()
                   if self.records[number].wrapper is None
                   or self.wrapper_fault(self.records[number]))

    def misplaced(self, check, record, evidence, culprits=None, place=None):
        """A fault of place; it is none where others may have brought it about (§9.2).

        Where only its head speaks for the record, it may be excluded for it all the same.
        """
        number = record.number
        if self.found.unclear or self.astray(record):
            for each in (check, "decrypt.proof") if check == "decrypt.input" else (check,):
                self.found.unjudged.add((number, None, each))
            if check not in DOUBTED_PLACES and not self.found.unclear:
                self.found.excused[number, check] = evidence
            if check in ("mix.identity", "decrypt.repeat"):
                self.found.unclear.add(number)
            return
        culprits = [self.name(record.author)] if culprits is None else culprits
        self.found.fail(check, culprits, number, None, evidence, place)

    def of_this_election(self, record):
        """Whether a message is of this election (§8.2)."""
        if record.kind in SETUP_KINDS or not self.manifest:
            expected = self.proposal_digest or ZEROS
        else:
            expected = self.election
        if record.election == expected:
            return True
        self.found.fail("board.chain", [], record.number, None, "a message of another election")
        return False

    def is_of_earlier_proposal(self, record, body):
        """Whether an enrolment or counter-proposal is passed over as sent to an earlier proposal."""
        for (digest, _, invitations, enrolled), (_, following, _, _) in zip(
                self.proposals, self.proposals[1:]):
            if record.election != digest or not 0 <= self.seen(record) < following:
                continue
            if record.kind == "counter-proposal":
                return record.author in enrolled
            return (record.kind == "enrol" and body["trustee"] < len(invitations)
                    and is_invited(invitations, digest, record, body))
        return False

    def earlier_trustees(self, record):
        """The trustees of the earlier attempt that a message is passed over as of, or None."""
        if record.kind not in CEREMONY + ("sign-off",):
            return None
        return next((keys for (election, _, keys), (_, following, _)
                     in zip(self.attempts, self.attempts[1:])
                     if election == record.election and self.seen(record) < following), None)

    # ---- authors

    def trustee(self, author):
        """The index of a trustee by its key, in the newest manifest."""
        if self.manifest:
            keys = self.manifest["keys"]
            return keys.index(author) if author in keys else None
        return next((j for j, enrolled in self.enrolled.items() if enrolled == author), None)

    def writer_as(self, record):
        """The index of the trustee that wrote a record; a proposal is answered by whoever has enrolled."""
        if record.kind == "counter-proposal":
            return next((j for j, key in self.enrolled.items() if key == record.author), None)
        return self.trustee(record.author)

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

    def may_write(self, record, body, earlier):
        """Whether the author may write a record of this kind (§8.6), in an `earlier` attempt."""
        author, kind = record.author, record.kind
        is_trustee = self.writer_as(record) is not None if earlier is None else author in earlier
        if kind in AUTHORITY_KINDS or kind == "proposal" and self.proposal:
            allowed = author == self.authority
        elif kind in INTAKE_KINDS:
            allowed = author == self.intake_key()
        elif kind in TRUSTEE_KINDS:
            allowed = is_trustee
        elif kind == "exclusion":
            allowed = author == self.authority or (is_trustee and "absence" in body)
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
        return False

    # ---- phases (§9.3)

    def phase_holds(self, record, body):
        """Whether a record stands in its phase, and is not passed over."""
        kind = record.kind
        trustee = body["trustee"] if kind == "enrol" else self.writer_as(record)
        stage, seen = self.stage(), self.seen(record)
        late = self.too_late(record, body)
        if late is None and stage.allows(kind, trustee, body):
            return True
        if late is None and trustee is not None and seen >= 0 and (
                self.stages[seen].allows(kind, trustee, body)
                and self.stages[seen].proposals == stage.proposals
                and (kind not in CEREMONY or self.stages[seen].attempts == stage.attempts)):
            late = "was in its phase by all that its author had seen"
        if late:
            self.pass_over(record.number, late)
            return False
        if kind == "open" and self.manifest and self.opened is None:
            self.open_early(record)
        if kind == "manifest" and self.opened is None and not stage.all_enrolled(body):
            self.blind = True
        second = kind == "enrol" and body["trustee"] in self.enrolled
        self.misplaced("board.phase", record, f"{kind} is out of its phase",
                       [] if second else None)
        return False

    def pass_over(self, number, why):
        """Notes that a record has no effect, through nobody's fault."""
        self.passed.add(number)
        self.found.warn(f"record {number} {why}: passed over")

    def too_late(self, record, body):
        """Why a record is passed over, in its phase or not, or None."""
        if record.kind in CEREMONY and record.kind != "complain" and self.forgivable:
            return "comes after its attempt has failed"
        if record.kind == "close" and any(
                number > self.seen(record) and self.records[number].kind in OUTDATES_CLOSE
                for number in self.effective):
            return "closes a board that has changed since"
        if record.kind != "share" or self.close is None:
            return None
        if not self.mixing_complete() and self.seen(record) < self.remixing:
            return "is a share by somebody who had not seen that others have to mix again"
        named = ((self.batches.get((each["box"], each["batch"])), each["input"])
                 for each in body["lists"])
        if any(batch and self.seen(record) < batch.died_at(root) for batch, root in named):
            return "shares a list that an exclusion has taken out of effect, unseen"
        return None

    def open_early(self, record):
        """An `open` before its time has its effect if the deals give keys (§9.2)."""
        if self.forgivable or self.public_key is None:
            self.blind = True
        else:
            self.opened = record.number

    def mixing_complete(self):
        """Whether in every batch every trustee has a mix or is excluded."""
        return self.close is not None and all(
            batch.complete(len(self.manifest["keys"])) for batch in self.batches.values())

    # ---- blobs (§8.4)

    def blob(self, stated, record, culprit, row_length=None, place=None):
        """The bytes of a blob that a record names, or None where they cannot be used.

        The length of its rows is compared where it is fixed.
        """
        rows, length = stated["rows"], stated["row_length"]
        fits = 1 <= length <= MIB and rows * length <= 1 << 44 and row_length in (None, length)
        blob = self.board.blob(stated["root"], rows * length)
        if blob is None:
            self.found.unreadable[record, place] = f"a blob that record {record} names is missing"
        else:
            self.found.count(1, "board.blob", "shape.length")
        if blob and not blob.right:
            self.found.fail("board.blob", [], record, None, "a blob does not match", place)
        if not fits or (blob and blob.right and blob.size != rows * length):
            self.found.fail("shape.length", [culprit], record, None,
                            f"a blob that is not {rows} rows of {length} bytes, or must not be",
                            place)
            return None
        return blob.data if blob and blob.right else None

    def is_missing(self, stated):
        """Whether a blob is not there, or does not match."""
        blob = self.board.blob(stated["root"], stated["rows"] * stated["row_length"])
        return blob is None or not blob.right

    # ---- setup (§8.8, §8.9, §8.11)

    def take_proposal(self, record, body):
        """A proposal: who proposes first is the authority; another one replaces it."""
        if self.proposal:
            self.found.warn(f"record {record.number} replaces the proposal")
            self.found.failures = [f for f in self.found.failures if f.check != "setup.roll"]
        self.authority = record.author
        self.proposal, self.proposal_digest = body, record.message_digest
        self.enrolled = {}
        self.proposals.append((record.message_digest, record.number, body["invitations"], set()))
        self.check_description(body["description"], record.number,
                               len(body["invitations"]) != len(body["description"]["trustees"]))
        self.whole_roll = self.read_roll(body["description"], record.number)

    def check_description(self, description, number, miscounted):
        """`setup.parameters`; one that no sense can be made of hides everything after it."""
        self.found.count(1, "setup.parameters")
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
        if not is_invited(invitations, self.proposal_digest, record, body):
            self.found.fail("board.signature", [], record.number, None,
                            "the invitation's signature does not verify")
            return False
        return True

    def take_enrol(self, record, body):
        """A trustee has made its key; the first one counts (§8.9)."""
        self.enrolled[body["trustee"]] = record.author
        self.proposals[-1][3].add(record.author)

    def take_counter_proposal(self, record, _body):
        """A trustee's answer to the proposal: for people, and for the authority to act on (§8.14)."""
        self.found.warn(f"record {record.number}: {self.name(record.author)} answers the proposal")

    def take_manifest(self, record, body):
        """A manifest: one attempt of the key ceremony begins."""
        number = record.number
        staying = [j for j in range(len(self.proposal["invitations"]))
                   if j not in body["excluded"]]
        self.forgive()
        self.manifest, self.election = body, record.message_digest
        self.attempts.append((self.election, number, body["keys"]))
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
        self.found.count(1, "setup.identity")
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
        if description["policy"] == "open":
            return roll
        data = stated and self.blob(stated, number, "authority", 40)
        if data is None:
            self.found.not_run.add("setup.roll")
            return None
        self.found.count(stated["rows"], "setup.roll")
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
        self.found.count(1, "setup.roll")
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
        self.found.count(1, *CEREMONY_CHECKS[record.kind])
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
        opens = self.manifest["description"]["opens"]
        if opens is not None and record.message["time"] < opens:
            self.found.warn(f"the time of ballots record {record.number} is before the beginning of voting")
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
        """Whether entries name batches of the manifest in its order, each once at most."""
        boxes = self.manifest["description"]["boxes"]
        places = [(entry["box"], entry["batch"]) for entry in entries]
        everywhere = [(i, j) for i, box in enumerate(boxes) for j in range(len(box["batches"]))]
        if complete:
            return places == everywhere
        return bool(places) and places == sorted(set(places)) and set(places) <= set(everywhere)

    def take_close(self, record, body):
        """The election is closed: which ballots count, and the lists to be mixed (§9.5)."""
        self.close = record
        closes = self.manifest["description"]["closes"]
        if closes is not None and record.message["time"] < closes:
            self.found.warn("the close record's time is before the end of voting")
        if not self.close_fits(body):
            self.found.fail("shape.length", ["authority"], record.number, None,
                            "the lists are not one for each batch, or have rows of other lengths")
            self.blind = True
            return
        self.intake = Intake(self, record.number, body)
        for place, data in self.intake.read_lists().items():
            box, index = place
            stated = self.intake.stated[place]
            first = MixList(stated["root"], 0, stated["rows"], data, GOOD, record.number,
                            missing=self.is_missing(stated), holds=True)
            self.batches[place] = Batch(
                box, index, self.manifest["description"]["boxes"][box]["batches"][index], first)
            self.batches[place].misstated = place in self.intake.misstated
        self.intake.judge()

    def close_fits(self, body):
        """Whether sense can be made of the lists that a close states (§9.2)."""
        boxes = self.manifest["description"]["boxes"]
        return self.named_batches(body["batches"], True) and (
            body["rejected"]["row_length"] == 24) and all(
                each["list"]["row_length"]
                == 64 * boxes[each["box"]]["batches"][each["batch"]]["width"]
                for each in body["batches"])

    # ---- what stands after

    def take_sign_off(self, record, body):
        """A trustee stands by the board up to a record."""
        if body["head"] not in self.numbers:
            open_ = self.found.unclear or self.astray(record)
            self.found.fail("board.chain", [] if open_ else [self.name(record.author)],
                            record.number, None, "a sign-off of no record before it")

    def take_seal(self, record, body):
        """Nothing is to follow; it names the last record that the authority had seen (§9.3)."""
        number, last = record.number, body["records"] - 1
        own = self.authority, self.intake_key()
        if not 0 <= last < number or self.records[last].digest != body["head"]:
            self.found.fail("board.chain", ["authority"], number, None,
                            "the seal names no record before it, at its place")
        elif any(author in own and last < posted < number
                 for (author, _), posted in self.counters.items()):
            self.found.fail("board.chain", ["authority"], number, None,
                            "the authority has posted something behind what its seal names")
        self.sealed, self.named = number, min(body["records"], number)


def is_invited(invitations, proposal, record, body):
    """Whether an enrolment under a proposal is signed by its invitation (§8.9)."""
    signed = proposal + le64(body["trustee"]) + record.author
    return verify_signed("enrol", invitations[body["trustee"]], signed, body["invitation"])


def first_author(record):
    """The author of the first proposal, if there is one."""
    return record.author if record else None


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
        self.misstated = set()      # places of lists that the close misstates

    def read_lists(self):
        """The accepted lists; None for one that cannot be read or holds what it must not."""
        proper = {}
        for (box, index), stated in self.stated.items():
            length = 64 * self.boxes[box]["batches"][index]["width"]
            data = self.log.blob(stated, self.record, "authority", length, (box, index))
            self.lists[box, index] = proper[box, index] = data
            if data is None:
                if any((each.check, each.record, each.place) == (LENGTH, self.record, (box, index))
                       for each in self.found.failures):
                    self.misstated.add((box, index))
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
        self.found.count(len(casts), *INTAKE_CHECKS)
        self.read_claims(split(rejected, 24), {(cast.record, cast.row) for cast in casts})
        if self.body["submitted"] != len(casts):
            self.found.fail("intake.rejected", ["authority"], self.record, None,
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
                self.found.fail("intake.rejected", ["authority"], self.record, index,
                                "a rejected ballot that is not on the board")
            elif (sequence, place) <= before or reason >= len(REASONS):
                self.found.fail("intake.rejected", ["authority"], self.record, index,
                                "the list is out of order, or states no reason")
            if reason < len(REASONS):
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
        for number, cast in enumerate(casts):
            cast.reason = self.own_reason(cast, challenged)
            self.log.board.progress("ballots", number, len(casts))
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
        asked = log.election, log.public_key, ballot
        if not log.board.once(("ballot", *asked[:2], cast.box, cast.data),
                              ballot_proof_holds, *asked):
            return PROOF
        if not log.board.once(("ranges", *asked[:2], cast.box, cast.data),
                              ballot_ranges_hold, *asked):
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
        left = set(expected)
        for index, row in enumerate(split(data, self.stated[place]["row_length"])):
            if row not in left:
                self.found.fail("intake.added", ["authority"], self.record, index,
                                f"box {place[0]}, batch {place[1]}: a row of no ballot, or one "
                                f"again")
            left.discard(row)
        if left:
            self.found.fail("intake.missing", ["authority"], self.record, None,
                            f"box {place[0]}, batch {place[1]}: {len(left)} rows are missing")

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


# ---------------------------------------------------------------------------
# Mixes, shares and exclusions (§9.4 30-39, §9.10)
# ---------------------------------------------------------------------------

class Chain(Log):
    """What is done with the lists after the close."""

    # ---- mixes

    def take_mix(self, record, body):
        """A trustee's mixes of one or more batches."""
        name = self.name(record.author)
        self.found.count(1, "mix.identity")
        if not self.named_batches(body["mixes"], False):
            self.found.fail("shape.length", [name], record.number, None,
                            "the mixes are not of batches, in their order")
            return
        for entry in body["mixes"]:
            batch = self.batches.get((entry["box"], entry["batch"]))
            if batch is not None and self.may_mix(record, batch, entry):
                self.mix(record, batch, entry)

    def may_mix(self, record, batch, entry):
        """Whether a mix is one that its author may make, and makes a list (§9.3, §9.4 33)."""
        trustee, number = self.trustee(record.author), record.number
        name, seen = self.name(record.author), self.seen(record)
        if trustee in batch.excluded and seen < batch.excluded[trustee]:
            self.found.warn(f"record {number}: a mix of an excluded trustee is passed over")
            self.passed_mixes.add(number)
            return False
        if trustee in batch.excluded or trustee in batch.mixed:
            self.misplaced("mix.identity", record,
                           f"{name} has mixed batch {batch.place}, or is excluded from it")
            self.blob(entry["output"], number, name, None, batch.place)
            return False
        source, dead = (entry["input"], entry["position"]), batch.dead
        if source in dead and source not in batch.lists and seen < dead[source]:
            if list(batch.hollow.values()).count(trustee) >= len(self.manifest["keys"]):
                self.misplaced("mix.identity", record,
                               f"{name} has mixed lists out of effect too often")
                self.blob(entry["output"], number, name, None, batch.place)
                return False
            self.found.warn(f"record {number}: a mix of a list out of effect is as if not there")
            self.remixing = max(self.remixing, dead[source])
            dead.setdefault((entry["output"]["root"], entry["position"] + 1), dead[source])
            batch.hollow[number] = trustee
            self.passed_mixes.add(number)
            return False
        return True

    def mix(self, record, batch, entry):
        """One mix: its list and proof, then its place in the chain."""
        trustee, position = self.trustee(record.author), entry["position"]
        self.found.count(1, "mix.proof", "mix.chain")
        self.found.count(0 if batch.misstated else 1, "mix.shape")
        source = batch.lists.get((entry["input"], position))
        before = len(self.found.failures)
        holds, data = self.check_mix(record, batch, entry, source or batch.known(entry["input"]))
        failed = {each.check for each in self.found.failures[before:]}
        standing = self.standing(record, batch, source)
        made = MixList(entry["output"]["root"], position + 1, entry["output"]["rows"], data,
                       BAD if holds is False else standing, record.number, trustee,
                       (entry["input"], position), self.is_missing(entry["output"]),
                       bool(holds) and standing is not None)
        made.standing = made.standing or BAD
        made.excused = not failed & {"mix.proof", "mix.shape"} and (
            standing == OVERTAKEN or standing == BAD and source.maker != trustee)
        batch.add(made)

    def standing(self, record, batch, source):
        """How the list of a mix stands, if its proof holds; None where it is out of its place."""
        place = f"batch {batch.place}"
        if source is not None and source.key == batch.last.key:
            return GOOD
        if source is not None and source.standing == BAD:
            self.found.warn(f"record {record.number}, {place}: a mix of a bad mix's list")
            return BAD
        if source is not None and self.seen(record) < batch.last.record:
            self.found.warn(f"record {record.number}, {place}: another mix has overtaken it")
            return OVERTAKEN
        self.misplaced("mix.chain", record, f"{place}: not from the last good list, at its place",
                       place=batch.place)
        return None

    def check_mix(self, record, batch, entry, source):
        """Whether a mix holds (None: unknown), and its list if that can be used.

        The rows of its list are looked at with its proof only.
        """
        name, number, stated = self.name(record.author), record.number, entry["output"]
        before = len(self.found.failures)
        data = self.blob(stated, number, name, None, batch.place)
        if not batch.misstated and (
                stated["rows"], stated["row_length"]) != (batch.first.rows, 64 * batch.width):
            self.found.fail("mix.shape", [name], number, None,
                            f"batch {batch.place}: {stated['rows']} rows of "
                            f"{stated['row_length']} bytes, not as the first list", batch.place)
            return False, None
        faults = element_rows(data, 64 * batch.width) if data is not None else []
        usable = None if faults else data
        if data is not None and source is not None and source.data is not None and (
                not batch.misstated):
            self.check_lengths(record, batch, entry)
        if any(each.check != "board.blob" for each in self.found.failures[before:]):
            return False, usable
        if source is None:
            return None, usable
        if data is None or source.data is None or batch.misstated:
            self.found.unjudged.add((number, batch.place, "mix.proof"))
            return None, usable
        self.found.count(len(data) // 32, "group.membership")
        for each in faults:
            self.found.fault(each, [name], number, batch.place)
        return not faults and self.check_proof(record, batch, entry, source, data), usable

    def check_lengths(self, record, batch, entry):
        """The form of a proof (§4.7): there for all but empty lists, and of the right lengths."""
        name, rows = self.name(record.author), entry["output"]["rows"]
        fault = None
        if (entry["proof"] is None) != (rows == 0):
            fault = Fault(LENGTH, f"batch {batch.place}: a proof of an empty list, or none")
        elif rows:
            fault = shuffle_lengths(entry["proof"], rows, batch.width)
        if fault:
            self.found.fault(fault, [name], record.number, batch.place)

    def check_proof(self, record, batch, entry, source, data):
        """`mix.proof`."""
        name, stated = self.name(record.author), entry["output"]
        if stated["rows"] == 0:
            return True
        statement = ShuffleStatement(
            self.election, self.public_key, self.close.digest, batch.box, batch.index,
            entry["position"], self.trustee(record.author), record.author, stated["rows"],
            batch.width, entry["input"], stated["root"])
        fault = self.board.once(("mix", record.number, statement), check_shuffle, statement,
                                entry["proof"], source.data, data)
        if fault:
            self.found.fault(fault, [name], record.number, batch.place)
        return fault is None

    # ---- shares (page 7)

    def take_share(self, record, body):
        """A trustee's shares of one or more lists, under one proof."""
        name, trustee = self.name(record.author), self.trustee(record.author)
        if not self.named_batches(body["lists"], False):
            self.found.fail("shape.length", [name], record.number, None,
                            "the shares are not of batches, in their order")
            return
        if self.repeats(record, body):
            return
        lists = [self.share_list(record, entry) for entry in body["lists"]]
        if None in lists:
            self.mark_unknown(record, trustee, body)
            return
        key = "share", record.number, self.election, self.close.digest, tuple(
            each.input_root for each in lists)
        fault = self.board.once(
            key, check_share, self.election, self.public_key, self.close.digest, trustee,
            record.author, self.share_keys[trustee], lists, body["proof"])
        self.found.count(1, "decrypt.proof")
        if fault is None:
            for each in lists:
                share = self.batches[each.box, each.batch].shares[trustee]
                share.valid = share.record == record.number and (
                    share.root == self.batches[each.box, each.batch].last.root)
        else:
            failure = self.found.fail(fault.check, [name], record.number, None, fault.text)
            if fault.check == "decrypt.proof":
                self.bad_shares.append((failure, trustee, lists))

    def repeats(self, record, body):
        """`decrypt.repeat`: of such a record nothing is looked at but its blobs (§9.4)."""
        name, trustee = self.name(record.author), self.trustee(record.author)
        places = [(entry["box"], entry["batch"]) for entry in body["lists"]]
        self.found.count(len(places), "decrypt.repeat")
        again = [place for place in places if trustee in self.batches[place].shares]
        for place in again:
            self.misplaced("decrypt.repeat", record, f"{name} shares batch {place} again")
        for place, entry in pairs_of(places, body["lists"]) if again else ():
            self.blob(entry["shares"], record.number, name, None, place)
            share = Share(trustee, record.number, entry["input"], None,
                          missing=self.is_missing(entry["shares"]))
            self.batches[place].shares.setdefault(trustee, share)
        return bool(again)

    def mark_unknown(self, record, trustee, body):
        """Notes that shares cannot be judged, where a list cannot be read."""
        shares = [self.batches[entry["box"], entry["batch"]].shares.get(trustee)
                  for entry in body["lists"]]
        own = [share for share in shares if share and share.record == record.number]
        for share in own:
            share.unknown = any(each.unknown for each in own)

    def share_list(self, record, entry):
        """One list of a share record, as its proof is about it; None where it cannot be used.

        It is looked at if it is of the last good list (§9.2).
        """
        name, trustee = self.name(record.author), self.trustee(record.author)
        batch = self.batches[entry["box"], entry["batch"]]
        stated, number, root = entry["shares"], record.number, entry["input"]
        data = self.blob(stated, number, name, None, batch.place)
        share = batch.shares[trustee] = Share(trustee, number, root, None,
                                              missing=self.is_missing(stated))
        self.check_input(record, batch, root)
        if root != batch.last.root:
            return None
        if (batch.last_rows not in (None, stated["rows"])
                or stated["row_length"] != 32 * batch.width):
            self.found.fail("shape.length", [name], number, None,
                            f"batch {batch.place}: shares of another number or length")
            return None
        if share.missing or not batch.known_to_be_good():
            self.found.unjudged.add((number, batch.place, "decrypt.proof"))
            share.unknown = True
            return None
        if data is None:
            return None
        share.data = data
        self.found.count(len(data) // 32, "group.membership")
        faults = element_rows(data, 32 * batch.width)
        for each in faults:
            self.found.fault(each, [name], number)
        if faults:
            return None
        return ShareList(batch.box, batch.index, stated["rows"], batch.width, root,
                         stated["root"], batch.last.data, data)

    def check_input(self, record, batch, root):
        """`decrypt.input`."""
        self.found.count(1, "decrypt.input")
        if any(each.standing == BAD for each in batch.lists.values()
               if each.root == root != batch.last.root):
            self.found.warn(f"record {record.number}: a share of a list a bad mix has made")
            self.found.unjudged.add((record.number, None, "decrypt.proof"))
        elif root != batch.last.root:
            self.misplaced("decrypt.input", record,
                           f"batch {batch.place}: a share of another list")

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
                    self.trustee(record.author), self.seen(record), self.astray(record),
                    absence["trustee"], (entry["box"], entry["batch"]), entry["root"]))

    def take_cause(self, record, cause):
        """Whether an exclusion for cause is justified; the log was read with the answer."""
        number, target = record.number, self.records.get(cause["sequence"])
        self.found.count(1, "exclusion.unjustified")
        there = target and target.number < number and target.digest == cause["digest"]
        if number in self.justified:
            if not self.stands_rightly(target, number):
                raise Void(number)
        elif number in self.undecided:
            if not self.is_left_out(self.undecided[number]):
                self.found.unclear.add(number)
        elif there and target.number in self.passed | self.passed_mixes:
            self.no_effect(record, "what it excludes is passed over, or as if it were not there")
        elif (self.found.unclear and not there) or (
                there and self.digest_before(target) != cause["previous"]):
            self.undecide(record)
        else:
            self.found.fail("exclusion.unjustified", ["authority"], number, None,
                            f"record {cause['sequence']} does not fail "
                            f"{json.dumps(cause['check'])}, or may not be excluded for it")

    def undecide(self, record):
        """An exclusion that cannot be decided: it leaves open what stands behind it (§9.2)."""
        self.found.unclear.add(record.number)
        self.found.not_run.add("exclusion.unjustified")

    def stands_rightly(self, target, exclusion):
        """Whether what the authority put in a wrong wrapper stands in a right one by now."""
        if not target.message or not self.wrapper_fault(target) or (
                self.role_of(target) != "authority" or not target.signed):
            return True
        return any(number in self.effective and number < exclusion
                   and other.message_digest == target.message_digest
                   for number, other in self.records.items() if other.message)

    def is_left_out(self, number):
        """Whether exclusions for absence have left out all mixes of a record."""
        batches = self.batches.values()
        return any(number in batch.left_out for batch in batches) and not any(
            made.record == number for batch in batches for made in batch.mixed.values())

    def check_causes(self):
        """Starts again where an exclusion put a record aside, but has no effect itself.

        One that could not be checked is NotRun, unless absence has left out all mixes.
        """
        for exclusion in self.aside.values():
            if exclusion not in self.effective:
                raise Void(exclusion)
        for exclusion, number in self.undecided.items():
            if self.is_left_out(number):
                self.found.unclear.discard(exclusion)
            elif exclusion in self.effective:
                self.found.not_run.add("exclusion.unjustified")

    def exclude_absent(self, record, entry, target):
        """The rules for one batch, in their order (§9.10)."""
        batch = self.batches[entry["box"], entry["batch"]]
        self.found.count(1, "exclusion.unjustified")
        stated = [s for s in self.statements
                  if (s.target, s.place, s.root) == (target, batch.place, entry["root"])]
        newest = {s.trustee: s.seen for s in stated}
        share, made = batch.shares.get(target), batch.mixed.get(target)
        if target in batch.excluded:
            self.no_effect(record, "excluded already")
        elif share and share.root == entry["root"] and self.witnessed(
                record, newest, share.record):
            self.drop_share(record, share)
        elif made and made.source[0] == entry["root"] and self.witnessed(
                record, newest, made.record):
            self.drop_mix(record, batch, target)
        elif len(newest) < self.ceremony.threshold:
            self.unjustified(record, batch, [], "too few trustees have stated it")
        elif batch.valid_shares(record.number):
            self.after_share(record, batch, stated)
        elif made:
            self.come_to_nothing(record, batch, "the trustee has mixed")
        else:
            self.exclude_silent(record, batch, entry["root"], stated, target)

    def drop_share(self, record, share):
        """Rule 2: a share that the witnesses had seen is left out if its lists are missing.

        It stays one of which nobody knows whether it is valid (§9.4).
        """
        shares = [(batch.place, each) for batch in self.batches.values()
                  for each in batch.shares.values() if each.record == share.record]
        if not any(each.missing for _, each in shares):
            self.no_effect(record, "the trustee has shared")
            return
        for each in self.records[share.record].body()["lists"]:
            self.found.forget(share.record, (each["box"], each["batch"]))
        self.found.warn(f"record {record.number} leaves record {share.record} out of effect")

    def drop_mix(self, record, batch, target):
        """Rule 3: a mix that the witnesses had seen is left out, and what others made of it.

        Whoever puts its list back later convicts nobody: only its place is asked.
        """
        before, made = {root for root, _ in batch.lists}, batch.mixed[target].record
        others = batch.leave_out(target, record.number)
        self.passed_mixes |= others
        if others:
            self.remixing = max(self.remixing, record.number)
        for number in batch.left_out:
            self.found.forget(number, batch.place)
        self.found.forgive(others, batch.place)
        self.found.forgive({made}, batch.place, "mix.chain")
        self.exclude_from(record, batch, target)
        self.pass_over_shares(batch.place, before - {root for root, _ in batch.lists})

    def pass_over_shares(self, place, lost):
        """Passes over, from here on, the shares in effect of lists that are now lost (§9.3).

        One that was excluded, or had failed `decrypt.repeat`, remains what it was.
        """
        failed = {f.record for f in self.found.failures if f.check == "decrypt.repeat"}
        for number in sorted(self.effective - failed):
            record = self.records[number]
            if record.kind != "share" or not any(
                    (each["box"], each["batch"]) == place and each["input"] in lost
                    for each in record.body()["lists"]):
                continue
            self.effective.remove(number)
            self.found.take_back(number)
            for batch in self.batches.values():
                batch.shares = {j: share for j, share in batch.shares.items()
                                if share.record != number}
            self.pass_over(number, "shares a list that an exclusion takes out of effect")

    def after_share(self, record, batch, stated):
        """Rule 5: a valid share of the batch stands."""
        first = min(share.record for share in batch.valid_shares(record.number).values())
        if self.seen(record) < first:
            self.come_to_nothing(record, batch, "a share stands, unseen")
            return
        wrong = [s for s in stated if s.seen >= first]
        self.unjustified(record, batch, wrong, "a share stands already")

    def exclude_silent(self, record, batch, root, stated, target):
        """Rule 7: no mix of the trustee stands; where lists are missing, nobody is excluded."""
        number, seen, last = record.number, self.seen(record), batch.last
        lost = batch.lost_lists(number)
        if root == last.root and not lost:
            self.exclude_from(record, batch, target)
        elif root == last.root and max(lost) <= max(seen, batch.first.record):
            self.undecide(record)
        elif root == last.root or (batch.known(root) and last.maker is not None
                                   and seen < last.record):
            self.come_to_nothing(record, batch, "a mix has come, unseen")
        else:
            wrong = [s for s in stated if not batch.known(root)
                     or (last.maker is not None and s.seen >= last.record)]
            self.unjustified(record, batch, wrong, "this is not the last good list")

    def witnessed(self, record, newest, number):
        """Whether the witnesses had seen a record (§9.10)."""
        having = [j for j, seen in newest.items() if seen >= number]
        return self.seen(record) >= number and len(having) >= self.ceremony.threshold

    def exclude_from(self, record, batch, target):
        """Excludes a trustee from a batch."""
        batch.excluded[target] = record.number
        self.found.warn(f"trustee {target} is excluded, for absence, from mixing batch "
                        f"{batch.place} (record {record.number})")

    def no_effect(self, record, reason):
        """An exclusion of absence that comes to nothing."""
        self.found.warn(f"record {record.number} has no effect: {reason}")

    def come_to_nothing(self, record, batch, reason):
        """No effect by rules 5 to 7; beside a lost list it leaves others open (§9.2)."""
        self.no_effect(record, reason)
        if batch.lost_lists(record.number):
            self.found.unclear.add(record.number)

    def unjustified(self, record, batch, statements, evidence):
        """An exclusion of absence that must not be; undecided on a damaged board (§9.2).

        The authors of wrong statements are to blame too, if they knew what they wrote about.
        """
        if self.found.unclear or self.astray(record) or batch.lost_lists(record.number):
            self.undecide(record)
            return
        trustees = {s.trustee for s in statements
                    if not s.astray and s.seen >= batch.died_at(s.root)}
        culprits = ["authority"] + [f"trustee {j}" for j in sorted(trustees)]
        self.found.fail("exclusion.unjustified", culprits, record.number, None, evidence)


@dataclass(frozen=True)
class Statement:
    """A trustee's statement that another's mix is awaited in vain."""

    trustee: int
    seen: int
    astray: bool                # whether its author may have seen another board
    target: int
    place: tuple
    root: bytes


# ---------------------------------------------------------------------------
# What witnesses have cosigned (witness.md)
# ---------------------------------------------------------------------------

ORIGIN = "psephos-board/"
MAX_NOTES, MAX_LINE, MAX_SIGNATURES, MAX_NAME = 1 << 24, 8192, 64, 255
COSIGNATURE = 4                 # the kind of key and signature
DASH = "\u2014 "


class BadNote(Exception):
    """Bytes that are no notes, or a text that is no key of a witness."""


def from_base64(text):
    """The bytes of a text in the one form that base64 has for them (RFC 4648 §4)."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise BadNote("not in base64") from None
    if base64.b64encode(data).decode() != text:
        raise BadNote("not in its one form")
    return data


def check_key_name(name):
    """A name that a key may have."""
    if not 1 <= len(name.encode()) <= MAX_NAME or "+" in name or any(
            c.isspace() or unicodedata.category(c) == "Cc" for c in name):
        raise BadNote("no name of a key")


@dataclass(frozen=True)
class WitnessKey:
    """A witness whom the auditor trusts."""

    name: str
    key: bytes

    def id(self):
        """What its signatures are found by."""
        named = self.name.encode() + b"\n" + bytes([COSIGNATURE]) + self.key
        return hashlib.sha256(named).digest()[:4]

    def cosigned(self, note):
        """The time at which it has cosigned a note; None if it has not, BadNote if wrongly."""
        signature = note.signatures.get((self.name, self.id()))
        if signature is None:
            return None
        when = int.from_bytes(signature[:8], "big")
        signed = f"cosignature/v1\ntime {when}\n".encode() + note.text
        if len(signature) != 72 or when >> 63 or not verify_signature(
                self.key, signed, signature[8:]):
            raise BadNote(f"a cosignature that names {self.name} is not by its key")
        return when


def parse_witness_key(text):
    """A witness from its line NAME+ID+KEY."""
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise BadNote("not of the form NAME+ID+KEY")
    data = from_base64(parts[2])
    check_key_name(parts[0])
    witness = WitnessKey(parts[0], data[1:])
    point = curve_point(witness.key)
    if data[:1] != bytes([COSIGNATURE]) or point is None or small_order(point):
        raise BadNote("no key for Ed25519 cosignatures")
    if witness.id().hex() != parts[1]:
        raise BadNote("the id does not belong to name and key")
    return witness


@dataclass
class Note:
    """A checkpoint with the signatures below it, none of them verified."""

    origin: str
    records: int
    head: bytes
    text: bytes
    signatures: dict            # (name, id) -> signature


def note_lines(data):
    """The lines of a file of notes."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise BadNote("not in UTF-8") from None
    if len(data) > MAX_NOTES or not text.endswith("\n"):
        raise BadNote("too long, or not to its end")
    lines = text[:-1].split("\n")
    if any(len(line.encode()) > MAX_LINE or any(c < " " for c in line) for line in lines):
        raise BadNote("a line is too long or has control characters")
    return lines


def parse_notes(data):
    """The notes of a file, one at least, with an empty line between two of them."""
    lines, notes = note_lines(data), []
    while True:
        notes.append(take_note(lines))
        if not lines:
            return notes
        if lines.pop(0) != "":
            raise BadNote("neither a signature nor an empty line")


def take_note(lines):
    """Takes one note from the front of the lines."""
    if len(lines) < 4 or lines[3] != "" or not lines[0]:
        raise BadNote("no checkpoint of three lines")
    origin, size, head = lines[:3]
    del lines[:4]
    if not re.fullmatch("[1-9][0-9]{0,19}", size) or int(size) >> 64:
        raise BadNote("no number of records")
    root = from_base64(head)
    if len(root) != 32:
        raise BadNote("no head")
    note = Note(origin, int(size), root, f"{origin}\n{size}\n{head}\n".encode(), {})
    while lines and lines[0].startswith(DASH):
        name, space, signature = lines.pop(0)[len(DASH):].partition(" ")
        check_key_name(name)
        data = from_base64(signature)
        named = (name, data[:4])
        if not space or len(data) <= 4 or named in note.signatures:
            raise BadNote("no signature, or the second one of a key")
        note.signatures[named] = data[4:]
    if not 1 <= len(note.signatures) <= MAX_SIGNATURES:
        raise BadNote("no signature, or too many")
    return note


class Sightings:
    """What the trusted witnesses have cosigned."""

    def __init__(self, keys, files):
        self.keys, self.unread, self.refused, self.seen = keys, [], [], []
        for data in files:
            try:
                notes = parse_notes(data)
            except BadNote as fault:
                self.unread.append(f"a witnesses' file proves nothing: {fault}")
                continue
            for note in notes:
                self.look(note)

    def look(self, note):
        """Takes a note, unless a signature in it is wrong."""
        try:
            times = [(key, key.cosigned(note)) for key in self.keys]
        except BadNote as fault:
            self.refused.append(f"a note is passed over: {fault}")
            return
        self.seen += [(key, note, when) for key, when in times if when is not None]

    def of(self, origin):
        """Of one board: number of records -> head -> witnesses."""
        sizes = {}
        for key, note, _ in self.seen:
            if note.origin == origin:
                heads = sizes.setdefault(note.records, {})
                heads.setdefault(note.head, set()).add(key)
        return dict(sorted(sizes.items()))

    def two_faced(self, sizes):
        """The witnesses that have cosigned two heads, with the first number of records."""
        found = {}
        for records, heads in sizes.items():
            for key in self.keys:
                if sum(key in witnesses for witnesses in heads.values()) > 1:
                    found.setdefault(key, records)
        return {key: found[key] for key in self.keys if key in found}


def compare_notes(arguments):
    """Whether witnesses have seen two boards under one name: the report, without a board."""
    files = []
    for path in arguments.boards:
        with regular_file(path) as file:
            files.append(file.read(MAX_NOTES + 1))
    files += arguments.notes
    for data in files:
        try:
            parse_notes(data)
        except BadNote as fault:
            raise NoBoard(f"this is no file of notes: {fault}") from None
    sightings = Sightings(arguments.keys, files)
    origins = sorted({note.origin for _, note, _ in sightings.seen})
    sizes = [(origin, records, heads) for origin in origins
             for records, heads in sightings.of(origin).items()]
    splits = [{"origin": origin, "records": records,
               "heads": {head.hex(): [key.name for key in arguments.keys if key in heads[head]]
                         for head in sorted(heads)}}
              for origin, records, heads in sizes if len(heads) > 1]
    compared = any(len(set().union(*heads.values())) > 1 for _, _, heads in sizes)
    return {"exit": 1 if splits else 0 if compared else 2, "splits": splits,
            "two_faced": [{"origin": origin, "records": records, "key": key.key.hex()}
                          for origin in origins for key, records in
                          sightings.two_faced(sightings.of(origin)).items()],
            "warnings": sightings.refused}


# ---------------------------------------------------------------------------
# The result (§9.4 37-41) and the whole audit
# ---------------------------------------------------------------------------

class Audit(Chain):
    """The audit of one board (page 9)."""

    def __init__(self, board, void=frozenset()):
        super().__init__(board, void)
        self.plaintexts = {}        # (box, batch) -> rows, where the result's can be read
        self.contests = []
        self.counted = None         # the contest results recounted, None if they cannot be

    # ---- the result

    def take_result(self, record, _body):
        """The plaintexts and the count are judged at the end: what follows may change shares."""
        self.result = record

    def judge_result(self):
        """The plaintexts and the count that the authority has published."""
        record, body = self.result, self.result.body()
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
        counted = batch.last_rows in (None, stated["rows"])
        if not counted:
            self.found.fail("shape.length", ["authority"], number, None,
                            f"batch {batch.place}: plaintexts of another number")
        data = self.blob(stated, number, "authority", 32 * batch.width, batch.place)
        if data is None:
            self.found.not_run.update(GROUPS["result."])
            return
        self.found.count(len(data) // 32, "group.membership")
        faults = element_rows(data, 32 * batch.width, identity=True)
        for fault in faults:
            self.found.fault(fault, ["authority"], number)
        if faults:
            return
        self.plaintexts[batch.place] = split(data, 32 * batch.width)
        self.found.count(stated["rows"], "result.plaintext")
        if shares is None or batch.last.data is None or not counted:
            self.found.not_run.add("result.plaintext")
            return
        for row in bad_plaintext_rows(batch.last.data, batch.width, shares, data):
            self.found.fail("result.plaintext", ["authority"], number, row,
                            f"batch {batch.place}: not the decryption")

    def used_shares(self, record, batch, trustees):
        """`decrypt.quorum`: the shares of the trustees that the result names, or of any t."""
        self.found.count(1, "decrypt.quorum")
        if batch.unjudged:
            self.found.not_run.add("decrypt.quorum")
            return None
        valid = batch.valid_shares(record.number)
        unknown = {j for j, share in batch.shares.items() if share.unknown}
        threshold = self.ceremony.threshold
        formed = trustees == sorted(set(trustees)) and len(trustees) == threshold
        if formed and valid.keys() >= set(trustees):
            return {j: valid[j].data for j in trustees}
        if formed and valid.keys() | unknown >= set(trustees):
            self.found.not_run.add("decrypt.quorum")
        else:
            self.found.fail("decrypt.quorum", ["authority"], record.number, None,
                            f"batch {batch.place}: not t trustees with valid shares")
        others = sorted(valid)[:threshold]
        return {j: valid[j].data for j in others} if len(others) == threshold else None

    def recount(self, record, published):
        """`result.count`, and a count of data that may not be read (§10.12)."""
        self.counted = self.count(strict=True)
        self.found.count(len(self.counted), "result.count")
        if published == self.counted:
            return
        row = self.first_not_minimal()
        if row is not None and published == self.count(strict=False):
            self.found.fail("result.plaintext", ["authority"], record.number, row,
                            "data that are not minimal were counted as a vote")
            return
        wrong = [own["id"] for i, own in enumerate(self.counted) if published[i:i + 1] != [own]]
        wrong += ["more contests than there are"] * (len(published) > len(self.counted))
        for each in wrong:
            self.found.fail("result.count", ["authority"], record.number, None,
                            f"{each}: the published result is not the count")

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

    def finish(self, pins, receipts, witnesses):
        """What can be said only when the whole board is read."""
        if self.result:
            self.judge_result()
        self.name_bad_rows()
        self.check_mix_quorum()
        self.check_pins(pins)
        for receipt in receipts:
            self.check_receipt(receipt)
        self.witnessed = witnesses and self.check_witnesses(*witnesses)
        self.found.drop_doubted(self.close.number if self.batches else None)
        self.found.warnings += self.amendments

    def check_mix_quorum(self):
        """`mix.quorum` (§9.4 34), unless an exclusion has others mix again."""
        shared = any(batch.shares for batch in self.batches.values())
        if not self.mixing_complete() or not shared and self.result is None:
            return
        for batch in self.batches.values():
            if batch.unjudged:
                self.found.not_run.add("mix.quorum")
                continue
            self.found.count(1, "mix.quorum")
            valid = batch.chain[1:]
            if len(valid) < self.manifest["description"]["mixes"]:
                spared = {made.maker for made in batch.mixed.values()
                          if made.excused or made in valid}
                self.found.fail("mix.quorum", [f"trustee {j}" for j in range(
                    len(self.manifest["keys"])) if j not in spared], None, None,
                    f"batch {batch.place}: {len(valid)} valid mixes")

    def last_record(self):
        """The last record, or None on an empty board."""
        return self.records[max(self.records)] if self.records else None

    def check_pins(self, pins):
        """`setup.identity` of every pinned digest (§9.4 2)."""
        self.found.count(len(pins), "setup.identity")
        last = self.last_record()
        known = {self.election} | ({last.digest} if last else set())
        if self.sealed is not None:
            known |= {self.records[number].digest for number in (self.sealed, self.named - 1)
                      if number in self.records}
        for pin in pins:
            if pin not in known:
                self.found.fail("setup.identity", [], None, None,
                                f"this is not the board that {pin.hex()} was pinned of")
        if not pins:
            self.found.warn("nothing was pinned: compare election and head with a trustee's")

    def check_receipt(self, data):
        """`intake.withheld` (§9.9)."""
        wanted = self.open_receipt(data)
        self.found.count(1, "intake.withheld")
        if wanted is None:
            self.found.warn("a receipt is not of this election and proves nothing")
            self.found.not_run.add("intake.withheld")
            return
        if any(tracker(each.row(i)) == wanted and each.row(i)[32:40] == le64(each.box)
               for each in self.ballots if each.data is not None for i in range(each.rows)):
            return
        if self.close is None or any(each.data is None for each in self.ballots):
            self.found.not_run.add("intake.withheld")
            return
        self.found.fail("intake.withheld", ["authority"], self.close.number, None,
                        f"the ballot {wanted.hex()} of a receipt is not on the board")

    def open_receipt(self, data):
        """The tracker of a receipt of this election, or None."""
        if len(data) > MAX_RECEIPT:
            return None
        try:
            signed = decode_as(SIGNED_RECEIPT, data)
            receipt = decode_as(RECEIPT, signed["receipt"])
        except Fault:
            return None
        if receipt["election"] != self.election or not verify_signed(
                "receipt", self.intake_key(), signed["receipt"], signed["signature"]):
            return None
        return receipt["tracker"]

    # ---- witnesses (§9.15)

    def head_at(self, records):
        """The digest of the last of so many records, or None if there are not so many."""
        return self.records[records - 1].digest if records - 1 in self.records else None

    def check_witnesses(self, keys, files, needed):
        """`board.witness`; what the report says of the witnesses."""
        found = Sightings(keys, files)
        self.found.warnings += found.unread + found.refused
        origin = ORIGIN + self.proposals[0][0].hex() if self.proposal is not None else None
        sizes = found.of(origin)
        if any(note.origin != origin for _, note, _ in found.seen):
            self.found.warn("some cosignatures are of another board")
        self.found.count(sum(len(who) for heads in sizes.values() for who in heads.values()),
                         "board.witness")
        self.check_heads(sizes)
        for key, records in found.two_faced(sizes).items():
            self.found.fail("board.witness", [f"author {key.key.hex()}"],
                            records - 1 if self.head_at(records) else None, None,
                            f"{key.name} has cosigned two heads of {records} records")
        trusted = [self.sighted(key, found) for key in keys]
        on_head = sum(each["on_head"] for each in trusted)
        if found.unread or origin is None or on_head < needed:
            self.found.not_run.add("board.witness")
            self.found.warn(f"{on_head} of {needed} witnesses have cosigned the last record")
        if max(sizes, default=0) > len(self.records):
            self.found.not_run.add("board.witness")
            self.found.warn("a witness has seen more records than this copy of the board has")
        return {"needed": needed, "on_head": on_head, "trusted": trusted}

    def check_heads(self, sizes):
        """Fails at the first head that is not of this board, or one of two to come."""
        for records, heads in sizes.items():
            ours = self.head_at(records)
            if any(head != ours for head in heads) if ours else len(heads) > 1:
                self.found.fail("board.witness", [], records - 1 if ours else None, None,
                                f"a witness has cosigned another head of {records} records")
                return

    def sighted(self, key, found):
        """What one witness has seen of this board."""
        own = [(note.records, when) for by, note, when in found.seen
               if by == key and self.proposal is not None
               and note.origin == ORIGIN + self.proposals[0][0].hex()
               and note.head == self.head_at(note.records)]
        records, when = max(own, default=(None, None))
        return {"name": key.name, "key": key.key.hex(), "records": records, "time": when,
                "on_head": records == len(self.records)}

    # ---- two boards (§9.11)

    def check_fork(self, second):
        """`board.fork`."""
        if (second is None or self.proposal is None
                or second.proposal is None or self.proposals[0][0] != second.proposals[0][0]):
            self.found.not_run.add("board.fork")
            self.found.warn("the second board cannot be read, or is of another election")
            return
        files = [{n: record.digest for n, record in log.records.items()}
                 for log in (self, second)]
        shorter = min(len(each) for each in files) - 1
        fork = next((n for n in range(shorter + 1) if files[0].get(n) != files[1].get(n)), None)
        if fork is None and second.board.behind_gap is not None:
            self.found.not_run.add("board.fork")
            self.found.warn(f"record {len(second.records)} of the second board is missing, and "
                            f"others stand behind it")
            return
        self.found.count((shorter if fork is None else fork) + 1, "board.fork")
        if fork is not None:
            authors = branch_authors(self, fork) & branch_authors(second, fork)
            self.found.fail("board.fork", sorted(set(map(self.name, authors))), fork, None,
                            f"the boards part at record {fork}")

    # ---- the report (§9.7)

    def statuses(self, receipts, compared):
        """The status of every check that is listed (§9.1)."""
        failed = {failure.check for failure in self.found.failures}
        not_run = self.found.unanswered() | self.not_yet()
        ruled_out = self.ruled_out()
        for check in CHECKS:
            if (check == "board.fork" and not compared) or (
                    check == "intake.withheld" and not receipts) or (
                    check == "board.witness" and self.witnessed is None):
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

    def report(self, receipts=(), compared=False):
        """The report, as it is written in JSON (§9.7)."""
        found, last = self.found, self.last_record()
        checks = [{"id": check, "status": status, "items": found.items[check]}
                  for check, status in self.statuses(receipts, compared)]
        verdict = self.verdict({each["status"] for each in checks})
        return {
            "spec": "psephos/v1", "verdict": verdict, "exit": VERDICTS[verdict],
            "election": self.election.hex() if self.election else None,
            "head": last.digest.hex() if last else None,
            "checks": checks, "failures": self.shown_failures(),
            "warnings": [on_one_line(sentence) for sentence in found.warnings
                         + sorted(set(found.unreadable.values()))],
            "anonymity": self.anonymity(), "results": self.shown_results(),
        } | ({} if self.witnessed is None else {"witnesses": self.witnessed})

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
                              "evidence": on_one_line(each.evidence)})
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


def branch_authors(log, fork):
    """Who has signed on a board knowing its branch: a head that fixes what stands at the fork.

    From the fork to the file that the head names, everything is rightly chained (§9.11).
    """
    branch, authors = set(), set()
    chained = True
    for number in range(fork, len(log.records)):
        record = log.records[number]
        if record.message and record.signed and record.head in branch and log.decodes(record):
            authors.add(record.author)
        chained = chained and record.wrapper is not None and not log.wrapper_fault(record)
        if chained:
            branch.add(record.digest)
    return authors


def read_board(board):
    """The audit of a board, up to its last record."""
    void = set()
    while True:
        audit = Audit(board, void)
        try:
            audit.read()
            audit.check_causes()
            return audit
        except Void as again:
            void.add(again.exclusion)


def audit_board(board, pins=(), receipts=(), witnesses=None, compared=False, second=None):
    """The report of a board, `compared` with a second one if that could be read."""
    audit = read_board(board)
    audit.finish(pins, receipts, witnesses)
    if compared:
        audit.check_fork(second and read_board(second))
    return audit.report(receipts, compared)


# ---------------------------------------------------------------------------
# The command line
# ---------------------------------------------------------------------------

USAGE, SOFTWARE, INPUT_OUTPUT = 64, 70, 74
HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
HELP = """\
usage: verify.py BOARD [--expect DIGEST]... [--receipt FILE]... [--json] [-q, --quiet] [--trace]
                 [--witness FILE]... [--witness-key KEY]... [--witnesses N]
       verify.py compare BOARD BOARD [--json] [-q, --quiet] [--trace]
       verify.py compare NOTES NOTES --witness-key KEY... [--json] [-q, --quiet]
       verify.py --help | --version
BOARD is a folder with records and blobs, or an archive of it. NOTES are what witnesses have cosigned.
exit: 0 VALID, 1 INVALID, 2 INCOMPLETE, 3 UNREADABLE, 64 usage, 70 internal, 74 input or output
"""


def reason(fault):
    """What went wrong with a file, in words."""
    return f"{fault.filename}: {fault.strerror}" if fault.filename else str(fault)


class Usage(Exception):
    """Arguments that are not understood."""


@dataclass
class Arguments:
    """The arguments of a call."""

    boards: list
    pins: list
    receipts: list
    notes: list
    keys: list
    needed: int | None = None
    json: bool = False
    quiet: bool = False
    trace: bool = False

    def witnesses(self):
        """Whom the auditor trusts, the files, and how many are needed; None if nobody is asked for."""
        if not self.notes and not self.keys and self.needed is None:
            return None
        needed = 1 if self.needed is None else self.needed
        if len({key.key for key in self.keys}) != len(self.keys):
            raise Usage("one witness key is given twice")
        if not 1 <= needed <= len(self.keys):
            raise Usage("as many witnesses as are needed must be trusted, one at least")
        return self.keys, self.notes, needed


def parse_arguments(words):
    """The arguments, or Usage."""
    arguments = Arguments([], [], [], [], [])
    words = list(words)
    compare = words[:1] == ["compare"]
    words = words[1:] if compare else words
    while words:
        word = words.pop(0)
        if word in ("--json", "--quiet", "-q", "--trace"):
            setattr(arguments, "quiet" if word == "-q" else word[2:], True)
        elif words and (word in ("--witness", "--witness-key", "--witnesses") or
                        word in ("--expect", "--receipt") and not compare):
            parse_value(arguments, word, words.pop(0))
        elif word.startswith("-"):
            raise Usage(f"unknown argument {word}, or its value is missing")
        else:
            arguments.boards.append(word)
    if len(arguments.boards) != 1 + compare:
        raise Usage("two boards are compared" if compare else "one board is audited")
    return arguments


def parse_value(arguments, word, value):
    """A digest to expect, a file with a receipt or with notes, a witness, or how many."""
    if word in ("--receipt", "--witness"):
        files, most = ((arguments.receipts, MAX_RECEIPT) if word == "--receipt" else
                       (arguments.notes, MAX_NOTES))
        with regular_file(value) as file:
            files.append(file.read(most + 1))
    elif word == "--witness-key":
        try:
            arguments.keys.append(parse_witness_key(value))
        except BadNote as fault:
            raise Usage(f"{value!r} is no key of a witness: {fault}") from None
    elif word == "--witnesses":
        if not re.fullmatch("[0-9]{1,19}", value):
            raise Usage(f"{value!r} is no number of witnesses")
        arguments.needed = int(value)
    elif re.fullmatch("[0-9a-fA-F]{64}", value):
        arguments.pins.append(bytes.fromhex(value))
    else:
        raise Usage(f"{value!r} is no digest")


def on_one_line(text):
    """A sentence in which nobody's words can pass for others (§9.7).

    Control characters, separators of lines, and what is not seen or turns the direction of
    writing stand as escapes.
    """
    return "".join(f"\\u{{{ord(c):x}}}" if unicodedata.category(c) in HIDDEN else c for c in text)


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
    lines += [f"election {report['election']}", f"head {report['head']}"]
    return "\n".join(map(on_one_line, lines))


def second_board(folders):
    """The board to compare with, or None where there is none that can be read (§9.11)."""
    try:
        return Board(folders[0]) if folders else None
    except (OSError, NoBoard) as fault:
        sys.stderr.write(f"{reason(fault) if isinstance(fault, OSError) else fault}\n")
        return None


def is_notes(path):
    """Whether a file begins like notes about a board."""
    if not os.path.isfile(path):
        return False
    with regular_file(path) as file:
        return file.read(len(ORIGIN)) == ORIGIN.encode()


def show_notes(arguments, witnesses):
    """Compares witnesses' notes without a board; the exit code."""
    if witnesses is None or arguments.needed is not None or arguments.trace:
        raise Usage("notes are compared with --witness-key, and without --witnesses or --trace")
    report = compare_notes(arguments)
    if arguments.json:
        print(json.dumps(report, indent=2, ensure_ascii=False))
        return report["exit"]
    for split in [] if arguments.quiet else report["splits"]:
        print(on_one_line(f"{split['origin']}: two boards of {split['records']} records"))
        for head, witnesses in split["heads"].items():
            print(on_one_line(f"  {head}  {', '.join(witnesses)}"))
    print({0: "NO SPLIT VIEW", 1: "SPLIT VIEW", 2: "NOT COMPARED"}[report["exit"]])
    return report["exit"]


def run(words):
    """Audits as the arguments say; the exit code."""
    if {"-h", "--help"} & set(words):
        print(HELP, end="")
        return 0
    if words == ["--version"]:
        print("psephos/v1 reference verifier")
        return 0
    arguments = parse_arguments(words)
    witnesses = arguments.witnesses()
    if len(arguments.boards) == 2 and is_notes(arguments.boards[0]):
        return show_notes(arguments, witnesses)
    Transcript.wanted = arguments.trace
    first, *others = arguments.boards
    progress = Progress(not arguments.quiet and not arguments.trace and (
        not arguments.json or sys.stderr.isatty()))
    report = audit_board(Board(first, progress), arguments.pins, arguments.receipts, witnesses,
                         bool(others), second_board(others))
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
    except NoBoard as fault:
        sys.stderr.write(f"{fault}\n")
        code = VERDICTS["UNREADABLE"]
    except OSError as fault:
        sys.stderr.write(f"{reason(fault)}\n")
        code = INPUT_OUTPUT
    except Exception:       # whatever it is, it is no verdict
        traceback.print_exc()
        code = SOFTWARE
    sys.exit(code)


if __name__ == "__main__":
    main()
