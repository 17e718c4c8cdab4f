"""Requests that may be sent twice: every operation that the OpenAPI file gives an Idempotency-Key."""

import json
import pathlib
import re
import socket
import sys
import threading
import time
import unittest
import urllib.parse
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import Appliance  # noqa: E402

KEY = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"


def operations():
    """The operationIds that take the key, read without a YAML parser."""
    found, operation = set(), None
    for line in (ROOT / "appliance/api/openapi.yaml").read_text().splitlines():
        if name := re.match(r"      operationId: (\w+)$", line):
            operation = name[1]
        elif line.startswith("components:"):
            break
        elif "/parameters/IdempotencyKey'" in line:
            found.add(operation)
    return found


class Case:
    """One operation on things of its own. `count` says how often it has been done."""

    once = 1  # What `count` gives when it was done once.
    repeat_status = None  # Where a repeat is refused.

    def __init__(self, house, client):
        self.house, self.client = house, client
        self.headers = {}
        self.prepare()

    def prepare(self):
        pass

    def send(self, key, body=None, client=None):
        headers = {**self.headers, KEY: key}
        body = self.body if body is None else body
        return (client or self.client).request(self.method, self.path, body, headers)

    def make(self, path, body):
        made = self.client.post(path, body)
        assert made.status == 201, made
        return made

    def items(self, path, **query):
        found = self.client.get(path, limit=100, **query)
        assert found.status == 200, found
        return found.json["items"]


class CreateLegacy(Case):
    method, path = "POST", "/api/v1/legacies"

    def prepare(self):
        self.title = f"Legacy {uuid.uuid4()}"
        self.body, self.other = {"title": self.title}, {"title": self.title, "language": "fr"}

    def count(self):
        return sum(each["title"] == self.title for each in self.items(self.path))


class UpdateLegacy(Case):
    method = "PATCH"
    once = 2  # The version.

    def prepare(self):
        made = self.make("/api/v1/legacies", {"title": "Before"})
        self.path = f"/api/v1/legacies/{made.json['id']}"
        self.headers = {"If-Match": made.headers["ETag"]}
        self.body, self.other = {"title": "After"}, {"title": "Otherwise"}

    def count(self):
        return self.client.get(self.path).json["version"]


class AddMember(Case):
    method = "POST"

    def prepare(self):
        name = f"guest{uuid.uuid4().hex[:12]}"
        self.house.add_user(name)
        made = self.make("/api/v1/legacies", {"title": "Family"})
        self.path = f"/api/v1/legacies/{made.json['id']}/members"
        self.body = {"email": f"{name}@example.org", "role": "viewer"}
        self.other = {**self.body, "role": "editor"}

    def count(self):
        return len(self.items(self.path)) - 1


class CreateStory(Case):
    method, path = "POST", "/api/v1/stories"

    def prepare(self):
        self.legacy = self.make("/api/v1/legacies", {"title": "Family"}).json["id"]
        self.body = {"legacy_id": self.legacy, "title": "Once", "markdown": "Text."}
        self.other = {**self.body, "title": "Twice"}

    def count(self):
        return len(self.items(self.path, legacy=self.legacy))


class OfStory(Case):
    """A change of a story: each makes a revision."""

    once = 2

    def prepare(self):
        legacy = self.make("/api/v1/legacies", {"title": "Family"}).json["id"]
        body = {"legacy_id": legacy, "title": "First", "markdown": "Text."}
        made = self.make("/api/v1/stories", body)
        self.story = f"/api/v1/stories/{made.json['id']}"
        self.headers = {"If-Match": made.headers["ETag"]}

    def count(self):
        return len(self.items(f"{self.story}/revisions"))


class UpdateStory(OfStory):
    method = "PATCH"

    def prepare(self):
        super().prepare()
        self.path = self.story
        self.body, self.other = {"title": "Second"}, {"title": "Third"}


