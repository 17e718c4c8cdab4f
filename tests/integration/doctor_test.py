"""What the doctor finds in Neo4j and OpenSearch that is not as the truth in PostgreSQL is, and that what it says mends it."""

import json
import os
import pathlib
import secrets
import shlex
import sys
import unittest

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "support"), str(HERE.parent)]
from appliance import Appliance  # noqa: E402
from injection_test import ask, cypher, stores  # noqa: E402
from waiting import wait_for  # noqa: E402


class Doctor(unittest.TestCase):
    def setUp(self):
        self.name = "doctor-" + secrets.token_hex(6)
        for name, value in stores(self.name).items():
            before = os.environ.get(name)
            os.environ[name] = value
            self.addCleanup(lambda name=name, before=before: os.environ.pop(name) if before is None
                            else os.environ.update({name: before}))
        self.search = os.environ["HEIRLOOM_TEST_OPENSEARCH"].rstrip("/")
        self.addCleanup(ask, f"{self.search}/{self.name}-*", "DELETE")
        self.house = Appliance()
        self.addCleanup(self.house.remove)
        self.house.run("migrate", "--provision", "--data-dir", self.house.data_dir)
        self.house.start()
        ada = self.house.person("ada")
        legacy = ada.post("/api/v1/legacies", {"title": "Lamps"}).json["id"]
        self.stories = []
        for title in ("aardvark", "bergamot", "chrysalis"):
            made = ada.post("/api/v1/stories", {"legacy_id": legacy, "title": title, "markdown": title})
            self.assertEqual(made.status, 201, made)
            self.stories.append(made.json["id"])
        wait_for("the projections follow", lambda: self.lags() == {"0"})

    def lags(self):
        text = self.house.client().get("/metrics").body.decode()
        names = ("heirloom_search_index_lag_events", "heirloom_graph_lag_events")
        return {line.split()[1] for line in text.splitlines() if line.startswith(names)}

    def doctor(self):
        done = self.house.run("doctor", "--data-dir", self.house.data_dir, "--json", check=False)
        return json.loads(done.stdout)

    def findings(self, severity):
        return {one["check"]: one for one in self.doctor()["findings"] if one["severity"] == severity}

    def test_drift_is_named_and_mended_by_what_is_said(self):
        said = self.doctor()
        self.assertEqual((said["errors"], said["warnings"], said["examined"]["documents"]), (0, 0, 3), said)
        lost, other = self.stories[:2]
        gone = cypher("MATCH (n:HeirloomNode) WHERE n.key CONTAINS $id DETACH DELETE n RETURN count(n)", id=lost)
        self.assertGreater(gone[0][0], 0)
        done = ask(f"{self.search}/{self.name}-*/_delete_by_query?refresh=true&conflicts=proceed", "POST",
                   {"query": {"query_string": {"query": f'"{other}"', "fields": ["*"], "lenient": True}}})
        self.assertGreater(done["deleted"], 0)

        found = self.findings("warning")
        self.assertIn(lost, found["graph"]["what"])
        self.assertIn(other, found["search"]["what"])
        for check in ("graph", "search"):
            command = shlex.split(found[check]["mend"].replace("DIR", self.house.data_dir))
            self.house.run(*command[1:])
        self.assertEqual(self.findings("warning"), {})

    def test_projections_that_are_ahead_of_the_truth(self):
        """An older database was put in place of a newer one, and not by restore."""
        self.house.stop()
        self.house.sql("DELETE FROM outbox WHERE sequence > 2; UPDATE outbox_head SET sequence = 2")
        found = self.findings("error")
        for check in ("graph", "search"):
            self.assertIn("ahead of the database", found[check]["what"])
            self.assertIn("heirloom restore", found[check]["mend"])


if __name__ == "__main__":
    unittest.main()
