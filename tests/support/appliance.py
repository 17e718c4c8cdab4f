"""The real daemon on a data directory and a port of its own, for tests from outside.

The binary is HEIRLOOM_BIN. Only the standard library is used, so that a bare machine can run it.
"""

import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import selectors
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import urllib.parse

READY = "heirloom: ready on "
PASSWORD = "a long password"


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Client:
    """One kept connection. `token` and `headers` go with every request."""

    def __init__(self, url, token=None, headers=None, timeout=30):
        self.address = urllib.parse.urlsplit(url)
        self.headers = dict(headers or {})
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        self.timeout = timeout
        self.connection = None

    def request(self, method, path, body=None, headers=None):
        send = {**self.headers, **(headers or {})}
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            send.setdefault("Content-Type", "application/json")
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                self.address.hostname, self.address.port, timeout=self.timeout
            )
        try:
            self.connection.request(method, path, body, send)
            answer = self.connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        except Exception:
            self.close()
            raise

    def get(self, path, **query):
        headers = query.pop("headers", None)
        if query:
            path += "?" + urllib.parse.urlencode(query, doseq=True)
        return self.request("GET", path, headers=headers)

    def post(self, path, body=None, headers=None):
        return self.request("POST", path, {} if body is None else body, headers)

    def __del__(self):
        self.close()

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None


class PostgresDatabase:
    """A database of one data directory on the server of tests/services, with its schema."""

    SCRIPT = pathlib.Path(__file__).parents[1] / "services" / "postgres"

    def __init__(self, binary, data_dir):
        server = urllib.parse.urlsplit(os.environ["HEIRLOOM_TEST_POSTGRES"])
        self.admin = server._replace(path="/postgres").geturl()
        self.name = self.name_of(data_dir)
        self.url = server._replace(path="/" + self.name).geturl()
        netloc = f"{server.username}@{server.hostname}:{server.port}"
        self.environment = {
            "HEIRLOOM_STORAGE_DATABASE": f"postgresql://{netloc}/{self.name}",
            "HEIRLOOM_STORAGE_DATABASE_PASSWORD": server.password,
        }
        if not self.sql(f"select 1 from pg_database where datname = '{self.name}'"):
            self.sql(f"create database {self.name} template template0 encoding 'UTF8'")
        command = [binary, "migrate", "--data-dir", data_dir]
        subprocess.run(
            command, env={**os.environ, **self.environment}, check=True, capture_output=True
        )

    @staticmethod
    def name_of(data_dir):
        return "a_" + hashlib.sha256(os.path.realpath(data_dir).encode()).hexdigest()[:24]

    def copy_for(self, data_dir):
        """For another data directory all that is in it, byte for byte; nobody may be connected."""
        self.sql(f"create database {self.name_of(data_dir)} template {self.name}")

    def sql(self, statement, admin=True):
        command = [self.SCRIPT, "sql", self.admin if admin else self.url, statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def remove(self):
        self.sql(f"drop database if exists {self.name} with (force)")


class Appliance:
    """HEIRLOOM_TEST_DATABASE=postgres puts it on a database of tests/services/postgres."""

    def __init__(self, data_dir=None, arguments=()):
        self.binary = pathlib.Path(os.environ["HEIRLOOM_BIN"]).resolve()
        self.own_folder = None if data_dir else tempfile.mkdtemp(prefix="heirloom-test-")
        self.data_dir = str(data_dir or self.own_folder)
        self.arguments = list(arguments)
        self.process = None
        self.url = None
        self.log_path = os.path.join(self.data_dir, "..", os.path.basename(self.data_dir) + ".log")
        self.database = None
        if os.environ.get("HEIRLOOM_TEST_DATABASE") == "postgres":
            self.database = PostgresDatabase(self.binary, self.data_dir)
        self.environment = self.database.environment if self.database else {}

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.remove()

    def start(self, listen="127.0.0.1:0", timeout=60):
        command = [self.binary, "serve", "--data-dir", self.data_dir, "--listen", listen]
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            command + self.arguments,
            stdout=subprocess.PIPE,
            stderr=self.log,
            env={**os.environ, **self.environment},
        )
        self.url = self._await_ready(timeout)
        return self

    def _await_ready(self, timeout):
        deadline = time.monotonic() + timeout
        text = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while time.monotonic() < deadline:
                if not selector.select(deadline - time.monotonic()):
                    break
                piece = os.read(self.process.stdout.fileno(), 65536)
                text += piece
                for line in text.decode().splitlines(keepends=True):
                    if line.startswith(READY) and line.endswith("\n"):
                        return line.strip()[len(READY) :]
                if not piece:
                    break
        self.kill()
        raise RuntimeError(f"the daemon did not get ready: {text!r}\n{self.log_text()[-3000:]}")

    def log_text(self):
        return pathlib.Path(self.log_path).read_text(errors="replace")

    def stop(self, timeout=30):
        """An orderly end; gives the exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        finally:
            self._forget()

    def kill(self):
        """As if the power went, for this process."""
        if self.process:
            self.process.kill()
            self.process.wait(30)
            self._forget()

    def _forget(self):
        self.process.stdout.close()
        self.log.close()
        self.process = None

    def remove(self):
        self.kill()
        if self.database:
            self.database.remove()
        if self.own_folder:
            shutil.rmtree(self.own_folder, ignore_errors=True)
            pathlib.Path(self.log_path).unlink(missing_ok=True)

    def memory_kib(self):
        """Resident memory of the daemon."""
        return self._status("VmRSS")

    def peak_memory_kib(self):
        """The most that it ever held."""
        return self._status("VmHWM")

    def _status(self, name):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1])
        raise RuntimeError(f"no {name}")

    def run(self, *arguments, text=None, check=True, env=None):
        """A CLI command; gives the finished process."""
        done = subprocess.run(
            [self.binary, *arguments],
            input=text,
            capture_output=True,
            text=True,
            timeout=300,
            env={**os.environ, **self.environment, **(env or {})},
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def sql(self, statement):
        """Behind the daemon's back: rows as lines, their columns parted by |."""
        if self.database:
            return self.database.sql(statement, admin=False)
        with contextlib.closing(
            sqlite3.connect(os.path.join(self.data_dir, "heirloom.db"), timeout=10)
        ) as database, database:
            return "\n".join("|".join(map(str, row)) for row in database.execute(statement))

    def add_user(self, name, *more):
        self.run(
            *["user", "add", "--data-dir", self.data_dir, "--email", f"{name}@example.org"],
            *["--name", name, "--password-stdin", *more],
            text=PASSWORD,
        )

    def token(self, name, *more):
        done = self.run(
            *["token", "create", "--data-dir", self.data_dir],
            *["--user", f"{name}@example.org", "--name", "test", *more],
        )
        return done.stdout.strip()

    def client(self, token=None, headers=None, timeout=30):
        return Client(self.url, token, headers, timeout)

    def person(self, name):
        """Somebody with an account: a client with their token."""
        self.add_user(name)
        return self.client(self.token(name))

    def browser(self, name):
        """Somebody signed in through the browser's door."""
        client = self.client()
        body = {"email": f"{name}@example.org", "password": PASSWORD}
        signed_in = client.post("/api/v1/session", body)
        assert signed_in.status == 200, signed_in
        client.headers["Cookie"] = signed_in.headers["Set-Cookie"].split(";")[0]
        client.headers["X-CSRF-Token"] = signed_in.json["csrf_token"]
        client.headers["Origin"] = self.url
        return client