class RestoreRevision(OfStory):
    method = "POST"
    once = 3

    def prepare(self):
        super().prepare()
        changed = self.client.request("PATCH", self.story, {"title": "Second"}, self.headers)
        self.headers = {"If-Match": changed.headers["ETag"]}
        self.path = f"{self.story}/revisions/1/restore"
        self.body = {}
        self.other = None  # There is nothing to say otherwise.


class CreateToken(Case):
    method, path = "POST", "/api/v1/tokens"
    repeat_status = 409  # The secret is shown once.

    def prepare(self):
        self.name = f"script {uuid.uuid4()}"
        self.body = {"name": self.name, "scopes": ["stories:read"]}
        self.other = {**self.body, "scopes": []}

    def count(self):
        return sum(each["name"] == self.name for each in self.items(self.path))


CASES = {
    "createLegacy": CreateLegacy,
    "updateLegacy": UpdateLegacy,
    "addMember": AddMember,
    "createStory": CreateStory,
    "updateStory": UpdateStory,
    "restoreRevision": RestoreRevision,
    "createToken": CreateToken,
}


class IdempotencyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = Appliance().start()
        for name in ("ada", "ben"):
            cls.house.add_user(name)
        # In a browser: tokens may not make tokens.
        cls.ada = cls.house.browser("ada")
        cls.ben = cls.house.browser("ben")

    @classmethod
    def tearDownClass(cls):
        cls.house.remove()

    def cases(self):
        for operation, case in CASES.items():
            with self.subTest(operation):
                yield case(self.house, self.ada)

    def assert_repeat(self, case, reply, first):
        if case.repeat_status:
            self.assertEqual(reply.status, case.repeat_status, reply)
            return
        self.assertEqual(reply.status, first.status, reply)
        self.assertEqual(reply.json, first.json)
        self.assertEqual(reply.headers[REPLAYED], "true")
        self.assertEqual(reply.headers["ETag"], first.headers["ETag"])

    def test_every_operation_that_takes_a_key_is_tried_here(self):
        self.assertEqual(set(CASES), operations())

    def test_the_same_key_again_does_it_once_and_says_the_same(self):
        for case in self.cases():
            key = str(uuid.uuid4())
            first = case.send(key)
            self.assertLess(first.status, 300, first)
            self.assertNotIn(REPLAYED, first.headers)
            self.assert_repeat(case, case.send(key), first)
            self.assertEqual(case.count(), case.once)

    def test_the_same_key_with_another_body_is_refused_by_name(self):
        for case in self.cases():
            if case.other is None:
                continue
            key = str(uuid.uuid4())
            self.assertLess(case.send(key).status, 300)
            refused = case.send(key, case.other)
            self.assertEqual(refused.status, 422, refused)
            self.assertEqual(refused.json["errors"][0]["pointer"], KEY)
            self.assertEqual(case.count(), case.once)

    def test_a_key_that_is_none_is_refused_before_anything_happens(self):
        for case in self.cases():
            before = case.count()
            for key in ("", " ", "a b", "x" * 256, "é"):
                refused = case.send(key.encode())
                self.assertEqual(refused.status, 422, (key, refused))
                self.assertEqual(refused.json["errors"][0]["pointer"], KEY)
            self.assertEqual(case.count(), before)

    def test_eight_at_once_do_it_once(self):
        for case in self.cases():
            key = str(uuid.uuid4())
            replies = []
            barrier = threading.Barrier(8)

            def send():
                client = self.house.client(headers=dict(self.ada.headers))
                barrier.wait()
                replies.append(case.send(key, client=client))

            senders = [threading.Thread(target=send) for _ in range(8)]
            for sender in senders:
                sender.start()
            for sender in senders:
                sender.join()
            first = [each for each in replies if each.status < 300 and REPLAYED not in each.headers]
            self.assertEqual(len(first), 1, replies)
            for reply in replies:
                if reply is not first[0]:
                    self.assert_repeat(case, reply, first[0])
            self.assertEqual(case.count(), case.once)

    def test_somebody_else_s_key_is_another_one(self):
        key = str(uuid.uuid4())
        mine = CreateLegacy(self.house, self.ada)
        theirs = CreateLegacy(self.house, self.ben)
        first = mine.send(key)
        second = theirs.send(key)
        self.assertEqual(second.status, 201, second)
        self.assertNotIn(REPLAYED, second.headers)
        self.assertNotEqual(first.json["id"], second.json["id"])

    def test_the_same_key_on_another_thing_is_refused(self):
        """The key belongs to the route; the path is part of what must be the same."""
        key = str(uuid.uuid4())
        one, two = UpdateLegacy(self.house, self.ada), UpdateLegacy(self.house, self.ada)
        self.assertEqual(one.send(key).status, 200)
        self.assertEqual(two.send(key).status, 422)
        self.assertEqual(two.count(), 1)

    def test_a_refused_request_does_not_use_its_key_up(self):
        for case in self.cases():
            if "If-Match" not in case.headers:
                continue
            key = str(uuid.uuid4())
            good, case.headers = case.headers, {"If-Match": '"v99"'}
            self.assertEqual(case.send(key).status, 412)
            case.headers = good
            self.assertLess(case.send(key).status, 300)
            self.assertEqual(case.count(), case.once)


