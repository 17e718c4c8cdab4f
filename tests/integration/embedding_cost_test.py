"""What a LiteLLM server's embeddings used is in /metrics, by model; with the built-in model there is no such thing."""

import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from appliance import Appliance  # noqa: E402
from waiting import wait_for  # noqa: E402

NAMES = tuple(f"heirloom_embedding_{name}_total" for name in ("requests", "tokens", "cost_dollars"))


def spent(house):
    text = house.client().get("/metrics").body.decode()
    return {line.split()[0]: float(line.split()[1]) for line in text.splitlines() if line.startswith(NAMES)}


class EmbeddingCost(unittest.TestCase):
    def test_requests_tokens_and_dollars_grow_with_what_is_written(self):
        house = Appliance()
        self.addCleanup(house.remove)
        house.environment = {
            **house.environment,
            "HEIRLOOM_INDEX_EMBEDDER": "litellm:fake-embed",
            "HEIRLOOM_INDEX_EMBEDDER_URL": os.environ["HEIRLOOM_TEST_LITELLM"],
            "HEIRLOOM_INDEX_EMBEDDER_KEY": "sk-test",
        }
        house.start()
        ada = house.person("ada")
        legacy = ada.post("/api/v1/legacies", {"title": "Lamps"}).json["id"]
        ada.post("/api/v1/stories", {"legacy_id": legacy, "title": "A lamp", "markdown": "It stood in the window."})
        names = {f'{name}{{model="fake-embed"}}' for name in NAMES}
        wait_for("the story is embedded and paid for", lambda: min(spent(house).values(), default=0) > 0)
        before = spent(house)
        self.assertEqual(set(before), names)
        ada.post("/api/v1/stories", {"legacy_id": legacy, "title": "Another", "markdown": "It was never lit again."})
        wait_for("all of it grows", lambda: all(value > before[name] for name, value in spent(house).items()))

    def test_what_costs_nothing_is_not_counted(self):
        with Appliance() as house:
            self.assertEqual(spent(house), {})


if __name__ == "__main__":
    unittest.main()
