"""Our side of the benchmark: the release daemon, with stories in it."""

import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from tests.support.appliance import Appliance  # noqa: E402

PAGE = 30


class Heirloom:
    name = "heirloom"

    def __init__(self, data_dir, stories):
        data_dir.mkdir()
        # Beyond what can be reached, but counted: its price is part of a request's.
        os.environ.setdefault("HEIRLOOM_LIMITS_WRITES_PER_MINUTE", "1000000")
        self.appliance = Appliance(data_dir)
        self.appliance.start()
        self.appliance.add_user("bench")
        self.token = self.appliance.token("bench")
        self.url = self.appliance.url
        self.client = self.appliance.client(self.token)
        self.appliance.run(
            *["import", "stories", str(stories), "--server", self.url, "--legacy", "Bench"],
            env={"HEIRLOOM_TOKEN": self.token})
        self.legacy = self.client.get("/api/v1/legacies").json["items"][0]["id"]

    @property
    def pid(self):
        return self.appliance.process.pid

    def stories(self):
        """Every story, whole."""
        cursor, whole = None, []
        while True:
            page = self.client.get(self._list(100) + (f"&cursor={cursor}" if cursor else "")).json
            whole += [self.client.get(f"/api/v1/stories/{item['id']}").json for item in page["items"]]
            cursor = page.get("next_cursor")
            if not cursor:
                return whole

    def _list(self, limit=PAGE):
        return f"/api/v1/stories?legacy={self.legacy}&limit={limit}"

    def requests(self, stories):
        """Operation -> its requests: (method, path, body)."""
        fields = ("title", "content", "status", "tags", "language", "happened_at", "place", "author")
        return {
            "get": [("GET", f"/api/v1/stories/{one['id']}", None) for one in stories],
            "list": [("GET", self._list(), None)],
            "create": [("POST", "/api/v1/stories", {"legacy_id": self.legacy, **{key: one[key] for key in fields}})
                       for one in stories],
        }

    def settle(self):
        """Waits until search and graph have followed, so that their work falls into the round it belongs to. The index of
        meaning takes minutes for what is written in a second: it is at work beside every round after a create."""
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            metrics = self.client.get("/metrics").body.decode()
            if all(f"heirloom_{name}_lag_events 0\n" in metrics for name in ("search_index", "graph")):
                return
            time.sleep(0.2)
        raise RuntimeError("the indexer does not catch up")

    def stop(self):
        self.client.close()
        self.appliance.stop()
        self.appliance.remove()
