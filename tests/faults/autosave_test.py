"""kill -9 while people autosave: what was answered is there afterwards, and nothing half of it."""

import pathlib
import random
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from appliance import Appliance  # noqa: E402

ROUNDS = 6
WRITERS = 4


class Autosaver(threading.Thread):
    """Types on and on. `kept` is the number of the last autosave that was answered."""

    def __init__(self, client, story):
        super().__init__()
        self.client, self.story, self.kept = client, story, 0

    def run(self):
        try:
            for number in range(1, 100_000):
                body = {"base_version": 1, "title": f"n{number}", "markdown": f"n{number} " * 200}
                reply = self.client.request("PUT", f"/api/v1/stories/{self.story}/working-copy", body)
                assert reply.status == 200, reply
                self.kept = number
        except Exception:  # The daemon went.
            return


class AutosaveTest(unittest.TestCase):
    def test_what_was_autosaved_is_there_after_a_kill(self):
        house = Appliance().start()
        self.addCleanup(house.remove)
        legacy = house.person("ada").post("/api/v1/legacies", {"title": "Ledger"}).json["id"]
        token = house.token("ada")
        rng = random.Random(20261122)
        for _ in range(ROUNDS):
            client = house.client(token)
            made = [client.post("/api/v1/stories", {"legacy_id": legacy, "title": "v1"}) for _ in range(WRITERS)]
            writers = [Autosaver(house.client(token, timeout=10), story.json["id"]) for story in made]
            for writer in writers:
                writer.start()
            time.sleep(rng.uniform(0.1, 0.8))  # The moment of the kill, not a wait for something.
            house.kill()
            for writer in writers:
                writer.join(30)
                self.assertFalse(writer.is_alive())
            house.start()
            client = house.client(token)
            for writer in writers:
                self.check(client, writer)

    def check(self, client, writer):
        copy = client.get(f"/api/v1/stories/{writer.story}/working-copy")
        if writer.kept == 0 and copy.status == 404:
            return
        self.assertEqual(copy.status, 200, copy)
        # The one that was under way may be there too.
        self.assertIn(copy.json["version"], (writer.kept, writer.kept + 1))
        number = copy.json["version"]
        self.assertEqual(copy.json["title"], f"n{number}")
        text = copy.json["content"]["content"][0]["content"][0]["text"]
        self.assertEqual(text, (f"n{number} " * 200).strip())
        self.assertEqual(client.get(f"/api/v1/stories/{writer.story}").json["title"], "v1")


if __name__ == "__main__":
    unittest.main()
