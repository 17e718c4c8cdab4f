"""Search on a real OpenSearch: the main job, rebuilding under load, a restored database, and a cluster that is away."""

import json
import os
import pathlib
import secrets
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import Appliance  # noqa: E402

SERVER = os.environ["HEIRLOOM_TEST_OPENSEARCH"]


def ask(url, method="GET", body=None):
    request = urllib.request.Request(url, method=method)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, None if body is None else json.dumps(body).encode(), timeout=30) as answer:
        return json.loads(answer.read() or b"{}")


def wait_for(what, condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


class Network:
    """OpenSearch behind the Toxiproxy of tests/services, to be taken away and given back."""

    def __init__(self):
        self.api = os.environ["HEIRLOOM_TEST_TOXIPROXY"].rstrip("/")
        self.name = "opensearch-" + secrets.token_hex(6)
        upstream = urllib.parse.urlsplit(SERVER).netloc
        made = ask(f"{self.api}/proxies", "POST", {"name": self.name, "listen": "127.0.0.1:0", "upstream": upstream})
        self.address = made["listen"]

    def set(self, enabled):
        ask(f"{self.api}/proxies/{self.name}", "POST", {"enabled": enabled})

    def remove(self):
        urllib.request.urlopen(urllib.request.Request(f"{self.api}/proxies/{self.name}", method="DELETE"), timeout=30)


class OpenSearchCase(unittest.TestCase):
    def setUp(self):
        self.prefix = "b" + secrets.token_hex(8)
        self.addCleanup(ask, f"{SERVER}/{self.prefix}-*", "DELETE")
        self.use(urllib.parse.urlsplit(SERVER).netloc)
        self.addCleanup(os.environ.pop, "HEIRLOOM_INDEX_SEARCH")
        self.house = Appliance()
        self.addCleanup(self.house.remove)

    def use(self, address):
        os.environ["HEIRLOOM_INDEX_SEARCH"] = f"opensearch://{address}/{self.prefix}"

    def begin(self):
        self.house.start()
        self.house.add_user("ada")
        self.token = self.house.token("ada")
        self.ada = self.house.client(self.token)
        self.legacy = self.ada.post("/api/v1/legacies", {"title": "The family"}).json["id"]

    def start_again(self):
        self.house.start()
        self.ada = self.house.client(self.token)

    def write(self, title, text="", **fields):
        fields = {"legacy_id": self.legacy, "title": title, "markdown": text, **fields}
        made = self.ada.post("/api/v1/stories", fields)
        self.assertEqual(made.status, 201, made)
        self.sequence = made.headers["Heirloom-Sequence"]
        return made.json["id"]

    def search(self, q, **more):
        found = self.ada.get("/api/v1/search", q=q, headers={"Heirloom-Sequence": self.sequence}, **more)
        self.assertEqual(found.status, 200, found)
        return found.json

    def titles(self, q):
        return sorted(item["title"] for item in self.search(q)["items"])

    def health(self):
        checks = self.house.client().get("/readyz").json["checks"]
        return next(check for check in checks if check["name"] == "search")

    def wait_until_well(self):
        wait_for("search is not behind", lambda: self.health()["status"] == "ok")

    def doctor(self):
        done = self.house.run("doctor", "--data-dir", self.house.data_dir, "--json", check=False)
        return json.loads(done.stdout)

    def indexes(self):
        """Those of stories."""
        return sorted(ask(f"{SERVER}/{self.prefix}-stories-*/_alias"))


class Search(OpenSearchCase):
    def test_the_main_job(self):
        self.begin()
        self.house.run("import", "stories", str(ROOT / "packaging/demo/stories"), "--server", self.house.url,
                       "--legacy", "Demo", env={"HEIRLOOM_TOKEN": self.token})
        walked = self.write("The lighthouse keeper", "We walked along the harbour.", language="en", tags=["sea"])
        page = self.search("walking", facets="true")
        self.assertIn(walked, [item["id"] for item in page["items"]])
        self.assertIn("sea", [each["value"] for each in page["facets"]["tags"]])
        (hit,) = [item for item in page["items"] if item["id"] == walked]
        self.assertIn("walked", json.dumps(hit))
        self.assertEqual(self.search("lihgthouse")["did_you_mean"], "lighthouse")
        suggested = self.ada.get("/api/v1/search/suggest", q="lighth").json["items"]
        self.assertIn("The lighthouse keeper", json.dumps(suggested))
        self.wait_until_well()
        said = self.doctor()
        self.assertEqual((said["errors"], said["warnings"]), (0, 0), said)

        gone = self.ada.request("DELETE", f"/api/v1/stories/{walked}",
                                headers={"If-Match": self.ada.get(f"/api/v1/stories/{walked}").headers["ETag"]})
        self.assertIn(gone.status, (200, 204), gone)
        self.sequence = gone.headers["Heirloom-Sequence"]
        self.assertNotIn(walked, [item["id"] for item in self.search("harbour")["items"]])

        # Nobody else finds, or is proposed, any of it.
        bob = self.house.person("bob")
        for path in ("/api/v1/search?q=lighthouse", "/api/v1/search?q=lihgthouse", "/api/v1/search/suggest?q=li"):
            self.assertEqual(bob.get(path).json["items"], [])

    def test_hostile_texts_are_words(self):
        self.begin()
        self.write("The mill")
        for q in ('{"match_all":{}}', '"}},{"match_all":{', "*:*", "title:mill OR *", "_exists_:id", "/.*/", "mil~2", "a" * 400,
                  'x"],"tenant":[":', "\\", "kind:story", "(((((", "mill\u2028mill"):
            self.assertEqual([item["title"] for item in self.search(q)["items"] if "mill" not in q], [], q)
            self.assertEqual(self.ada.get("/api/v1/search/suggest", q=q[:100]).status, 200)

    def test_a_rebuild_while_people_write_and_search(self):
        self.begin()
        for number in range(40):
            self.write(f"Lantern {number}", "lantern " * 20)
        self.wait_until_well()
        before = self.indexes()
        over, wrong, rounds = threading.Event(), [], [0]

        def work():
            client = self.house.client(self.token)
            while not over.is_set():
                found = client.get("/api/v1/search", q="lantern", limit=100)
                if found.status != 200 or len(found.json["items"]) < 40:
                    wrong.append(repr(found))
                word = "anchor" + "".join(chr(97 + int(digit)) for digit in str(rounds[0]))
                made = client.post("/api/v1/stories", {"legacy_id": self.legacy, "title": word})
                found = client.get("/api/v1/search", q=f'"{word}"',
                                   headers={"Heirloom-Sequence": made.headers["Heirloom-Sequence"]})
                fresh = found.status == 200 and not found.headers.get("Heirloom-Stale")
                if found.status != 200 or (fresh and [item["title"] for item in found.json["items"]] != [word]):
                    wrong.append(repr(found))
                rounds[0] += 1

        worker = threading.Thread(target=work)
        worker.start()
        try:
            for _ in range(3):
                self.house.run("rebuild", "search", "--data-dir", self.house.data_dir)
        finally:
            over.set()
            worker.join()
        self.assertEqual(wrong, [])
        self.assertGreater(rounds[0], 0)
        wait_for("the old index is gone", lambda: len(self.indexes()) == 1)
        self.assertNotEqual(self.indexes(), before)
        self.assertEqual(self.doctor()["errors"], 0)

    def test_after_a_restore_what_was_put_back_and_what_came_after_is_found_alone(self):
        self.begin()
        self.write("aardvark")
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, "copy.db")
            self.house.run("backup", "--data-dir", self.house.data_dir, "--out", copy)
            self.write("bergamot")
            self.assertEqual(self.titles("bergamot"), ["bergamot"])
            self.house.stop()
            self.house.run("restore", "--data-dir", self.house.data_dir, "--from", copy)
            said = self.doctor()
            self.assertIn("search", [finding["check"] for finding in said["findings"]], said)
        self.start_again()
        self.write("chrysalis")
        self.wait_until_well()
        self.assertEqual(self.titles("aardvark") + self.titles("bergamot") + self.titles("chrysalis"),
                         ["aardvark", "chrysalis"])
        self.assertEqual(self.doctor()["errors"], 0)

    def test_an_index_that_somebody_removed_is_built_again(self):
        self.begin()
        self.write("aardvark")
        self.assertEqual(self.titles("aardvark"), ["aardvark"])
        for index in self.indexes():
            ask(f"{SERVER}/{index}", "DELETE")
        self.ada.get("/api/v1/search", q="aardvark")
        self.write("bergamot")
        wait_for("both are found", lambda: self.ada.get("/api/v1/search", q="aardvark").status == 200
                 and self.titles("aardvark") + self.titles("bergamot") == ["aardvark", "bergamot"])


