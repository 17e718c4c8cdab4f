"""Runs the heirloom binary named by HEIRLOOM_BIN: the daemon as a child, and commands beside it."""

import http.client
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest

BINARY = os.environ["HEIRLOOM_BIN"]
LIMIT = 60  # Seconds for anything; only a failing test waits that long.
EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
# Of the variables that set something, those that a whole run of tests chooses.
SHARED = {"HEIRLOOM_INDEX_EMBEDDER"}


def environment(**more):
    """Ours, without what would configure the binary."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEIRLOOM_") or name in SHARED}
    return kept | more


def run(*arguments, stdin="", **variables):
    """A command: its exit status, stdout and stderr."""
    done = subprocess.run([BINARY, *map(str, arguments)], input=stdin, env=environment(**variables), text=True,
                          capture_output=True, timeout=LIMIT, check=False)
    return done.returncode, done.stdout, done.stderr


class Daemon:
    """`heirloom serve`, once it says that it is ready."""

    def __init__(self, data_dir, *arguments, **variables):
        self.data_dir = data_dir
        command = [BINARY, "serve", "--data-dir", str(data_dir), *map(str, arguments)]
        if "--listen" not in arguments and "HEIRLOOM_HTTP_LISTEN" not in variables:
            command += ["--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, env=environment(**variables), text=True, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.printed, self.logged = [], []
        self._lines = queue.Queue()
        self._threads = [threading.Thread(target=self._follow, args=it, daemon=True)
                         for it in ((self.process.stdout, self.printed), (self.process.stderr, self.logged))]
        for thread in self._threads:
            thread.start()
        self.url = self.wait_for("heirloom: ready on ")
        self.address = self.url.removeprefix("http://")

    def _follow(self, stream, lines):
        for line in stream:
            lines.append(line.rstrip("\n"))
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def wait_for(self, text):
        """What stands behind `text` on the first line, printed or logged, that holds it."""
        ends = 0
        while ends < 2:
            line = self._lines.get(timeout=LIMIT)
            ends += line is None
            if line is not None and text in line:
                return line.split(text, 1)[1]
        raise AssertionError(f"never said {text!r}: {self.printed} {self.logged}")

    def stop(self, number=signal.SIGTERM):
        """Its exit status, once all it said is there to be read."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(timeout=LIMIT)
        for thread in self._threads:
            thread.join(timeout=LIMIT)
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def ask(self, path, method="GET", body=None, **headers):
        """(status, headers, body) of one request on a connection of its own."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            body = json.dumps(body)
            sent["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection(self.address, timeout=LIMIT)
        try:
            connection.request(method, path, body, sent)
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()
        finally:
            connection.close()


class TestCase(unittest.TestCase):
    """With a folder of its own, and daemons that do not outlive the test."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="heirloom-cli-"))
        self.data_dir = self.folder / "data"
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def serve(self, *arguments, data_dir=None, **variables):
        daemon = Daemon(data_dir or self.data_dir, *arguments, **variables)
        self.addCleanup(daemon.stop, signal.SIGKILL)
        return daemon

    def done(self, *arguments, **more):
        """stdout of a command that must succeed."""
        status, out, err = run(*arguments, **more)
        self.assertEqual(status, 0, err)
        return out

    def refused(self, *arguments, status=1, **more):
        """The one line on stderr of a command that must fail, and print nothing else."""
        got, out, err = run(*arguments, **more)
        said = [line for line in err.splitlines() if line.startswith("heirloom: ")]
        self.assertEqual((got, out, len(said)), (status, "", 1), err)
        return said[0]

    def add_user(self, email=EMAIL, *more):
        return self.done("user", "add", "--data-dir", self.data_dir, "--email", email, "--name", "Ada",
                         "--password-stdin", *more, stdin=PASSWORD + "\n")

    def make_token(self, *more):
        return self.done("token", "create", "--data-dir", self.data_dir, "--user", EMAIL, "--name", "a test",
                         *more).strip()
