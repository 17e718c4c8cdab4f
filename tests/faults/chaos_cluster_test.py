"""Chaos in a cluster: the roles as processes of their own on PostgreSQL, Neo4j, OpenSearch, S3 and SNS/SQS, each reached over a
network that cuts, delays and truncates; processes are killed, PostgreSQL restarts and crashes, an indexer is stalled until
another has taken over and goes on after stories were deleted, messages come twice and out of order.

After each round everything that was acknowledged is there exactly once, and nothing else; in the end every event was consumed
or is a dead letter with its reason, and the doctor finds nothing. HEIRLOOM_CHAOS_ROUNDS says how often (5: each kind of
trouble once), HEIRLOOM_CHAOS_STALL for how many seconds an indexer stands still (15), HEIRLOOM_CHAOS_SEED which choices are made.
"""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import random
import secrets
import signal
import sys
import threading
import time
import unittest
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "support"), str(HERE.parents[1] / "integration"), str(HERE.parent)]
from appliance import Client  # noqa: E402
from chaos import Listener, World, seed_of  # noqa: E402
from cluster import Cluster, leads  # noqa: E402
from waiting import wait_for  # noqa: E402
from event_bus_test import Sqs  # noqa: E402
from postgres_restart_test import Postgres  # noqa: E402

ROUNDS = int(os.environ.get("HEIRLOOM_CHAOS_ROUNDS", "5"))
# The lease of who leads is 10 seconds.
STALL = float(os.environ.get("HEIRLOOM_CHAOS_STALL", "15"))
AUTHORS = 3
PAUSE = 0.3
SERVERS = ("NEO4J", "OPENSEARCH", "S3", "AWS")
TOXICS = (
    ("reset_peer", {"timeout": 20}),
    ("latency", {"latency": 400, "jitter": 300}),
    ("limit_data", {"bytes": 500}),
    ("slicer", {"average_size": 40, "size_variation": 20, "delay": 500}),
    (None, None),  # Nobody is there.
)
# Every so many events the follower gives up one.
POISON = 23


class Network:
    """Toxiproxy before one server."""

    def __init__(self, upstream):
        self.api = os.environ["HEIRLOOM_TEST_TOXIPROXY"].rstrip("/")
        self.name = "chaos-" + secrets.token_hex(6)
        server = urllib.parse.urlsplit(upstream)
        made = self.ask("POST", "/proxies", {"name": self.name, "listen": "127.0.0.1:0", "enabled": True,
                                             "upstream": f"{server.hostname}:{server.port}"})
        signed_in = server.netloc.rpartition("@")
        self.url = server._replace(netloc="".join(signed_in[:2]) + made["listen"]).geturl()
        self.listen = made["listen"]
        self.toxics = []

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.api + path, None if body is None else json.dumps(body).encode(), method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"{}")

    def poison(self, kind, attributes, stream):
        if kind is None:
            return self.ask("POST", f"/proxies/{self.name}", {"enabled": False})
        self.toxics.append(f"t{len(self.toxics)}")
        return self.ask("POST", f"/proxies/{self.name}/toxics",
                        {"name": self.toxics[-1], "type": kind, "stream": stream, "attributes": attributes})

    def cure(self):
        self.ask("POST", f"/proxies/{self.name}", {"enabled": True})
        while self.toxics:
            self.ask("DELETE", f"/proxies/{self.name}/toxics/{self.toxics.pop()}")

    def remove(self):
        self.ask("DELETE", f"/proxies/{self.name}")


class Follower(threading.Thread):
    """A program that follows by the queue: of two events of one subject the greater version is newer. It gives some up."""

    def __init__(self, sqs, queue, seed):
        super().__init__(daemon=True)
        self.sqs = sqs
        self.queue = queue
        self.rng = random.Random(seed)
        self.over = False
        self.consumed = set()
        self.newest = {}  # Story → (version, type)
        self.kept = []  # Messages, to be sent again.
        self.messages = 0
        self.wrong = []

    def run(self):
        try:
            while not self.over:
                for message in self.sqs.receive(self.queue, visibility=30, wait=1):
                    self.take(message)
        except Exception as error:  # noqa: BLE001 - shown by the test
            self.wrong.append(repr(error))

    def take(self, message):
        self.messages += 1
        event = json.loads(message["Body"])
        sequence = int(event["id"].rsplit(".", 1)[1])
        if sequence % POISON == 0:
            self.sqs.call("ChangeMessageVisibility", QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"],
                          VisibilityTimeout=0)
            return
        if event["type"].startswith("Story"):
            self.newest[event["subject"]] = max(self.newest.get(event["subject"], (0, "")),
                                                (event["data"]["version"], event["type"]))
        self.consumed.add(sequence)
        self.kept.append(message)
        self.sqs.delete(self.queue, message)

    def send_some_again(self, count):
        """Out of order, and most of them long after they were consumed."""
        for message in self.rng.sample(self.kept, min(count, len(self.kept))):
            attributes = {name: {"DataType": value["DataType"], "StringValue": value["StringValue"]}
                          for name, value in message["MessageAttributes"].items()}
            self.sqs.call("SendMessage", QueueUrl=self.queue, MessageBody=message["Body"], MessageAttributes=attributes)


