import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "packaging/dev"))


@pytest.fixture
def shell(tmp_path):
    """Runs bash lines after the parts of ./dev, with fakes: {command: script} first in PATH."""

    def run(lines, fakes=None):
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        for name, script in (fakes or {}).items():
            (folder / name).write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
            (folder / name).chmod(0o755)
        parts = "".join(f"source packaging/dev/{part}.sh\n" for part in
                        ("say", "apt", "node", "go", "python", "build", "run", "watch", "test", "lint"))
        script = f"set -euo pipefail\nroot=$PWD caller_dir=$PWD python={sys.executable}\n{parts}{lines}"
        return subprocess.run(["bash", "-c", script], cwd=ROOT, text=True, capture_output=True, check=False,
                              env={"PATH": f"{folder}:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"})

    return run
