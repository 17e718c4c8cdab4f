"""Chaos on one box: people write on and on while the daemon is killed at any instant, also while it starts, while projections
are built again and while stories are imported, and requests come twice, at once or much later.

After each round everything that was acknowledged is there exactly once, and nothing else; the event stream told of it, search
shows it, and the doctor finds nothing. HEIRLOOM_CHAOS_ROUNDS says how often (20), HEIRLOOM_CHAOS_SEED which choices are made
(it is printed; the instants of the kills are real time and do not repeat).
"""

import contextlib
import os
import pathlib
import subprocess
import sys
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "support"), str(HERE.parent)]
from appliance import Appliance  # noqa: E402
from chaos import Listener, World, import_file, seed_of  # noqa: E402
from waiting import PATIENCE, wait_for  # noqa: E402
from round_robin import RoundRobin  # noqa: E402

ROUNDS = int(os.environ.get("HEIRLOOM_CHAOS_ROUNDS", "20"))
AUTHORS = 4
PAUSE = 0.05
LEGACY_FOR = 10  # Rounds; so that no list grows without end.
IMPORTED = 60
LAGS = ("heirloom_search_index_lag_events", "heirloom_graph_lag_events", "heirloom_vectors_lag_events",
        "heirloom_search_index_rebuilding", "heirloom_graph_rebuilding", "heirloom_vectors_rebuilding")


class Chaos(unittest.TestCase):
    def setUp(self):
        self.house = Appliance().start()
        self.addCleanup(self.house.remove)
        self.house.add_user("ada", "--admin")
        self.token = self.house.token("ada")
        self.proxy = RoundRobin(lambda: [self.house.url])
        self.addCleanup(self.proxy.close)
        self.seed = seed_of("HEIRLOOM_CHAOS_SEED")
        self.world = World(self, self.house, self.connect, self.seed, AUTHORS, PAUSE)
        self.rng = self.world.rng
        self.position = 0
        self.kills = 0
        self.running = []
        self.addCleanup(self.end_commands)

    def connect(self):
        client = self.house.client(self.token)
        client.address = client.address._replace(netloc=self.proxy.url.removeprefix("http://"))
        return client

    def test_all_that_was_acknowledged_is_there_once(self):
        self.listener = Listener(self.proxy.url, self.connect(), None)
        self.listener.start()
        wait_for("it is listened to", lambda: self.listener.position)
        self.position = int(self.listener.position.rsplit(".", 1)[1])
        for number in range(ROUNDS):
            try:
                self.round(number)
            except Exception as failed:
                raise AssertionError(f"round {number} of seed {self.seed}: {failed}") from failed
        self.finish()

    def round(self, number):
        if number % LEGACY_FOR == LEGACY_FOR - 1:
            self.world.another_legacy()
        beside = self.rng.choice((None, None, self.import_stories, self.rebuild))
        self.world.let_them_write(self.rng.uniform(0.05, 0.3))
        if beside:
            beside(number)
        self.world.let_them_write(self.rng.uniform(0.05, 0.8))
        self.kill()
        while self.rng.random() < 0.4:
            self.kill_while_it_starts(self.rng.uniform(0, 0.6))
        self.start()
        self.end_commands()
        self.check(self.world.settle(), self.world.legacies[-1:])

    def kill(self):
        self.kills += 1
        self.house.kill()

    def start(self):
        """A rebuild that came just when there was no daemon has taken the data directory and does its work alone."""
        try:
            self.house.start()
        except RuntimeError as refused:
            alone = [process for process, again in self.running if not again]
            if not alone or "is in use by process" not in str(refused):
                raise
            for process in alone:
                process.wait(PATIENCE)
            self.house.start()

    def kill_while_it_starts(self, seconds):
        def kill():
            time.sleep(seconds)
            with contextlib.suppress(AttributeError):  # It has not even begun.
                self.house.process.kill()

        killer = threading.Thread(target=kill)
        killer.start()
        with contextlib.suppress(RuntimeError):
            self.house.start()
        killer.join()
        self.kill()

    def command(self, *arguments):
        return subprocess.Popen([self.house.binary, *arguments], env={**os.environ, "HEIRLOOM_TOKEN": self.token},
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def rebuild(self, _):
        what = self.rng.choice(("search", "graph", "vectors"))
        self.running.append((self.command("rebuild", what, "--data-dir", self.house.data_dir), None))

    def import_stories(self, number):
        """It goes on by itself when the daemon comes back; given up, it is run again."""
        source = f"s{number}"
        path, ids = import_file(self.world.folder.name, source, IMPORTED)
        self.world.ledger.imports[source] = ids
        arguments = ["import", "stories", path, "--server", self.proxy.url, "--legacy", self.world.ledger.legacy,
                     "--source", source, "--json"]
        self.running.append((self.command(*arguments), arguments))

    def end_commands(self):
        while self.running:
            process, again = self.running.pop()
            said = process.communicate(timeout=PATIENCE)[0]
            if again and process.returncode != 0 and self.house.process:
                process = self.command(*again)
                said = process.communicate(timeout=PATIENCE)[0]
                self.assertEqual(process.returncode, 0, said)

    def run_here(self, *arguments):
        return self.house.run(*arguments, "--data-dir", self.house.data_dir, check=False)

    def lags(self):
        text = self.house.client().get("/metrics").body.decode()
        return dict(line.split() for line in text.splitlines() if line.startswith(LAGS))

    def projections_have_followed(self):
        return set(self.lags().values()) == {"0"}

    def check(self, marker, legacies):
        self.world.check_truth()
        self.world.check_served(legacies, marker)
        self.position = self.world.check_heard(self.listener, marker, self.position)
        try:
            wait_for("the projections have followed", self.projections_have_followed)
        except AssertionError:
            self.fail(f"the projections do not follow: {self.lags()}\n{self.house.log_text()[-1500:]}")
        self.assertEqual(self.house.client(self.token).get("/api/v1/dead-letters").json, {"items": []})
        self.world.check_doctor(self.run_here)

    def finish(self):
        self.check(self.world.marker.write(), self.world.legacies)
        for arguments in (("graph", "--verify"), ("search", "--verify"), ("vectors", "--verify")):
            if arguments[0] == "vectors" and os.environ.get("HEIRLOOM_INDEX_EMBEDDER") == "none":
                continue
            done = self.run_here("rebuild", *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.check(self.world.marker.write(), self.world.legacies)
        self.assertEqual(self.house.stop(), 0)
        self.world.check_doctor(self.run_here)
        ledger = self.world.ledger
        self.assertGreater(ledger.changes(), ROUNDS * 5)
        self.assertGreater(ledger.lost, 0)
        self.assertGreater(ledger.repeats, 0)
        print(f"{ROUNDS} rounds, {self.kills} kills, {ledger.changes()} changes acknowledged, {ledger.lost} answers lost, "
              f"{ledger.repeats} requests repeated, {self.listener.cuts} streams cut: all there once")


if __name__ == "__main__":
    unittest.main()
