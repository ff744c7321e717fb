"""The vectors of ../vectors through the reference verifier's functions.

    python3 -m unittest discover -s spec/reference -p 'test_*.py'
"""

import hashlib
import json
import pathlib
import unittest

import verify as v

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "vectors"


def load(name):
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


def unhex(text):
    return bytes.fromhex(text)


def scalar(text):
    return v.decode_scalar(unhex(text))


def bytes_of_seed_key(seed):
    """The public key of an Ed25519 seed (RFC 8032 §5.1.5)."""
    digest = hashlib.sha512(seed).digest()
    secret = int.from_bytes(digest[:32], "little") % 2**254 // 8 * 8 + 2**254
    return v.curve_bytes(v.base(secret))


class Primitives(unittest.TestCase):
    """Vectors of the standards that the pages name."""

    def test_keccak(self):
        block = bytearray(b"abc\x06".ljust(200, b"\0"))
        block[135] ^= 0x80
        self.assertEqual(bytes(v.keccak_f(block)[:32]), hashlib.sha3_256(b"abc").digest())

    def test_multiples_of_the_base(self):
        """RFC 9496 §A.1."""
        multiples = [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
            "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
            "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
        ]
        for i, encoding in enumerate(multiples):
            self.assertEqual(v.encode_element(v.base(i)).hex(), encoding)
            self.assertEqual(v.encode_element(v.multiply(i, v.G)).hex(), encoding)

    def test_encodings_that_are_refused(self):
        """RFC 9496 §A.2, one of each kind."""
        refused = {
            "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff": v.CANONICAL,
            "0100000000000000000000000000000000000000000000000000000000000000": v.CANONICAL,
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": v.CANONICAL,
            "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371": v.MEMBERSHIP,
            "0000000000000000000000000000000000000000000000000000000000000000": v.MEMBERSHIP,
        }
        for encoding, check in refused.items():
            with self.assertRaises(v.Fault) as caught:
                v.decode_element(unhex(encoding))
            self.assertEqual(caught.exception.check, check)
        self.assertTrue(v.is_identity(v.decode_element(bytes(32), identity=True)))
        with self.assertRaises(v.Fault):
            v.decode_scalar(v.Q.to_bytes(32, "little"))

    def test_ed25519(self):
        """RFC 8032 §7.1, test 2, and what strict verification refuses."""
        key = unhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        signature = unhex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        )
        self.assertTrue(v.verify_signature(key, b"\x72", signature))
        self.assertFalse(v.verify_signature(key, b"\x73", signature))
        response = int.from_bytes(signature[32:], "little") + v.Q
        wide = signature[:32] + response.to_bytes(32, "little")
        self.assertFalse(v.verify_signature(key, b"\x72", wide))
        record = load("records")["record"]
        key = bytes_of_seed_key(unhex(record["author's seed"]))
        message = unhex(record["message"])
        self.assertTrue(v.verify_signed("message", key, message, unhex(record["file"])[-64:]))
        neutral = (1).to_bytes(32, "little")
        self.assertFalse(v.verify_signature(neutral, b"", neutral + bytes(32)))
        self.assertIsNone(v.curve_point((v.P + 1).to_bytes(32, "little")))
        self.assertIsNone(v.curve_point((1 | 1 << 255).to_bytes(32, "little")))

    def test_chacha20_poly1305(self):
        """RFC 8439 §2.8.2."""
        key = bytes(range(0x80, 0xA0))
        nonce = unhex("070000004041424344454647")
        associated = unhex("50515253c0c1c2c3c4c5c6c7")
        sealed = unhex(
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
            "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
            "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
            "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd060"
            "0691"
        )
        plaintext = v.open_sealed(key, nonce, associated, sealed)
        self.assertTrue(plaintext.startswith(b"Ladies and Gentlemen of the class of '99"))
        self.assertIsNone(v.open_sealed(key, nonce, associated[1:], sealed))


