"""The running daemon against its OpenAPI file: Schemathesis makes the requests and judges the answers.

    schemathesis_test.py SCHEMATHESIS-FOLDER REPORT.xml [SECONDS]
"""

import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import Appliance  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
# An endless answer, which has its own tests.
LEFT_OUT = ("streamEvents",)


def fill(client):
    """Something to find and to change; gives the config that names it."""
    legacy = client.post("/api/v1/legacies", {"title": "Lamps"}).json["id"]
    story = {"legacy_id": legacy, "markdown": "The *lamp*.", "tags": ["lamps"]}
    ids = [client.post("/api/v1/stories", {**story, "title": f"Story {number}"}).json["id"] for number in range(5)]
    return "".join(
        f"\n[[operations]]\ninclude-path-regex = '^/api/v1/{kind}/[{{]id'\nparameters = {{ \"path.id\" = \"{one}\" }}\n"
        for kind, one in (("legacies", legacy), ("stories", ids[0])))


def main(tool, report, seconds="150"):
    tool, report = pathlib.Path(tool).resolve(), pathlib.Path(report).resolve()
    # Its requests are many more than a person's.
    os.environ.update({f"HEIRLOOM_LIMITS_{name}_PER_MINUTE": "1000000" for name in ("WRITES", "SEARCHES", "EXPORTS")})
    with Appliance() as appliance, tempfile.TemporaryDirectory() as folder:
        appliance.add_user("ada", "--admin")
        token = appliance.token("ada")
        config = pathlib.Path(folder, "schemathesis.toml")
        config.write_text((HERE / "schemathesis.toml").read_text(encoding="utf-8") + fill(appliance.client(token)), encoding="utf-8")
        command = [sys.executable, f"{tool}/bin/st", "--config-file", config, "run",
                   ROOT / "appliance/api/openapi.yaml", "--url", appliance.url, "--header", f"Authorization: Bearer {token}",
                   "--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "--max-time", seconds, "--workers", "1",
                   "--seed", "1", "--warnings", "off", "--generation-database", "none", "--report", "junit", "--report-junit-path", report, "--no-color"]
        for name in LEFT_OUT:
            command += ["--exclude-operation-id", name]
        done = subprocess.run([str(part) for part in command], cwd=folder, check=False, timeout=900,
                              env={**os.environ, "PYTHONPATH": str(tool)})
        alive = appliance.client().get("/healthz").status == 200
    return done.returncode if alive else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
