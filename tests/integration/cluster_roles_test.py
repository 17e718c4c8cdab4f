"""The daemon as six role processes and a second web process on cluster adapters, behind a proxy that gives each
connection to another of the two: the main job unchanged, with each process killed once in the middle of it."""

import contextlib
import json
import os
import pathlib
import secrets
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "packaging/dev"), str(pathlib.Path(__file__).parent)]
import main_job  # noqa: E402
from cluster import PROCESSES, Cluster, leads  # noqa: E402
from waiting import PATIENCE, wait_for  # noqa: E402
from event_bus_test import Sqs  # noqa: E402
from event_stream import EventStream  # noqa: E402

API = "/api/v1"
# Revocation is promised within a second; a busy test machine gets some more.
SOON = 5


class MainJobCluster(Cluster):
    """To the main job it is one daemon."""

    def cli(self, *arguments, stdin="", token=None, limit=main_job.REQUEST_LIMIT, accept=(0,)):
        done = self.processes["web"].run(*arguments, text=stdin, check=False,
                                         env={"HEIRLOOM_TOKEN": token} if token else None)
        main_job.check(done.returncode in accept, f"{arguments}: {done.returncode}: {done.stderr or done.stdout}")
        return done.stdout.strip()


class ClusterRoles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = MainJobCluster()
        cls.addClassCleanup(cls.cluster.remove)
        cls.cluster.start()
        cls.web, cls.other = cls.cluster.webs()
        cls.web.add_user("ada")
        cls.token = cls.web.token("ada")

    def client(self, web):
        return web.client(self.token)

    def listen(self, web, client):
        stream = EventStream(web.url, client).open()
        self.addCleanup(stream.socket.close)
        self.assertEqual(stream.status, 200, stream.head)
        return stream

    def found_legacy(self, web):
        made = self.client(web).post(f"{API}/legacies", {"title": "Lamps"})
        self.assertEqual(made.status, 201, made)
        return made.json["id"]

    def test_each_process_says_how_it_is_and_does_no_more_than_its_role(self):
        for name, process in self.cluster.processes.items():
            with self.subTest(name):
                client = process.client(self.token)
                self.assertEqual(client.get("/healthz").status, 200)
                ready = client.get("/readyz")
                self.assertEqual(ready.status, 200, ready)
                checks = {check["name"]: check for check in ready.json["checks"]}
                self.assertIn("database", checks)
                self.assertEqual("search" in checks, name in ("web", "web-2", "indexer"))
                self.assertEqual(client.get(f"{API}/legacies").status, 200 if name.startswith("web") else 404)
                self.assertEqual(client.get("/").status, 200 if name.startswith("web") else 404)
                if name in ("media", "assistant"):
                    self.assertIn("nothing to do", checks[name]["detail"])
                    self.assertIn("nothing to do", process.log_text())

    def test_who_is_connected_to_one_hears_what_is_written_through_the_other(self):
        for here, there in ((self.web, self.other), (self.other, self.web)):
            legacy = self.found_legacy(there)
            stream = self.listen(here, self.client(here))
            made = self.client(there).post(f"{API}/stories", {"legacy_id": legacy, "title": "A", "markdown": "b"})
            self.assertEqual(made.status, 201, made)
            events = stream.until(lambda event: event["data"]["id"] == made.json["id"])
            self.assertEqual(events[-1]["data"]["type"], "StoryCreated")

    def test_a_session_that_ends_at_one_is_over_at_the_other(self):
        for here, there in ((self.web, self.other), (self.other, self.web)):
            here_ada = here.browser("ada")
            there_ada = there.client(headers={**here_ada.headers, "Origin": there.url})
            self.assertEqual(there_ada.get(f"{API}/me").status, 200)
            stream = self.listen(there, there_ada)
            self.assertEqual(here_ada.request("DELETE", f"{API}/session").status, 204)
            self.assertIsNotNone(stream.ends_within(SOON))
            wait_for("the other knows it too", lambda: there_ada.get(f"{API}/me").status == 401, SOON)

    def test_guesses_at_one_are_counted_at_the_other(self):
        def guess(web):
            return web.client().post(f"{API}/session", {"email": "ghost@example.org", "password": "a wrong password"})

        statuses = []
        for turn in range(20):
            statuses.append(guess(self.cluster.webs()[turn % 2]).status)
            if statuses[-1] == 429:
                break
        self.assertEqual(statuses, [401] * 10 + [429])
        self.assertEqual([guess(web).status for web in self.cluster.webs()], [429, 429])

    def test_a_request_that_is_repeated_at_the_other_is_done_once(self):
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        made = [self.client(web).post(f"{API}/legacies", {"title": "Once"}, headers) for web in self.cluster.webs()]
        self.assertEqual(made[0].json["id"], made[1].json["id"])

    def test_of_two_indexers_one_leads_and_the_other_takes_over_when_it_is_killed(self):
        first = self.cluster.processes["indexer"]
        second = self.cluster.add("indexer-2").start()
        self.addCleanup(second.remove)
        self.assertEqual([leads(first), leads(second)], [True, False])
        legacy = self.found_legacy(self.web)
        first.kill()
        word = "z" + secrets.token_hex(6)
        made = self.client(self.web).post(f"{API}/stories", {"legacy_id": legacy, "title": word, "markdown": "b"})
        self.assertEqual(made.status, 201, made)
        said = {"Heirloom-Sequence": made.headers["Heirloom-Sequence"]}
        # Nobody leads for a moment, and who asks is told.
        early = self.client(self.other).get(f"{API}/search", q=word, headers=said)
        if not early.json["items"]:
            self.assertEqual(early.headers["Heirloom-Stale"], "true")
        first.start()
        for web in self.cluster.webs():
            client = self.client(web)
            wait_for("it is found", lambda: client.get(f"{API}/search", q=word, headers=said).json["items"])
        self.assertEqual(sorted([leads(first), leads(second)]), [False, True])

        # Only who leads builds the index again; the others say what to do.
        leader, follower = (first, second) if leads(first) else (second, first)
        leader.run("rebuild", "search", "--data-dir", leader.data_dir)
        for process, words in ((follower, "another process"), (self.web, "role indexer")):
            refused = process.run("rebuild", "search", "--data-dir", process.data_dir, check=False)
            self.assertEqual(refused.returncode, 1)
            self.assertIn(words, refused.stderr)
        # Searches through another process go on in the index that took its place.
        wait_for("it is found", lambda: self.client(self.other).get(f"{API}/search", q=word).json["items"])
        # Stopped in order, it hands over at once.
        second.stop()
        self.cluster.await_indexer()

    def test_the_main_job_passes_while_each_process_is_killed_once(self):
        self.killed = []
        after = {
            "signed in": lambda: self.kill("relay"),
            "imported its stories": lambda: self.start("relay"),
            "opened the legacy": lambda: self.kill("web-2"),
            "found it by its words": lambda: (self.start("web-2"), self.kill("indexer")),
            "edited it": lambda: (self.start("indexer"), self.cluster.await_indexer()),
            "found it by its first words again": lambda: self.kill("web"),
            "wrote on without saving": lambda: self.start("web"),
            "saved it, and saw what changed": lambda: self.kill("scheduler", "media", "assistant"),
            "renamed its tag": lambda: self.start("scheduler", "media", "assistant"),
        }
        plain = main_job.result

        @contextlib.contextmanager
        def result(title):
            with plain(title) as notes:
                yield notes
            if title in after:
                after.pop(title)()

        main_job.result = result
        self.addCleanup(setattr, main_job, "result", plain)
        demo = ROOT / "packaging/demo"
        account = pathlib.Path(self.cluster.folder.name) / "demo-account"
        password = main_job.demo_password(self.cluster, account)
        person = main_job.Browser(self.cluster.url)
        main_job.enter(person, password)
        about = json.loads((demo / "legacy.json").read_text(encoding="utf-8"))
        legacy = main_job.demo_legacy(person, about)
        main_job.import_stories(self.cluster, person, legacy, about["title"], demo / "stories")
        main_job.find_by_meaning(person, legacy)
        main_job.walk_story(person, legacy)
        self.assertEqual(after, {})
        self.assertEqual(sorted(self.killed), sorted(PROCESSES))
        for web in self.cluster.webs():
            self.assertGreater(self.cluster.proxy.counts.get(web.url, 0), 0, self.cluster.proxy.counts)
        main_job.take_everything_out(self.cluster)
        self.assert_nothing_is_missing()

    def kill(self, *names):
        for name in names:
            self.cluster.processes[name].kill()
            self.killed.append(name)

    def start(self, *names):
        for name in names:
            self.cluster.processes[name].start()

    def assert_nothing_is_missing(self):
        def examine():
            said = json.loads(self.cluster.cli("doctor", "--data-dir", self.cluster.data_dir, "--json", accept=(0, 1)))
            return said if said["errors"] + said["warnings"] == 0 else None

        wait_for("the doctor finds nothing", examine)
        sqs = Sqs(os.environ["HEIRLOOM_TEST_AWS"])
        queue = sqs.url(f"{self.cluster.name}-follower")
        committed = {int(line) for line in self.cluster.database.sql("select sequence from outbox", admin=False).split()}
        seen = set()

        def collect():
            for message in sqs.receive(queue):
                seen.add(int(json.loads(message["Body"])["id"].split(".")[1]))
                sqs.delete(queue, message)
            return committed <= seen

        wait_for("every event is handed on", collect)


if __name__ == "__main__":
    unittest.main(verbosity=2)
