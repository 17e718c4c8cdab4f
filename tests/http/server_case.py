"""A test that starts the listener alone (test_server.cc)."""

import contextlib
import sys
import unittest

from raw_client import Server

BINARY = sys.argv.pop(1) if len(sys.argv) > 1 else None


class ServerTest(unittest.TestCase):
    def start(self, *options):
        server = Server(BINARY, *options)
        self.addCleanup(lambda: self.assertEqual(server.stop(), 0, "how the server ended"))
        return server

    def clients(self, server, count, **options):
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(server.client(**options)) for _ in range(count)]
            self.addCleanup(stack.pop_all().close)
        return clients


class SharedServerTest(ServerTest):
    """One server for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(BINARY)

    @classmethod
    def tearDownClass(cls):
        if cls.server.stop() != 0:
            raise AssertionError("the server did not end well")
