"""Sessions, tokens, passwords and limits, as a browser and a script meet them."""

import pathlib
import sys
import tempfile
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import PASSWORD, Appliance  # noqa: E402

API = "/api/v1"
NEW_PASSWORD = "another long password"

CONFIG = """
[http]
trusted_proxies = ["127.0.0.1/32"]
[limits]
writes_per_minute = 60
"""


def said(reply):
    """What a problem says, but for the request it is about."""
    problem = reply.json
    problem.pop("request_id")
    return reply.status, problem


class AccountTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = Appliance()
        cls.house.start()
        for name in ("rosa", "ben", "carla", "dora", "emil"):
            cls.house.add_user(name)

    @classmethod
    def tearDownClass(cls):
        cls.house.remove()

    def signed_in(self, client):
        return client.get(f"{API}/me").status == 200

    def test_sessions_are_listed_and_ended_one_by_one_or_all(self):
        here = self.house.browser("rosa")
        phone = self.house.client(headers={"User-Agent": "A telephone"})
        signed_in = phone.post(f"{API}/session", {"email": "rosa@example.org", "password": PASSWORD})
        phone.headers["Cookie"] = signed_in.headers["Set-Cookie"].split(";")[0]
        sessions = here.get(f"{API}/sessions").json["items"]
        self.assertEqual([session["current"] for session in sessions].count(True), 1)
        theirs = next(session for session in sessions if session["user_agent"] == "A telephone")
        self.assertTrue(self.signed_in(phone))
        self.assertEqual(here.request("DELETE", f"{API}/sessions/{theirs['id']}").status, 204)
        self.assertFalse(self.signed_in(phone))
        third = self.house.browser("rosa")
        self.assertEqual(here.request("DELETE", f"{API}/sessions").status, 204)
        self.assertFalse(self.signed_in(third))
        self.assertTrue(self.signed_in(here))
        self.assertEqual(len(here.get(f"{API}/sessions").json["items"]), 1)

    def test_what_is_another_persons_looks_like_nothing(self):
        rosa, ben = self.house.browser("rosa"), self.house.browser("ben")
        session = rosa.get(f"{API}/sessions").json["items"][0]["id"]
        token = rosa.post(f"{API}/tokens", {"name": "script"}).json["id"]
        for path in (f"sessions/{session}", f"tokens/{token}"):
            real = ben.request("DELETE", f"{API}/{path}")
            none = ben.request("DELETE", f"{API}/{path.split('/')[0]}/{uuid.uuid4()}")
            self.assertEqual(real.status, 404)
            self.assertEqual(said(real), said(none))
            self.assertEqual(len(real.body), len(none.body))
        self.assertNotIn(token, ben.get(f"{API}/tokens").body.decode())
        self.assertTrue(self.signed_in(rosa))

    def test_a_secret_is_told_once(self):
        rosa = self.house.browser("rosa")
        key = {"Idempotency-Key": "once"}
        body = {"name": "backup", "scopes": ["stories:read"]}
        made = rosa.post(f"{API}/tokens", body, key)
        self.assertEqual(made.status, 201, made)
        self.assertEqual(made.headers["Cache-Control"], "no-store")
        secret = made.json["secret"]
        again = rosa.post(f"{API}/tokens", body, key)
        self.assertEqual(again.status, 409, again)
        other = rosa.post(f"{API}/tokens", {**body, "name": "other"}, key)
        self.assertEqual(other.status, 422, other)
        listed = rosa.get(f"{API}/tokens", limit=100)
        self.assertEqual([token["name"] for token in listed.json["items"]].count("backup"), 1)
        for reply in (again, other, listed):
            self.assertNotIn(secret, reply.body.decode())
        script = self.house.client(secret)
        self.assertEqual(script.get(f"{API}/me").json["scopes"], ["stories:read"])
        self.assertEqual(script.post(f"{API}/legacies", {"title": "x"}).status, 403)
        self.assertEqual(rosa.request("DELETE", f"{API}/tokens/{made.json['id']}").status, 204)
        self.assertEqual(script.get(f"{API}/me").status, 401)
        self.assertNotIn(secret, self.house.log_text())

    def test_managing_access_needs_the_page_that_is_ours(self):
        rosa = self.house.browser("rosa")
        del rosa.headers["X-CSRF-Token"]
        self.assertEqual(rosa.post(f"{API}/tokens", {"name": "x"}).status, 403)
        self.assertEqual(rosa.request("DELETE", f"{API}/sessions").status, 403)
        body = {"current": PASSWORD, "new": NEW_PASSWORD}
        self.assertEqual(rosa.request("PUT", f"{API}/me/password", body).status, 403)

    def test_a_new_password_ends_all_but_this_session(self):
        here, there = self.house.browser("carla"), self.house.browser("carla")
        path = f"{API}/me/password"
        wrong = here.request("PUT", path, {"current": "not the password", "new": NEW_PASSWORD})
        self.assertEqual((wrong.status, wrong.json["errors"][0]["pointer"]), (422, "/current"))
        weak = here.request("PUT", path, {"current": PASSWORD, "new": "short"})
        self.assertEqual((weak.status, weak.json["errors"][0]["pointer"]), (422, "/new"))
        self.assertTrue(self.signed_in(there))
        changed = here.request("PUT", path, {"current": PASSWORD, "new": NEW_PASSWORD})
        self.assertEqual(changed.status, 204, changed)
        self.assertFalse(self.signed_in(there))
        self.assertFalse(self.signed_in(here), "the old secret is of no use")
        here.headers["Cookie"] = changed.headers["Set-Cookie"].split(";")[0]
        self.assertTrue(self.signed_in(here))
        # With the token of the page as it was.
        self.assertEqual(here.request("DELETE", f"{API}/sessions").status, 204)
        sign_in = {"email": "carla@example.org", "password": PASSWORD}
        self.assertEqual(self.house.client().post(f"{API}/session", sign_in).status, 401)

    def test_who_is_disabled_beside_the_daemon_is_out_at_once(self):
        browser = self.house.browser("dora")
        script = self.house.client(self.house.token("dora"))
        self.assertTrue(self.signed_in(browser) and self.signed_in(script))
        person = ["--data-dir", self.house.data_dir, "--email", "dora@example.org"]
        self.house.run("user", "disable", *person)
        self.assertFalse(self.signed_in(browser))
        self.assertFalse(self.signed_in(script))
        sign_in = {"email": "dora@example.org", "password": PASSWORD}
        disabled = self.house.client().post(f"{API}/session", sign_in)
        unknown = self.house.client().post(f"{API}/session", {**sign_in, "email": "nobody@example.org"})
        self.assertEqual(said(disabled), said(unknown))
        self.house.run("user", "enable", *person)
        self.assertTrue(self.signed_in(self.house.browser("dora")))
        self.assertFalse(self.signed_in(browser))


class LimitsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False) as config:
            config.write(CONFIG)
        cls.config = pathlib.Path(config.name)
        cls.house = Appliance(arguments=["--config", config.name])
        cls.house.start()
        cls.house.add_user("rosa")
        cls.house.add_user("ben")

    @classmethod
    def tearDownClass(cls):
        cls.house.remove()
        cls.config.unlink()

    def sign_in(self, name, password, address):
        body = {"email": f"{name}@example.org", "password": password}
        return self.house.client().post(f"{API}/session", body, {"X-Forwarded-For": address})

    def until_refused(self, name, address):
        for tries in range(100):
            reply = self.sign_in(name, "a wrong password", address)
            if reply.status == 429:
                return tries, reply
            self.assertEqual(reply.status, 401, reply)
        raise AssertionError("nobody is slowed down")

    def test_guesses_are_slowed_down_alike_for_known_and_unknown_people(self):
        tries, refused = self.until_refused("rosa", "203.0.113.7")
        self.assertEqual(tries, 10)
        self.assertGreaterEqual(int(refused.headers["Retry-After"]), 1)
        unknown_tries, unknown = self.until_refused("nobody", "203.0.113.8")
        self.assertEqual(unknown_tries, tries)
        self.assertEqual(said(refused), said(unknown))
        # There even the right password has to wait; elsewhere nothing is felt.
        self.assertEqual(self.sign_in("rosa", PASSWORD, "203.0.113.7").status, 429)
        self.assertEqual(self.sign_in("rosa", PASSWORD, "198.51.100.1").status, 200)
        self.assertEqual(self.sign_in("ben", PASSWORD, "203.0.113.7").status, 200)
        # What is thrown away before it is looked at is no try.
        odd = self.house.client().post(f"{API}/session", {"email": 1}, {"X-Forwarded-For": "203.0.113.9"})
        self.assertEqual(odd.status, 422)

    def test_one_persons_script_is_held_back_and_nobody_else(self):
        rosa, another = (self.house.client(self.house.token("rosa")) for _ in range(2))
        for made in range(200):
            reply = rosa.post(f"{API}/legacies", {"title": f"Legacy {made}"})
            if reply.status == 429:
                break
            self.assertEqual(reply.status, 201, reply)
        self.assertGreaterEqual(made, 60)
        self.assertGreaterEqual(int(reply.headers["Retry-After"]), 1)
        self.assertEqual(reply.json["type"], "urn:heirloom:problem:limit-exceeded")
        # By all of a person's tokens together; reading goes on, and so do others.
        # What comes back with each second may let one through.
        replies = [another.post(f"{API}/legacies", {"title": "x"}).status for _ in range(5)]
        self.assertIn(429, replies)
        self.assertEqual(another.get(f"{API}/legacies").status, 200)
        ben = self.house.client(self.house.token("ben"))
        self.assertEqual(ben.post(f"{API}/legacies", {"title": "x"}).status, 201)


if __name__ == "__main__":
    unittest.main()
