"""A bucket behind TLS of a private authority, asked with keys that others lend: a cluster's web identity (STS) and a
container's endpoint. Their signatures are checked; they end soon, are taken away, or are not lent."""

import os
import pathlib
import secrets
import sys
import tempfile
import time
import unittest
import urllib.parse

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1] / "support"))
from appliance import Appliance  # noqa: E402
import guard  # noqa: E402
from lender import REGION, Bank  # noqa: E402

SERVER = os.environ["HEIRLOOM_TEST_S3"]
KEYS = ("heirloom", "heirloom-secret", REGION, "s3")  # Of tests/services/s3.
PATIENCE = 90


class LentKeys(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.authority = guard.Authority(self.folder / "ours")
        self.token_file = self.folder / "token"
        self.token_file.write_text("ey.pod.token")
        self.bank = Bank(self.authority, "ey.pod.token")
        self.addCleanup(self.bank.door.close)
        self.used, self.refusals = set(), []
        self.guard = guard.Guard(self.authority, SERVER, self.check, KEYS)
        self.addCleanup(self.guard.close)
        self.house = Appliance()
        self.addCleanup(self.house.remove)
        endpoint = urllib.parse.quote(self.guard.url, safe="")
        self.house.environment = {
            **self.house.environment,
            "HEIRLOOM_INDEX_EMBEDDER": "none",
            "HEIRLOOM_STORAGE_BLOBS": f"s3://b{secrets.token_hex(8)}?region={REGION}&style=path&endpoint={endpoint}",
            "HEIRLOOM_STORAGE_BLOBS_CA_FILE": self.authority.file,
            "AWS_CA_BUNDLE": self.authority.file,
        }

    def check(self, asked):
        who = guard.signed_by(asked)
        refusal = "AccessDenied" if who and who[2] != "s3" else self.bank.refuse(asked, who, self.guard.address)
        if not refusal:
            self.used.add(who[0])
            return None
        self.refusals.append(refusal)
        return 403, {"Content-Type": "application/xml"}, f"<Error><Code>{refusal}</Code></Error>".encode()

    def lend(self, manner, settings):
        self.house.environment |= {"HEIRLOOM_STORAGE_BLOBS_CREDENTIALS": manner, **settings}

    def readiness(self):
        checks = self.house.client().get("/readyz").json["checks"]
        return {check["name"]: check.get("detail", "") for check in checks}

    def bucket_answers(self):
        return self.readiness()["blobs"] == ""

    def await_that(self, what, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline,
                            f"{what}; {self.readiness()} {self.refusals}\n{self.house.log_text()[-2000:]}")
            time.sleep(0.2)

    def main_job(self, lender_words):
        self.bank.life = 16
        self.house.run("migrate", "--provision", "--data-dir", self.house.data_dir)
        self.house.start()
        self.await_that("the bucket answers", self.bucket_answers)
        # Got anew before they end: nobody ever shows keys that are over.
        since = len(self.bank.lent)

        def three_more():
            self.bucket_answers()
            return len({key for key in self.used if int(key[4:]) >= since}) >= 3

        self.await_that("keys are got anew, and again", three_more)
        self.assertEqual(self.refusals, [])

        # Taken back before their time: got anew.
        self.bank.life = 900
        soon = set(self.bank.lent)
        self.await_that("keys for long are used", lambda: self.bucket_answers() and self.used - soon)
        self.bank.taken_back.update(self.bank.lent)
        taken_back = set(self.bank.lent)
        self.await_that("other keys are used", lambda: self.bucket_answers() and self.used - taken_back)
        self.assertIn("ExpiredToken", self.refusals)

        # And nobody lends others: the setting is named, everything else goes on, and it heals by itself.
        self.bank.closed = True
        self.bank.taken_back.update(self.bank.lent)
        self.await_that("/readyz names who does not lend", lambda: lender_words in self.readiness()["dependencies"])
        self.assertNotEqual(self.readiness()["blobs"], "")
        ada = self.house.person("ada")
        self.assertEqual(ada.post("/api/v1/legacies", {"title": "Lamps"}).status, 201)
        self.bank.closed = False
        self.await_that("it is well again", lambda: self.bucket_answers() and self.readiness()["dependencies"] == "")
        for secret, session, _ in self.bank.lent.values():
            for hidden in (secret, session, "ey.pod.token"):
                self.assertNotIn(hidden, self.house.log_text())

    def test_a_cluster_s_web_identity(self):
        self.lend("web-identity", self.bank.by_identity(self.token_file))
        self.main_job("The server for sts refuses our credentials; look at AWS_ROLE_ARN")

    def test_a_container_s_endpoint(self):
        self.lend("container", self.bank.by_container(self.token_file))
        self.main_job(
            "The server for container credentials refuses our credentials; look at AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")

    def test_another_authority_is_refused_and_the_setting_named(self):
        self.lend("container", self.bank.by_container(self.token_file))
        self.house.run("migrate", "--provision", "--data-dir", self.house.data_dir)
        other = guard.Authority(self.folder / "theirs", "another authority")
        self.house.environment["HEIRLOOM_STORAGE_BLOBS_CA_FILE"] = other.file
        self.house.start()
        self.await_that(
            "/readyz names the authority", lambda: "certificate that is not trusted; look at storage.blobs_ca_file"
            in self.readiness()["dependencies"])


if __name__ == "__main__":
    unittest.main()
