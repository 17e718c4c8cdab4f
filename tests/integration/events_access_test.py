"""Events handed on through SNS and SQS with keys that others lend: a cluster's web identity (STS) and a container's
endpoint, both over TLS of a private authority; the keys' signatures are checked, they end soon, are taken away, or are
not lent."""

import json
import os
import pathlib
import secrets
import sys
import tempfile
import time
import unittest
import urllib.parse

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "support"), str(HERE.parent)]
from appliance import Appliance  # noqa: E402
from event_bus_test import Sqs  # noqa: E402
import guard  # noqa: E402
from lender import Bank  # noqa: E402

SERVER = os.environ["HEIRLOOM_TEST_AWS"]
PATIENCE = 90


def amazon(service, code):
    """SNS answers in XML, SQS in JSON."""
    if service == "sns":
        return 403, {"Content-Type": "text/xml"}, f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>".encode()
    return 400, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps({"__type": "com.amazon.coral.service#" + code}).encode()


class LentKeys(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.authority = guard.Authority(self.folder / "ours")
        self.token_file = self.folder / "token"
        self.token_file.write_text("ey.pod.token")
        self.bank = Bank(self.authority, "ey.pod.token")
        self.addCleanup(self.bank.door.close)
        self.used, self.refusals = set(), []
        self.guard = guard.Guard(self.authority, SERVER, self.check)
        self.addCleanup(self.guard.close)
        self.topic = "t-" + secrets.token_hex(8)
        self.house = Appliance()
        self.addCleanup(self.house.remove)
        self.house.environment = {
            **self.house.environment,
            "HEIRLOOM_INDEX_EMBEDDER": "none",
            "HEIRLOOM_STORAGE_EVENTS": f"sns+sqs://{self.topic}?region=us-east-1&endpoint="
            + urllib.parse.quote(self.guard.url, safe=""),
            "HEIRLOOM_STORAGE_EVENTS_CONSUMERS": "follower",
            "HEIRLOOM_STORAGE_EVENTS_CA_FILE": self.authority.file,
            "AWS_CA_BUNDLE": self.authority.file,
        }

    def check(self, asked):
        who = guard.signed_by(asked)
        service = who[2] if who else "sqs"
        refusal = self.refuse(asked, who)
        if refusal:
            self.refusals.append(refusal)
            return amazon(service, refusal)
        self.used.add((who[0], service))
        return None

    def refuse(self, asked, who):
        if who is not None and who[2] not in ("sns", "sqs"):
            return "IncompleteSignature"
        return self.bank.refuse(asked, who, self.guard.address)

    def by_identity(self):
        self.house.environment |= {
            "HEIRLOOM_STORAGE_EVENTS_CREDENTIALS": "web-identity",
            **self.bank.by_identity(self.token_file),
        }

    def by_container(self):
        self.house.environment |= {
            "HEIRLOOM_STORAGE_EVENTS_CREDENTIALS": "container",
            **self.bank.by_container(self.token_file),
        }

    def begin(self):
        self.house.run("migrate", "--provision", "--data-dir", self.house.data_dir)
        self.sqs = Sqs(SERVER)
        self.queue = self.sqs.url(f"{self.topic}-follower")
        self.house.start()
        self.house.add_user("ada", "--admin")
        self.ada = self.house.client(self.house.token("ada"))

    def write(self):
        made = self.ada.post("/api/v1/legacies", {"title": "Lamps"})
        self.assertEqual(made.status, 201, made)
        return made.json["id"]

    def await_that(self, what, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline,
                            f"{what}; {self.readiness()} {self.refusals}\n{self.house.log_text()[-2000:]}")
            time.sleep(0.05)

    def await_event(self, subject):
        def arrived():
            for message in self.sqs.receive(self.queue, wait=1):
                self.sqs.delete(self.queue, message)
                seen.add(json.loads(message["Body"])["subject"])
            return subject in seen

        seen = set()
        self.await_that(f"the event of {subject} arrives", arrived)

    def readiness(self):
        checks = self.house.client().get("/readyz").json["checks"]
        return next((check.get("detail", "") for check in checks if check["name"] == "dependencies"), "")

    def main_job(self, lender_words):
        self.bank.life = 16
        self.begin()
        # Got anew before they end: nobody ever shows keys that are over.
        since = len(self.bank.lent)
        self.await_event(self.write())
        # What a consumer's side is asked: its dead letters.
        self.assertEqual(self.ada.get("/api/v1/dead-letters").json, {"items": []})

        def three_more():
            self.write()
            return len({key for key, _ in self.used if int(key[4:]) >= since}) >= 3

        self.await_that("keys are got anew, and again", three_more)
        self.assertEqual({service for _, service in self.used}, {"sns", "sqs"})
        self.assertEqual(self.refusals, [])
        self.await_event(self.write())

        # Taken back before their time: got anew, and what was to be sent is sent.
        self.bank.life = 900
        soon = set(self.bank.lent)

        def for_long():
            self.write()
            return {key for key, _ in self.used} - soon

        self.await_that("keys for long are used", for_long)
        self.bank.taken_back.update(self.bank.lent)
        self.await_event(self.write())
        self.assertIn("ExpiredToken", self.refusals)

        # And nobody lends others: the setting is named, writing goes on, and all heals by itself.
        self.bank.closed = True
        self.bank.taken_back.update(self.bank.lent)
        written = self.write()
        self.await_that("/readyz names who does not lend", lambda: lender_words in self.readiness())
        self.await_that("the log says it", lambda: "it gives no keys" in self.house.log_text())
        done = self.house.run("events", "dlq", "list", "--data-dir", self.house.data_dir, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("keys", done.stderr)
        self.bank.closed = False
        self.await_event(written)

        def well():
            # What was refused is known to be mended once it was asked again.
            return self.ada.get("/api/v1/dead-letters").status == 200 and self.readiness() == ""

        self.await_that("it is well again", well)
        for key, (secret, session, _) in self.bank.lent.items():
            for hidden in (secret, session, "ey.pod.token"):
                self.assertNotIn(hidden, self.house.log_text(), key)

    def test_a_cluster_s_web_identity(self):
        self.by_identity()
        self.main_job("The server for sts refuses our credentials; look at AWS_ROLE_ARN")

    def test_a_container_s_endpoint(self):
        self.by_container()
        self.main_job("The server for container credentials refuses our credentials; look at AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")

    def test_a_token_that_the_cluster_exchanged_and_an_sts_that_is_not_trusted(self):
        self.by_identity()
        self.begin()
        self.await_event(self.write())
        self.bank.token = "ey.other.token"
        self.bank.taken_back.update(self.bank.lent)
        written = self.write()
        self.await_that("the old token is refused", lambda: "server for sts refuses" in self.readiness())
        self.token_file.write_text("ey.other.token")
        self.await_event(written)

        self.house.stop()
        other = guard.Authority(self.folder / "theirs", "another authority")
        self.house.environment["AWS_CA_BUNDLE"] = other.file
        self.house.start()
        self.ada = self.house.client(self.house.token("ada"))
        self.write()
        self.await_that(
            "/readyz names the authority", lambda: "server for sts shows a certificate that is not trusted; look at AWS_CA_BUNDLE"
            in self.readiness())

    def test_a_start_without_what_a_cluster_gives_says_what(self):
        self.house.environment["HEIRLOOM_STORAGE_EVENTS_CREDENTIALS"] = "web-identity"
        done = self.house.run("migrate", "--provision", "--data-dir", self.house.data_dir, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE", done.stderr)


if __name__ == "__main__":
    unittest.main()
