"""SIGTERM under load: what was asked is answered whole, and the daemon ends in order.

Thirty-two connections keep asking while the signal comes. A request whose answer has begun gets all of it; one that the
daemon has not taken gets nothing at all, so that whoever sent it knows that nothing was done; and what was acknowledged is
there after the next start.
"""

import json
import pathlib
import re
import socket
import sys
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import Appliance  # noqa: E402

CONNECTIONS = 32
WRITERS = 8
ANSWERED_BEFORE = 20  # By each, before the signal comes.
DEADLINE = 30  # Seconds: the daemon drains for 20 at most.


class Cut(Exception):
    """An answer that began and did not end."""


class Hammer(threading.Thread):
    """Asks over one kept connection until the daemon closes it."""

    def __init__(self, house, token, message_of):
        super().__init__(daemon=True)
        address = house.client().address
        self.socket = socket.create_connection((address.hostname, address.port), timeout=DEADLINE)
        self.token, self.message_of = token, message_of
        self.answers = []  # (status, said close, body)
        self.warm = threading.Event()
        self.failure = None

    def run(self):
        try:
            while self.ask():
                if len(self.answers) >= ANSWERED_BEFORE:
                    self.warm.set()
        except Exception as error:  # Told by the test's own thread.
            self.failure = error
        finally:
            self.warm.set()
            self.socket.close()

    def ask(self):
        """One exchange; False when the connection is over, in order."""
        method, path, body = self.message_of(len(self.answers))
        data = b"" if body is None else json.dumps(body).encode()
        head = [f"{method} {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {self.token}"]
        if body is not None:
            head += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
        try:
            self.socket.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + data)
        except OSError:
            return False
        answer = self.read_head()
        if answer is None:
            return False
        head, rest = answer
        length = int(re.search(rb"\r\nContent-Length: (\d+)", head)[1])
        while len(rest) < length:
            rest += self.receive(rest)
        closes = b"\r\nConnection: close" in head
        self.answers.append((int(head.split()[1]), closes, rest))
        return not closes

    def read_head(self):
        data = b""
        while b"\r\n\r\n" not in data:
            try:
                chunk = self.socket.recv(65536)
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                if data:
                    raise Cut(data[:200])
                return None  # Closed before it was taken: nothing was done.
            data += chunk
        head, _, rest = data.partition(b"\r\n\r\n")
        return head, rest

    def receive(self, so_far):
        chunk = self.socket.recv(65536)
        if not chunk:
            raise Cut(so_far[:200])
        return chunk


class DrainTest(unittest.TestCase):
    def setUp(self):
        self.house = Appliance()
        self.addCleanup(self.house.remove)
        self.house.start()
        self.ada = self.house.person("ada")
        self.token = self.house.token("ada")
        self.legacy = self.ada.post("/api/v1/legacies", {"title": "The house"}).json["id"]
        self.story = self.write("The first").json["id"]

    def write(self, title):
        story = {"legacy_id": self.legacy, "title": title, "markdown": "word " * 2000}
        reply = self.ada.post("/api/v1/stories", story)
        self.assertEqual(reply.status, 201, reply)
        return reply

    def message_of(self, number):
        def read(_):
            return "GET", f"/api/v1/stories/{self.story}", None

        def listing(_):
            return "GET", f"/api/v1/stories?legacy={self.legacy}", None

        def writing(i):
            story = {"legacy_id": self.legacy, "title": f"{number}/{i}", "markdown": "Text."}
            return "POST", "/api/v1/stories", story

        if number < WRITERS:
            return writing
        return read if number % 2 else listing

    def test_every_answer_is_whole_and_the_daemon_ends_in_order(self):
        hammers = [
            Hammer(self.house, self.token, self.message_of(i)) for i in range(CONNECTIONS)
        ]
        for hammer in hammers:
            hammer.start()
        for hammer in hammers:
            self.assertTrue(hammer.warm.wait(120), "it does not get going")
        self.assertEqual(self.house.stop(timeout=DEADLINE), 0)
        for hammer in hammers:
            hammer.join(DEADLINE)
            self.assertFalse(hammer.is_alive(), "a connection was left open")
            self.assertIsNone(hammer.failure, repr(hammer.failure))
            self.assertGreaterEqual(len(hammer.answers), ANSWERED_BEFORE)
            self.assertLessEqual({status for status, _, _ in hammer.answers}, {200, 201, 503})
            # Only the last one says that it is the last.
            self.assertNotIn(True, [closes for _, closes, _ in hammer.answers[:-1]])
            for _, _, body in hammer.answers:
                json.loads(body)

        self.house.start()
        kept = self.house.client(self.token)
        for hammer in hammers[:WRITERS]:
            for status, _, body in hammer.answers:
                if status == 201:
                    story = kept.get(f"/api/v1/stories/{json.loads(body)['id']}")
                    self.assertEqual(story.status, 200, "what was acknowledged is gone")


if __name__ == "__main__":
    unittest.main(verbosity=2)
