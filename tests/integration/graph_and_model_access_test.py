"""A Neo4j and a LiteLLM server behind TLS of a private authority: whose certificate is not trusted, and who refuses our
password or key, is named by /readyz with the setting; writing goes on; what is put right in its file heals by itself."""

import os
import pathlib
import sys
import tempfile
import time
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import Appliance  # noqa: E402
import guard  # noqa: E402

PATIENCE = 90


class Access(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.authority = guard.Authority(self.folder / "ours")
        self.theirs = guard.Authority(self.folder / "theirs", "another authority")
        self.secret = self.folder / "secret"
        self.house = Appliance()
        self.addCleanup(self.house.remove)

    def stand_before(self, upstream):
        door = guard.Guard(self.authority, upstream, lambda _: None)
        self.addCleanup(door.close)
        return door

    def set(self, **settings):
        self.house.environment = {
            **self.house.environment, "HEIRLOOM_INDEX_EMBEDDER": "none",
            **{"HEIRLOOM_" + name.upper(): str(value) for name, value in settings.items()},
        }

    def write(self):
        made = self.house.person("p" + str(time.monotonic_ns())).post("/api/v1/legacies", {"title": "Lamps"})
        self.assertEqual(made.status, 201, made)
        return made.json["id"]

    def readiness(self):
        checks = self.house.client().get("/readyz").json["checks"]
        return next((check.get("detail", "") for check in checks if check["name"] == "dependencies"), "")

    def metric(self, name):
        text = self.house.client().get("/metrics").body.decode()
        return next((float(line.split()[1]) for line in text.splitlines() if line.startswith(name)), None)

    def await_that(self, what, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"{what}; {self.readiness()}\n{self.house.log_text()[-2000:]}")
            time.sleep(0.1)

    def await_words(self, words):
        self.await_that(f"/readyz says: {words}", lambda: words in self.readiness())

    def graph(self):
        server = urllib.parse.urlsplit(os.environ["HEIRLOOM_TEST_NEO4J"])
        self.password = server.password
        self.secret.write_text(self.password)
        door = self.stand_before(f"http://{server.hostname}:{server.port}")
        self.set(storage_graph=f"neo4j+https://{door.address}/neo4j", storage_graph_user=server.username,
                 storage_graph_password_file=self.secret, storage_graph_ca_file=self.authority.file)
        self.house.run("migrate", "--provision", "--data-dir", self.house.data_dir)

    def follows(self):
        return self.metric("heirloom_graph_lag_events") == 0 and self.readiness() == ""

    def test_neo4j_by_another_authority(self):
        self.graph()
        self.set(storage_graph_ca_file=self.theirs.file)
        self.house.start()
        self.write()
        self.await_words("The server for graph shows a certificate that is not trusted; look at storage.graph_ca_file")
        self.write()

    def test_neo4j_and_a_password_that_is_wrong_and_put_right(self):
        self.graph()
        self.secret.write_text("not the password")
        self.house.start()
        self.write()
        self.await_words("The server for graph refuses our credentials; look at storage.graph_user"
                         " and storage.graph_password_file")
        self.secret.write_text(self.password)
        self.write()
        self.await_that("the graph follows", self.follows)

    def model(self, **settings):
        self.secret.write_text("sk-test")
        door = self.stand_before(os.environ["HEIRLOOM_TEST_LITELLM"])
        self.set(index_embedder="litellm:fake-embed", index_embedder_url=door.url, index_embedder_key_file=self.secret,
                 index_embedder_ca_file=self.authority.file)
        self.set(**{"index_embedder": "litellm:fake-embed", **settings})
        self.house.start()
        self.ada = self.house.person("ada")
        legacy = self.ada.post("/api/v1/legacies", {"title": "Lamps"}).json["id"]
        made = self.ada.post("/api/v1/stories", {"legacy_id": legacy, "title": "A lamp", "markdown": "It stood there."})
        self.assertEqual(made.status, 201, made)

    def test_litellm_by_another_authority(self):
        self.model(index_embedder_ca_file=self.theirs.file)
        self.await_words("The server for embedder shows a certificate that is not trusted; look at index.embedder_ca_file")
        self.write()

    def test_litellm_and_a_key_that_is_wrong_and_put_right(self):
        wrong = self.folder / "key"
        wrong.write_text("sk-wrong")
        self.model(index_embedder_key_file=wrong)
        self.await_words("The server for embedder refuses our credentials; look at index.embedder_key_file")
        wrong.write_text("sk-test")
        self.await_that("the story is embedded",
                        lambda: (self.metric("heirloom_embedding_requests_total") or 0) > 0 and self.readiness() == "")


if __name__ == "__main__":
    unittest.main()
