"""`heirloom promote`: a box of 550 stories becomes a cluster and a box again. Every archive that is exported on the way
holds the same; a move that is killed, at whatever point, goes on when it is run again. Needs servers of tests/services:
HEIRLOOM_TEST_POSTGRES, _NEO4J, _OPENSEARCH, _S3 and _AWS."""

import contextlib
import hashlib
import json
import os
import pathlib
import random
import secrets
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import zipfile

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "support"), str(HERE.parent)]
from appliance import PASSWORD, Appliance, Client, PostgresDatabase  # noqa: E402

SEED = int(os.environ.get("HEIRLOOM_PROMOTE_SEED", random.randrange(1 << 30)))
STORIES = os.environ.get("HEIRLOOM_PROMOTE_STORIES")  # A file or folder to import; else some are made.


def contents_of(archive):
    """Name and digest of every file; of the manifest without the time."""
    found = {}
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            data = opened.read(name)
            if name.endswith("manifest.json"):
                lines = [line for line in data.splitlines() if b'"exported_at"' not in line]
                data = b"\n".join(lines)
            found[name] = hashlib.sha256(data).hexdigest()
    return found


def made_stories(path, count=300):
    """In three scripts, with tags, times and characters that databases order differently."""
    words = "lamp Äpfel Straße عائلة 家族 éclair naïve o'clock \"quoted\" back\\slash 100% a_b 🕯".split()
    rng = random.Random(7)
    with open(path, "w") as out:
        for number in range(count):
            text = " ".join(rng.choice(words) for _ in range(rng.randrange(5, 400)))
            story = {"id": f"{number}-{rng.choice(words)}", "title": f"{rng.choice(words)} {number}", "markdown": text,
                     "tags": rng.sample(words, rng.randrange(3)), "language": rng.choice(["en", "de", "ar"])}
            out.write(json.dumps(story, ensure_ascii=rng.random() < 0.5) + "\n")


class Place:
    """An installation by its configuration file alone."""

    def __init__(self, folder, name, more=""):
        self.data_dir = os.path.join(folder, name)
        self.file = os.path.join(folder, name + ".toml")
        pathlib.Path(self.file).write_text(
            f'data_dir = "{self.data_dir}"\n[http]\nlisten = "127.0.0.1:0"\n[index]\nembedder = "none"\n{more}')

    def is_being_filled(self):
        """Of one on SQLite: whether rows were copied into it, and not yet all."""
        with contextlib.suppress(sqlite3.Error), contextlib.closing(
            sqlite3.connect(f"file:{self.data_dir}/heirloom.db?mode=ro", uri=True)
        ) as database:
            return bool(database.execute("SELECT 1 FROM users").fetchall())
        return False

    @contextlib.contextmanager
    def serving(self):
        house = Appliance(self.data_dir, ["--config", self.file])
        house.database, house.environment = None, {}
        try:
            yield house.start()
        finally:
            if house.process:
                house.stop()