class Pages(unittest.TestCase):
    """The vectors of the pages."""

    def test_hashes(self):
        vectors = load("hashes")
        self.assertEqual(
            v.tagged("tracker", b"abc").hex(), vectors["H[psephos/v1/tracker](abc)"]
        )
        self.assertEqual(
            v.stream("weights", b"abc", 64).hex(),
            vectors["X[psephos/v1/weights](abc), 64 bytes"],
        )
        for case in vectors["tree roots of bytes i mod 251"]:
            data = bytes(i % 251 for i in range(case["length"]))
            self.assertEqual(v.tree_root(data).hex(), case["root"])

    def test_generators(self):
        for i, encoding in enumerate(load("generators")["H"]):
            self.assertEqual(v.encode_element(v.generator(i)).hex(), encoding)

    def test_embedding(self):
        vectors = load("embedding")
        for case in vectors["valid"]:
            data, element = unhex(case["data"]), unhex(case["element"])
            self.assertEqual(v.read_element(element), (data, None))
        for case in vectors["invalid"]:
            self.assertEqual(v.read_element(unhex(case["element"])), (None, case["reason"]))

    def test_transcript(self):
        vectors = load("transcript")
        transcript = v.Transcript(vectors["argument"])
        for line in vectors["absorbed"]:
            value = line.pop("value")
            [(operation, label)] = line.items()
            if operation == "encodings":
                value = [unhex(item) for item in value]
            elif operation != "integer":
                value = unhex(value)
            getattr(transcript, operation)(label, value)
        for label, challenge in vectors["challenges"].items():
            self.assertEqual(transcript.challenge(label), scalar(challenge))

    def test_credentials(self):
        for case in load("code")["codes"]:
            key = v.encode_element(v.base(scalar(case["secret"])))
            self.assertEqual(key.hex(), case["credential"])


class Shuffle(unittest.TestCase):
    """Page 4."""

    def setUp(self):
        self.vectors = load("shuffle")
        stated = self.vectors["statement"]
        self.statement = v.ShuffleStatement(
            *(
                unhex(stated[name]) if isinstance(stated[name], str) else stated[name]
                for name in (
                    "election", "public key", "close", "box", "batch", "position", "prover",
                    "prover key", "rows", "width", "input", "output",
                )
            )
        )
        self.lists = unhex(self.vectors["input list"]), unhex(self.vectors["output list"])
        self.data = unhex(self.vectors["proof"])
        self.proof = shuffle_proof(self.data)

    def test_shape(self):
        expected = {
            1: (4, 2), 8: (4, 2), 9: (4, 3), 100: (4, 25), 2**14: (4, 4096),
            2**14 + 1: (8, 2049), 80101: (20, 4006), 15 * 2**14: (60, 4096),
            2**18: (60, 4370), 2**20: (60, 17477),
        }
        for rows, shape in expected.items():
            self.assertEqual(v.shuffle_shape(rows), shape)

    def test_vector(self):
        self.assertEqual(v.sha3(self.data).hex(), self.vectors["proof sha3-256"])
        self.assertEqual(v.tree_root(self.lists[0]), self.statement.input_root)
        self.assertEqual(v.tree_root(self.lists[1]), self.statement.output_root)
        _, encodings = v.decode_shuffle(self.proof, 5, 2)
        challenges = v.shuffle_challenges(v.shuffle_transcript(self.statement), encodings)
        for label, challenge in self.vectors["challenges"].items():
            self.assertEqual(challenges[label], scalar(challenge), label)
        self.assertIsNone(v.check_shuffle(self.statement, self.proof, *self.lists))

    def test_altered(self):
        """Every field: shortened, another value, not canonical."""
        for path, decode, count in v.shuffle_fields(5, 2):
            if not count:
                continue
            *folder, name = path.split(".")
            parent = self.proof
            for step in folder:
                parent = parent[step]
            honest = parent[name]
            other = v.encode_element(v.G) if decode is v.decode_element else bytes(32)
            for altered, check in (
                (honest[32:], v.LENGTH),
                (honest[:-32] + b"\xff" * 32, v.CANONICAL),
                (other + honest[32:], "mix.proof"),
                (honest[:-32] + other, "mix.proof"),
            ):
                parent[name] = altered
                fault = v.check_shuffle(self.statement, self.proof, *self.lists)
                self.assertEqual(fault.check, check, path)
            parent[name] = honest


