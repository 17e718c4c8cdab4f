#!/usr/bin/env python3
"""Attacks on the listener: each is refused or bounded, with one answer, and memory stays flat.

    attack_test.py --server build/dev/bin/http_test_server
    attack_test.py --port 8080 --pid 4711 --get /healthz --post /api/v1/session

The second form attacks a daemon that runs already: --get names a path that answers 200, --post one
that takes a body of a few KiB, --pid its process, so that its memory can be watched.
"""

import argparse
import socket
import sys
import time
import unittest

from raw_client import Server, request, split_answers

TARGET = argparse.Namespace()

OK_LINE = "GET {get} HTTP/1.1\r\n"
SMUGGLED = b"GET /secret HTTP/1.1\r\nHost: x\r\n\r\n"
SLOW_CLIENTS = 300
MEMORY_LIMIT_MIB = 20


class AttackTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(TARGET.server, address=TARGET.address, pid=TARGET.pid)

    @classmethod
    def tearDownClass(cls):
        status = cls.server.stop()
        if status != 0:
            raise AssertionError(f"the server ended with status {status}")

    def assert_refused(self, data, *statuses):
        """One answer, a problem of one of these statuses, and the connection closes behind it."""
        answers = self.server.exchange(data)
        self.assertEqual(len(answers), 1, answers)
        answer = answers[0]
        self.assertIn(answer.status, statuses, answer)
        self.assertEqual(answer.header("Content-Type"), "application/problem+json")
        self.assertEqual(answer.header("Connection"), "close")
        problem = answer.json()
        self.assertEqual(problem["status"], answer.status)
        self.assertEqual(problem["request_id"], answer.header("X-Request-Id"))
        self.assertRegex(problem["type"], "^urn:heirloom:problem:[a-z-]+$")

    def assert_alive(self):
        self.assertEqual(self.server.get(TARGET.get).status, 200)

    def each(self, cases, *statuses):
        for data in cases:
            if isinstance(data, str):
                data = data.format(get=TARGET.get, post=TARGET.post).encode("latin-1")
            with self.subTest(data[:120]):
                self.assert_refused(data, *statuses)
        self.assert_alive()

    def watched_memory(self):
        return self.server.memory_mib() if self.server.pid else 0

    def assert_memory_flat(self, before):
        if self.server.pid:
            self.assertLess(self.server.memory_mib() - before, MEMORY_LIMIT_MIB)


