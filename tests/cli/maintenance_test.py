"""Backup, restore and doctor, beside a daemon and alone."""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import sqlite3
import unittest

from heirloom import EMAIL, LIMIT, PASSWORD, TestCase, run


# Vectors come when their turn comes: what doctor finds here shall not hang on how fast a machine embeds.
os.environ["HEIRLOOM_INDEX_EMBEDDER"] = "none"


class MaintenanceCase(TestCase):
    def setUp(self):
        super().setUp()
        self.truth = self.data_dir / "heirloom.db"
        self.token = self.legacy = None

    def begin(self, daemon):
        """Somebody with a legacy."""
        self.add_user()
        self.token = self.make_token()
        self.legacy = self.ask(daemon, "/api/v1/legacies", "POST", {"title": "Letters"}, status=201)["id"]

    def ask(self, daemon, path, method="GET", body=None, status=200, **headers):
        got, _, text = daemon.ask(path, method, body, Authorization=f"Bearer {self.token}", **headers)
        self.assertEqual(got, status, text)
        return json.loads(text)

    def write(self, daemon, word):
        """A story that this word finds."""
        story = {"legacy_id": self.legacy, "title": word, "markdown": "It was so.", "status": "published"}
        _, headers, text = daemon.ask("/api/v1/stories", "POST", story, Authorization=f"Bearer {self.token}")
        self.sequence = headers["Heirloom-Sequence"]
        return json.loads(text)["id"]

    def found(self, daemon, *words):
        """Which of these words find something, once the index has followed the newest write."""
        hits = {}
        for word in words:
            status, headers, text = daemon.ask(f"/api/v1/search?q={word}", Authorization=f"Bearer {self.token}",
                                               Heirloom_Sequence=self.sequence)
            self.assertEqual((status, headers["Heirloom-Stale"]), (200, None), text)
            hits[word] = [item["title"] for item in json.loads(text)["items"]]
        return [word for word, titles in hits.items() if titles == [word]]

    @contextlib.contextmanager
    def events(self, daemon, after):
        """What a subscriber hears who knows everything up to `after`: (type, subject), one by one."""
        connection = http.client.HTTPConnection(daemon.address, timeout=LIMIT)
        try:
            connection.request("GET", "/api/v1/events", headers={
                "Authorization": f"Bearer {self.token}", "Last-Event-ID": after, "Accept": "text/event-stream"})
            yield self.frames(connection.getresponse())
        finally:
            connection.close()

    @staticmethod
    def frames(stream):
        fields = {}
        for line in stream:
            name, _, value = line.decode().rstrip("\r\n").partition(": ")
            if name:
                fields[name] = value
            elif "event" in fields:
                yield fields["event"], json.loads(fields["data"]).get("id")
                fields = {}

    def doctor(self, status=0):
        got, out, err = run("doctor", "--data-dir", self.data_dir, "--json")
        self.assertEqual(got, status, out + err)
        return json.loads(out)

    def findings(self, status):
        return [(one["severity"], one["check"], one["what"]) for one in self.doctor(status)["findings"]
                if one["severity"] != "note"]

    def back_up(self, name="copy.db"):
        path = self.folder / name
        self.done("backup", "--data-dir", self.data_dir, "--out", path)
        return path


class Backup(MaintenanceCase):
    def check_backup(self):
        path = self.back_up()
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as copy:
            self.assertEqual(copy.execute("SELECT name FROM users").fetchall(), [("Ada",)])
        copy.close()
        self.assertIn("already", self.refused("backup", "--data-dir", self.data_dir, "--out", path))
        self.assertIn("nowhere", self.refused("backup", "--data-dir", self.data_dir, "--out",
                                              self.folder / "nowhere" / "copy.db"))
        self.assertEqual([name for name in os.listdir(self.folder) if "partial" in name], [])

    def test_alone(self):
        self.add_user()
        self.check_backup()

    def test_beside_a_daemon_it_may_name_a_place_relative_to_the_caller(self):
        self.serve()
        self.add_user()
        self.check_backup()
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)
        self.done("backup", "--data-dir", self.data_dir, "--out", "here.db")
        self.assertTrue((self.folder / "here.db").exists())


