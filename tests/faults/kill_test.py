"""kill -9 under eight writers, again and again, with a ledger of what was acknowledged.

After each kill the daemon must come back by itself with every acknowledged write, its revision and
its event, with nothing half-written, and with an index that has caught up. HEIRLOOM_KILL_ROUNDS
says how often (20).
"""

import hashlib
import os
import pathlib
import random
import sys
import threading
import time
import unittest
from datetime import datetime, timezone

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from appliance import Appliance  # noqa: E402

ROUNDS = int(os.environ.get("HEIRLOOM_KILL_ROUNDS", "20"))
WRITERS = 8


class Writer(threading.Thread):
    """Creates stories and saves them anew until the daemon is gone. Puts into the ledger only what
    was answered."""

    def __init__(self, house, token, legacy, name):
        super().__init__()
        self.client = house.client(token, timeout=10)
        self.legacy = legacy
        self.name = name
        self.ledger = []

    def run(self):
        try:
            for number in range(10_000):
                self.write(f"{self.name}n{number}")
        except Exception:  # The daemon went: what was not answered is not in the ledger.
            return

    def write(self, word):
        body = {"legacy_id": self.legacy, "title": f"{word}v1", "markdown": "Text. " * 50}
        made = self.client.post("/api/v1/stories", body)
        assert made.status == 201, made
        self.note(made)
        for version in (2, 3):
            patch = {"title": f"{word}v{version}"}
            match = {"If-Match": made.headers["ETag"]}
            made = self.client.request("PATCH", f"/api/v1/stories/{made.json['id']}", patch, match)
            assert made.status == 200, made
            self.note(made)

    def note(self, reply):
        story = reply.json
        sequence = reply.headers["Heirloom-Sequence"]
        self.ledger.append((story["id"], story["revision"], story["title"], sequence))


def rfc3339(micros):
    at = datetime.fromtimestamp(micros // 1_000_000, timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S") + f".{micros % 1_000_000:06d}Z"


class KillTest(unittest.TestCase):
    def setUp(self):
        self.house = Appliance().start()
        self.addCleanup(self.house.remove)
        ada = self.house.person("ada")
        self.token = self.house.token("ada")
        self.legacy = ada.post("/api/v1/legacies", {"title": "Ledger"}).json["id"]
        self.ledger = []

    def test_nothing_acknowledged_is_lost(self):
        rng = random.Random(20261122)
        for number in range(ROUNDS):
            fresh = self.round(f"r{number}w", rng.uniform(0.2, 1.5))
            self.ledger += fresh
            self.check_files()
            self.house.start()
            self.check_served(fresh)
        print(f"{ROUNDS} kills, {len(self.ledger)} acknowledged writes, none lost")
        self.assertGreater(len(self.ledger), ROUNDS * 10)

    def round(self, name, seconds):
        writers = [
            Writer(self.house, self.token, self.legacy, f"{name}{i}") for i in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        time.sleep(seconds)  # The moment of the kill, not a wait for something.
        self.house.kill()
        for writer in writers:
            writer.join(30)
            self.assertFalse(writer.is_alive())
        return [entry for writer in writers for entry in writer.ledger]

    def rows(self, columns, of):
        """The last column alone may hold a |; none holds a line break."""
        count = columns.count(",")
        lines = self.house.sql(f"SELECT {columns} FROM {of}").splitlines()
        return [tuple(line.split("|", count)) for line in lines]

    def check_files(self):
        """The truth as it lies on the disk, read without the daemon."""
        if not self.house.database:
            self.assertEqual(self.house.sql("PRAGMA integrity_check"), "ok")
            self.assertEqual(self.house.sql("PRAGMA foreign_key_check"), "")
        stories = {id: int(revision) for id, revision in self.rows("id, revision", "stories")}
        columns = "story_id, number, title, author, created_at, content_hash, digest, content"
        revisions = {
            (story, int(number)): rest
            for story, number, *rest in self.rows(columns, "revisions ORDER BY story_id, number")
        }
        events = self.rows("subject, version", "outbox WHERE type LIKE 'Story%'")
        events = {(subject, int(version)) for subject, version in events}
        sequences = [int(row[0]) for row in self.rows("sequence", "outbox ORDER BY 1")]
        for story, revision, title, _ in self.ledger:
            self.assertEqual(revisions[story, revision][0], title)
        # Each story is what its newest revision says; each revision has its event, and none more.
        self.assertEqual(set(revisions), {(s, n) for s in stories for n in range(1, stories[s] + 1)})
        self.assertEqual(set(revisions), events)
        self.assertEqual(sequences, list(range(1, len(sequences) + 1)))
        parent = ""
        for (_, number), row in revisions.items():
            _, author, created_at, content_hash, digest, content = row
            parent = "" if number == 1 else parent
            self.assertEqual(hashlib.sha256(content.encode()).hexdigest(), content_hash)
            sealed = "\n".join([parent, str(number), rfc3339(int(created_at)), author, content_hash])
            self.assertEqual(hashlib.sha256(sealed.encode()).hexdigest(), digest)
            parent = digest

    def check_served(self, fresh):
        client = self.house.client(self.token)
        newest = {story: (revision, title) for story, revision, title, _ in fresh}
        if not fresh:
            return
        last = max((entry[3] for entry in fresh), key=lambda at: int(at.rsplit(".", 1)[1]))
        for story, (revision, title) in newest.items():
            served = client.get(f"/api/v1/stories/{story}").json
            self.assertGreaterEqual(served["revision"], revision)
            if served["revision"] == revision:
                self.assertEqual(served["title"], title)
        # The index follows by itself: nobody writes here.
        for story, (revision, title) in list(newest.items())[-5:]:
            found = client.get("/api/v1/search", q=title, headers={"Heirloom-Sequence": last})
            self.assertNotIn("Heirloom-Stale", found.headers)
            served = client.get(f"/api/v1/stories/{story}").json
            if served["revision"] == revision:
                self.assertIn(story, [hit["id"] for hit in found.json["items"]])


if __name__ == "__main__":
    unittest.main(verbosity=2)
