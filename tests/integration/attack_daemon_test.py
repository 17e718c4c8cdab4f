"""The attacks of tests/http/attack_test.py, on the whole daemon instead of the listener alone."""

import pathlib
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "support"))
from appliance import Appliance  # noqa: E402


def main():
    with Appliance() as house:
        port = str(house.client().address.port)
        target = ["--port", port, "--pid", str(house.process.pid)]
        paths = ["--get", "/healthz", "--post", "/api/v1/session"]
        script = TESTS / "http/attack_test.py"
        done = subprocess.run([sys.executable, script, *target, *paths])
        # It must have lived through all of it, and still go in order.
        ended = house.stop()
    return done.returncode or ended


if __name__ == "__main__":
    sys.exit(main())
