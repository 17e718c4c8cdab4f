"""What the HTTP tests share: the server under test, and a client that sends any bytes at all."""

import json
import os
import re
import select
import socket
import subprocess
import time
from dataclasses import dataclass, field


@dataclass
class Answer:
    status: int
    headers: list = field(default_factory=list)
    body: bytes = b""

    def header(self, name):
        values = [v for n, v in self.headers if n.lower() == name.lower()]
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)


def split_answers(data, head_only=False):
    """All answers in `data`, strictly: bytes that belong to none are an error."""
    answers = []
    while data:
        head, mark, data = data.partition(b"\r\n\r\n")
        if not mark:
            raise AssertionError(f"an answer without end of head: {head[:200]!r}")
        lines = head.decode("latin-1").split("\r\n")
        match = re.fullmatch(r"HTTP/1\.1 (\d{3}) .*", lines[0])
        if not match:
            raise AssertionError(f"not an answer: {lines[0]!r}")
        answer = Answer(int(match[1]), [tuple(line.split(": ", 1)) for line in lines[1:]])
        length = int(answer.header("Content-Length") or 0)
        if not head_only and answer.status != 304:
            answer.body, data = data[:length], data[length:]
        answers.append(answer)
    return answers


class Client:
    """One connection."""

    def __init__(self, address, timeout=10, receive_buffer=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.pending = b""
        try:
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """False when the server does not listen any more, which may be just what it should do."""
        try:
            self.socket.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def read_to_end(self):
        """All that comes until the server closes. A server that does not close is an error."""
        chunks, self.pending = [self.pending], b""
        try:
            while chunk := self.socket.recv(65536):
                chunks.append(chunk)
        except ConnectionResetError:
            pass
        return b"".join(chunks)

    def answer(self, head_only=False):
        """The next answer; the connection stays."""
        head = self._take_head()
        length = re.search(rb"\r\nContent-Length: (\d+)", head)
        length = 0 if head_only or not length else int(length[1])
        chunks, have = [self.pending], len(self.pending)
        while have < length:
            chunks.append(self._receive())
            have += len(chunks[-1])
        body = b"".join(chunks)
        self.pending = body[length:]
        return split_answers(head + body[:length], head_only)[0]

    def _take_head(self):
        while b"\r\n\r\n" not in self.pending:
            self.pending += self._receive()
        head, mark, self.pending = self.pending.partition(b"\r\n\r\n")
        return head + mark

    def _receive(self):
        chunk = self.socket.recv(65536)
        if not chunk:
            raise AssertionError(f"the server closed amid an answer: {self.pending[:200]!r}")
        return chunk

    def is_quiet(self, seconds=0.2):
        return not select.select([self.socket], [], [], seconds)[0]


class Server:
    """A started http_test_server, or a daemon that runs already."""

    def __init__(self, binary=None, *options, address=None, pid=None):
        self.process = None
        self.memory_factor = 1
        self.address, self.pid = address, pid
        if binary:
            self.process = subprocess.Popen(
                [binary, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            line = self.process.stdout.readline()
            if not line.startswith("listening on "):
                raise RuntimeError(f"the test server did not start: {line!r}")
            self.address = ("127.0.0.1", int(line.split()[2]))
            self.pid = self.process.pid
            # Shadow memory and the quarantine of freed blocks are counted, too.
            self.memory_factor = 8 if "sanitized" in line else 1

    def stop(self):
        """Ends it; its exit status tells of crashes and of what sanitizers found."""
        if not self.process:
            return 0
        self.process.stdin.close()
        try:
            return self.process.wait(timeout=30)
        finally:
            self.process.kill()
            self.process.stdout.close()

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def client(self, **options):
        return Client(self.address, **options)

    def exchange(self, data, **options):
        """Sends `data` on a fresh connection and gives all answers until the server closes."""
        with self.client(**options) as client:
            client.send(data)
            return split_answers(client.read_to_end())

    def get(self, path, *headers):
        with self.client() as client:
            client.send(request("GET", path, *headers))
            return client.answer()

    def stats(self):
        return self.get("/stats").json()

    def wait_for(self, condition, seconds=10):
        """Polls until `condition` holds for the stats."""
        end = time.monotonic() + seconds
        while not condition(stats := self.stats()):
            if time.monotonic() > end:
                raise AssertionError(f"never came true; last {stats}")
            time.sleep(0.01)

    def cpu_seconds(self):
        """What it has taken so far, of its own and in the kernel."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self):
        """What it holds of main memory, in terms of a build without sanitizers."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            kib = int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])
        return kib / 1024 / self.memory_factor


def request(method, path, *headers, body=b"", host="x"):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
