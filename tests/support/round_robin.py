"""A proxy before several servers: each connection goes to the next one that takes it."""

import contextlib
import itertools
import socket
import threading
import urllib.parse

PATIENCE = 30


class RoundRobin:
    """`servers` gives their URLs; one that does not answer is passed over. `counts` says who took how many."""

    def __init__(self, servers, port=0):
        self.servers = servers
        self.turn = itertools.count()
        self.counts = {}
        self.listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        # Wakes the thread that waits in accept(), which close() alone does not.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _connect(self):
        servers, first = self.servers(), next(self.turn)
        for i in range(len(servers)):
            url = servers[(first + i) % len(servers)]
            address = urllib.parse.urlsplit(url)
            with contextlib.suppress(OSError):
                server = socket.create_connection((address.hostname, address.port), timeout=PATIENCE)
                self.counts[url] = self.counts.get(url, 0) + 1
                return server
        return None

    def _serve(self, client):
        with client:
            server = self._connect()
            if server is None:
                return
            with server:
                server.settimeout(None)
                back = threading.Thread(target=self._pump, args=(server, client), daemon=True)
                back.start()
                self._pump(client, server)
                back.join()

    @staticmethod
    def _pump(source, sink):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                sink.sendall(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
