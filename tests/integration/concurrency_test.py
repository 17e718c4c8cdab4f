"""Many at once: of what only one may do, one does it, and what must always hold does."""

import concurrent.futures
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.appliance import Appliance  # noqa: E402

AT_ONCE = 8


class ConcurrencyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = Appliance()
        cls.addClassCleanup(cls.house.remove)
        cls.house.start()
        for name in ("ada", "ben"):
            cls.house.add_user(name)
        cls.tokens = {name: cls.house.token(name) for name in ("ada", "ben")}
        cls.ada = cls.house.client(cls.tokens["ada"])
        cls.ids = {name: cls.client(name).get("/api/v1/me").json["user"]["id"] for name in cls.tokens}

    @classmethod
    def client(cls, name):
        return cls.house.client(cls.tokens[name])

    def at_once(self, *acts):
        with concurrent.futures.ThreadPoolExecutor(len(acts)) as pool:
            return [done.result() for done in [pool.submit(act) for act in acts]]

    def legacy(self):
        made = self.ada.post("/api/v1/legacies", {"title": "Ours"})
        self.assertEqual(made.status, 201, made)
        return made.json["id"]

    def test_two_owners_who_demote_each_other_leave_one(self):
        for _ in range(10):
            legacy = self.legacy()
            members = f"/api/v1/legacies/{legacy}/members"
            added = self.ada.post(members, {"email": "ben@example.org", "role": "owner"})
            self.assertEqual(added.status, 201, added)

            def demote(who, whom, members=members):
                path = f"{members}/{self.ids[whom]}"
                return self.client(who).request("PATCH", path, {"role": "viewer"}).status

            statuses = self.at_once(lambda: demote("ada", "ben"), lambda: demote("ben", "ada"))
            self.assertEqual(sorted(statuses), [200, 403])

    def test_of_eight_who_save_the_same_version_one_does(self):
        made = self.ada.post("/api/v1/stories", {"legacy_id": self.legacy(), "title": "0"})
        self.assertEqual(made.status, 201, made)
        path = f"/api/v1/stories/{made.json['id']}"
        etag = made.headers["ETag"]
        for round_ in range(5):

            def save(number, etag=etag, round_=round_):
                body = {"title": f"{round_}-{number}"}
                return self.client("ada").request("PATCH", path, body, {"If-Match": etag})

            replies = self.at_once(*[lambda n=n: save(n) for n in range(AT_ONCE)])
            statuses = sorted(reply.status for reply in replies)
            self.assertEqual(statuses, [200] + [412] * (AT_ONCE - 1))
            etag = next(reply.headers["ETag"] for reply in replies if reply.status == 200)
        numbers = [item["number"] for item in self.ada.get(path + "/revisions").json["items"]]
        self.assertEqual(numbers, [6, 5, 4, 3, 2, 1])

    def test_the_record_of_who_did_what_has_no_gap_after_many_did_at_once(self):
        def make():
            return self.client("ada").post("/api/v1/legacies", {"title": "One of many"}).status

        for _ in range(5):
            self.assertEqual(self.at_once(*[make] * AT_ONCE), [201] * AT_ONCE)
        looked = self.house.run("doctor", "--data-dir", self.house.data_dir)
        self.assertIn("0 errors", looked.stdout + looked.stderr)


if __name__ == "__main__":
    unittest.main()
