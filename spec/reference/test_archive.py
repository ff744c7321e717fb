"""Archives through the reference verifier: answered as the folders that they were made of, or refused.

    python3 -m unittest discover -s spec/reference -p 'test_*.py'
"""

import io
import json
import pathlib
import tarfile
import tempfile
import unittest

import verify as v

FIXTURES = pathlib.Path(__file__).resolve().parent.parent.parent / "fixtures"


def entry(name, data):
    """A file of an archive, as the page says."""
    return v.Archive.expected(name, len(data)) + data + bytes(-len(data) % 512)


def entries(folder):
    """The files of a board, in their order."""
    files = sorted((folder / "records").iterdir()) + sorted((folder / "blobs").iterdir())
    return [entry(f"{file.parent.name}/{file.name}", file.read_bytes()) for file in files]


def archive(parts):
    return b"".join(parts) + bytes(1024)


class Archives(unittest.TestCase):
    """Pages archive.md §2 and §3."""

    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.parts = entries(FIXTURES / "valid" / "honest" / "board")

    def path(self, data):
        """A file with these bytes."""
        path = pathlib.Path(self.place.name) / "file"
        path.write_bytes(data)
        return path

    def opened(self, data):
        return v.Archive(self.path(data))

    def refused(self, data):
        with self.assertRaises(v.NoBoard):
            self.opened(data)

    def test_answers_are_those_of_the_folder(self):
        for case in ("valid/honest", "valid/mix-list-withheld", "invalid/mix.proof-row-replaced"):
            folder = FIXTURES / case / "board"
            reports = [v.audit_board(v.Board(path))
                       for path in (folder, self.path(archive(entries(folder))))]
            self.assertEqual(reports[0], reports[1], case)
            expected = json.loads((FIXTURES / case / "expected.json").read_text(encoding="utf-8"))
            self.assertEqual(reports[0]["verdict"], expected["verdict"], case)

    def test_it_is_a_tar_archive(self):
        data = archive(self.parts)
        files = self.opened(data)
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            self.assertEqual(tar.getnames(), list(files.places))
            for member in tar:
                with files.open(member.name) as file:
                    self.assertEqual(file.read(member.size + 1), tar.extractfile(member).read())
                self.assertTrue(member.isreg() and not member.pax_headers)

    def test_lengths_of_eight_gibibytes_and_more_are_in_binary(self):
        for size in (2**33 - 1, 2**33, 2**44):
            header = v.Archive.expected("blobs/" + "0" * 64, size)
            self.assertEqual(tarfile.TarInfo.frombuf(header, "ascii", "strict").size, size)

    def test_every_cut_is_refused(self):
        data = archive(self.parts[:2])
        for length in range(len(data)):
            self.refused(data[:length])
        self.refused(data + b"\0")
        self.refused(data + bytes(512))

    def test_every_altered_byte_between_the_files_is_refused(self):
        data = bytearray(archive(self.parts[:1]))
        size = self.opened(data).places["records/00000000.cbor"][1]
        for at in (*range(512), *range(512 + size, len(data))):
            data[at] ^= 1 << at % 8
            self.refused(data)
            data[at] ^= 1 << at % 8

    def test_other_orders_and_other_files_are_refused(self):
        records, blobs = self.parts[:2], self.parts[-2:]
        self.opened(archive(records + blobs))
        for parts in ([], blobs, records[1:], records[::-1], records[:1] * 2, records + blobs[::-1],
                      records + blobs[:1] * 2, blobs + records, records[:1] + blobs + records[1:],
                      records + [entry("notes", b"junk")],
                      records + [entry("blobs/../../x", b"junk")],
                      [entry("./records/00000000.cbor", b"junk")]):
            self.refused(archive(parts))

    def test_archives_that_tar_makes_otherwise_are_refused(self):
        for made in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT):
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode="w", format=made) as tar:
                tar.add(FIXTURES / "valid" / "honest" / "board" / "records", "records")
            self.refused(out.getvalue())


if __name__ == "__main__":
    unittest.main()