class Smuggling(AttackTest):
    """A body never passes for the next request, whoever ignores it."""

    TARGETS = [
        ("GET", "{get}"),
        ("HEAD", "{get}"),
        ("OPTIONS", "{get}"),
        ("DELETE", "{get}"),
        ("POST", "{post}"),
        ("POST", "/deny"),
        ("POST", "/nowhere"),
        ("PUT", "/nowhere"),
        ("PATCH", "{post}"),
        ("DELETE", "/thing"),
    ]

    def one_answer(self, method, pieces):
        with self.server.client() as client:
            for piece in pieces:
                client.send(piece)
                time.sleep(0.05)  # So that the pieces arrive apart; the outcome must not differ.
            client.socket.shutdown(socket.SHUT_WR)
            data = client.read_to_end()
        self.assertNotIn(b"SMUGGLED", data)
        answers = split_answers(data, head_only=method == "HEAD")
        self.assertEqual(len(answers), 1, answers)

    def test_a_request_hidden_in_a_body_is_not_served(self):
        for method, path in self.TARGETS:
            path = path.format(get=TARGET.get, post=TARGET.post)
            head = request(method, path, f"Content-Length: {len(SMUGGLED)}")
            with self.subTest(f"{method} {path}, body apart"):
                self.one_answer(method, [head, SMUGGLED])
            with self.subTest(f"{method} {path}, body at once"):
                self.one_answer(method, [head + SMUGGLED])
            chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)
            with self.subTest(f"{method} {path}, chunked"):
                head = request(method, path, "Transfer-Encoding: chunked")
                self.one_answer(method, [head, chunk])
            # Where a reader takes 4,096 bytes at a time, the hidden request starts a fresh read.
            head = request(method, path, "Content-Length: 99999")
            padding = b"a" * (4096 - len(head))
            length = b"%05d" % (len(padding) + len(SMUGGLED))
            aligned = head.replace(b"99999", length) + padding + SMUGGLED
            with self.subTest(f"{method} {path}, aligned"):
                self.one_answer(method, [aligned])
        self.assert_alive()

    def test_framing_that_can_be_read_two_ways_is_refused(self):
        fields = [
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "Content-Length: 5\r\nContent-Length: 5",
            "Content-Length: 5\r\nContent-Length: 6",
            "Content-Length: 5, 5",
            "Content-Length: abc",
            "Content-Length: +5",
            "Content-Length: -5",
            "Content-Length: 0x5",
            "Content-Length: 5 5",
            "Content-Length: 5;",
            "Content-Length:",
            "Content-Length: 99999999999999999999999999",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: identity",
            "Transfer-Encoding:",
            'Transfer-Encoding: "chunked"',
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: \x0bchunked",
            "Transfer-Encoding: chunked\x00",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding:\r\n chunked",
            " Transfer-Encoding: chunked",
            "X: y\r\n\tContent-Length: 5",
            "Content-Length : 5",
            "Content Length: 5",
            "X: y\rContent-Length: 5",
            "X: y\nContent-Length: 5",
            "X: y\n\nGET /secret HTTP/1.1",
            "X: y\x00",
            "X: y\x7f",
            "no colon at all",
            ": no name",
            "\xe9: not a token",
        ]
        self.each(
            [
                "POST {post} HTTP/1.1\r\nHost: x\r\n" + field + "\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
                for field in fields
            ],
            400,
        )
        self.each(["POST {post} HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"], 400)

    def test_a_host_that_is_missing_doubled_or_broken_is_refused(self):
        hosts = ["X: y", "Host: a\r\nHost: a", "Host: a\r\nHost: b", "Host:", "Host: a b"]
        hosts += ["Host: a/b", "Host: user@a"]
        hosts += ["Host: a,b", "Host: a:b", "Host: [::1", "Host: a:999999"]
        self.each([OK_LINE + host + "\r\n\r\n" for host in hosts], 400)
        self.each(["GET http://other{get} HTTP/1.1\r\nHost: x\r\n\r\n"], 400)

    def test_request_lines_that_are_not_quite_right_are_refused(self):
        lines = [
            "GET  {get} HTTP/1.1",
            "GET {get}  HTTP/1.1",
            "GET {get}",
            "GET {get} HTTP/1.1 x",
            "GET\t{get}\tHTTP/1.1",
            " GET {get} HTTP/1.1",
            "GET {get} http/1.1",
            "GET {get} HTTP/1.15",
            "GET {get} HTTP/1",
            "GET {get} HTTPS/1.1",
            "G\x00T {get} HTTP/1.1",
            "GET nopath HTTP/1.1",
            "GET * HTTP/1.1",
            "GET  HTTP/1.1",
            "GET http:// HTTP/1.1",
            "GET ftp://x/ HTTP/1.1",
        ]
        self.each([line + "\r\nHost: x\r\n\r\n" for line in lines], 400)
        self.each(["GET {get} HTTP/2.0\r\nHost: x\r\n\r\n"], 505)
        self.each(["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], 505)
        self.each([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100)], 400)
        self.each([OK_LINE + "Host: x\n\n", "GET {get} HTTP/1.1\nHost: x\n\n"], 400)

    def test_unknown_methods_are_not_implemented(self):
        methods = ["get", "FOO", "TRACE", "CONNECT", "PROPFIND", "M" * 60]
        self.each([method + " {get} HTTP/1.1\r\nHost: x\r\n\r\n" for method in methods], 501)

    def test_chunks_that_are_not_quite_right_are_refused(self):
        bodies = [
            "zz\r\nhello\r\n0\r\n\r\n",
            "-5\r\nhello\r\n0\r\n\r\n",
            " 5\r\nhello\r\n0\r\n\r\n",
            "0x5\r\nhello\r\n0\r\n\r\n",
            "\r\nhello\r\n0\r\n\r\n",
            "5\nhello\r\n0\r\n\r\n",
            "5\r\nhelloGET /secret HTTP/1.1\r\nHost: x\r\n\r\n",
            "5\r\nhello\n0\r\n\r\n",
            "5;a=\n\r\nhello\r\n0\r\n\r\n",
            "5;a=\rb\r\nhello\r\n0\r\n\r\n",
            "5;" + "a" * 600 + "\r\nhello\r\n0\r\n\r\n",
            "0\r\nbroken trailer\r\n\r\n",
            "0\r\nX: y\n\r\n",
            "ffffffffffffffff\r\nhello",
            "10000000000000005\r\nhello\r\n0\r\n\r\n",
        ]
        head = "POST {post} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        self.each([head + body for body in bodies], 400)
        self.each([head + "ffffffff\r\nhello"], 413)

    def test_trailers_without_end_are_refused(self):
        head = request("POST", TARGET.post, "Transfer-Encoding: chunked")
        self.each([head + b"0\r\n" + b"X: yyyyyyyyyyyyyyyy\r\n" * 1000], 431)

    def test_paths_that_mean_two_things_are_refused(self):
        paths = ["/a/../b", "/..", "/a/.", "/./a", "/%2e%2e/b", "/a/.%2E/b", "/%2e"]
        paths += ["/%00", "/a%0ab", "/a%7f", "/%", "/%zz", "/%4", "/%ff", "/%c0%af", "/%ed%a0%80"]
        paths += ["/a%2fb", "/a%2Fb", "/a#b", "/\xe9", '/"\x01"', "/a?b=%zz", "/a?b=%ff", "/a?%00"]
        self.each(["GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n" for path in paths], 400)


class Limits(AttackTest):
    def test_a_long_range_does_no_harm(self):
        for size in (2 << 10, 60 << 10):
            many = "bytes=" + ",".join(["0-0"] * (size // 4))
            for value in (many, "bytes=" + "1" * size, "bytes=-" + "0" * size, "x" * size):
                answer = self.server.get(TARGET.get, "Range: " + value)
                self.assertEqual(answer.status, 200)
                self.assertIsNone(answer.header("Content-Range"))
        self.assert_alive()

    def test_a_target_may_be_8000_bytes_long_and_no_longer(self):
        for path in ("/" + "a" * 7999, "/" + "/a" * 3999, "/x?" + "a" * 7997):
            self.assertIn(self.server.get(path).status, (200, 404))
        for path in ("/" + "a" * 8000, "/x?" + "a" * 7998, "/" + "a" * 60_000, "/" + "a" * 200_000):
            self.assert_refused(request("GET", path), 414)
        self.assert_refused(b"GET /" + b"a" * 200_000, 414)

    def test_a_hundred_headers_are_served_and_more_are_not(self):
        self.assertEqual(self.server.get(TARGET.get, *["X: y"] * 99).status, 200)
        self.assert_refused(request("GET", TARGET.get, *["X: y"] * 100), 431)

    def test_a_hundred_thousand_header_lines_are_refused_early(self):
        before = self.watched_memory()
        lines = ["X-Filler: yyyyyyyyyyyyyyyy"] * 100_000
        self.assert_refused(request("GET", TARGET.get, *lines), 431)
        self.assert_memory_flat(before)

    def test_a_head_may_be_64_kib_and_no_larger(self):
        self.assertEqual(self.server.get(TARGET.get, "X: " + "y" * 60_000).status, 200)
        self.assert_refused(request("GET", TARGET.get, "X: " + "y" * 70_000), 431)
        line = "X-%d: " + "y" * 1000
        self.assert_refused(request("GET", TARGET.get, *[line % i for i in range(90)]), 431)
        self.assert_refused(b"GET / HTTP/1.1\r\nX: " + b"y" * 10_000_000, 431)
        self.assert_refused(b"\r\n" * 100_000, 400, 431)

    def test_a_body_over_the_limit_is_refused_by_its_length_alone(self):
        for length in (100 << 20, 10**12, 10**17):
            self.assert_refused(request("POST", TARGET.post, f"Content-Length: {length}"), 413)

    def test_a_chunked_body_without_end_is_cut(self):
        head = request("POST", TARGET.post, "Transfer-Encoding: chunked")
        for size, chunk in ((1, b"1\r\na\r\n"), (65536, b"10000\r\n" + b"a" * 65536 + b"\r\n")):
            with self.subTest(f"chunks of {size}"), self.server.client() as client:
                before = self.watched_memory()
                batch = chunk * max(1, 65536 // len(chunk))
                client.send(head)
                sent = 0
                while client.is_quiet(0) and client.send(batch):
                    sent += len(batch)
                    self.assertLess(sent, 200 << 20, "it goes on reading")
                answers = split_answers(client.read_to_end())
                self.assertEqual([answer.status for answer in answers], [413])
                self.assert_memory_flat(before)
        self.assert_alive()

    def test_a_body_sent_against_a_refusal_does_not_destroy_the_answer(self):
        data = request("POST", TARGET.post, "Content-Length: 30000000") + b"a" * 3_000_000
        self.assert_refused(data, 413)


class ManySlowClients(AttackTest):
    """They cost a descriptor each, no thread and little memory, and hold up nobody."""

    def slow_clients(self, opening):
        before = self.watched_memory()
        clients = [self.server.client() for _ in range(SLOW_CLIENTS)]
        try:
            for client in clients:
                client.send(opening)
            for _ in range(3):
                for client in clients:
                    client.send(b"a")
                self.assert_alive()
            self.assert_memory_flat(before)
        finally:
            for client in clients:
                client.socket.close()
        self.assert_alive()

    def test_slow_heads(self):
        self.slow_clients(OK_LINE.format(get=TARGET.get).encode() + b"Host: x\r\nX: ")

    def test_slow_bodies(self):
        self.slow_clients(request("POST", TARGET.post, "Content-Length: 10000"))

    def test_slow_chunks(self):
        chunked = request("POST", TARGET.post, "Transfer-Encoding: chunked")
        self.slow_clients(chunked + b"fff\r\na")

    def test_idle_connections(self):
        self.slow_clients(request("GET", TARGET.get))

    def test_connections_that_say_nothing(self):
        before = self.watched_memory()
        clients = [self.server.client() for _ in range(1000)]
        self.assert_alive()
        self.assert_memory_flat(before)
        for client in clients:
            client.socket.close()
        self.assert_alive()

    def test_clients_that_ask_and_go(self):
        for _ in range(SLOW_CLIENTS):
            with self.server.client() as client:
                client.send(request("GET", TARGET.get) * 5)
        self.assert_alive()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", help="the http_test_server to start")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, help="attack what listens there")
    parser.add_argument("--pid", type=int)
    parser.add_argument("--get", default="/json")
    parser.add_argument("--post", default="/length")
    arguments, rest = parser.parse_known_args()
    if not arguments.server and not arguments.port:
        parser.error("name --server or --port")
    vars(TARGET).update(vars(arguments), address=(arguments.host, arguments.port))
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