class Restore(MaintenanceCase):
    def check_history(self, put_back):
        """A is copied, B is not, C comes after the copy was put back."""
        daemon = self.serve()
        self.begin(daemon)
        first = self.write(daemon, "aardvark")
        copy = self.back_up()
        second = self.write(daemon, "bergamot")
        self.assertEqual(self.found(daemon, "aardvark", "bergamot"), ["aardvark", "bergamot"])
        epoch = self.sequence.split(".")[0]
        daemon.stop()
        put_back(copy)

        daemon = self.serve()
        # Who heard of B is told to begin anew, and then hears of C.
        with self.events(daemon, self.sequence) as heard:
            self.assertEqual(next(heard)[0], "reset")
            third = self.write(daemon, "chrysalis")
            self.assertEqual(next(heard), ("StoryCreated", third))
        self.assertNotEqual(self.sequence.split(".")[0], epoch)
        self.assertEqual(self.found(daemon, "aardvark", "bergamot", "chrysalis"), ["aardvark", "chrysalis"])
        for story, status in ((first, 200), (second, 404), (third, 200)):
            self.ask(daemon, f"/api/v1/stories/{story}", status=status)
        self.assertEqual(self.doctor()["errors"], 0)
        daemon.stop()
        self.assertEqual(self.doctor()["errors"], 0)

    def test_search_shows_what_was_put_back_and_what_came_after_alone(self):
        self.check_history(lambda copy: self.done("restore", "--data-dir", self.data_dir, "--from", copy))

    def test_into_an_empty_place(self):
        def elsewhere(copy):
            shutil.rmtree(self.data_dir)
            self.assertNotIn("what was there", self.done("restore", "--data-dir", self.data_dir, "--from", copy))
        self.check_history(elsewhere)

    def test_what_was_replaced_can_be_put_back_in_turn(self):
        self.add_user()
        copy = self.back_up()
        self.add_user("b@example.org")
        said = self.done("restore", "--data-dir", self.data_dir, "--from", copy)
        replaced = pathlib.Path(said.rsplit(" ", 1)[1].strip())
        self.done("restore", "--data-dir", self.data_dir, "--from", replaced)
        with sqlite3.connect(self.truth) as database:
            self.assertEqual(database.execute("SELECT count(*) FROM users").fetchone(), (2,))
        database.close()

    def test_beside_a_daemon_it_is_refused(self):
        daemon = self.serve()
        self.add_user()
        copy = self.back_up()
        said = self.refused("restore", "--data-dir", self.data_dir, "--from", copy)
        self.assertIn(f"process {daemon.process.pid}", said)
        self.assertIn("stop the daemon", said)

    def test_a_session_that_was_ended_since_does_not_come_back(self):
        daemon = self.serve()
        self.add_user()
        _, headers, _ = daemon.ask("/api/v1/session", "POST", {"email": EMAIL, "password": PASSWORD})
        cookie = headers["Set-Cookie"].split(";")[0]
        self.assertEqual(daemon.ask("/api/v1/me", Cookie=cookie)[0], 200)
        copy = self.back_up()
        daemon.stop()
        self.done("restore", "--data-dir", self.data_dir, "--from", copy)
        self.assertEqual(self.serve().ask("/api/v1/me", Cookie=cookie)[0], 401)


