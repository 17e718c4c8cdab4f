"""Search on an OpenSearch that wants to know who asks, behind TLS of a private authority: a user, a token, a signature;
each wrong and put right, a wrong authority, and keys that are lent and end."""

import base64
import datetime
import json
import os
import pathlib
import secrets
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import Appliance  # noqa: E402
import guard  # noqa: E402

SERVER = os.environ["HEIRLOOM_TEST_OPENSEARCH"]
PATIENCE = 90
REGION = "eu-central-1"


def unauthorized():
    # As OpenSearch's security plugin says it.
    return 401, {"Content-Type": "text/plain", "WWW-Authenticate": 'Basic realm="OpenSearch Security"'}, b"Unauthorized"


def forbidden(words="no permissions for [indices:data/read/search] and User [name=other]"):
    cause = {"type": "security_exception", "reason": words}
    body = {"error": {"root_cause": [cause], **cause}, "status": 403}
    return 403, {"Content-Type": "application/json"}, json.dumps(body).encode()


def amazon(words):
    # As Amazon OpenSearch Service says it: no shape of OpenSearch's.
    return 403, {"Content-Type": "application/json"}, json.dumps({"message": words}).encode()


class Access(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.authority = guard.Authority(self.folder / "ours")
        self.secret = self.folder / "secret"
        self.house = Appliance()
        self.addCleanup(self.house.remove)

    def open(self, check, **settings):
        self.guard = guard.Guard(self.authority, SERVER, check)
        self.addCleanup(self.guard.close)
        self.prefix = "b" + secrets.token_hex(8)
        self.house.environment = {
            **self.house.environment,
            "HEIRLOOM_INDEX_EMBEDDER": "none",
            "HEIRLOOM_INDEX_SEARCH": f"opensearch+https://{self.guard.address}/{self.prefix}",
            "HEIRLOOM_INDEX_SEARCH_CA_FILE": self.authority.file,
            **{f"HEIRLOOM_INDEX_SEARCH_{name.upper()}": str(value) for name, value in settings.items()},
        }

    def begin(self):
        self.house.start()
        self.ada = self.house.person("ada")
        self.legacy = self.ada.post("/api/v1/legacies", {"title": "The family"}).json["id"]

    def write(self, title):
        made = self.ada.post("/api/v1/stories", {"legacy_id": self.legacy, "title": title})
        self.assertEqual(made.status, 201, made)

    def await_that(self, what, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"{what}; {self.readiness()}\n{self.house.log_text()[-2000:]}")
            time.sleep(0.05)

    def readiness(self):
        return {check["name"]: check.get("detail", "") for check in self.house.client().get("/readyz").json["checks"]}

    def found(self, title):
        answer = self.ada.get("/api/v1/search", q=title)
        return answer.status == 200 and [item["title"] for item in answer.json["items"]] == [title]

    def await_found(self, title):
        self.await_that(f"{title} is found", lambda: self.found(title))

    def await_words(self, words):
        def said():
            self.ada.get("/api/v1/search", q="anything")
            return words in self.readiness().get("dependencies", "")

        self.await_that(f"/readyz says: {words}", said)

    def check_doctor(self, words):
        done = self.house.run("doctor", "--data-dir", self.house.data_dir, "--json", check=False)
        said = [finding for finding in json.loads(done.stdout)["findings"] if finding["check"] == "search"]
        self.assertIn(words, json.dumps(said))

    def goes_wrong_and_is_mended(self, words, doctor_words):
        """With a secret that is wrong in its file, and put right there while the daemon runs."""
        right = self.secret.read_text()
        self.secret.write_text("wrong")
        self.begin()
        self.write("aardvark")
        self.await_words(words)
        refused = self.ada.get("/api/v1/search", q="aardvark")
        self.assertEqual((refused.status, refused.headers["Retry-After"] is None), (503, False), refused)
        self.check_doctor(doctor_words)
        self.assertEqual(self.guard.passed, 0)
        self.secret.write_text(right)
        self.await_found("aardvark")
        self.await_that("it is well again", lambda: self.readiness().get("dependencies", "") == "")
        for log in (self.house.log_text(),):
            self.assertNotIn(right, log)
        done = self.house.run("doctor", "--data-dir", self.house.data_dir, "--json", check=False)
        self.assertEqual(json.loads(done.stdout)["errors"], 0, done.stdout)

    def test_a_user_with_a_password(self):
        self.secret.write_text("p:ss wörd")
        wanted = "Basic " + base64.b64encode("heirloom:p:ss wörd".encode()).decode()
        self.open(lambda asked: None if asked.headers.get("Authorization") == wanted else unauthorized(),
                  user="heirloom", password_file=self.secret)
        self.goes_wrong_and_is_mended(
            "The server for search refuses our credentials; look at index.search_user and index.search_password_file.",
            "OpenSearch does not accept our credentials; look at index.search_user")

    def test_a_token(self):
        self.secret.write_text("ey.token")
        self.open(lambda asked: None if asked.headers.get("Authorization") == "Bearer ey.token" else unauthorized(),
                  token_file=self.secret)
        self.goes_wrong_and_is_mended(
            "The server for search refuses our credentials; look at index.search_token_file.", "index.search_token_file")

    def test_a_user_without_the_rights(self):
        allowed = []
        self.open(lambda asked: None if allowed else forbidden(), user="heirloom", password="secret")
        self.begin()
        self.write("aardvark")
        self.await_words("refuses our credentials")
        self.check_doctor("OpenSearch does not let us do that (security_exception); look at the rights")
        allowed.append(True)
        self.await_found("aardvark")

    def test_another_authority_is_refused_and_the_setting_named(self):
        other = guard.Authority(self.folder / "theirs", "another authority")
        self.open(lambda asked: None, ca_file=other.file)
        self.begin()
        self.write("aardvark")
        words = "The server for search shows a certificate that is not trusted; look at index.search_ca_file."
        self.await_words(words)
        self.check_doctor("certificate is not trusted; look at index.search_ca_file")
        self.assertEqual(self.guard.passed, 0)
        self.house.stop()
        self.house.environment["HEIRLOOM_INDEX_SEARCH_CA_FILE"] = self.authority.file
        self.house.start()
        self.ada = self.house.client(self.house.token("ada"))
        self.await_found("aardvark")

    def check_signature(self, keys):
        """What Amazon's domains check; `keys` gives (secret, session token) of a key, or an answer."""

        def check(asked):
            who = guard.signed_by(asked)
            if who is None:
                return amazon("Missing Authentication Token")
            key, region, service = who
            if (region, service) != (REGION, "es"):
                return amazon("Credential should be scoped to a valid region and service.")
            held = keys(key)
            if len(held) == 3:
                return held
            if not guard.is_signed(asked, self.guard.address, key, *held, region, service):
                return amazon("The request signature we calculated does not match the signature you provided.")
            return None

        return check

    def test_a_signature_with_own_keys(self):
        self.secret.write_text("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        right = self.secret.read_text()
        self.open(self.check_signature(lambda key: (right, "") if key == "AKID" else amazon("unknown")),
                  signing="aws", region=REGION, access_key_id="AKID", secret_access_key_file=self.secret)
        self.goes_wrong_and_is_mended(
            "The server for search refuses our credentials; look at index.search_credentials and the keys that it names.",
            "index.search_signing")

    def test_a_signature_with_keys_that_are_lent_and_end(self):
        lent, refuse = {}, []

        def lend(asked):
            if refuse or asked.headers.get("Authorization") != "pod's token":
                return 403, {}, b"{}"
            key = f"ASIA{len(lent)}"
            lent[key] = (secrets.token_hex(20), secrets.token_urlsafe(60) + "+/=")
            ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=900)
            body = {"AccessKeyId": key, "SecretAccessKey": lent[key][0], "Token": lent[key][1],
                    "Expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}
            return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()

        over = set()
        lender = guard.Door(self.authority, lend)
        self.addCleanup(lender.close)
        self.secret.write_text("pod's token")
        self.open(self.check_signature(lambda key: amazon("The security token included in the request is expired")
                                       if key in over else lent[key]),
                  signing="aws", region=REGION, credentials="container")
        self.house.environment |= {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": lender.url + "/keys",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(self.secret),
            "AWS_CA_BUNDLE": self.authority.file,
        }
        self.begin()
        self.write("aardvark")
        self.await_found("aardvark")
        self.assertEqual(self.guard.refused, 0)
        # Over before their time: got anew, and asked again.
        over.update(lent)
        self.write("bergamot")
        self.await_found("bergamot")
        # Nobody lends any more: words.
        refuse.append(True)
        over.update(lent)
        self.await_words("refuses our credentials; look at")
        refuse.clear()
        self.write("chrysalis")
        self.await_found("chrysalis")


if __name__ == "__main__":
    unittest.main()