class Promote(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="heirloom-promote-")
        self.addCleanup(subprocess.run, ["rm", "-rf", self.folder], check=True)
        self.binary = str(pathlib.Path(os.environ["HEIRLOOM_BIN"]).resolve())
        self.random = random.Random(SEED)
        print(f"HEIRLOOM_PROMOTE_SEED={SEED}", flush=True)

    def cluster(self, name):
        """A configuration where nothing but what nobody shares lies in the data directory."""
        os.mkdir(os.path.join(self.folder, name), 0o700)
        database = PostgresDatabase(self.binary, os.path.join(self.folder, name))
        self.addCleanup(database.remove)
        graph = urllib.parse.urlsplit(os.environ["HEIRLOOM_TEST_NEO4J"])
        search = urllib.parse.urlsplit(os.environ["HEIRLOOM_TEST_OPENSEARCH"])
        bucket = "promote-" + secrets.token_hex(6)
        s3, aws = (urllib.parse.quote(os.environ["HEIRLOOM_TEST_" + at], safe="") for at in ("S3", "AWS"))
        return Place(self.folder, name, f"""search = "opensearch://{search.netloc}/{bucket}"
[storage]
database = "{database.environment['HEIRLOOM_STORAGE_DATABASE']}"
database_password = "{database.environment['HEIRLOOM_STORAGE_DATABASE_PASSWORD']}"
graph = "neo4j+http://{graph.hostname}:{graph.port}/neo4j"
graph_user = "{graph.username}"
graph_password = "{graph.password}"
blobs = "s3://{bucket}?endpoint={s3}&region=us-east-1&style=path"
blobs_access_key_id = "heirloom"
blobs_secret_access_key = "heirloom-secret"
events = "sns+sqs://{bucket}?endpoint={aws}&region=us-east-1"
events_consumers = ["follower"]
events_access_key_id = "test"
events_secret_access_key = "test"
""")

    def run_it(self, *arguments, check=0, text=None):
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, input=text, timeout=300)
        self.assertEqual(done.returncode, check, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def promote(self, source, target, *more, check=0):
        return self.run_it("promote", "--from", source.file, "--to", target.file, *more, check=check)

    def refused(self, source, target, words):
        self.assertIn(words, self.promote(source, target, check=1).stderr)

    def begin(self, place):
        """Stories with revisions, unsaved changes, something in the bin, a second person. Gives a token."""
        self.run_it("user", "add", "--data-dir", place.data_dir, "--email", "ada@example.org", "--name", "Ada", "--admin",
                    "--password-stdin", text=PASSWORD)
        self.run_it("user", "add", "--data-dir", place.data_dir, "--email", "bo@example.org", "--name", "Bo",
                    "--password-stdin", text=PASSWORD)
        self.token = self.run_it("token", "create", "--data-dir", place.data_dir, "--user", "ada@example.org",
                                 "--name", "test").stdout.strip()
        stories = STORIES
        if not stories:
            stories = os.path.join(self.folder, "stories.jsonl")
            made_stories(stories)
        with place.serving() as house:
            env = {**os.environ, "HEIRLOOM_TOKEN": self.token}
            subprocess.run([self.binary, "import", "stories", stories, "--server", house.url, "--legacy", "Letters"],
                           env=env, check=True, capture_output=True)
            ada = house.client(self.token)
            items = ada.get("/api/v1/stories?limit=20").json["items"]
            for item in items[:10]:
                story = ada.get(f"/api/v1/stories/{item['id']}")
                changed = ada.request("PATCH", f"/api/v1/stories/{item['id']}", {"markdown": "again \\ and 'again'"},
                                      {"If-Match": story.headers["ETag"]})
                self.assertEqual(changed.status, 200, changed)
            gone = ada.get(f"/api/v1/stories/{items[11]['id']}")
            deleted = ada.request("DELETE", f"/api/v1/stories/{items[11]['id']}",
                                  headers={"If-Match": gone.headers["ETag"]})
            self.assertLess(deleted.status, 300, deleted)

    def archive(self, place):
        """What an export of it holds, with everything else that must come along."""
        with place.serving() as house:
            path = os.path.join(self.folder, secrets.token_hex(4) + ".zip")
            env = {**os.environ, "HEIRLOOM_TOKEN": self.token}
            subprocess.run([self.binary, "export", "--server", house.url, "--out", path], env=env, check=True,
                           capture_output=True)
            ada = house.client(self.token)
            people = [(each["id"], each["name"]) for each in ada.get("/api/v1/users").json.get("items", [])]
            deleted = sorted(each["id"] for each in ada.get("/api/v1/bin").json.get("items", []))
            return contents_of(path), people, deleted

    def killed_move(self, source, target, when=None):
        """Killed at a random moment, or as soon as it may be said. Whether it was."""
        move = subprocess.Popen([self.binary, "promote", "--from", source.file, "--to", target.file],
                                stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        if when is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                move.wait(self.random.uniform(0.02, 1.5))
        else:
            while move.poll() is None and not when():
                time.sleep(0.001)
        move.kill()
        return move.wait(120) == -signal.SIGKILL

    def look_sealed(self, place):
        """Nobody can change what has moved; all of it can be read, and it says so."""
        with place.serving() as house:
            client = house.client(self.token)
            self.assertTrue(client.get("/api/v1/stories?limit=1").json["items"])
            made = client.post("/api/v1/legacies", {"title": "Another"})
            self.assertEqual(made.status, 409, made)
            self.assertIn("has moved to another place", made.json["detail"])
            ready = house.client().get("/readyz").json
            said = {check["name"]: check.get("detail", "") for check in ready["checks"]}
            self.assertIn("has moved", said["database"])

    def test_there_and_back_with_kills(self):
        box = Place(self.folder, "box")
        cluster = self.cluster("cluster")
        home = Place(self.folder, "home")
        self.begin(box)
        before = self.archive(box)
        self.assertGreater(len(before[0]), 200)
        self.assertTrue(self.killed_move(box, cluster))
        for _ in range(2):
            self.killed_move(box, cluster)
        moved = json.loads(self.promote(box, cluster, "--json").stdout)
        # The last one may have come to its end before it was killed.
        self.assertTrue(moved.get("before") or moved["rows"] > 600, moved)
        self.look_sealed(box)
        self.assertEqual(self.archive(cluster), before)

        self.assertTrue(self.killed_move(cluster, home, when=home.is_being_filled))
        self.killed_move(cluster, home)
        back = json.loads(self.promote(cluster, home, "--json").stdout)
        self.assertTrue(back.get("before") or back["rows"] > 600, back)
        self.look_sealed(cluster)
        self.assertEqual(self.archive(home), before)
        # Again: it is said to be done; and the first box takes nothing in any more.
        self.assertIn("before", self.promote(cluster, home).stdout)
        self.refused(home, box, "of its own and no record of this move")

    def test_what_cannot_be_is_refused_and_changes_nothing(self):
        box = Place(self.folder, "box")
        self.begin(box)
        other = Place(self.folder, "other")
        self.run_it("user", "add", "--data-dir", other.data_dir, "--email", "eve@example.org", "--name", "Eve",
                    "--password-stdin", text=PASSWORD)
        self.refused(box, other, "of its own and no record of this move")
        self.refused(box, box, "same data_dir")
        self.assertIn("not sealed", self.run_it("promote", "--from", box.file, "--give-up", check=1).stderr)
        with box.serving() as house:
            self.assertEqual(house.client(self.token).post("/api/v1/legacies", {"title": "Open"}).status, 201)
            # Beside its daemon, which goes on to be read, too.
            empty = Place(self.folder, "empty")
            moved = json.loads(self.promote(box, empty, "--json").stdout)
            self.assertGreater(moved["rows"], 600)
            self.assertEqual(house.client(self.token).post("/api/v1/legacies", {"title": "Late"}).status, 409)
            self.assertEqual(Client(house.url, self.token).get("/api/v1/stories?limit=1").status, 200)
        self.assertIn("may have been opened", self.run_it("promote", "--from", box.file, "--give-up", check=1).stderr)

    def test_a_move_that_was_given_up_leaves_the_source_open(self):
        box = Place(self.folder, "box")
        self.begin(box)
        half = Place(self.folder, "half")
        self.assertTrue(self.killed_move(box, half, when=half.is_being_filled))
        # Half of it is nobody's to open, and nothing else may be moved over it.
        refused = self.run_it("serve", "--config", half.file, check=1)
        self.assertIn("did not come to its end", refused.stderr)
        third = Place(self.folder, "third")
        self.refused(box, third, "moving to another place")
        self.run_it("promote", "--from", box.file, "--give-up")
        with box.serving() as house:
            self.assertEqual(house.client(self.token).post("/api/v1/legacies", {"title": "Open"}).status, 201)
        self.refused(box, half, "no record of this move")
        self.promote(box, third)


if __name__ == "__main__":
    unittest.main(verbosity=2)
