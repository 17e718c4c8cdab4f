"""The running daemon against its OpenAPI file: Schemathesis makes the requests and judges the answers.

    schemathesis_test.py SCHEMATHESIS-FOLDER REPORT.xml [SECONDS]
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import Appliance  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
# An endless answer, which has its own tests.
LEFT_OUT = ("streamEvents",)


def fill(client):
    """Something to find and to change: a legacy and a story of it."""
    legacy = client.post("/api/v1/legacies", {"title": "Lamps"}).json["id"]
    story = {"legacy_id": legacy, "markdown": "The *lamp*.", "tags": ["lamps"]}
    ids = [client.post("/api/v1/stories", {**story, "title": f"Story {number}"}).json["id"] for number in range(5)]
    return legacy, ids[0]


def contract_with_ids(legacy, story):
    """The contract as it is served, with ids of what is there for examples, so that more than 404 is tried."""
    contract = yaml.load((ROOT / "appliance/api/openapi.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    for path, item in contract["paths"].items():
        known = legacy if path.startswith("/api/v1/legacies/{id}") else story if path.startswith("/api/v1/stories/{id}") else None
        if known:
            item["parameters"] = [one for one in item["parameters"] if one.get("$ref") != "#/components/parameters/Id"]
            item["parameters"].append({**contract["components"]["parameters"]["Id"], "examples": {"known": {"value": known}}})
    return json.dumps(contract)


def main(tool, report, seconds="150"):
    tool, report = pathlib.Path(tool).resolve(), pathlib.Path(report).resolve()
    # Its requests are many more than a person's.
    os.environ.update({f"HEIRLOOM_LIMITS_{name}_PER_MINUTE": "1000000" for name in ("WRITES", "SEARCHES", "EXPORTS")})
    with Appliance() as appliance, tempfile.TemporaryDirectory() as folder:
        appliance.add_user("ada", "--admin")
        token = appliance.token("ada")
        contract = pathlib.Path(folder, "openapi.json")
        contract.write_text(contract_with_ids(*fill(appliance.client(token))), encoding="utf-8")
        command = [sys.executable, f"{tool}/bin/st", "--config-file", HERE / "schemathesis.toml", "run", contract,
                   "--url", appliance.url, "--header", f"Authorization: Bearer {token}",
                   "--phases", "examples,coverage,fuzzing,stateful", "--max-time", seconds, "--workers", "1",
                   "--seed", "1", "--warnings", "off", "--generation-database", "none",
                   "--report", "junit", "--report-junit-path", report, "--output-sanitize", "false", "--no-color"]
        for name in LEFT_OUT:
            command += ["--exclude-operation-id", name]
        done = subprocess.run([str(part) for part in command], cwd=folder, check=False, timeout=900,
                              env={**os.environ, "PYTHONPATH": f"{tool}:{HERE}", "SCHEMATHESIS_HOOKS": "hooks"})
        alive = appliance.client().get("/healthz").status == 200
    return done.returncode if alive else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