def shuffle_proof(data):
    """The CBOR of a shuffle proof (maps of text to maps and byte strings) as a dict."""

    def item(position):
        major, length = data[position] >> 5, data[position] & 31
        position += 1
        if length >= 24:
            size = 1 << length - 24
            length = int.from_bytes(data[position:position + size], "big")
            position += size
        if major in (2, 3):
            content = data[position:position + length]
            return (content if major == 2 else content.decode()), position + length
        result = {}
        for _ in range(length):
            key, position = item(position)
            result[key], position = item(position)
        return result, position

    proof, end = item(0)
    assert end == len(data)
    return proof


class KeyCeremony(unittest.TestCase):
    """Page 5."""

    def setUp(self):
        self.vectors = load("key-ceremony")
        self.context = unhex(self.vectors["election"]), self.vectors["attempt"]
        self.keys = [unhex(a["key"]) for a in self.vectors["acceptances"]]
        self.deals = [
            {
                "commitments": b"".join(map(unhex, deal["commitments"])),
                "knowledge": unhex(deal["knowledge"]),
                "shares": [
                    {name: unhex(value) for name, value in share.items()}
                    for share in deal["shares"]
                ],
            }
            for deal in self.vectors["deals"]
        ]

    def test_acceptances(self):
        for trustee, case in enumerate(self.vectors["acceptances"]):
            body = {"key": unhex(case["key"]), "proof": unhex(case["proof"])}
            self.assertIsNone(v.check_accept(*self.context, trustee, body))
            fault = v.check_accept(*self.context, trustee + 1, body)
            self.assertEqual(fault.check, "key.proof")

    def test_deals(self):
        for dealer, deal in enumerate(self.deals):
            stated = self.vectors["deals"][dealer]["deal commitment"]
            self.assertEqual(v.deal_digest(*self.context, dealer, deal).hex(), stated)
            arguments = (*self.context, dealer, self.vectors["threshold"], self.keys, deal)
            self.assertEqual(v.check_deal(*arguments), [])

    def test_altered_deals(self):
        deal = self.deals[0]
        deal["shares"][1]["knowledge"] = deal["shares"][0]["knowledge"]
        deal["knowledge"] = deal["knowledge"][:32] + b"\xff" * 32
        arguments = (*self.context, 0, 2, self.keys, deal)
        checks = [fault.check for fault in v.check_deal(*arguments)]
        self.assertEqual(checks, [v.CANONICAL, "key.encryption"])

    def test_keys(self):
        public_key, share_keys = v.ceremony_keys(self.deals)
        self.assertEqual(public_key.hex(), self.vectors["public key"])
        self.assertEqual([key.hex() for key in share_keys], self.vectors["share keys"])
        shares = {j: scalar(s) for j, s in enumerate(self.vectors["shares"])}
        for j in shares:
            self.assertEqual(v.encode_element(v.base(shares[j])), share_keys[j])
        secret = sum(v.lagrange((0, 2), j, 0) * shares[j] for j in (0, 2))
        self.assertEqual(v.encode_element(v.base(secret)), public_key)

    def judge(self, complaint):
        recipient = complaint["complainer"]
        return v.judge_complaint(
            *self.context, complaint["dealer"], recipient, self.keys[recipient],
            self.deals[complaint["dealer"]],
            {"point": unhex(complaint["point"]), "proof": unhex(complaint["proof"])},
        )

    def test_complaints(self):
        share = self.deals[0]["shares"][2]
        example = self.vectors["share of dealer 0 to recipient 2"]
        opened = v.opened_share(
            *self.context, 0, 2, self.keys[2], share, unhex(example["point"])
        )
        self.assertEqual(opened.hex(), example["share"])
        convicted, _ = self.judge(self.vectors["false complaint"])
        self.assertEqual(convicted, self.vectors["false complaint"]["convicted"])
        share["ciphertext"] = unhex(self.vectors["bad ciphertext of share 2"])
        convicted, _ = self.judge(self.vectors["true complaint"])
        self.assertEqual(convicted, self.vectors["true complaint"]["convicted"])
        convicted, _ = self.judge(self.vectors["false complaint"])
        self.assertEqual(convicted, "complainer")


