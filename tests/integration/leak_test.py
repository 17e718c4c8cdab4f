"""A person who is no member sees nothing of another's legacy, through any route there is.

The routes come from the OpenAPI file: one that is added there is tried here, or the test fails
until somebody says how. What may not be seen must look exactly like what does not exist.
"""

import pathlib
import re
import sys
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import Appliance  # noqa: E402

SECRET = "zanzibarsecret"
METHODS = ("get", "post", "put", "patch", "delete")

# Routes that tell everybody the same, whoever asks and whatever there is.
SAME_FOR_ALL = {
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/manifest"),
    ("get", "/api/v1/openapi.json"),
    ("get", "/api/v1/setup"),
    ("post", "/api/v1/setup"),
    ("get", "/api/v1/session"),
    ("post", "/api/v1/session"),
    ("delete", "/api/v1/session"),
    ("get", "/api/v1/me"),
}
# For the operator: by address, not by person, and without a word of what people wrote.
FOR_OPERATORS = {("get", "/metrics")}
# Make something of the asker's own.
MAKES_OWN = {("post", "/api/v1/legacies")}

BODIES = {
    ("patch", "/api/v1/legacies/{id}"): {"title": "Mine"},
    ("post", "/api/v1/legacies/{id}/members"): {"email": "eve@example.org", "role": "owner"},
    ("patch", "/api/v1/legacies/{id}/members/{user_id}"): {"role": "viewer"},
    ("post", "/api/v1/legacies/{id}/imports/stories"): {
        "source": "diary",
        "items": [{"source_id": "1", "title": "One", "text": "Text."}],
    },
    ("patch", "/api/v1/stories/{id}"): {"title": "Mine"},
}


def operations():
    """(method, path) of everything in the OpenAPI file, read without a YAML parser."""
    path = None
    for line in (ROOT / "appliance/api/openapi.yaml").read_text().splitlines():
        if found := re.fullmatch(r"  (/\S*):", line):
            path = found[1]
        elif line.startswith("components:"):
            return
        elif path and (found := re.fullmatch(r"    (\w+):", line)) and found[1] in METHODS:
            yield found[1], path


def like(reply, *ids):
    """What a reply says, but for what differs in every reply: the request id, and the ids asked
    for."""
    text = re.sub(r'"request_id":"[^"]*"', "", reply.body.decode())
    for each in ids:
        text = text.replace(each, "ID")
    headers = sorted(
        name.lower() for name in reply.headers if name.lower() not in ("date", "x-request-id")
    )
    return reply.status, text, headers


class LeakTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = Appliance()
        cls.house.start()
        cls.ada = cls.house.person("ada")
        cls.eve = cls.house.person("eve")
        cls.ada_id = cls.ada.get("/api/v1/me").json["user"]["id"]
        made = cls.ada.post("/api/v1/legacies", {"title": SECRET, "dedication": SECRET})
        cls.legacy = made.json["id"]
        cls.stories = {}
        for status in ("draft", "published", "archived"):
            story = {
                "legacy_id": cls.legacy,
                "title": f"{SECRET} {status}",
                "markdown": f"{SECRET} was here.",
                "status": status,
                "tags": [SECRET],
                "author": SECRET,
                "happened_at": "1957",
                "place": SECRET,
            }
            reply = cls.ada.post("/api/v1/stories", story)
            assert reply.status == 201, reply
            cls.stories[status] = reply.json["id"]
            cls.sequence = reply.headers["Heirloom-Sequence"]

    @classmethod
    def tearDownClass(cls):
        cls.house.remove()

    def askers(self):
        return {
            "a stranger with a token": self.eve,
            "a stranger in a browser": self.house.browser("eve"),
            "nobody": self.house.client(),
        }

    def fill(self, path, thing):
        path = path.replace("{user_id}", self.ada_id).replace("{n}", "1")
        return path.replace("{id}", thing)

    def things_of(self, path):
        """Ids that the path's {id} may stand for: real ones."""
        return [self.legacy] if "/legacies/" in path else list(self.stories.values())

    def test_every_route_with_an_id_answers_as_if_there_were_nothing(self):
        tried = 0
        for method, path in operations():
            if "{id}" not in path:
                continue
            tried += 1
            headers = {"If-Match": '"v1"'} if method in ("patch", "delete", "post") else {}
            body = BODIES.get((method, path), {} if method in ("post", "patch") else None)
            for who, asker in self.askers().items():
                for thing in self.things_of(path):
                    nothing = str(uuid.uuid4())
                    real = asker.request(method.upper(), self.fill(path, thing), body, headers)
                    none = asker.request(method.upper(), self.fill(path, nothing), body, headers)
                    with self.subTest(f"{who}: {method} {path}"):
                        self.assertIn(real.status, (401,) if who == "nobody" else (404,))
                        self.assertEqual(like(real, thing), like(none, nothing))
                        self.assertNotIn(SECRET, real.body.decode())
        self.assertGreaterEqual(tried, 14)

    def test_wrong_requests_do_not_tell_either(self):
        """A bad body or a missing If-Match must not be answered before the question who asks."""
        for method, path in operations():
            if "{id}" not in path or method == "get":
                continue
            thing = self.things_of(path)[0]
            reply = self.eve.request(method.upper(), self.fill(path, thing), {"odd": 1})
            none = self.eve.request(method.upper(), self.fill(path, str(uuid.uuid4())), {"odd": 1})
            with self.subTest(f"{method} {path}"):
                self.assertEqual(reply.status, none.status)
                self.assertNotIn(SECRET, reply.body.decode())

    def test_every_route_without_an_id_keeps_the_secret(self):
        filters = [
            {},
            {"legacy": self.legacy},
            {"tag": SECRET},
            {"status": "draft"},
            {"order": "happened"},
        ]
        queries = [
            {"q": SECRET},
            {"q": SECRET[:6]},
            {"q": f"-nothing {SECRET}"},
            {"legacy": self.legacy},
            {"tag": SECRET},
            {"author": SECRET},
            {"from": "1956", "to": "1958"},
            {"lang": "en"},
            {},
        ]
        suggestions = [{"q": SECRET[:4]}, {"q": SECRET}, {"q": SECRET[:4], "legacy": self.legacy}]
        lists = {
            ("get", "/api/v1/legacies"): [{}],
            ("get", "/api/v1/stories"): filters,
            ("post", "/api/v1/stories"): None,
            ("get", "/api/v1/search"): queries,
            ("get", "/api/v1/search/suggest"): suggestions,
        }
        ready = {"Heirloom-Sequence": self.sequence}
        # They are there to be found: else finding nothing proves nothing.
        self.assertEqual(3, len(self.ada.get("/api/v1/search", q=SECRET, headers=ready).json["items"]))
        self.assertTrue(self.ada.get("/api/v1/search/suggest", q=SECRET[:4]).json["items"])
        for method, path in operations():
            known = SAME_FOR_ALL | FOR_OPERATORS | MAKES_OWN
            if "{id}" in path or (method, path) in known:
                continue
            self.assertIn((method, path), lists, "a new route: say here how it keeps the secret")
            if lists[method, path] is None:
                continue
            for query in lists[method, path]:
                with self.subTest(f"{path} {query}"):
                    reply = self.eve.get(path, **query, headers=ready)
                    self.assertEqual(reply.status, 200, reply)
                    self.assertEqual(reply.json, {"items": []})
                    self.assertEqual(self.house.client().get(path, **query).status, 401)

    def test_writing_into_a_foreign_legacy_is_as_into_none(self):
        story = {"legacy_id": self.legacy, "title": "Mine", "markdown": "x"}
        real = self.eve.post("/api/v1/stories", story)
        nothing = str(uuid.uuid4())
        none = self.eve.post("/api/v1/stories", {**story, "legacy_id": nothing})
        self.assertEqual(real.status, 404)
        self.assertEqual(like(real, self.legacy), like(none, nothing))

    def test_what_is_the_same_for_all_holds_no_secret(self):
        for method, path in sorted(SAME_FOR_ALL | FOR_OPERATORS):
            if method != "get":
                continue
            for asker in (self.eve, self.house.client()):
                self.assertNotIn(SECRET, asker.get(path).body.decode(), path)
        self.assertNotIn(SECRET, self.house.log_text())

    def test_who_is_taken_out_sees_nothing_from_then_on(self):
        ben = self.house.person("ben")
        ben_id = ben.get("/api/v1/me").json["user"]["id"]
        member = {"email": "ben@example.org", "role": "viewer"}
        members = f"/api/v1/legacies/{self.legacy}/members"
        self.assertEqual(self.ada.post(members, member).status, 201)
        story = f"/api/v1/stories/{self.stories['published']}"
        self.assertEqual(ben.get(story).status, 200)
        self.assertEqual(ben.get(f"/api/v1/stories/{self.stories['draft']}").status, 404)
        self.assertEqual(2, len(ben.get("/api/v1/search", q=SECRET).json["items"]))
        self.assertEqual(self.ada.request("DELETE", f"{members}/{ben_id}").status, 204)
        self.assertEqual(ben.get(story).status, 404)
        self.assertEqual(ben.get("/api/v1/search", q=SECRET).json, {"items": []})
        self.assertEqual(ben.get("/api/v1/stories").json, {"items": []})


if __name__ == "__main__":
    unittest.main(verbosity=2)
