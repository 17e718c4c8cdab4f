#!/usr/bin/env python3
"""Stands for the binary where a test starts one daemon: `serve` starts a whole cluster (cluster.py) and says where its
proxy is; every other command is the real one's, on the first web process. HEIRLOOM_REAL_BIN names the real one."""

import json
import os
import pathlib
import signal
import sys
import threading

os.environ["HEIRLOOM_BIN"] = os.environ["HEIRLOOM_REAL_BIN"]
from cluster import Cluster  # noqa: E402


def note_of(data_dir):
    return pathlib.Path(data_dir) / "cluster.json"


def serve(arguments):
    options = dict(zip(arguments[::2], arguments[1::2]))
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    cluster = Cluster(int(options["--listen"].rsplit(":", 1)[1]))
    try:
        cluster.start()
        said = {"environment": cluster.environment, "data_dir": cluster.data_dir}
        note_of(options["--data-dir"]).write_text(json.dumps(said))
        print(f"heirloom: ready on {cluster.url}", flush=True)
        over.wait()
    finally:
        cluster.remove()


def run(arguments):
    environment = dict(os.environ)
    if "--data-dir" in arguments:
        place = arguments.index("--data-dir") + 1
        said = json.loads(note_of(arguments[place]).read_text())
        environment.update(said["environment"])
        arguments[place] = said["data_dir"]
    binary = os.environ["HEIRLOOM_BIN"]
    os.execve(binary, [binary, *arguments], environment)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2:])
    else:
        run(sys.argv[1:])
