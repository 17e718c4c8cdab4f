"""Answers that are not sent twice, or not whole: preconditions, compression and ranges on the real daemon."""

import gzip
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import Appliance  # noqa: E402


class CopiesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = Appliance()
        cls.house.start()
        cls.ada = cls.house.person("ada")
        cls.ben = cls.house.person("ben")
        cls.legacy = cls.ada.post("/api/v1/legacies", {"title": "The house"}).json["id"]
        cls.members = f"/api/v1/legacies/{cls.legacy}/members"
        member = {"email": "ben@example.org", "role": "viewer"}
        assert cls.ada.post(cls.members, member).status == 201
        story = {"legacy_id": cls.legacy, "title": "Long", "markdown": "Every evening. " * 500, "status": "published"}
        made = cls.ada.post("/api/v1/stories", story)
        assert made.status == 201, made
        cls.story = f"/api/v1/stories/{made.json['id']}"

    @classmethod
    def tearDownClass(cls):
        cls.house.remove()

    def test_a_copy_is_good_until_the_story_changes(self):
        first = self.ada.get(self.story)
        tag = first.headers["ETag"]
        self.assertEqual(first.headers["Cache-Control"], "private, no-cache")
        again = self.ada.get(self.story, headers={"If-None-Match": tag})
        self.assertEqual((again.status, again.body), (304, b""))
        self.assertEqual(again.headers["ETag"], tag)
        changed = self.ada.request("PATCH", self.story, {"title": "Longer"}, {"If-Match": tag})
        self.assertEqual(changed.status, 200, changed)
        later = self.ada.get(self.story, headers={"If-None-Match": tag})
        self.assertEqual(later.status, 200)
        self.assertEqual(later.headers["ETag"], changed.headers["ETag"])
        stale = self.ada.request("PATCH", self.story, {"title": "Lost"}, {"If-Match": tag})
        self.assertEqual(stale.status, 412)

    def test_a_copy_is_no_longer_good_when_its_reader_may_do_more(self):
        before = self.ben.get(self.story)
        ben_id = self.ben.get("/api/v1/me").json["user"]["id"]
        self.assertEqual(before.json["may"], [])
        raised = self.ada.request("PATCH", f"{self.members}/{ben_id}", {"role": "editor"})
        self.assertEqual(raised.status, 200, raised)
        after = self.ben.get(self.story, headers={"If-None-Match": before.headers["ETag"]})
        self.assertEqual(after.status, 200)
        self.assertIn("edit", after.json["may"])

    def test_a_copy_tells_nobody_who_may_not_see_it(self):
        tag = self.ada.get(self.story).headers["ETag"]
        eve = self.house.person("eve")
        for value in (tag, "*"):
            self.assertEqual(eve.get(self.story, headers={"If-None-Match": value}).status, 404)
            self.assertEqual(eve.get(self.story, headers={"If-Match": value}).status, 404)
            self.assertEqual(self.house.client().get(self.story, headers={"If-None-Match": value}).status, 401)

    def test_a_packed_story_is_the_same_story(self):
        plain = self.ada.get(self.story)
        packed = self.ada.get(self.story, headers={"Accept-Encoding": "gzip"})
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        self.assertLess(len(packed.body), len(plain.body) / 3)
        # Its ETag is good for a change, too.
        match = {"If-Match": packed.headers["ETag"]}
        self.assertEqual(self.ada.request("PATCH", self.story, {"place": "Here"}, match).status, 200)

    def test_what_holds_a_secret_is_never_packed_nor_kept(self):
        browser = self.house.browser("ada")
        insist = {"Accept-Encoding": "gzip, identity;q=0"}
        for path in ("/api/v1/session", "/api/v1/me"):
            reply = browser.get(path, headers=insist)
            self.assertEqual(reply.status, 200)
            self.assertIn("csrf_token", reply.body.decode())
            self.assertIsNone(reply.headers["Content-Encoding"])
            self.assertEqual(reply.headers["Cache-Control"], "no-store")

    def test_a_download_that_broke_off_goes_on(self):
        export = f"/api/v1/legacies/{self.legacy}/export"
        whole = self.ada.get(export)
        self.assertEqual((whole.status, whole.headers["Accept-Ranges"]), (200, "bytes"))
        half = len(whole.body) // 2
        more = {"Range": f"bytes={half}-", "If-Range": whole.headers["ETag"]}
        rest = self.ada.get(export, headers=more)
        self.assertEqual(rest.status, 206, rest)
        self.assertEqual(rest.headers["Content-Range"], f"bytes {half}-{len(whole.body) - 1}/{len(whole.body)}")
        self.assertEqual(whole.body[:half] + rest.body, whole.body)
        beyond = self.ada.get(export, headers={**more, "Range": f"bytes={len(whole.body)}-"})
        self.assertEqual(beyond.status, 416)
        self.assertEqual(beyond.headers["Content-Range"], f"bytes */{len(whole.body)}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