class Ballots(unittest.TestCase):
    """Page 6."""

    def check(self, election, public_key, batches, data):
        ballot = v.parse_ballot(data, batches)
        if ballot is None or ballot.election != election:
            return False
        return v.ballot_proof_holds(election, public_key, ballot) and v.ballot_ranges_hold(
            election, public_key, ballot
        )

    def test_plain(self):
        vectors = load("ballot")
        context = unhex(vectors["election"]), unhex(vectors["public key"])
        for case in vectors["ballots"]:
            batches = [{"width": width, "bits": None} for width in case["widths"]]
            data = unhex(case["ballot"])
            self.assertEqual(v.tracker(data).hex(), case["tracker"])
            self.assertTrue(self.check(*context, batches, data))
            ballot = v.parse_ballot(data, batches)
            self.assertEqual((ballot.box, ballot.counter), (case["box"], case["counter"]))
            for place in (40, 72, 80, 112, len(data) - 64, len(data) - 32):
                altered = bytearray(data)
                altered[place] ^= 2
                self.assertFalse(self.check(*context, batches, bytes(altered)))

    def test_bounded(self):
        vectors = load("bounded")
        context = unhex(vectors["election"]), unhex(vectors["public key"])
        data = unhex(vectors["ballot"])
        self.assertEqual(v.encode_element(v.blinding_base()).hex(), vectors["H"])
        self.assertEqual(v.ballot_length(vectors["batches"]), len(data))
        self.assertTrue(self.check(*context, vectors["batches"], data))
        self.assertEqual(v.tracker(data).hex(), vectors["tracker"])
        row = unhex(vectors["challenge"])
        self.assertTrue(v.challenge_holds(*context, row))
        self.assertFalse(v.challenge_holds(*context, row[:-1] + b"\0"))

    def test_range_parts(self):
        """Every 32 bytes of the range parts are needed, beside the ballot's proof."""
        vectors = load("bounded")
        context = unhex(vectors["election"]), unhex(vectors["public key"])
        batches = vectors["batches"]
        data = unhex(vectors["ballot"])
        start = 80 + 64 * sum(batch["width"] for batch in batches)
        for place in range(start, len(data) - 64, 32):
            part = v.encode_element(v.G)
            altered = data[:place] + part + data[place + 32:]
            ballot = v.parse_ballot(altered, batches)
            if ballot is not None:
                self.assertFalse(v.ballot_ranges_hold(*context, ballot), place)

    def test_numbers(self):
        vectors = load("bounded")
        for number in vectors["numbers"] + [2**8 - 1, 2**16 - 1, 2**32 - 1]:
            bits = 8 if number < 2**8 else 16 if number < 2**16 else 32
            encoding = v.encode_element(v.base(number))
            self.assertEqual(v.read_numbers([encoding], bits), [number])
        for bits in (8, 16):
            for m in (2**bits, -1):
                self.assertEqual(v.read_numbers([v.encode_element(v.base(m))], bits), [None])


