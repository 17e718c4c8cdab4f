"""Working copies, the bin, differences, tags and repeated requests, from outside.

Each write answers with its place in the outbox, also one that changes nothing.
"""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from appliance import Appliance  # noqa: E402


class StoriesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = Appliance().start()
        cls.addClassCleanup(cls.house.remove)
        cls.ada = cls.house.person("ada")
        cls.vic = cls.house.person("vic")

    def setUp(self):
        made = self.ada.post("/api/v1/legacies", {"title": "The family"})
        self.legacy = made.json["id"]
        self.ada.post(f"/api/v1/legacies/{self.legacy}/members", {"email": "vic@example.org", "role": "viewer"})

    def ask(self, method, path, body=None, expect=200, who=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        reply = (who or self.ada).request(method, path, body, headers)
        self.assertEqual(reply.status, expect, f"{method} {path}: {reply}")
        return reply

    def sequence(self, reply):
        epoch, _, number = reply.headers["Heirloom-Sequence"].partition(".")
        self.assertTrue(epoch)
        return int(number)

    def write(self, **fields):
        body = {"legacy_id": self.legacy, "title": "The boat", "markdown": "It leaked.", **fields}
        return self.ask("POST", "/api/v1/stories", body, 201)

    def listed(self, **query):
        page = self.ada.get("/api/v1/stories", legacy=self.legacy, **query).json
        return [story["title"] for story in page["items"]]

    def test_autosave_and_save(self):
        story = self.write()
        path = f"/api/v1/stories/{story.json['id']}"
        self.ask("GET", f"{path}/working-copy", expect=404)
        first = self.ask("PUT", f"{path}/working-copy", {"base_version": 1, "title": "The bo"})
        second = self.ask("PUT", f"{path}/working-copy", {"base_version": 1, "title": "The boat sank"})
        self.assertEqual((first.json["version"], second.json["version"]), (1, 2))
        self.assertNotEqual(first.headers["ETag"], second.headers["ETag"])
        copy = self.ask("GET", f"{path}/working-copy")
        self.ask("GET", f"{path}/working-copy", expect=304, If_None_Match=copy.headers["ETag"])
        self.assertEqual(copy.json["title"], "The boat sank")
        self.assertEqual(copy.json["content"], story.json["content"])
        self.ask("GET", f"{path}/working-copy", expect=404, who=self.vic)
        self.ask("PUT", f"{path}/working-copy", {"base_version": 1}, 403, self.vic)
        wrong = self.ask("PUT", f"{path}/working-copy", {"base_version": 2, "x": 1}, 422)
        self.assertEqual([error["pointer"] for error in wrong.json["errors"]], ["/x"])
        wrong = self.ask("PUT", f"{path}/working-copy", {"title": "x"}, 422)
        self.assertEqual([error["pointer"] for error in wrong.json["errors"]], ["/base_version"])
        saved = self.ask("POST", f"{path}/working-copy/save")
        self.assertEqual((saved.json["title"], saved.json["revision"]), ("The boat sank", 2))
        self.ask("PATCH", path, {"title": "The boat sank"}, If_Match=saved.headers["ETag"])
        again = self.ask("POST", f"{path}/working-copy/save")
        self.assertEqual(again.json["revision"], 2)
        self.assertGreaterEqual(self.sequence(again), self.sequence(saved))
        self.ask("PUT", f"{path}/working-copy", {"base_version": 1, "title": "Too late"})
        self.ask("POST", f"{path}/working-copy/save", expect=412)
        self.ask("GET", f"{path}/working-copy")
        self.ask("DELETE", f"{path}/working-copy", expect=204)
        self.ask("DELETE", f"{path}/working-copy", expect=204)
        self.ask("GET", f"{path}/working-copy", expect=404)

    def test_bin(self):
        story = self.write(title="The old boat")
        path = f"/api/v1/stories/{story.json['id']}"
        in_bin = f"/api/v1/bin/stories/{story.json['id']}"
        self.ask("GET", in_bin, expect=404)
        deleted = self.ask("DELETE", path, expect=204, If_Match='"v1"')
        self.ask("GET", path, expect=404)
        page = self.ask("GET", f"/api/v1/bin/stories?legacy={self.legacy}").json
        self.assertEqual([item["title"] for item in page["items"]], ["The old boat"])
        self.assertEqual(page["items"][0]["deleted_by"], "ada")
        self.assertGreater(page["items"][0]["purge_at"], page["items"][0]["deleted_at"])
        self.assertEqual(self.ask("GET", in_bin).json["text"], "It leaked.")
        self.ask("GET", in_bin, expect=403, who=self.vic)
        back = self.ask("POST", f"{in_bin}/restore")
        self.assertGreater(self.sequence(back), self.sequence(deleted))
        self.assertEqual(back.json["text"], "It leaked.")
        again = self.ask("POST", f"{in_bin}/restore")
        self.assertEqual(again.headers["ETag"], back.headers["ETag"])
        self.sequence(again)
        found = self.ada.get("/api/v1/search", q="old boat", legacy=self.legacy,
                             headers={"Heirloom-Sequence": back.headers["Heirloom-Sequence"]})
        self.assertEqual([hit["id"] for hit in found.json["items"]], [story.json["id"]])
        self.ask("DELETE", path, expect=204, If_Match=back.headers["ETag"])
        self.sequence(self.ask("DELETE", in_bin, expect=204))
        self.ask("GET", in_bin, expect=404)
        self.ask("POST", f"{in_bin}/restore", expect=404)

    def test_archived_stories_are_asked_for(self):
        self.write()
        self.write(title="Put away", status="archived")
        self.assertEqual(self.listed(), ["The boat"])
        self.assertEqual(self.listed(order="happened"), ["The boat"])
        self.assertEqual(self.listed(status="archived"), ["Put away"])

    def test_differences(self):
        story = self.write()
        path = f"/api/v1/stories/{story.json['id']}"
        self.ask("PATCH", path, {"markdown": "It never leaked.", "place": "Bergen"}, If_Match='"v1"')
        diff = self.ask("GET", f"{path}/revisions/2/diff").json
        self.assertEqual((diff["from"], diff["to"], diff["complete"]), (1, 2, True))
        self.assertEqual(diff["fields"], [{"field": "place", "before": None, "after": "Bergen"}])
        shown = [(piece["change"], piece["text"]) for piece in diff["text"]]
        self.assertEqual(shown, [("same", "It "), ("added", "never "), ("same", "leaked.")])
        self.assertEqual(self.ask("GET", f"{path}/revisions/2/diff?against=0").json["from"], 0)
        for against in ("2", "3", "-1", "x"):
            self.ask("GET", f"{path}/revisions/2/diff?against={against}", expect=422)
        self.ask("GET", f"{path}/revisions/9/diff", expect=404)

    def test_tags(self):
        self.write(tags=["boats", "Winter"])
        self.write(tags=["ships"])
        tags = f"/api/v1/legacies/{self.legacy}/tags"
        self.assertEqual(self.ask("GET", tags, who=self.vic).json["items"],
                         [{"tag": "boats", "count": 1}, {"tag": "ships", "count": 1}, {"tag": "Winter", "count": 1}])
        renamed = self.ask("POST", f"{tags}/rename", {"from": "boats", "to": "Ships"})
        self.assertEqual(renamed.json, {"changed": 1, "merged": True})
        again = self.ask("POST", f"{tags}/rename", {"from": "boats", "to": "Ships"})
        self.assertEqual(again.json["changed"], 0)
        self.assertGreaterEqual(self.sequence(again), self.sequence(renamed))
        self.ask("POST", f"{tags}/rename", {"from": "x", "to": "y"}, 403, self.vic)
        wrong = self.ask("POST", f"{tags}/rename", {"from": "", "y": 1}, 422)
        self.assertEqual({error["pointer"] for error in wrong.json["errors"]}, {"/from", "/to", "/y"})

    def test_repeated_requests(self):
        body = {"legacy_id": self.legacy, "title": "Once"}
        first = self.ask("POST", "/api/v1/stories", body, 201, Idempotency_Key="create-once")
        self.assertNotIn("Idempotency-Replayed", first.headers)
        again = self.ask("POST", "/api/v1/stories", body, 201, Idempotency_Key="create-once")
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        self.assertEqual(again.json, first.json)
        self.assertEqual(again.headers["Location"], first.headers["Location"])
        self.sequence(again)
        other = self.ask("POST", "/api/v1/stories", {**body, "title": "x"}, 422, Idempotency_Key="create-once")
        self.assertEqual(other.json["errors"][0]["pointer"], "Idempotency-Key")
        path = first.headers["Location"]
        for replayed in (None, "true"):
            patched = self.ask("PATCH", path, {"title": "Twice"}, If_Match='"v1"', Idempotency_Key="p")
            self.assertEqual(patched.headers.get("Idempotency-Replayed"), replayed)
            self.assertEqual(patched.json["version"], 2)
        for replayed in (None, "true"):
            restored = self.ask("POST", f"{path}/revisions/1/restore", If_Match='"v2"', Idempotency_Key="r")
            self.assertEqual(restored.headers.get("Idempotency-Replayed"), replayed)
            self.assertEqual(restored.json["revision"], 3)
        self.assertEqual(self.listed(), ["Once"])

    def test_a_write_that_changes_nothing_has_a_place_too(self):
        story = self.write()
        path = f"/api/v1/stories/{story.json['id']}"
        same = self.ask("PATCH", path, {"title": "The boat"}, If_Match='"v1"')
        self.assertEqual(same.headers["ETag"], story.headers["ETag"])
        self.assertGreaterEqual(self.sequence(same), self.sequence(story))


if __name__ == "__main__":
    unittest.main()
