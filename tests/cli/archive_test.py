"""`heirloom export` and `heirloom import archive` against real daemons: out, wiped, in, out again."""

import contextlib
import hashlib
import io
import json
import os
import pathlib
import random
import re
import socket
import string
import sys
import tempfile
import threading
import unittest
import urllib.parse
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import Appliance  # noqa: E402

HOSTILE = ["../../../etc/passwd", "<script>alert(1)</script>", "CON", "写真", "\u202egnp.exe", "a'b\"c $(x) `y`"]
TIME_LINE = re.compile(rb'\n  "exported_at": "[^"]*",')


def entries(path):
    """Names and contents in order; the manifest without its one line of time."""
    with zipfile.ZipFile(path) as archive:
        files = [(info.filename, archive.read(info)) for info in archive.infolist()]
    return [(name, TIME_LINE.sub(b"", data, count=1) if name == "manifest.json" else data) for name, data in files]


def pack(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


class CutOnce:
    """A proxy that breaks the first connection on which so many bytes came back."""

    def __init__(self, url, after):
        self.target = urllib.parse.urlsplit(url)
        self.after, self.cuts = after, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        server = socket.create_connection((self.target.hostname, self.target.port))
        threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
        sent = 0
        while data := self._receive(server):
            sent += len(data)
            if self.cuts == 0 and sent > self.after:
                self.cuts += 1
                break
            client.sendall(data)
        for end in (client, server):  # Closed alone, they would wait for the thread that reads.
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    @staticmethod
    def _receive(end):
        try:
            return end.recv(65536)
        except OSError:
            return b""

    def _pass_on(self, client, server):
        while data := self._receive(client):
            try:
                server.sendall(data)
            except OSError:
                return

    def close(self):
        self.listener.close()


class ArchiveTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="heirloom-archive-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        cls.house = Appliance().start()
        cls.addClassCleanup(cls.house.remove)
        cls.ada = cls.house.person("ada")
        cls.bob = cls.house.person("bob")
        cls.token = cls.house.token("ada")
        cls.fill()
        cls.zip = cls.folder / "ada.zip"
        cls.counts = cls.export(cls.house, cls.token, cls.zip)

    @classmethod
    def must(cls, reply, status=200):
        assert reply.status == status, reply
        return reply

    @classmethod
    def edit(cls, client, story, **fields):
        path = f"/api/v1/stories/{story}"
        match = {"If-Match": client.get(path).headers["ETag"]}
        return cls.must(client.request("PATCH", path, fields, match))

    @classmethod
    def fill(cls):
        """The demo in three languages, edited, with drafts, archived and deleted stories, and members."""
        cls.house.run(
            *["import", "stories", str(ROOT / "packaging/demo/stories"), "--server", cls.house.url],
            *["--legacy", "The Lamps of Sandviken", "--source", "demo"],
            env={"HEIRLOOM_TOKEN": cls.token},
        )
        legacy = cls.ada.get("/api/v1/legacies").json["items"][0]["id"]
        cls.must(cls.ada.post(f"/api/v1/legacies/{legacy}/members", {"email": "bob@example.org", "role": "editor"}), 201)
        stories = cls.ada.get("/api/v1/stories", legacy=legacy, limit=100).json["items"]
        assert {story["language"] for story in stories} == {"en", "de", "fr"}
        for number, story in enumerate(stories[:12]):
            editor = cls.ada if number % 2 else cls.bob
            for again in range(1 + number % 3):
                cls.edit(editor, story["id"], note=f"Änderung {again}", tags=["lamps", f"été {again}"],
                         markdown=f"*Neu* geschrieben, {number}.{again}\n\n- eins\n- zwei **drei**")
        cls.edit(cls.ada, stories[12]["id"], status="archived")
        cls.must(cls.ada.request("DELETE", f"/api/v1/stories/{stories[13]['id']}", headers={"If-Match": "*"}), 204)
        for title in HOSTILE:
            body = {"legacy_id": legacy, "title": title, "markdown": title, "status": "draft", "happened_at": "195X"}
            cls.must(cls.ada.post("/api/v1/stories", body), 201)
        cls.must(cls.ada.post("/api/v1/legacies", {"title": "Allein", "language": "de", "visibility": "private"}), 201)
        cls.total = len(stories) - 1 + len(HOSTILE)

    @staticmethod
    def export(house, token, out, *more, server=None):
        done = house.run("export", "--server", server or house.url, "--out", str(out), "--json", *more,
                         env={"HEIRLOOM_TOKEN": token})
        return json.loads(done.stdout)

    def import_archive(self, house, token, path, *more):
        return house.run("import", "archive", str(path), "--server", house.url, "--json", *more, check=False,
                         env={"HEIRLOOM_TOKEN": token})

    def report(self, house, token, path):
        done = self.import_archive(house, token, path)
        self.assertEqual((done.returncode, done.stdout.count("\n")), (0, 1), done)
        return json.loads(done.stdout)

    def another_house(self, name="ada"):
        house = Appliance().start()
        self.addCleanup(house.remove)
        return house, house.person(name), house.token(name)

    def test_out_wiped_in_and_out_again_is_the_same(self):
        self.assertEqual((self.counts["legacies"], self.counts["stories"]), (2, self.total))
        self.assertGreater(self.counts["revisions"], self.total + 12)
        house, ada, token = self.another_house()
        first = self.report(house, token, self.zip)
        self.assertEqual((first["created"], first["skipped"]), (self.total, []))
        again = self.folder / "again.zip"
        self.export(house, token, again)
        self.assertEqual(entries(again), entries(self.zip))
        second = self.report(house, token, self.zip)
        self.assertEqual((second["created"], second["updated"], second["unchanged"]), (0, 0, self.total))
        doctor = house.run("doctor", "--data-dir", house.data_dir, "--json", check=False)
        self.assertEqual(json.loads(doctor.stdout)["errors"], 0, doctor)
        # What is edited or deleted here since stays so, and is said.
        stories = ada.get("/api/v1/stories", limit=100).json["items"]
        edited = self.edit(ada, stories[0]["id"], title="Edited here")
        found = ada.get("/api/v1/search", q="Ternen", headers={"Heirloom-Sequence": edited.headers["Heirloom-Sequence"]})
        self.assertGreater(len(found.json["items"]), 3)
        self.must(ada.request("DELETE", f"/api/v1/stories/{stories[1]['id']}", headers={"If-Match": "*"}), 204)
        third = self.report(house, token, self.zip)
        self.assertEqual((third["created"], third["updated"], third["unchanged"]), (0, 0, self.total - 2))
        self.assertEqual({skipped["reason"] for skipped in third["skipped"]},
                         {"It was changed here since; what is here stays.",
                          "It was deleted here and does not come back by itself."})
        self.assertEqual(ada.get(f"/api/v1/stories/{stories[0]['id']}").json["title"], "Edited here")

    def test_what_is_exported_is_read_without_any_software_of_ours(self):
        files = dict(entries(self.zip))
        for line in files["SHA256SUMS"].decode().splitlines():
            digest, name = line.split("  ")
            self.assertEqual(hashlib.sha256(files[name]).hexdigest(), digest, name)
        for name, data in files.items():
            self.assertRegex(name, r"\A[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*\Z")
            self.assertNotIn(b"@example.org", data, "an archive holds no addresses")
        # As README.txt says it.
        chains = {}
        for name in files:
            if "/revisions/" in name:
                folder, number = name.rsplit("/revisions/", 1)
                chains.setdefault(folder, {})[int(number[:-5])] = files[name].decode()
        self.assertEqual(len(chains), self.total)
        for revisions in chains.values():
            digest = ""
            for number in range(1, len(revisions) + 1):
                text, revision = revisions[number], json.loads(revisions[number])
                content = text.split('\n  "content": ', 1)[1].removesuffix("\n}\n")
                self.assertEqual(hashlib.sha256(content.encode()).hexdigest(), revision["content_hash"])
                sealed = [digest, str(number), revision["created_at"], revision["author"], revision["content_hash"]]
                digest = hashlib.sha256("\n".join(sealed).encode()).hexdigest()
                self.assertEqual(digest, revision["digest"])

    def check_against(self, schema, value, where):
        """As much of JSON Schema as ours use."""
        if "enum" in schema or "const" in schema:
            self.assertIn(value, schema.get("enum", [schema.get("const")]), where)
            return
        kinds = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
        wanted = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        self.assertIsInstance(value, tuple(kinds[kind] for kind in wanted), where)
        if isinstance(value, str):
            self.assertRegex(value, schema.get("pattern", "^"), where)
            self.assertTrue(schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9), where)
        if isinstance(value, int):
            self.assertGreaterEqual(value, schema["minimum"], where)
        if isinstance(value, list):
            for number, item in enumerate(value):
                self.check_against(schema["items"], item, f"{where}/{number}")
        if isinstance(value, dict) and "properties" in schema:
            self.assertEqual(set(value), set(schema["required"]), where)
            for key, item in value.items():
                self.check_against(schema["properties"][key], item, f"{where}/{key}")

    def test_its_json_is_as_the_schemas_say(self):
        schemas = {path.name.split(".")[0]: json.loads(path.read_text(encoding="utf-8"))
                   for path in (ROOT / "appliance/api/archive").glob("*.schema.json")}
        checked = set()
        with zipfile.ZipFile(self.zip) as archive:
            for name in archive.namelist():
                if name.endswith(".json"):
                    kind = "revision" if "/revisions/" in name else pathlib.PurePosixPath(name).stem
                    self.check_against(schemas[kind], json.loads(archive.read(name)), name)
                    checked.add(kind)
        self.assertEqual(checked, set(schemas))

    def test_its_markdown_is_read_as_stories(self):
        house, ada, token = self.another_house()
        with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(self.zip) as archive:
            archive.extractall(scratch)
            done = house.run("import", "stories", f"{scratch}/legacies", "--server", house.url, "--legacy", "From text",
                             "--json", env={"HEIRLOOM_TOKEN": token})
        report = json.loads(done.stdout)
        self.assertEqual((report["created"], report["skipped"]), (self.total, []))
        there = {item["title"]: item for item in self.all_stories(self.house.client(self.token))}
        here = {item["title"]: item for item in self.all_stories(ada)}
        self.assertEqual(there.keys(), here.keys())
        for title, story in there.items():
            for field in ("excerpt", "tags", "language", "happened_at", "place", "author", "status"):
                self.assertEqual(here[title][field], story[field], (title, field))

    @staticmethod
    def all_stories(client):
        items = []
        for status in ("draft", "published", "archived"):
            query = {"limit": 100, "status": status}
            while True:
                page = client.get("/api/v1/stories", **query).json
                items += page["items"]
                if "next_cursor" not in page:
                    break
                query["cursor"] = page["next_cursor"]
        return items

    def refused(self, house, token, data):
        path = self.folder / "damaged.zip"
        path.write_bytes(data)
        done = self.import_archive(house, token, path)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done)
        self.assertRegex(done.stderr, r"\Aheirloom: .*; nothing was imported\n\Z")
        return done.stderr

    def test_a_damaged_archive_is_refused_and_nothing_of_it_imported(self):
        house, ada, token = self.another_house()
        whole = self.zip.read_bytes()
        with zipfile.ZipFile(self.zip) as archive:
            files = [(info.filename, archive.read(info)) for info in archive.infolist()]
            packed = next(info for info in archive.infolist() if info.filename.endswith("story.json"))
        names = [name for name, _ in files]
        story = next(name for name in names if name.endswith("story.html"))

        def changed(name, change):
            return pack([(each, change(data) if each == name else data) for each, data in files])

        flipped = bytearray(whole)
        flipped[packed.header_offset + 30 + len(packed.filename) + packed.compress_size // 2] ^= 0x20
        self.assertIn("story.json: it is damaged", self.refused(house, token, bytes(flipped)))
        for cut in (0, 100, len(whole) // 2, len(whole) - 1):
            self.assertIn("no ZIP file, or its end is missing", self.refused(house, token, whole[:cut]))
        self.assertIn(f"{story}: it is missing",
                      self.refused(house, token, pack([file for file in files if file[0] != story])))
        self.assertIn("legacies/x.txt: it is not in the manifest",
                      self.refused(house, token, pack(files + [("legacies/x.txt", b"x")])))
        self.assertIn(f"{story}: it is not what the manifest says",
                      self.refused(house, token, changed(story, lambda data: data + b" ")))
        self.assertIn("manifest.json: ",
                      self.refused(house, token, changed("manifest.json", lambda data: data.replace(b'"size"', b'"sise"', 1))))
        self.assertIn("manifest.json: it counts other",
                      self.refused(house, token, changed("manifest.json", lambda data: data.replace(
                          b'"stories": %d' % self.total, b'"stories": %d' % (self.total + 1)))))
        self.assertIn("format 2, and this program reads up to 1",
                      self.refused(house, token, changed("manifest.json", lambda data: data.replace(
                          b'"format_version": 1', b'"format_version": 2'))))
        self.assertIn("no file of an archive has such a name",
                      self.refused(house, token, pack(files + [("../up.txt", b"x")])))
        self.assertIn("the chain of revisions is broken at revision 1", self.refused(house, token, self.forged(files)))
        self.assertEqual(ada.get("/api/v1/legacies").json["items"], [])

    @staticmethod
    def forged(files):
        """With another author of a first revision, and every sum made to fit it."""
        contents = dict(files)
        name = next(name for name in contents if name.endswith("revisions/1.json"))
        contents[name] = re.sub(rb'"author": "[^"]*"', b'"author": "Somebody else"', contents[name], count=1)
        new = hashlib.sha256(contents[name]).hexdigest().encode()
        old = re.search(rb"(\w{64})  " + re.escape(name.encode()), contents["SHA256SUMS"])[1]
        sums = contents["SHA256SUMS"]
        contents["SHA256SUMS"] = sums.replace(old, new)
        manifest = contents["manifest.json"].replace(old, new)
        size = rb'("path":"%s","size":)\d+' % re.escape(name.encode())
        manifest = re.sub(size, rb"\g<1>%d" % len(contents[name]), manifest)
        manifest = manifest.replace(hashlib.sha256(sums).hexdigest().encode(),
                                    hashlib.sha256(contents["SHA256SUMS"]).hexdigest().encode())
        contents["manifest.json"] = manifest
        return pack(list(contents.items()))

    def test_a_download_that_was_cut_goes_on(self):
        house, ada, token = self.another_house()
        legacy = self.must(ada.post("/api/v1/legacies", {"title": "Large"}), 201).json["id"]
        rng = random.Random(7)
        for number in range(3):  # What hardly packs: more than one piece of the download.
            text = "".join(rng.choices(string.ascii_letters + string.digits, k=900_000))
            body = {"legacy_id": legacy, "title": f"Noise {number}", "markdown": text}
            story = self.must(ada.post("/api/v1/stories", body), 201).json["id"]
        for again in range(2):  # Its revisions need more than one request on their way back.
            self.edit(ada, story, title=f"Noise again {again}")
        proxy = CutOnce(house.url, 5_000_000)
        self.addCleanup(proxy.close)
        cut = self.export(house, token, self.folder / "cut.zip", server=proxy.url)
        self.assertEqual((proxy.cuts, cut["stories"], cut["revisions"]), (1, 3, 5))
        self.assertGreater(cut["bytes"], 7_000_000)
        self.assertEqual(list(self.folder.glob("cut.zip.*")), [])
        # Large stories go back, too; the second house holds the same.
        other, _, other_token = self.another_house()
        self.assertEqual(self.report(other, other_token, self.folder / "cut.zip")["created"], 3)
        self.export(other, other_token, self.folder / "cut2.zip")
        self.assertEqual(entries(self.folder / "cut2.zip"), entries(self.folder / "cut.zip"))
        # AddressSanitizer keeps 256 MiB of what was freed, and pads what is not.
        sanitized = "address" in os.environ.get("HEIRLOOM_SANITIZE", "")
        self.assertLess(house.memory_kib(), 1_200_000 if sanitized else 600_000)

    def test_who_may_not_is_told_so(self):
        legacy = next(item for item in self.ada.get("/api/v1/legacies").json["items"] if "Lamps" in item["title"])["id"]
        for token, words in ((self.house.token("bob"), "may not do that"), ("wrong", "the token is not valid")):
            done = self.house.run("export", "--server", self.house.url, "--out", str(self.folder / "no.zip"),
                                  "--legacy", legacy, check=False, env={"HEIRLOOM_TOKEN": token})
            self.assertEqual((done.returncode, done.stdout), (1, ""), done)
            self.assertIn(words, done.stderr)
            self.assertEqual(list(self.folder.glob("no.zip*")), [])
        reader = self.house.token("ada", "--scopes", "legacies:read,stories:read")
        done = self.import_archive(self.house, reader, self.zip)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("may not do that", done.stderr)

    def test_one_legacy_by_its_title(self):
        counts = self.export(self.house, self.token, self.folder / "one.zip", "--legacy", "allein")
        self.assertEqual((counts["legacies"], counts["stories"]), (1, 0))

    def test_pages_and_audit_of_an_export(self):
        self.ada.close()  # It may have been idle for longer than the daemon keeps a connection.
        reply = self.ada.get("/api/v1/export")
        self.assertEqual((reply.status, reply.headers["Content-Type"]), (200, "application/zip"))
        self.assertRegex(reply.headers["Content-Disposition"], r'\Aattachment; filename="heirloom-\d{4}-\d\d-\d\d\.zip"\Z')
        part = self.ada.get("/api/v1/export", headers={"Range": "bytes=10-19", "If-Range": reply.headers["ETag"]})
        self.assertEqual((part.status, part.body), (206, reply.body[10:20]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
