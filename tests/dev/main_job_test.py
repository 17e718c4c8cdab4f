"""The walk-through must fail loudly when the daemon does not do its part."""

import subprocess
import sys

import pytest

from conftest import ROOT


@pytest.fixture
def main_job(tmp_path):
    def run(script, prepare=lambda data: None):
        binary = tmp_path / "heirloom"
        binary.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
        binary.chmod(0o755)
        data = tmp_path / "data"
        data.mkdir()
        prepare(data)
        return subprocess.run(
            [sys.executable, ROOT / "packaging/dev/main_job.py", "--heirloom", binary, "--demo", ROOT / "packaging/demo",
             "--data-dir", data, "--listen", "127.0.0.1:0", "--log", tmp_path / "log", "--once"],
            text=True, capture_output=True, timeout=60, check=False)

    return run


# A daemon that says it is ready, answers nothing, and ends when told to.
DEAF = """
case $1 in
  serve) echo "heirloom: ready on http://127.0.0.1:9"; trap 'exit 0' TERM; while :; do sleep 0.05; done ;;
  *) echo "no such account" >&2; exit 4 ;;
esac"""


def test_a_daemon_that_does_not_start_ends_it_with_the_reason(main_job):
    done = main_job("echo 'heirloom: the data directory is in use'; exit 3")
    assert done.returncode == 1
    assert "ended with status 3" in done.stderr and "the data directory is in use" in done.stderr


def test_a_command_that_fails_ends_it_with_the_reason(main_job):
    done = main_job(DEAF)
    assert done.returncode == 1
    assert "✗ made the demo account: heirloom user add ended with status 4: no such account" in done.stdout


def test_a_data_directory_of_somebody_is_not_walked_through(main_job):
    done = main_job(DEAF, lambda data: (data / "heirloom.db").write_text("theirs", encoding="utf-8"))
    assert done.returncode == 0, done.stderr
    assert "stories of its own" in done.stdout
    assert "✓ stopped the daemon" in done.stdout


def test_a_daemon_that_ends_badly_ends_it_red(main_job):
    done = main_job(DEAF.replace("exit 0", "exit 9"), lambda data: (data / "heirloom.db").touch())
    assert done.returncode == 1
    assert "ended with status 9" in done.stderr
