"""PostgreSQL goes away and comes back while people write: an orderly restart, then a crash.

Meanwhile every write is refused in words, with a time to come back, and nothing else is said to have happened; afterwards
everything goes on by itself. Each writer repeats what it got no yes for, under the same key: in the end each story that was
asked for is there exactly once, as it was acknowledged.
"""

import collections
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import Appliance  # noqa: E402
from waiting import PATIENCE, wait_for  # noqa: E402

SERVER = ROOT / "tests/services/postgres"
WRITERS = 4
EACH_STAGE = 10  # Acknowledged writes of each writer before the next thing happens.


class Postgres:
    """A server of this test's own: others use the one that is there for all."""

    def __init__(self):
        # Not below a folder that is closed to others: PostgreSQL refuses to be root.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="heirloom-postgres.", dir="/tmp"))
        self.folder.chmod(0o755)
        self.url = self.start()

    def start(self):
        done = subprocess.run([SERVER, "start", self.folder], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def stop(self):
        subprocess.run([SERVER, "stop", self.folder], check=True, capture_output=True)

    def crash(self):
        """As by kill -9: no session is told, and it recovers from its log when it comes back."""
        os.kill(int((self.folder / "data/postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        wait_for("PostgreSQL is gone", lambda: not (self.folder / "data/postmaster.pid").exists())
        self.stop()  # What the script keeps of it.

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Writer(threading.Thread):
    """One story after another, each until it is acknowledged."""

    def __init__(self, house, token, legacy, name):
        super().__init__(daemon=True)
        self.client = house.client(token, timeout=60)
        self.legacy = legacy
        self.name = name
        self.acknowledged = {}  # Title → id.
        self.refused = 0
        self.wrong = []
        self.ended = threading.Event()

    def run(self):
        try:
            while not self.ended.is_set():
                self.write(f"{self.name}n{len(self.acknowledged)}")
        except Exception as error:  # The daemon itself must not go.
            self.wrong.append(repr(error))

    def write(self, title):
        body = {"legacy_id": self.legacy, "title": title, "markdown": "Words. " * 20}
        while True:
            reply = self.client.post("/api/v1/stories", body, {"Idempotency-Key": title})
            if reply.status == 201:
                self.acknowledged[title] = reply.json["id"]
                return
            self.check_refusal(reply)
            # Ended while it is away: what was asked for last may or may not be there.
            if self.ended.wait(0.05) or self.wrong:
                return

    def check_refusal(self, reply):
        self.refused += 1
        good = reply.status == 503 and reply.headers.get("Retry-After") and "try again" in reply.json.get("title", "")
        if not good:
            self.wrong.append(f"{reply} {dict(reply.headers)}")


class PostgresRestart(unittest.TestCase):
    def setUp(self):
        # What is found by its words is enough here.
        self.set_environment("HEIRLOOM_INDEX_EMBEDDER", "none")
        self.postgres = Postgres()
        self.addCleanup(self.postgres.remove)
        self.set_environment("HEIRLOOM_TEST_POSTGRES", self.postgres.url)
        self.set_environment("HEIRLOOM_TEST_DATABASE", "postgres")
        self.house = Appliance().start()
        self.addCleanup(self.house.remove)
        self.house.database = None  # It goes with its server.
        self.ada = self.house.person("ada")
        self.token = self.house.token("ada")
        self.legacy = self.ada.post("/api/v1/legacies", {"title": "Ledger"}).json["id"]

    def set_environment(self, name, value):
        before = os.environ.get(name)
        os.environ[name] = value
        self.addCleanup(lambda: os.environ.pop(name) if before is None else os.environ.update({name: before}))

    def test_nothing_acknowledged_is_lost_and_all_goes_on_by_itself(self):
        self.writers = [Writer(self.house, self.token, self.legacy, f"w{i}") for i in range(WRITERS)]
        for writer in self.writers:
            writer.start()
        self.let_them_write()
        for away in (self.postgres.stop, self.postgres.crash):
            away()
            self.look_while_it_is_away()
            self.postgres.start()
            self.let_them_write()
        for writer in self.writers:
            writer.ended.set()
        for writer in self.writers:
            writer.join(PATIENCE)
            self.assertEqual(writer.wrong, [])
        self.check_what_is_there()

    def nothing_is_wrong(self):
        self.assertEqual([wrong for writer in self.writers for wrong in writer.wrong][:3], [])
        return True

    def let_them_write(self):
        before = [len(writer.acknowledged) for writer in self.writers]

        def all_went_on():
            self.nothing_is_wrong()
            return all(len(writer.acknowledged) >= count + EACH_STAGE for writer, count in zip(self.writers, before))

        wait_for("everybody's writes are acknowledged", all_went_on)

    def look_while_it_is_away(self):
        before = [writer.refused for writer in self.writers]
        wait_for("everybody is refused", lambda: self.nothing_is_wrong() and all(
            writer.refused > count for writer, count in zip(self.writers, before)))
        client = self.house.client()
        self.assertEqual(client.get("/healthz").status, 200)
        ready = client.get("/readyz")
        self.assertEqual(ready.status, 503, ready)
        (check,) = [check for check in ready.json["checks"] if check["name"] == "database"]
        self.assertNotEqual(check["status"], "ok", check)
        read = self.ada.get("/api/v1/legacies")
        self.assertEqual(read.status, 503, read)
        self.assertTrue(read.headers["Retry-After"])

    def check_what_is_there(self):
        wait_for("it is ready", lambda: self.house.client().get("/readyz").status == 200)
        acknowledged = {title: id for writer in self.writers for title, id in writer.acknowledged.items()}
        there, cursor = collections.Counter(), {}
        ids = {}
        while True:
            page = self.ada.get("/api/v1/stories", legacy=self.legacy, limit=100, **cursor).json
            for story in page["items"]:
                there[story["title"]] += 1
                ids[story["title"]] = story["id"]
            if "next_cursor" not in page:
                break
            cursor = {"cursor": page["next_cursor"]}
        self.assertEqual({title: ids.get(title) for title in acknowledged}, acknowledged)
        self.assertEqual([title for title, count in there.items() if count != 1], [])
        # At most the one that each was just asking for.
        self.assertLessEqual(len(there) - len(acknowledged), WRITERS)
        last = self.ada.post("/api/v1/stories", {"legacy_id": self.legacy, "title": "Epilogue", "markdown": "z"})
        fresh = {"Heirloom-Sequence": last.headers["Heirloom-Sequence"]}

        # The index tries again less and less often while the database is away.
        def search_has_followed():
            found = self.ada.get("/api/v1/search", q="words", headers=fresh)
            self.assertEqual(found.status, 200, found)
            return not found.headers.get("Heirloom-Stale") and found.json["items"]

        wait_for("search has followed", search_has_followed)
        done = self.house.run("doctor", "--data-dir", self.house.data_dir, "--json", check=False)
        said = json.loads(done.stdout)
        self.assertEqual((said["errors"], said["warnings"]), (0, 0), said)
        print(f"{len(acknowledged)} acknowledged, {sum(writer.refused for writer in self.writers)} refused, none lost")


if __name__ == "__main__":
    unittest.main()
