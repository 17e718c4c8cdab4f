"""The search index is built again under load, killed in the middle of it, and after a restore.

Throughout, no search finds less than there is, no word that was read back gets lost, and what a kill
leaves behind is swept away.
"""

import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from appliance import Appliance  # noqa: E402

STORIES = 250
WORDS = ["lamp", "boat", "garden", "river", "orchard", "letter", "winter", "market", "mother", "harbour"]


def write_corpus(path):
    chance = random.Random(1)
    with open(path, "w", encoding="utf-8") as out:
        for number in range(STORIES):
            body = " ".join(chance.choice(WORDS) + str(chance.randrange(300)) for _ in range(250))
            story = {"id": f"s{number}", "title": f"Lantern {number}", "body": "lantern " + body, "language": "en"}
            out.write(json.dumps(story) + "\n")


def generations(house):
    folder = pathlib.Path(house.data_dir, "index/stories-v3")
    return [entry for entry in folder.iterdir() if entry.is_dir()] if folder.is_dir() else []


def wait_for(what, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.005)


def rebuild(house):
    return subprocess.Popen(
        [house.binary, "rebuild", "search", "--data-dir", house.data_dir],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )


def finish(process):
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


class Load(threading.Thread):
    """Searches what is always there, writes and reads back what it wrote, until told to stop."""

    def __init__(self, house, token, legacy, number):
        super().__init__()
        self.client = house.client(token)
        self.legacy = legacy
        self.number = number
        self.stop = threading.Event()
        self.wrong = []
        self.rounds = 0
        self.waited = 0

    def run(self):
        while not self.stop.is_set():
            try:
                self.once()
            except Exception as failed:  # noqa: BLE001 - shown by the test
                self.wrong.append(repr(failed))
                return
            self.rounds += 1

    def once(self):
        found = self.client.get("/api/v1/search", q="lantern", limit=100, facets="true")
        counted = found.json["facets"]["languages"][0]["count"] if found.json.get("facets") else 0
        if found.status != 200 or len(found.json["items"]) != 100 or counted != STORIES:
            self.wrong.append(f"{counted} of {STORIES}: {found}")
        word = f"anchor{chr(97 + self.number)}" + "".join(chr(97 + int(d)) for d in str(self.rounds))
        made = self.client.post("/api/v1/stories", {"legacy_id": self.legacy, "title": word})
        assert made.status == 201, made
        found = self.client.get("/api/v1/search", q=f'"{word}"',
                                headers={"Heirloom-Sequence": made.headers["Heirloom-Sequence"]})
        if found.headers.get("Heirloom-Stale"):
            self.waited += 1
        elif [item["title"] for item in found.json["items"]] != [word]:
            self.wrong.append(f"{word}: {found}")


