"""A client of /api/v1/events that reads a raw socket, so that a test sees what goes over the wire."""

import json
import select
import socket
import time
import urllib.parse


class EventStream:
    """One open stream. Events are dicts of `id`, `event` and `data`; `position` is the last id."""

    def __init__(self, url, client, last_id=None, legacy=None, receive_buffer=None, timeout=20):
        address = urllib.parse.urlsplit(url)
        self.timeout = timeout
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect((address.hostname, address.port))
        path = "/api/v1/events" + (f"?legacy={legacy}" if legacy else "")
        lines = [f"GET {path} HTTP/1.1", f"Host: {address.netloc}"]
        lines += [f"{name}: {value}" for name, value in client.headers.items()]
        if last_id is not None:
            lines.append(f"Last-Event-ID: {last_id}")
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.buffer = b""
        self.ended = False
        self.comments = 0
        self.position = None
        self.status = 0
        self.head = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _fill(self, deadline):
        """Waits for more bytes; False when there are none in time, or the stream has ended."""
        left = deadline - time.monotonic()
        if self.ended or left <= 0 or not select.select([self.socket], [], [], left)[0]:
            return False
        try:
            piece = self.socket.recv(65536)
        except ConnectionResetError:
            piece = b""
        self.ended = not piece
        self.buffer += piece
        return not self.ended

    def open(self):
        """Reads the head and the first id: from here on nothing is missed."""
        deadline = time.monotonic() + self.timeout
        while b"\r\n\r\n" not in self.buffer:
            assert self._fill(deadline), self.buffer
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        self.head = head.decode()
        self.status = int(self.head.split()[1])
        return self

    def _block(self, deadline):
        while b"\n\n" not in self.buffer:
            if not self._fill(deadline):
                return None
        block, _, self.buffer = self.buffer.partition(b"\n\n")
        return block.decode()

    def next(self, timeout=None):
        """The next event, or None when there is none in time or the stream has ended."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        while (block := self._block(deadline)) is not None:
            fields = {}
            for line in block.split("\n"):
                name, _, value = line.partition(":")
                if not name:
                    self.comments += 1
                fields[name] = value.removeprefix(" ")
            self.position = fields.get("id", self.position)
            if "data" in fields:
                return {**fields, "data": json.loads(fields["data"])}
        return None

    def until(self, wanted):
        """All events up to the one that `wanted` is true of."""
        events = []
        while event := self.next():
            events.append(event)
            if wanted(event):
                return events
        raise AssertionError(f"it did not come; before it came {events}, ended: {self.ended}")

    def ends_within(self, seconds):
        """Whether the server closes it; gives the seconds that took, or None."""
        begun = time.monotonic()
        while self._fill(begun + seconds):
            pass
        return time.monotonic() - begun if self.ended else None