class Away(OpenSearchCase):
    def test_writes_go_on_search_says_so_and_all_heals_by_itself(self):
        network = Network()
        self.addCleanup(network.remove)
        self.use(network.address)
        self.begin()
        self.write("aardvark")
        self.assertEqual(self.titles("aardvark"), ["aardvark"])

        network.set(False)
        story = self.write("bergamot")
        self.assertEqual(self.ada.get(f"/api/v1/stories/{story}").status, 200)
        for path in ("/api/v1/search?q=aardvark", "/api/v1/search/suggest?q=aard"):
            refused = self.ada.get(path)
            self.assertEqual(refused.status, 503, refused)
            self.assertGreaterEqual(int(refused.headers["Retry-After"]), 1)
            self.assertEqual(refused.headers["Content-Type"], "application/problem+json")
        wait_for("readyz names it", lambda: self.health()["status"] != "ok")
        self.assertNotEqual(self.doctor()["errors"], 0)

        # A daemon that starts meanwhile serves all the same.
        self.house.stop()
        self.start_again()
        self.write("chrysalis")
        self.assertEqual(self.ada.get("/api/v1/search?q=aardvark").status, 503)

        network.set(True)
        self.wait_until_well()
        self.assertEqual(self.titles("aardvark") + self.titles("bergamot") + self.titles("chrysalis"),
                         ["aardvark", "bergamot", "chrysalis"])
        self.assertEqual(self.doctor()["errors"], 0)


if __name__ == "__main__":
    unittest.main()