class Rebuild(unittest.TestCase):
    def setUp(self):
        self.house = Appliance().start()
        self.addCleanup(self.house.remove)
        self.house.add_user("ada")
        self.token = self.house.token("ada")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "stories.jsonl")
            write_corpus(path)
            self.house.run("import", "stories", path, "--server", self.house.url, "--legacy", "The family",
                           env={"HEIRLOOM_TOKEN": self.token})
        self.legacy = self.client().get("/api/v1/legacies").json["items"][0]["id"]
        self.wait_until_ready()

    def client(self):
        return self.house.client(self.token)

    def check(self):
        return next(check for check in self.client().get("/readyz").json["checks"] if check["name"] == "search")

    def wait_until_ready(self):
        wait_for("search is not behind", lambda: self.check()["status"] == "ok")

    def count(self):
        found = self.client().get("/api/v1/search", q="lantern", facets="true")
        self.assertEqual(found.status, 200, found)
        languages = found.json["facets"]["languages"]
        return (languages[0]["count"] if languages else 0), found.headers.get("Heirloom-Stale")

    def test_under_load(self):
        load = [Load(self.house, self.token, self.legacy, number) for number in range(3)]
        for each in load:
            each.start()
        try:
            for _ in range(2):
                status, out, err = finish(rebuild(self.house))
                self.assertEqual(status, 0, err)
                self.assertRegex(out, r"^The search index was built again from \d+ stories\.\n$")
        finally:
            for each in load:
                each.stop.set()
            for each in load:
                each.join()
        self.assertEqual([wrong for each in load for wrong in each.wrong], [])
        self.assertGreater(sum(each.rounds for each in load), 10)
        self.assertLess(sum(each.waited for each in load), sum(each.rounds for each in load))
        self.assertEqual(len(generations(self.house)), 1)

    def test_daemon_killed_in_the_middle(self):
        for round_ in range(3):
            done = rebuild(self.house)
            wait_for("a generation is begun", lambda: len(generations(self.house)) > 1 or done.poll() is not None)
            time.sleep(random.Random(round_).random() * 0.5)  # Anywhere in it.
            self.house.kill()
            done.communicate(timeout=60)
            self.house.start()
            self.assertEqual(self.count()[0], STORIES)
            self.wait_until_ready()
            self.assertEqual(self.count(), (STORIES, None))
            self.assertEqual(len(generations(self.house)), 1)
        self.assertEqual(finish(rebuild(self.house))[0], 0)
        self.assertEqual(self.count(), (STORIES, None))

    def test_command_killed_in_the_middle(self):
        done = rebuild(self.house)
        wait_for("a generation is begun", lambda: len(generations(self.house)) > 1 or done.poll() is not None)
        done.kill()
        done.communicate(timeout=60)
        wait_for("what was begun is gone", lambda: len(generations(self.house)) == 1)
        self.assertEqual(self.count(), (STORIES, None))
        wait_for("it can be had again", lambda: finish(rebuild(self.house))[0] == 0)
        # Alone, too.
        self.house.stop()
        done = rebuild(self.house)
        wait_for("a generation is begun", lambda: len(generations(self.house)) > 1 or done.poll() is not None)
        done.send_signal(signal.SIGKILL)
        done.communicate(timeout=60)
        status, out, err = finish(rebuild(self.house))
        self.assertEqual(status, 0, err)
        self.assertIn(f"from {STORIES} stories", out)
        self.assertEqual(len(generations(self.house)), 1)
        self.house.start()
        self.wait_until_ready()
        self.assertEqual(self.count(), (STORIES, None))

    def test_stopping_does_not_wait_for_it(self):
        done = rebuild(self.house)
        wait_for("a generation is begun", lambda: len(generations(self.house)) > 1 or done.poll() is not None)
        self.assertEqual(self.house.stop(), 0)
        done.communicate(timeout=60)
        self.assertEqual(len(generations(self.house)), 1)

    def test_another_epoch(self):
        """As after a restore: the truth goes back, and has another epoch."""
        self.house.stop()
        database = sqlite3.connect(pathlib.Path(self.house.data_dir, "heirloom.db"))
        with database:
            self.assertEqual(database.execute("UPDATE meta SET value = 'another' WHERE key = 'epoch'").rowcount, 1)
            gone = [row[0] for row in database.execute("SELECT id FROM stories ORDER BY id LIMIT 7")]
            for table, column in (("revisions", "story_id"), ("story_tags", "story_id"), ("story_sources", "story_id"),
                                  ("stories", "id")):
                marks = ", ".join("?" * len(gone))
                database.execute(f"DELETE FROM {table} WHERE {column} IN ({marks})", gone)
        database.close()
        self.house.start()
        done = False
        while not done:
            done = self.check()["status"] == "ok"
            # What was written after the copy is never seen; what is there always is.
            count, stale = self.count()
            self.assertEqual(count, STORIES - 7)
            self.assertFalse(done and stale)
        self.assertEqual(self.count(), (STORIES - 7, None))
        self.assertIn("built from the truth", self.house.log_text())
        self.assertEqual(len(generations(self.house)), 1)


if __name__ == "__main__":
    unittest.main()
