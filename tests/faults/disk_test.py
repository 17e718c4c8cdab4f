"""The disk is full, or gives an error, at each step of what is done.

Whatever step it is: who waits is told in words, nothing that was acknowledged is lost, the next start
finds everything whole, and doctor has nothing to say. HEIRLOOM_FAULT_STEPS says how many steps of each
kind are tried (4), or "all".
"""

import contextlib
import errno
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from appliance import PASSWORD, Appliance  # noqa: E402
from faulty_disk import ANY, SYNC, FaultyDisk, steps  # noqa: E402

LIMIT = 120
FULL = ("full", errno.ENOSPC, True)
BROKEN = ("broken", errno.EIO, False)


class DiskCase(unittest.TestCase):
    """Each step starts from a copy of one prepared installation."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="heirloom-disk-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.prepared = cls.folder / "prepared"
        cls.prepared.mkdir(mode=0o700)
        with Appliance(cls.prepared) as house:
            ada = house.person("ada")
            cls.token = house.token("ada")
            cls.legacy = ada.post("/api/v1/legacies", {"title": "Ledger"}).json["id"]
            cls.first = cls.write(house, "aardvark").json["id"]
            assert house.stop() == 0

    def setUp(self):
        self.data_dir = self.folder / "data"
        self.house = Appliance(self.data_dir)
        self.fresh()
        self.addCleanup(self.house.kill)

    def fresh(self):
        shutil.rmtree(self.data_dir, ignore_errors=True)
        shutil.copytree(self.prepared, self.data_dir, ignore=shutil.ignore_patterns("control.sock"))
        pathlib.Path(self.house.log_path).unlink(missing_ok=True)

    @classmethod
    def write(cls, house, word):
        story = {"legacy_id": cls.legacy, "title": word, "markdown": "It was so. " * 400, "status": "published"}
        return house.client(cls.token, timeout=LIMIT).post("/api/v1/stories", story)

    def start(self, disk):
        before = dict(os.environ)
        os.environ.update(disk.environment)
        try:
            self.house.start()
        finally:
            os.environ.clear()
            os.environ.update(before)

    def run_alone(self, *arguments, disk=None, text=None):
        done = subprocess.run([self.house.binary, *map(str, arguments)], input=text, text=True, capture_output=True,
                              timeout=LIMIT, env={**os.environ, **(disk.environment if disk else {})}, check=False)
        self.assertGreaterEqual(done.returncode, -6, done.stderr)  # It may end itself, by abort; never by a crash.
        return done

    def check_words(self, done):
        """A command that failed says why, in a line for people."""
        said = [line for line in done.stderr.splitlines() if line.startswith("heirloom: ")]
        self.assertTrue(said or "the disk failed" in done.stderr, done.stderr)

    def check_sound(self, *stories):
        """A start on a disk that works: all of `stories` are there, are found, and nothing is wrong."""
        self.house.start(timeout=LIMIT)
        client = self.house.client(self.token, timeout=LIMIT)
        for story, word in ((self.first, "aardvark"), *stories):
            self.assertEqual(client.get(f"/api/v1/stories/{story}").json["title"], word)
        last = self.write(self.house, "zebra")
        self.assertEqual(last.status, 201)
        for story, word in ((self.first, "aardvark"), *stories):
            after = {"Heirloom-Sequence": last.headers["Heirloom-Sequence"]}
            found = client.get("/api/v1/search", q=word, headers=after)
            self.assertIn(story, [hit["id"] for hit in found.json["items"]])
            self.assertNotIn("Heirloom-Stale", found.headers)
        self.assertEqual(self.house.stop(), 0)
        self.check_doctor()

    def check_doctor(self):
        done = self.run_alone("doctor", "--data-dir", self.data_dir, "--json")
        found = json.loads(done.stdout)["findings"]
        # How full the machine's own disk is, is not ours.
        self.assertEqual([one for one in found if one["severity"] == "error" and one["check"] != "space"], [])

    @contextlib.contextmanager
    def disk(self, path, calls=ANY):
        disk = FaultyDisk(path, calls)
        try:
            yield disk
        finally:
            disk.remove()


class Writing(DiskCase):
    def try_write(self, disk, at, error, lasting):
        """One write whose at-th step fails; gives the stories that were acknowledged."""
        self.fresh()
        disk.disarm()
        self.start(disk)
        disk.arm(at, error, lasting)
        made = []
        try:
            answer = self.write(self.house, "bergamot")
            if answer.status == 201:
                made.append((answer.json["id"], "bergamot"))
            else:
                self.assertGreaterEqual(answer.status, 500, answer)
                self.assertTrue(answer.json["title"], answer)
        except (OSError, http.client.HTTPException):
            self.assertNotEqual(self.house.process.wait(LIMIT), 0)
        failed = disk.failed
        disk.disarm()
        alive = self.house.process.poll() is None
        if alive and error == errno.ENOSPC:
            # There is room again, and nobody has to start anything anew.
            answer = self.write(self.house, "chrysalis")
            self.assertEqual(answer.status, 201, answer)
            made.append((answer.json["id"], "chrysalis"))
        self.house.kill()
        return made, failed, alive

    def count(self, disk):
        self.fresh()
        self.start(disk)
        disk.disarm()
        self.assertEqual(self.write(self.house, "bergamot").status, 201)
        seen = disk.seen
        self.house.kill()
        return seen

    def sweep(self, kind, path):
        name, error, lasting = kind
        with self.disk(path) as disk:
            last = self.count(disk)
            self.assertGreater(last, 0)
            for at in steps(last):
                with self.subTest(disk=name, path=path, step=at, of=last):
                    made, failed, _ = self.try_write(disk, at, error, lasting)
                    self.assertGreater(failed, 0)
                    self.check_sound(*made)

    def test_a_full_disk_at_each_step(self):
        self.sweep(FULL, "/heirloom.db")

    def test_an_error_at_each_step(self):
        self.sweep(BROKEN, "/heirloom.db")

    def test_a_failed_fsync_ends_the_daemon_and_is_not_tried_again(self):
        with self.disk("/heirloom.db-wal", SYNC) as disk:
            made, failed, alive = self.try_write(disk, 1, errno.EIO, lasting=False)
            self.assertEqual((made, failed, alive), ([], 1, False))
            self.assertIn("the disk failed", self.house.log_text())
            self.check_sound()

    def test_a_full_disk_under_the_index_holds_up_nobody_who_writes(self):
        with self.disk("/index/") as disk:
            made, failed, alive = self.try_write(disk, 1, errno.ENOSPC, lasting=True)
            self.assertTrue(alive)
            self.assertEqual([word for _, word in made], ["bergamot", "chrysalis"])
            self.check_sound(*made)


class Starting(DiskCase):
    """From nothing to serving: the schema is made on the way."""

    def sweep(self, kind):
        name, error, lasting = kind
        add = ("user", "add", "--data-dir", self.data_dir, "--email", "ada@example.org", "--name", "Ada",
               "--password-stdin")
        with self.disk("/data/") as disk:
            for at in [0, *steps(self.count(disk, add))]:
                with self.subTest(disk=name, step=at):
                    shutil.rmtree(self.data_dir)
                    disk.arm(at, error, lasting)
                    done = self.run_alone(*add, disk=disk, text=PASSWORD)
                    if done.returncode != 0:
                        self.check_words(done)
                    again = self.run_alone(*add, text=PASSWORD)
                    # What was acknowledged is there; what was refused may be, whole, or not.
                    if done.returncode == 0:
                        self.assertIn("already", again.stderr)
                    elif again.returncode != 0:
                        self.assertIn("already", again.stderr)
                    self.check_doctor()

    def count(self, disk, add):
        shutil.rmtree(self.data_dir)
        disk.disarm()
        self.assertEqual(self.run_alone(*add, disk=disk, text=PASSWORD).returncode, 0)
        return disk.seen

    def test_a_full_disk_at_each_step(self):
        self.sweep(FULL)

    def test_an_error_at_each_step(self):
        self.sweep(BROKEN)


class Copying(DiskCase):
    def sweep(self, kind, path, arguments, check):
        name, error, lasting = kind
        with self.disk(path) as disk:
            disk.disarm()
            self.fresh()
            self.assertEqual(self.run_alone(*arguments, disk=disk).returncode, 0)
            last = disk.seen
            for at in steps(last):
                with self.subTest(command=arguments[0], disk=name, step=at, of=last):
                    self.fresh()
                    for left in self.folder.glob("copy.db*"):
                        left.unlink()
                    disk.arm(at, error, lasting)
                    done = self.run_alone(*arguments, disk=disk)
                    self.assertGreater(disk.failed, 0)
                    if done.returncode != 0:
                        self.check_words(done)
                    check(done)

    def check_backup(self, done):
        copies = [path.name for path in self.folder.glob("copy.db*")]
        if done.returncode != 0:
            # Its name is there only when the file is whole.
            self.assertIn(copies, ([], ["copy.db"]))
        if copies:
            self.run_alone("restore", "--data-dir", self.data_dir, "--from", self.folder / "copy.db")
            self.check_doctor()
        elif done.returncode == 0:
            self.fail("there is no copy")

    def test_a_backup_is_whole_or_not_there(self):
        arguments = ("backup", "--data-dir", self.data_dir, "--out", self.folder / "copy.db")
        for kind in (FULL, BROKEN):
            self.sweep(kind, "/copy.db", arguments, self.check_backup)

    def test_a_restore_leaves_one_or_the_other(self):
        source = self.folder / "source.db"
        source.unlink(missing_ok=True)
        self.assertEqual(self.run_alone("backup", "--data-dir", self.data_dir, "--out", source).returncode, 0)
        arguments = ("restore", "--data-dir", self.data_dir, "--from", source)
        for kind in (FULL, BROKEN):
            self.sweep(kind, "/data/heirloom.db", arguments, lambda _: self.check_sound())

    def test_a_rebuild_leaves_one_or_the_other(self):
        arguments = ("rebuild", "search", "--data-dir", self.data_dir)
        for kind in (FULL, BROKEN):
            self.sweep(kind, "/data/index/", arguments, lambda _: self.check_sound())


class Importing(DiskCase):
    COUNT = 30

    def imported(self, disk=None):
        with open(self.folder / "stories.jsonl", "w", encoding="utf-8") as file:
            for number in range(self.COUNT):
                print(json.dumps({"id": f"s{number}", "title": f"Import{number}", "body": "Text. " * 100}), file=file)
        return self.run_alone("import", "stories", self.folder / "stories.jsonl", "--server", self.house.url,
                              "--legacy", self.legacy, "--json", "--token-file", self.folder / "token")

    def test_what_was_interrupted_is_completed_without_doubles(self):
        (self.folder / "token").write_text(self.token, encoding="utf-8")
        with self.disk("/heirloom.db") as disk:
            self.start(disk)
            disk.disarm()
            self.assertEqual(self.imported().returncode, 0)
            last = disk.seen
            self.house.kill()
            for name, error, lasting in (FULL, BROKEN):
                for at in steps(last, 3):
                    with self.subTest(disk=name, step=at, of=last):
                        self.check_interrupted(disk, at, error, lasting)

    def check_interrupted(self, disk, at, error, lasting):
        self.fresh()
        disk.disarm()
        self.start(disk)
        disk.arm(at, error, lasting)
        done = self.imported()
        if done.returncode != 0:
            self.assertTrue(done.stderr.strip())
        disk.disarm()
        self.house.kill()
        self.house.start(timeout=LIMIT)
        again = json.loads(self.imported().stdout.splitlines()[-1])
        self.assertEqual((again["created"] + again["unchanged"], again["skipped"]), (self.COUNT, []))
        listed = self.house.client(self.token).get("/api/v1/stories", legacy=self.legacy, limit=100).json["items"]
        self.assertEqual(sum(one["title"].startswith("Import") for one in listed), self.COUNT)
        self.assertEqual(self.house.stop(), 0)
        self.check_doctor()


class Tmpfs(DiskCase):
    """A disk that really is full. Mounting one needs root; without it the other suites stand for this."""

    def setUp(self):
        super().setUp()
        self.mounted = self.folder / "small"
        self.mounted.mkdir(exist_ok=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m,mode=0700", "tmpfs", self.mounted], check=False,
                              capture_output=True)
        self.real = done.returncode == 0
        if self.real:
            self.addCleanup(subprocess.run, ["umount", "--lazy", self.mounted], check=False)
        self.house.kill()
        self.data_dir = self.mounted / "data"
        self.house = Appliance(self.data_dir)
        self.addCleanup(self.house.kill)
        shutil.rmtree(self.data_dir, ignore_errors=True)
        shutil.copytree(self.prepared, self.data_dir, ignore=shutil.ignore_patterns("control.sock"))

    def test_writing_stops_in_words_reading_goes_on_and_room_mends_it(self):
        with self.disk("/small/data/") as disk:
            self.start(disk)
            made = [(self.first, "aardvark")]
            ballast = self.fill(disk)
            refused = None
            for number in range(400):
                answer = self.write(self.house, f"word{number}")
                if answer.status != 201:
                    refused = answer
                    break
                made.append((answer.json["id"], f"word{number}"))
            self.assertIsNotNone(refused, "the disk never was full")
            self.assertGreaterEqual(refused.status, 500)
            self.assertIn("title", refused.json)
            client = self.house.client(self.token, timeout=LIMIT)
            for story, word in made[-3:]:
                self.assertEqual(client.get(f"/api/v1/stories/{story}").json["title"], word)
            ballast()
            self.assertEqual(self.write(self.house, "after").status, 201)
            self.house.kill()
            self.check_sound(*made[-5:])

    def fill(self, disk):
        """Leaves next to no room; gives what makes room again."""
        if not self.real:
            disk.arm(1, errno.ENOSPC, lasting=True)
            return disk.disarm
        path = self.mounted / "ballast"
        with open(path, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x" * (64 << 10)):
                pass
        os.truncate(path, max(path.stat().st_size - (512 << 10), 0))
        return path.unlink


if __name__ == "__main__":
    unittest.main(verbosity=2)