class Decryption(unittest.TestCase):
    """Page 7."""

    def setUp(self):
        self.vectors = load("decryption")
        self.lists = [unhex(item["input"]) for item in self.vectors["lists"]]
        self.widths = [item["width"] for item in self.vectors["lists"]]
        self.shares = [
            [unhex(data) for data in trustee["shares"]]
            for trustee in self.vectors["trustees"]
        ]

    def share_lists(self, trustee):
        return [
            v.ShareList(
                0, i, len(data) // 64 // width, width, v.tree_root(data),
                v.tree_root(shares), data, shares,
            )
            for i, (data, width, shares) in enumerate(
                zip(self.lists, self.widths, self.shares[trustee])
            )
        ]

    def check(self, trustee, lists):
        case = self.vectors["trustees"][trustee]
        return v.check_share(
            *(unhex(self.vectors[name]) for name in ("election", "public key", "close")),
            trustee, unhex(case["trustee key"]), unhex(case["share key"]), lists,
            unhex(case["proof"]),
        )

    def test_shares(self):
        for trustee in range(3):
            lists = self.share_lists(trustee)
            self.assertIsNone(self.check(trustee, lists))
            lists[1].batch = 2
            self.assertEqual(self.check(trustee, lists).check, "decrypt.proof")

    def test_intermediate_values(self):
        for trustee, case in enumerate(self.vectors["trustees"]):
            lists = self.share_lists(trustee)
            transcript = v.share_transcript(
                *(unhex(self.vectors[name]) for name in ("election", "public key", "close")),
                trustee, unhex(case["trustee key"]), unhex(case["share key"]), lists,
            )
            self.assertEqual(transcript.challenge_bytes("weights", 32).hex(), case["seed"])
            count = sum(item.rows * item.width for item in lists)
            weights = v.share_weights(unhex(case["seed"]), count)
            first = [scalar(weight) for weight in case["first weights"]]
            self.assertEqual(weights[:3], first)
            shares = [d for item in lists for d in v.pieces(item.shares, 32)]
            self.assertEqual(v.weighted_sum(weights, shares).hex(), case["sum of D"])

    def test_plaintexts(self):
        for i, item in enumerate(self.vectors["lists"]):
            plaintexts = unhex(item["plaintexts"])
            for pair in ((0, 1), (0, 2), (1, 2)):
                shares = {j: self.shares[j][i] for j in pair}
                arguments = self.lists[i], self.widths[i], shares
                self.assertEqual(v.bad_plaintext_rows(*arguments, plaintexts), [])
                altered = plaintexts[:-32] + v.encode_element(v.base(99))
                last = len(plaintexts) // 32 // self.widths[i] - 1
                self.assertEqual(v.bad_plaintext_rows(*arguments, altered), [last])

    def test_bad_rows(self):
        for i, width in enumerate(self.widths):
            others = {0: self.shares[0][i], 2: self.shares[2][i]}
            good = self.shares[1][i]
            self.assertEqual(v.bad_share_rows(1, good, others, width), [])
            bad = v.encode_element(v.G) + good[32:]
            self.assertEqual(v.bad_share_rows(1, bad, others, width), [0])


class Plaintexts(unittest.TestCase):
    """Page 11."""

    def batches(self):
        for batch in load("plaintext")["batches"]:
            contests = [v.Contest(contest) for contest in batch["contests"]]
            read = {"bits": None, "width": batch["width"], "contests": list(range(len(contests)))}
            yield batch, read, contests

    def test_valid(self):
        for batch, read, contests in self.batches():
            for contest in contests:
                self.assertEqual(list(v.contest_faults(contest)), [])
            for case in batch["valid"]:
                elements = [unhex(element) for element in case["row"]]
                votes = v.read_row(elements, read, contests)
                cells = [v.canonical_cell(vote, c) for vote, c in zip(votes, contests)]
                self.assertEqual(list(map(sorted, cells)), list(map(sorted, case["cells"])))
                blocks = v.pieces(unhex(case["data"]), 30)
                self.assertEqual([v.read_element(e) for e in elements], [(b, None) for b in blocks])

    def test_invalid(self):
        for batch, read, contests in self.batches():
            for case in batch["invalid"]:
                elements = [embed(block) for block in v.pieces(unhex(case["data"]), 30)]
                with self.assertRaises(v.BadVote):
                    v.read_row(elements, read, contests)


def embed(data):
    """The first candidate of 30 bytes that is an element (page 2 §2.6)."""
    candidates = (v.candidate(data, c) for c in range(2**14))
    return next(encoding for encoding in candidates if encoding is not None)


class Records(unittest.TestCase):
    """Page 8."""

    def test_bodies(self):
        for case in load("records")["bodies"]:
            v.decode_body(case["kind"], unhex(case["body"]))

    def test_record(self):
        stated = load("records")["record"]
        self.assertEqual(v.sha3(unhex(stated["message"])).hex(), stated["message digest"])
        self.assertEqual(v.sha3(unhex(stated["file"])).hex(), stated["file digest"])
        record = v.Record(24, unhex(stated["file"]), unhex(stated["file digest"]))
        self.assertTrue(record.signed)


if __name__ == "__main__":
    unittest.main()