class ChaosCluster(unittest.TestCase):
    def setUp(self):
        self.seed = seed_of("HEIRLOOM_CHAOS_SEED")
        self.postgres = Postgres()
        self.addCleanup(self.postgres.remove)
        self.set_environment("HEIRLOOM_TEST_POSTGRES", self.postgres.url)
        sqs = Sqs(os.environ["HEIRLOOM_TEST_AWS"])
        self.networks = {}
        for name in ("POSTGRES", *SERVERS):
            self.networks[name] = Network(os.environ["HEIRLOOM_TEST_" + name])
            self.addCleanup(self.networks[name].remove)
        for name in SERVERS:
            self.set_environment("HEIRLOOM_TEST_" + name, self.networks[name].url)
        self.cluster = Cluster()
        self.addCleanup(self.cluster.remove)
        # What the test itself asks the database goes there directly.
        direct = urllib.parse.urlsplit(self.postgres.url)
        proxied = self.cluster.environment["HEIRLOOM_STORAGE_DATABASE"].replace(
            f"{direct.hostname}:{direct.port}", self.networks["POSTGRES"].listen)
        self.cluster.environment["HEIRLOOM_STORAGE_DATABASE"] = proxied
        self.cluster.processes["indexer-2"] = self.cluster.add("indexer-2")
        self.processes = self.cluster.processes
        self.start_cluster()
        web = self.processes["web"]
        web.add_user("ada", "--admin")
        self.token = web.token("ada")
        self.follower = Follower(sqs, sqs.url(f"{self.cluster.name}-follower"), self.seed)
        self.follower.start()
        self.addCleanup(self.follower.join, 60)
        self.addCleanup(setattr, self.follower, "over", True)
        self.world = World(self, self, self.connect, self.seed, AUTHORS, PAUSE)
        self.rng = self.world.rng
        self.kills = 0
        self.deleted_while_stalled = set()

    def set_environment(self, name, value):
        before = os.environ.get(name)
        os.environ[name] = value
        self.addCleanup(lambda: os.environ.pop(name) if before is None else os.environ.update({name: before}))

    def start_cluster(self):
        self.processes["web"].run("migrate", "--provision", "--data-dir", self.cluster.data_dir)
        self.start(self.processes)
        wait_for("an indexer leads", self.leader)

    def connect(self):
        return Client(self.cluster.url, self.token, timeout=60)

    def sql(self, statement):
        return self.cluster.database.sql(statement, admin=False)

    def start(self, names):
        with concurrent.futures.ThreadPoolExecutor(len(self.processes)) as pool:
            list(pool.map(lambda name: self.processes[name].start(), names))

    def leader(self):
        for name in ("indexer", "indexer-2"):
            with contextlib.suppress(OSError):
                if self.processes[name].process and leads(self.processes[name]):
                    return self.processes[name]
        return None

    # The kinds of trouble.

    def killed_processes(self):
        others = sorted(set(self.processes) - {"web", "web-2"})
        names = ["web", "web-2", *self.rng.sample(others, 2)]
        self.rng.shuffle(names)
        for name in names:
            time.sleep(self.rng.uniform(0, 0.5))
            self.kills += 1
            self.processes[name].kill()
        self.world.let_them_write(self.rng.uniform(0.2, 1))
        self.start(names)

    def database_away(self):
        self.rng.choice((self.postgres.stop, self.postgres.crash))()
        self.world.let_them_write(self.rng.uniform(0.5, 2))
        self.postgres.start()

    def bad_network(self):
        for name in self.rng.sample(sorted(self.networks), 3):
            kind, attributes = self.rng.choice(TOXICS)
            self.networks[name].poison(kind, attributes, self.rng.choice(("upstream", "downstream")))
        self.world.let_them_write(self.rng.uniform(2, 5))
        self.cure()

    def cure(self):
        for network in self.networks.values():
            network.cure()

    def stalled_indexer(self):
        """Longer than its lease: another leads when it goes on, in the middle of whatever it was doing."""
        before = {story.id for story in self.world.ledger.stories.values() if story.state != "there"}
        stalled = wait_for("an indexer leads", self.leader)
        stalled.process.send_signal(signal.SIGSTOP)
        try:
            self.world.let_them_write(STALL)
        finally:
            stalled.process.send_signal(signal.SIGCONT)
        gone = {story.id for story in self.world.ledger.stories.values() if story.state != "there"}
        self.deleted_while_stalled |= gone - before

    def all_at_once(self):
        name = self.rng.choice(("POSTGRES", "OPENSEARCH", "NEO4J"))
        self.networks[name].poison(*self.rng.choice(TOXICS[:3]), "downstream")
        victims = self.rng.sample(("web", "indexer", "indexer-2", "scheduler"), 2)
        for victim in victims:
            time.sleep(self.rng.uniform(0, 0.5))
            self.kills += 1
            self.processes[victim].kill()
        self.database_away()
        self.cure()
        self.start(victims)

    def test_all_that_was_acknowledged_is_there_once(self):
        self.listener = Listener(self.cluster.url, self.connect(), None)
        self.listener.start()
        self.addCleanup(setattr, self.listener, "over", True)
        wait_for("it is listened to", lambda: self.listener.position)
        self.position = int(self.listener.position.rsplit(".", 1)[1])
        kinds = []
        for number in range(ROUNDS):
            if not kinds:
                kinds = [self.killed_processes, self.database_away, self.bad_network, self.stalled_indexer, self.all_at_once]
                self.rng.shuffle(kinds)
            kind = kinds.pop()
            begun = time.monotonic()
            try:
                self.round(kind)
            except Exception as failed:
                logs = "\n".join(f"{name}: {self.troubles(process)}" for name, process in self.processes.items())
                raise AssertionError(f"round {number}, {kind.__name__}, of seed {self.seed}: {failed}\n{logs}") from failed
            print(f"{kind.__name__}: {time.monotonic() - begun:.0f} s", flush=True)
        self.finish()

    @staticmethod
    def troubles(process):
        lines = [line for line in process.log_text().splitlines() if '"level":"info"' not in line]
        return "\n".join(lines[-5:])

    def round(self, kind):
        self.world.let_them_write(self.rng.uniform(0.5, 2))
        kind()
        self.follower.send_some_again(20)
        marker = self.world.settle()
        self.check(marker)

    def check(self, marker):
        self.world.check_truth()
        self.world.check_served(self.world.legacies, marker)
        self.position = self.world.check_heard(self.listener, marker, self.position)
        self.assertEqual(self.follower.wrong, [])

    def run_on(self, process):
        return lambda *arguments: process.run(*arguments, "--data-dir", process.data_dir, check=False)

    def doctor_is_content(self):
        said = json.loads(self.run_on(self.processes["indexer"])("doctor", "--json").stdout)
        self.last_said = said
        return said["errors"] + said["warnings"] == 0

    def finish(self):
        try:
            wait_for("the doctor finds nothing", self.doctor_is_content)
        except AssertionError as failed:
            raise AssertionError(f"{failed}: {self.last_said}") from failed
        leader = wait_for("an indexer leads", self.leader)
        for arguments in (("graph", "--verify"), ("search", "--verify"), ("vectors", "--verify")):
            if arguments[0] == "vectors" and os.environ.get("HEIRLOOM_INDEX_EMBEDDER") == "none":
                continue
            done = self.run_on(leader)("rebuild", *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.check(self.world.marker.write())
        wait_for("the doctor finds nothing", self.doctor_is_content)
        dead = self.check_events()
        ledger = self.world.ledger
        self.assertGreater(ledger.lost, 0)
        self.assertGreater(ledger.refused, 0)
        self.assertGreater(self.listener.cuts, 0)
        print(f"{ROUNDS} rounds, {self.kills} kills, {ledger.changes()} changes acknowledged, {ledger.lost} answers lost, "
              f"{ledger.refused} refused, {ledger.repeats} requests repeated, {self.listener.cuts} streams cut, "
              f"{len(self.deleted_while_stalled)} deleted while an indexer was stalled; {self.follower.messages} messages for "
              f"{len(self.follower.consumed)} events consumed, {dead} dead: all there once")

    def check_events(self):
        """Each was consumed or is a dead letter that says why; who takes the newer version alone knows what is true."""
        committed = {int(line) for line in self.sql("SELECT sequence FROM outbox").split()}
        letters = {}

        def all_are_somewhere():
            self.assertEqual(self.follower.wrong, [])
            done = self.run_on(self.processes["web"])("events", "dlq", "list", "--json")
            for letter in json.loads(done.stdout)["items"]:
                letters[letter["id"]] = letter
            poison = {sequence for sequence in committed if sequence % POISON == 0}
            return committed - poison <= self.follower.consumed and len(letters) >= len(poison)

        wait_for("every event is somewhere", all_are_somewhere)
        for letter in letters.values():
            self.assertIn("not answered", letter["reason"])
        alive = set().union(*self.world.alive().values())
        poisoned = {row[0] for row in self.world.rows("subject", f"outbox WHERE sequence % {POISON} = 0")}
        for story, (_, kind) in self.follower.newest.items():
            if story not in poisoned:
                self.assertEqual(kind != "StoryDeleted", story in alive, story)
        return len(letters)


if __name__ == "__main__":
    unittest.main()
