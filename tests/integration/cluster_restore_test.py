"""A database that was put back from a copy, where search, graph and blobs lie elsewhere: write A, copy, write B, put the
copy back as another epoch, write C; then search, graph and event streams show A and C alone."""

import json
import os
import pathlib
import secrets
import sys
import unittest
import urllib.parse

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "support"), str(HERE.parent)]
from appliance import Appliance  # noqa: E402
from event_stream import EventStream  # noqa: E402
from injection_test import ask, cypher, stores  # noqa: E402
from waiting import wait_for  # noqa: E402


class Restore(unittest.TestCase):
    def setUp(self):
        self.name = "restore-" + secrets.token_hex(6)
        for name, value in stores(self.name).items():
            before = os.environ.get(name)
            os.environ[name] = value
            self.addCleanup(lambda name=name, before=before: os.environ.pop(name) if before is None
                            else os.environ.update({name: before}))
        search = os.environ["HEIRLOOM_TEST_OPENSEARCH"].rstrip("/")
        self.addCleanup(ask, f"{search}/{self.name}-*", "DELETE")
        self.house = Appliance()
        self.addCleanup(self.house.remove)
        self.house.run("migrate", "--provision", "--data-dir", self.house.data_dir)
        self.house.start()
        self.house.add_user("ada")
        self.token = self.house.token("ada")
        self.legacy = self.ada().post("/api/v1/legacies", {"title": "Lamps"}).json["id"]

    def ada(self):
        return self.house.client(self.token)

    def write(self, word):
        made = self.ada().post("/api/v1/stories", {"legacy_id": self.legacy, "title": word, "markdown": word})
        self.assertEqual(made.status, 201, made)
        return made.json["id"]

    def found(self, *words):
        """Those of the words that a search finds."""
        asked = urllib.parse.quote(" OR ".join(words))
        return sorted(hit["title"] for hit in self.ada().get(f"/api/v1/search?q={asked}&mode=words").json["items"])

    def in_graph(self, stories):
        """Those that the generation in use shows: the one before it stays for a moment, for who is reading it."""
        shown = ("MATCH (g:HeirloomGraph) MATCH (n:HeirloomNode) WHERE n.instance = g.instance AND n.live "
                 "AND n.generation = g.current AND n.key CONTAINS $id RETURN count(n)")
        return {one for one in stories if cypher(shown, id=one)[0][0]}

    def followed(self):
        text = self.house.client().get("/metrics").body.decode()
        names = ("heirloom_search_index_lag_events", "heirloom_graph_lag_events",
                 "heirloom_search_index_rebuilding", "heirloom_graph_rebuilding")
        return {line.split()[1] for line in text.splitlines() if line.startswith(names)} == {"0"}

    def put_back(self):
        """The copy takes the place of the database, as an operator would do it by PostgreSQL's own means."""
        database = self.house.database
        database.sql(f"drop database {database.name}")
        database.sql(f"alter database {database.name}_copy rename to {database.name}")
        self.house.run("migrate", "--new-epoch", "--data-dir", self.house.data_dir)

    def test_what_came_after_the_copy_is_nowhere(self):
        first = self.write("aardvark")
        wait_for("the projections follow", self.followed)
        self.house.stop()
        database = self.house.database
        database.sql(f"create database {database.name}_copy template {database.name}")
        self.addCleanup(database.sql, f"drop database if exists {database.name}_copy with (force)")
        self.house.start()
        second = self.write("bergamot")
        with EventStream(self.house.url, self.ada()) as stream:
            stream.open()
            stream.next(timeout=0)
            seen = stream.position
        wait_for("B is found", lambda: self.found("aardvark", "bergamot") == ["aardvark", "bergamot"])
        wait_for("B is in the graph", lambda: self.in_graph([first, second]) == {first, second})
        self.house.stop()
        self.put_back()

        self.house.start()
        with EventStream(self.house.url, self.ada(), last_id=seen) as stream:
            stream.open()
            self.assertEqual(stream.next()["event"], "reset")
            third = self.write("chrysalis")
            heard = stream.until(lambda event: event["event"] == "StoryCreated")
            self.assertEqual([event["data"]["id"] for event in heard], [third])
        wait_for("the projections follow", self.followed)
        self.assertEqual(self.found("aardvark", "bergamot", "chrysalis"), ["aardvark", "chrysalis"])
        wait_for("the graph shows A and C", lambda: self.in_graph([first, second, third]) == {first, third})
        done = self.house.run("doctor", "--data-dir", self.house.data_dir, "--json")
        said = json.loads(done.stdout)
        self.assertEqual((said["errors"], said["warnings"], said["examined"]["documents"]), (0, 0, 2), said)


if __name__ == "__main__":
    unittest.main()