class Doctor(MaintenanceCase):
    def test_a_sound_installation_has_nothing_to_mend(self):
        daemon = self.serve()
        self.begin(daemon)
        self.write(daemon, "aardvark")
        self.assertEqual(self.found(daemon, "aardvark"), ["aardvark"])
        beside = self.doctor()
        daemon.stop()
        alone = self.doctor()
        for said in (beside, alone):
            self.assertEqual((said["errors"], said["warnings"]), (0, 0), said)
            self.assertEqual(said["examined"]["revisions"], 1)
            self.assertGreater(said["examined"]["events"], 1)
        self.assertIn("0 errors, 0 warnings", self.done("doctor", "--data-dir", self.data_dir))
        # Looking changes nothing.
        self.assertEqual([name for name in os.listdir(self.data_dir) if "-wal" in name or "-shm" in name], [])

    def test_it_does_not_make_an_installation(self):
        status, _, err = run("doctor", "--data-dir", self.data_dir)
        self.assertEqual(status, 2)
        self.assertIn(str(self.data_dir), err)
        self.assertFalse(self.data_dir.exists())

    def test_what_others_can_read_and_what_was_left_behind_wants_mending(self):
        self.add_user()
        self.data_dir.chmod(0o755)
        self.truth.chmod(0o644)
        (self.data_dir / "x.db.partial").touch(mode=0o600)
        said = self.findings(status=1)
        self.assertEqual({(severity, check) for severity, check, _ in said}, {("warning", "files")})
        self.assertEqual(len(said), 3, said)
        self.assertTrue(all(one["mend"] for one in self.doctor(status=1)["findings"] if one["severity"] != "note"))

    def tamper(self, *statements):
        """As somebody would who has the file and means harm, or a disk that lies."""
        with sqlite3.connect(self.truth) as database:
            for statement in statements:
                database.execute(statement)
        database.close()

    def test_changed_rows_are_noticed(self):
        daemon = self.serve()
        self.begin(daemon)
        for word in ("aardvark", "bergamot"):
            self.write(daemon, word)
        daemon.stop()
        shutil.copy(self.truth, self.folder / "sound.db")
        for check, statement in {
                "revisions": "UPDATE revisions SET author = 'somebody else' WHERE rowid = 1",
                "outbox": "DELETE FROM outbox WHERE sequence = 2",
                "audit": "UPDATE audit SET detail = '{\"x\":1}' WHERE number = 1",
                "database": "DELETE FROM users",
                "clock": "UPDATE outbox SET created_at = created_at + 86400000000",
        }.items():
            shutil.copy(self.folder / "sound.db", self.truth)
            self.tamper(statement)
            self.assertIn(check, {found for _, found, _ in self.findings(1 if check == "clock" else 2)}, check)
        for beside in (False, True):
            shutil.copy(self.folder / "sound.db", self.truth)
            self.tamper("UPDATE revisions SET author = 'somebody else' WHERE rowid = 1")
            daemon = self.serve() if beside else None
            self.assertEqual({found for _, found, _ in self.findings(2)}, {"revisions"})
            if daemon:
                daemon.stop()

    def test_an_index_that_is_not_true_is_noticed_and_building_it_again_mends_it(self):
        daemon = self.serve()
        self.begin(daemon)
        kept, dropped = self.write(daemon, "aardvark"), self.write(daemon, "bergamot")
        path, who = f"/api/v1/stories/{dropped}", {"Authorization": f"Bearer {self.token}"}
        tag = daemon.ask(path, **who)[1]["ETag"]
        status, headers, _ = daemon.ask(path, "DELETE", If_Match=tag, **who)
        self.assertEqual(status, 204)
        self.sequence = headers["Heirloom-Sequence"]
        self.assertEqual(self.found(daemon, "aardvark", "bergamot"), ["aardvark"])
        daemon.stop()
        self.assertEqual(self.doctor()["examined"]["documents"], 1)
        shutil.copy(self.truth, self.folder / "sound.db")
        for words, story, change in (("is in it as it was once", kept, "updated_at = updated_at + 1"),
                                     ("is in it and no longer there", kept, "deleted_at = 1"),
                                     ("is missing in it", dropped, "deleted_at = NULL, deleted_by = NULL")):
            shutil.copy(self.folder / "sound.db", self.truth)
            self.tamper(f"UPDATE stories SET {change} WHERE id = '{story}'")
            said = self.findings(1)
            by_check = {check: (severity, text) for severity, check, text in said}
            # The graph knows which stories there are, not when they changed.
            self.assertEqual(set(by_check) - {"graph"}, {"search"}, said)
            self.assertEqual("graph" in by_check, "once" not in words, said)
            self.assertEqual({severity for severity, _ in by_check.values()}, {"warning"})
            self.assertIn(f"{story} {words}", by_check["search"][1])
        for projection, items in (("search", "2 stories"), ("graph", "7 nodes and edges")):
            said = self.done("rebuild", projection, "--verify", "--data-dir", self.data_dir)
            self.assertIn(f"Verified: {items}, all as in the database.", said)
        self.assertEqual(self.findings(0), [])

    def test_damaged_bytes_are_noticed_and_a_backup_is_not_made_of_them(self):
        daemon = self.serve()
        self.begin(daemon)
        for number in range(30):
            self.write(daemon, f"word{number}")
        daemon.stop()
        with open(self.truth, "r+b") as file:
            file.seek(self.truth.stat().st_size // 2)
            file.write(b"\xa5" * 8192)
        self.assertIn("database", {found for _, found, _ in self.findings(2)})
        self.refused("backup", "--data-dir", self.data_dir, "--out", self.folder / "copy.db")
        self.assertFalse((self.folder / "copy.db").exists())

    def test_another_programs_database_is_named_and_left_alone(self):
        self.data_dir.mkdir(mode=0o700)
        with sqlite3.connect(self.truth) as database:
            database.execute("CREATE TABLE photos (id INTEGER)")
        database.close()
        self.truth.chmod(0o600)
        before = self.truth.read_bytes()
        self.assertIn("another program", self.findings(2)[0][2])
        self.assertIn("another program", self.refused("serve", "--data-dir", self.data_dir, "--listen", "127.0.0.1:0"))
        self.assertEqual(self.truth.read_bytes(), before)

    def test_an_older_database_put_in_place_by_hand_is_noticed_by_the_index_that_is_ahead(self):
        daemon = self.serve()
        self.begin(daemon)
        self.write(daemon, "aardvark")
        copy = self.back_up()
        self.write(daemon, "bergamot")
        self.assertEqual(self.found(daemon, "bergamot"), ["bergamot"])
        daemon.stop()
        shutil.copy(copy, self.truth)
        said = self.findings(2)
        # The search was waited for; graph and vectors may have followed by then, or not.
        self.assertIn(("error", "search"), [(severity, check) for severity, check, _ in said])
        self.assertLessEqual({check for _, check, _ in said}, {"search", "graph", "vectors"})
        self.assertTrue(all("ahead" in text for _, _, text in said), said)
        # The daemon does not believe it: what it finds is what there is.
        daemon = self.serve()
        self.write(daemon, "chrysalis")
        self.assertEqual(self.found(daemon, "aardvark", "bergamot", "chrysalis"), ["aardvark", "chrysalis"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