class Alone(unittest.TestCase):
    """With a daemon of its own, which is stopped or killed."""

    def setUp(self):
        self.house = Appliance().start()
        self.addCleanup(self.house.remove)
        self.house.add_user("ada")
        self.ada = self.house.browser("ada")

    def again(self):
        self.house.start()
        self.ada = self.house.client(headers={**self.ada.headers, "Origin": self.house.url})

    def test_after_a_day_a_key_is_new(self):
        cases = [CreateLegacy(self.house, self.ada), CreateStory(self.house, self.ada)]
        replies = [case.send("the-same") for case in cases]
        self.house.stop()
        day = (24 * 3600 + 1) * 1_000_000
        self.house.sql(f"UPDATE idempotent_requests SET created_at = created_at - {day}")
        self.again()
        for case, first in zip(cases, replies):
            case.client = self.ada
            second = case.send("the-same")
            self.assertEqual(second.status, 201, second)
            self.assertNotIn(REPLAYED, second.headers)
            self.assertNotEqual(second.json["id"], first.json["id"])
            self.assertEqual(case.count(), 2)

    def send_and_look_away(self, case, key):
        """Sends the request and does not read what comes back."""
        address = urllib.parse.urlsplit(self.house.url)
        body = json.dumps(case.body).encode()
        headers = {**self.ada.headers, **case.headers, KEY: key, "Host": address.netloc}
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection = socket.create_connection((address.hostname, address.port))
        connection.sendall(f"{case.method} {case.path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        return connection

    def await_key(self, key):
        """Until the change is durable, whether it was answered or not."""
        deadline = time.monotonic() + 20
        query = f"SELECT COUNT(*) FROM idempotent_requests WHERE key = '{key}'"
        while self.house.sql(query) == "0":
            self.assertLess(time.monotonic(), deadline)

    def test_an_answer_lost_in_a_crash_is_given_again_and_nothing_is_done_twice(self):
        for operation, make in CASES.items():
            with self.subTest(operation):
                case = make(self.house, self.ada)
                key = str(uuid.uuid4())
                with self.send_and_look_away(case, key):
                    self.await_key(key)
                    self.house.kill()
                self.again()
                case.client = self.ada
                again = case.send(key)
                self.assertEqual(again.status, case.repeat_status or again.status)
                if not case.repeat_status:
                    self.assertLess(again.status, 300, again)
                    self.assertEqual(again.headers[REPLAYED], "true")
                self.assertEqual(case.count(), case.once)

    def test_a_crash_at_any_instant_leaves_it_done_once_after_the_retry(self):
        for milliseconds in (0, 1, 2, 3, 5, 8):
            case = CreateStory(self.house, self.ada)
            key = str(uuid.uuid4())
            with self.send_and_look_away(case, key):
                time.sleep(milliseconds / 1000)
                self.house.kill()
            self.again()
            case.client = self.ada
            self.assertEqual(case.send(key).status, 201)
            self.assertEqual(case.count(), 1)


if __name__ == "__main__":
    unittest.main()
