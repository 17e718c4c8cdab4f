#!/usr/bin/env python3
"""What the listener does over the wire: deadlines, overload, pipelining, streams, draining.

    behaviour_test.py build/dev/bin/http_test_server
"""

import contextlib
import gzip
import os
import re
import signal
import socket
import sys
import time
import unittest

from raw_client import Server, request, split_answers

BINARY = sys.argv.pop(1) if len(sys.argv) > 1 else None
SHARED_FILE = 32 << 20  # What GET /file answers with.
DOWNLOAD = 64 << 20  # What GET /download sends out of a file.


def download_bytes(start, size):
    """What stands in that file: byte i of each MiB is i % 251."""
    mib = bytes(i % 251 for i in range(1 << 20))
    begin = start % len(mib)
    return (mib * ((begin + size) // len(mib) + 1))[begin : begin + size]


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


class Exchanges(ServerTest):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(BINARY)

    @classmethod
    def tearDownClass(cls):
        if cls.server.stop() != 0:
            raise AssertionError("the server did not end well")

    def test_pipelined_requests_are_answered_in_order(self):
        with self.server.client() as client:
            client.send(b"".join(request("GET", f"/echo/{i}") for i in range(50)))
            paths = [client.answer().json()["path"] for _ in range(50)]
        self.assertEqual(paths, [f"/echo/{i}" for i in range(50)])

    def test_a_request_behind_a_body_is_served(self):
        chunked = request("POST", "/length", "Transfer-Encoding: chunked")
        chunked += b"5;ext=1\r\nhello\r\n00a\r\n0123456789\r\n0\r\nTrailer: dropped\r\n\r\n"
        with self.server.client() as client:
            client.send(request("POST", "/length", body=b"abc") + chunked + request("GET", "/json"))
            self.assertEqual(client.answer().body, b"3")
            self.assertEqual(client.answer().body, b"15")
            self.assertEqual(client.answer().body, b'{"id":42}')

    def test_a_request_that_arrives_byte_by_byte_is_served(self):
        data = request("POST", "/echo", "Transfer-Encoding: chunked") + b"1\r\nx\r\n0\r\n\r\n"
        with self.server.client() as client:
            for byte in data:
                client.send(bytes([byte]))
            self.assertEqual(client.answer().json()["body"], "x")

    def test_head_has_the_head_of_get_and_no_body(self):
        with self.server.client() as client:
            client.send(request("HEAD", "/file") + request("HEAD", "/nowhere"))
            client.send(request("GET", "/json"))
            answer = client.answer(head_only=True)
            self.assertEqual(answer.header("Content-Length"), str(SHARED_FILE))
            self.assertEqual(client.answer(head_only=True).status, 404)
            self.assertEqual(client.answer().status, 200)

    def test_options_names_what_a_path_allows(self):
        with self.server.client() as client:
            client.send(request("OPTIONS", "/echo") + request("OPTIONS", "*"))
            answer = client.answer()
            self.assertEqual((answer.status, answer.body), (204, b""))
            self.assertEqual(answer.header("Allow"), "GET, HEAD, POST, OPTIONS")
            self.assertIsNone(answer.header("Content-Length"))
            self.assertIn("PATCH", client.answer().header("Allow"))

    def test_another_method_is_not_allowed_and_no_path_is_not_found(self):
        with self.server.client() as client:
            client.send(request("DELETE", "/echo") + request("DELETE", "/nowhere"))
            answer = client.answer()
            self.assertEqual(answer.status, 405)
            self.assertEqual(answer.header("Allow"), "GET, HEAD, POST, OPTIONS")
            self.assertEqual(client.answer().status, 404)

    def test_http_1_0_needs_no_host_and_closes(self):
        answers = self.server.exchange(b"GET /json HTTP/1.0\r\n\r\n")
        self.assertEqual([answer.status for answer in answers], [200])

    def test_a_client_that_wants_it_is_closed_on(self):
        for option in ("close", "Close", "keep-alive, close"):
            answers = self.server.exchange(request("GET", "/json", "Connection: " + option) * 2)
            self.assertEqual(len(answers), 1)
            self.assertEqual(answers[0].header("Connection"), "close")

    def test_a_client_that_closes_its_side_still_gets_its_answers(self):
        with self.server.client() as client:
            client.send(request("GET", "/json") * 3)
            client.socket.shutdown(socket.SHUT_WR)
            self.assertEqual(len(split_answers(client.read_to_end())), 3)

    def test_the_absolute_form_is_understood(self):
        data = request("GET", "http://a.example/echo?b=1", "Connection: close", host="a.example")
        echo = self.server.exchange(data)[0].json()
        self.assertEqual((echo["path"], echo["query"]), ("/echo", ["b=1"]))
        self.assertEqual(echo["host"], "a.example")

    def test_paths_and_queries_are_decoded_once_and_headers_never(self):
        echo = self.server.get(
            "/echo/%C3%A4%2561?a=b+c%2Bd&e&=f&&g=1=2",
            "If-Match: %41%0d%0aX: y",
            "REMOTE_ADDR: 6.6.6.6",
        ).json()
        self.assertEqual(echo["path"], "/echo/ä%61")
        self.assertEqual(echo["query"], ["a=b c+d", "e=", "=f", "g=1=2"])
        self.assertIn("If-Match: %41%0d%0aX: y", echo["headers"])
        self.assertEqual(echo["address"], "127.0.0.1")

    def test_forwarding_headers_of_a_stranger_do_not_count(self):
        echo = self.server.get(
            "/echo",
            "X-Forwarded-For: 6.6.6.6",
            "X-Forwarded-Proto: https",
            "X-Forwarded-Host: evil",
        ).json()
        self.assertEqual((echo["address"], echo["secure"], echo["host"]), ("127.0.0.1", False, "x"))

    def test_what_a_handler_throws_is_not_told(self):
        answer = self.server.get("/throw")
        self.assertEqual(answer.status, 500)
        self.assertEqual(answer.json()["type"], "urn:heirloom:problem:internal")
        self.assertNotIn("secret", repr(answer))
        self.assertNotIn("EXCEPTION", repr(answer))

    def test_a_header_value_cannot_break_out(self):
        answer = self.server.get("/inject?value=a%0D%0ASet-Cookie:%20b")
        self.assertEqual(answer.header("X-Injected"), "a  Set-Cookie: b")
        self.assertIsNone(answer.header("Set-Cookie"))

    def test_every_answer_has_its_own_request_id_a_date_and_the_default_headers(self):
        with self.server.client() as client:
            client.send(request("GET", "/json", "X-Request-Id: mine"))
            client.send(request("GET", "/nowhere") + b"\x01")
            answers = split_answers(client.read_to_end())
        self.assertEqual([answer.status for answer in answers], [200, 404, 400])
        ids = {answer.header("X-Request-Id") for answer in answers}
        self.assertEqual(len(ids), 3)
        for answer in answers:
            self.assertRegex(answer.header("X-Request-Id"), "^[0-9a-f-]{36}$")
            self.assertRegex(answer.header("Date"), r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")
            self.assertEqual(answer.header("X-Content-Type-Options"), "nosniff")

    def test_not_modified_has_neither_body_nor_length(self):
        answer = self.server.get("/not-modified")
        self.assertEqual((answer.status, answer.header("ETag")), (304, '"v1"'))
        self.assertIsNone(answer.header("Content-Length"))

    def test_a_client_that_waits_for_100_continue_gets_it(self):
        with self.server.client() as client:
            client.send(request("POST", "/length", "Content-Length: 5", "Expect: 100-continue"))
            self.assertEqual(client.answer().status, 100)
            client.send(b"hello")
            self.assertEqual(client.answer().body, b"5")

    def test_a_client_whose_body_is_not_wanted_gets_no_100_continue(self):
        for path, status in (("/small", 413), ("/nowhere", 404), ("/json", 405)):
            head = request("POST", path, "Content-Length: 500", "Expect: 100-continue")
            self.assertEqual([a.status for a in self.server.exchange(head)], [status])
        strange = request("POST", "/length", "Content-Length: 5", "Expect: tea")
        self.assertEqual([a.status for a in self.server.exchange(strange)], [417])

    def test_each_route_has_its_own_limit(self):
        fits = request("POST", "/small", "Connection: close", body=b"a" * 100)
        self.assertEqual([a.status for a in self.server.exchange(fits)], [200])
        chunked = request("POST", "/small", "Transfer-Encoding: chunked") + b"65\r\n" + b"a" * 101
        for data in (request("POST", "/small", body=b"a" * 101), chunked):
            self.assertEqual([a.status for a in self.server.exchange(data)], [413])

    def test_large_bodies_pass_whole(self):
        body = bytes(range(256)) * 8192  # 2 MiB, the largest there may be.
        with self.server.client() as client:
            client.send(request("POST", "/length", body=body) + request("GET", "/file"))
            self.assertEqual(client.answer().body, b"2097152")
            self.assertEqual(client.answer().body, b"x" * SHARED_FILE)


class Representations(ServerTest):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(BINARY)

    @classmethod
    def tearDownClass(cls):
        if cls.server.stop() != 0:
            raise AssertionError("the server did not end well")

    def test_an_answer_is_packed_for_who_can_unpack_it(self):
        plain = self.server.get("/story")
        self.assertIsNone(plain.header("Content-Encoding"))
        packed = self.server.get("/story", "Accept-Encoding: gzip, deflate")
        self.assertEqual(packed.header("Content-Encoding"), "gzip")
        self.assertEqual(packed.header("Content-Length"), str(len(packed.body)))
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        self.assertLess(len(packed.body), len(plain.body) / 2)
        smaller = self.server.get("/story", "Accept-Encoding: gzip, deflate, br")
        self.assertEqual(smaller.header("Content-Encoding"), "br")
        for answer in (plain, packed, smaller):
            self.assertIn("Accept-Encoding", answer.header("Vary"))
        self.assertEqual(len({a.header("ETag") for a in (plain, packed, smaller)}), 3)

    def test_head_tells_of_the_packed_answer(self):
        with self.server.client() as client:
            client.send(request("GET", "/story", "Accept-Encoding: gzip"))
            client.send(request("HEAD", "/story", "Accept-Encoding: gzip"))
            got, head = client.answer(), client.answer(head_only=True)
        for name in ("Content-Length", "Content-Encoding", "ETag", "Vary"):
            self.assertEqual(got.header(name), head.header(name))

    def test_an_answer_asked_for_again_is_not_sent_again(self):
        for accept in ("identity", "gzip"):
            first = self.server.get("/story", "Accept-Encoding: " + accept)
            tag = first.header("ETag")
            self.assertRegex(tag, '^"v7-[0-9a-f]+(-gzip)?"$')
            again = self.server.get("/story", "Accept-Encoding: " + accept, "If-None-Match: " + tag)
            self.assertEqual((again.status, again.body), (304, b""))
            for name in ("ETag", "Cache-Control", "Vary"):
                self.assertEqual(again.header(name), first.header(name))
            for name in ("Content-Type", "Content-Encoding", "Content-Length"):
                self.assertIsNone(again.header(name))


class FilesAndRanges(ServerTest):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(BINARY, "max_threads=4")

    @classmethod
    def tearDownClass(cls):
        if cls.server.stop() != 0:
            raise AssertionError("the server did not end well")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.server.pid}/fd"))

    def test_a_file_arrives_whole_and_its_descriptor_is_closed(self):
        self.server.get("/json")
        before, memory = self.descriptors(), self.server.memory_mib()
        with self.server.client() as client:
            client.send(request("GET", "/download") + request("GET", "/json"))
            answer = client.answer()
            self.assertEqual(client.answer().status, 200)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.header("Accept-Ranges"), "bytes")
        self.assertEqual(answer.body, download_bytes(0, DOWNLOAD))
        self.server.wait_for(lambda _: self.descriptors() <= before)
        self.assertLess(self.server.memory_mib() - memory, 8)

    def test_slow_readers_of_files_hold_neither_thread_nor_memory(self):
        self.server.get("/json")
        before, memory = self.descriptors(), self.server.memory_mib()
        readers = self.clients(self.server, 60, receive_buffer=4096)
        for reader in readers:
            reader.send(request("GET", "/download"))
        self.server.wait_for(lambda stats: stats["connections"] == 61 and stats["queued"] == 0)
        self.assertLessEqual(self.server.stats()["threads"], 4)
        self.assertLess(self.server.memory_mib() - memory, 20)
        self.assertEqual(len(readers[0].answer().body), DOWNLOAD)
        for reader in readers:
            reader.socket.close()
        self.server.wait_for(lambda _: self.descriptors() <= before)

    def test_a_file_that_became_shorter_cuts_the_connection(self):
        with self.server.client() as client:
            client.send(request("GET", "/download/short"))
            body = client.read_to_end().partition(b"\r\n\r\n")[2]
        self.assertEqual(len(body), DOWNLOAD)  # One less than was said.

    def test_head_of_a_file_tells_its_length_whatever_range_is_asked_for(self):
        with self.server.client() as client:
            client.send(request("HEAD", "/download", "Range: bytes=0-9"))
            client.send(request("GET", "/json"))
            answer = client.answer(head_only=True)
            self.assertEqual(client.answer().status, 200)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.header("Content-Length"), str(DOWNLOAD))
        self.assertEqual(answer.header("Accept-Ranges"), "bytes")
        self.assertIsNone(answer.header("Content-Range"))

    def test_one_range_is_a_part(self):
        last = DOWNLOAD - 1
        for value, first, end in (
            ("bytes=0-0", 0, 0),
            ("bytes=1048570-1048580", 1048570, 1048580),
            ("bytes=1000000-3000000", 1000000, 3000000),
            ("bytes=-7", last - 6, last),
            (f"bytes={last - 2}-", last - 2, last),
            (f"bytes={last}-99999999999999999999999", last, last),
        ):
            with self.subTest(value):
                answer = self.server.get("/download", "Range: " + value)
                self.assertEqual(answer.status, 206)
                self.assertEqual(answer.header("Content-Range"), f"bytes {first}-{end}/{DOWNLOAD}")
                self.assertEqual(answer.header("Content-Type"), "application/zip")
                self.assertEqual(answer.body, download_bytes(first, end - first + 1))
        answer = self.server.get("/asset", "Range: bytes=2-4")
        self.assertEqual((answer.status, answer.body), (206, b"234"))
        self.assertEqual(answer.header("Content-Range"), "bytes 2-4/10")

    def test_an_unsatisfiable_range_is_416_and_says_how_much_there_is(self):
        for path, size in (("/download", DOWNLOAD), ("/asset", 10), ("/download/empty", 0)):
            answer = self.server.get(path, f"Range: bytes={size}-")
            self.assertEqual(answer.status, 416)
            self.assertEqual(answer.header("Content-Range"), f"bytes */{size}")
            self.assertEqual(answer.json()["type"], "urn:heirloom:problem:range-not-satisfiable")
        self.assertEqual(self.server.get("/asset", "Range: bytes=-0").status, 416)

    def test_1900_ranges_are_no_amplification(self):
        many = "Range: bytes=" + ",".join(["0-"] * 1900)
        answer = self.server.get("/asset", many)
        self.assertEqual((answer.status, answer.body), (200, b"0123456789"))
        self.assertIsNone(answer.header("Content-Range"))
        several = self.server.get("/asset", "Range: bytes=0-1,4-5")
        self.assertEqual((several.status, several.body), (200, b"0123456789"))

    def test_ranges_that_are_not_understood_give_the_whole(self):
        for value in ("chars=0-1", "bytes=5-2", "bytes=x", "bytes", "=", "bytes=0-1;"):
            answer = self.server.get("/asset", "Range: " + value)
            self.assertEqual((answer.status, answer.body), (200, b"0123456789"))

    def test_if_range_gives_the_part_only_of_the_version_it_names(self):
        part = "Range: bytes=0-3"
        self.assertEqual(self.server.get("/asset", part, 'If-Range: "a1"').status, 206)
        for value in ('"a2"', 'W/"a1"', "a1", "*", "Sat, 31 Jan 2026 08:15:00 GMT"):
            with self.subTest(value):
                answer = self.server.get("/asset", part, "If-Range: " + value)
                self.assertEqual((answer.status, answer.body), (200, b"0123456789"))
        # A range that could not be had does not matter either when the version is another.
        answer = self.server.get("/asset", "Range: bytes=99-", 'If-Range: "a2"')
        self.assertEqual(answer.status, 200)

    def test_a_copy_that_is_still_good_is_not_sent_again(self):
        for tag in ('"a1"', 'W/"a1"', '"x", "a1"', "*"):
            with self.subTest(tag):
                answer = self.server.get("/asset", "If-None-Match: " + tag, "Range: bytes=0-1")
                self.assertEqual((answer.status, answer.body), (304, b""))
                self.assertEqual(answer.header("ETag"), '"a1"')
                for name in ("Content-Type", "Content-Length", "Content-Range"):
                    self.assertIsNone(answer.header(name))
        for tag in ('"a2"', "a1", '"A1"', ""):
            self.assertEqual(self.server.get("/asset", "If-None-Match: " + tag).status, 200)
        two_lines = self.server.get("/asset", 'If-None-Match: "x"', 'If-None-Match: "a1"')
        self.assertEqual(two_lines.status, 304)
        self.assertEqual(self.server.get("/download", 'If-None-Match: "d1"').status, 304)

    def test_a_read_of_one_version_only_is_412_when_there_is_another(self):
        self.assertEqual(self.server.get("/asset", 'If-Match: "a1"').status, 200)
        self.assertEqual(self.server.get("/asset", "If-Match: *").status, 200)
        for tag in ('"a2"', 'W/"a1"', ""):
            self.assertEqual(self.server.get("/asset", "If-Match: " + tag).status, 412)


class Deadlines(ServerTest):
    def refused_while_trickling(self, server, opening):
        """Sends a byte at a time until the server has had enough."""
        with server.client() as client:
            client.send(opening)
            for _ in range(1000):
                if not client.is_quiet(0.02):
                    break
                client.send(b"a")
            return [answer.status for answer in split_answers(client.read_to_end())]

    def test_a_head_that_trickles_in_is_cut_off(self):
        server = self.start("head_deadline=300", "idle_timeout=600000")
        self.assertEqual(self.refused_while_trickling(server, b"GET / HTTP/1.1\r\nX: "), [408])
        with server.client() as client:
            client.send(b"G")
            self.assertEqual([a.status for a in split_answers(client.read_to_end())], [408])

    def test_a_body_that_trickles_in_is_cut_off(self):
        server = self.start("body_deadline=300", "head_deadline=600000")
        opening = request("POST", "/length", "Content-Length: 1000")
        self.assertEqual(self.refused_while_trickling(server, opening), [408])

    def test_a_silent_connection_is_closed_without_a_word(self):
        server = self.start("idle_timeout=200")
        with server.client() as client:
            self.assertEqual(client.read_to_end(), b"")
        with server.client() as client:
            client.send(request("GET", "/json"))
            self.assertEqual(client.answer().status, 200)
            self.assertEqual(client.read_to_end(), b"")

    def test_a_reader_that_stops_is_cut_off(self):
        server = self.start("write_timeout=300")
        with server.client(receive_buffer=4096) as client:
            client.send(request("GET", "/file"))
            server.wait_for(lambda stats: stats["connections"] == 1)  # Ours alone asks.
            self.assertLess(len(client.read_to_end()), SHARED_FILE)


class Overload(ServerTest):
    def test_slow_readers_hold_no_thread_and_share_what_is_shared(self):
        server = self.start("min_threads=1", "max_threads=2")
        before = server.memory_mib()
        readers = self.clients(server, 40, receive_buffer=4096)
        for reader in readers:
            reader.send(request("GET", "/file"))
        server.wait_for(lambda stats: stats["connections"] == 41 and stats["queued"] == 0)
        self.assertLess(server.memory_mib() - before, 20)
        self.assertEqual(len(readers[0].answer().body), SHARED_FILE)

    def test_answers_that_nobody_takes_are_bounded_together(self):
        server = self.start(f"max_buffered_bytes={40 << 20}", "max_threads=4")
        readers = self.clients(server, 40, receive_buffer=4096)
        for reader in readers:
            reader.send(request("GET", "/large"))  # 8 MiB each: 320 MiB in all.
        server.wait_for(lambda stats: 1 < stats["connections"] <= 6)
        self.assertLess(server.memory_mib(), 200)

    def test_bodies_in_flight_are_bounded_together(self):
        server = self.start(f"max_buffered_bytes={256 << 10}")
        senders = self.clients(server, 4)
        for sender in senders:
            sender.send(request("POST", "/length", "Content-Length: 200000") + b"a" * 100_000)
        server.wait_for(lambda stats: stats["refused"] == 2)
        small = request("POST", "/length", "Connection: close", body=b"a" * 4000)
        self.assertEqual([a.body for a in server.exchange(small)], [b"4000"])

    def test_requests_beyond_the_queue_are_turned_away_at_once(self):
        server = self.start("min_threads=1", "max_threads=1", "max_queue=2")
        clients = self.clients(server, 12)
        for client in clients:
            client.send(request("GET", "/sleep?ms=1500"))
        answers = [client.answer() for client in clients]
        self.assertEqual({answer.status for answer in answers}, {200, 503})
        for answer in answers:
            if answer.status == 503:
                self.assertIsNotNone(answer.header("Retry-After"))
                self.assertEqual(answer.json()["type"], "urn:heirloom:problem:unavailable")

    def test_connections_beyond_the_limit_are_turned_away(self):
        server = self.start("max_connections=10")
        held = self.clients(server, 10)
        for client in held:
            client.send(request("GET", "/json"))
            client.answer()
        self.assertEqual([a.status for a in server.exchange(b"")], [503])
        held[0].socket.close()
        held[1].send(request("GET", "/stats"))
        while held[1].answer().json()["connections"] == 10:
            held[1].send(request("GET", "/stats"))
        self.assertEqual(server.get("/json").status, 200)

    def test_idle_connections_hold_no_thread(self):
        server = self.start("min_threads=2")
        for client in self.clients(server, 500):
            client.send(request("GET", "/json"))
            client.answer()
        stats = server.wait_for(lambda stats: stats["parked"] == 500) or server.stats()
        self.assertLess(stats["threads"], 10)

    def test_idle_connections_cost_no_cpu(self):
        server = self.start()
        for client in self.clients(server, 800):
            client.send(request("GET", "/json"))
            client.answer()
        server.wait_for(lambda stats: stats["parked"] >= 800)
        before = server.cpu_seconds()
        pause = 2.0
        time.sleep(pause)  # Not to wait for anything: it is what is measured.
        # cpp-httplib, polling each every 10 ms, took more than one second for each second of these.
        self.assertLess(server.cpu_seconds() - before, pause / 10)

    def test_connections_wait_in_the_backlog_while_nobody_accepts(self):
        server = self.start()
        os.kill(server.pid, signal.SIGSTOP)
        try:
            # Each connects at once, though the process stands still; cpp-httplib keeps five.
            clients = self.clients(server, 300, timeout=5)
            for client in clients:
                client.send(request("GET", "/json"))
        finally:
            os.kill(server.pid, signal.SIGCONT)
        self.assertEqual({client.answer().status for client in clients}, {200})

    def test_slow_handlers_get_the_threads_they_need_and_no_more(self):
        server = self.start("min_threads=1", "max_threads=8")
        clients = self.clients(server, 20)
        for client in clients:
            client.send(request("GET", "/sleep?ms=100"))
        self.assertEqual({client.answer().status for client in clients}, {200})
        self.assertEqual(server.stats()["threads"], 8)


class Proxies(ServerTest):
    def test_a_trusted_proxy_speaks_for_its_client(self):
        server = self.start("trusted_proxy=127.0.0.0/8", "trusted_proxy=10.0.0.0/8")

        def echo(*headers):
            answer = server.get("/echo", *headers).json()
            return answer["address"], answer["secure"], answer["host"]

        forwarded = "X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.1.2.3"
        self.assertEqual(echo(forwarded, "X-Forwarded-Proto: https"), ("192.0.2.7", True, "x"))
        with_port = "X-Forwarded-For: 192.0.2.7:4711"
        self.assertEqual(echo(with_port, "X-Forwarded-Host: a"), ("192.0.2.7", False, "a"))
        self.assertEqual(echo("X-Forwarded-For: [2001:db8::1]:99"), ("2001:db8::1", False, "x"))
        self.assertEqual(echo("X-Forwarded-For: nonsense"), ("127.0.0.1", False, "x"))
        self.assertEqual(echo("X-Forwarded-Host: a/b"), ("127.0.0.1", False, "x"))


class Streams(ServerTest):
    def subscribe(self, server, count, **options):
        subscribers = self.clients(server, count, **options)
        for subscriber in subscribers:
            subscriber.send(request("GET", "/events"))
        server.wait_for(lambda stats: stats["streams"] == count)
        return subscribers

    def read_until(self, client, mark):
        data = b""
        while mark not in data:
            chunk = client.socket.recv(65536)
            self.assertTrue(chunk, data)
            data += chunk
        return data

    def publish(self, server, text):
        return server.exchange(request("POST", "/publish", "Connection: close", body=text))

    def test_an_event_reaches_every_subscriber_and_no_thread_is_held(self):
        server = self.start("min_threads=2", "max_threads=4")
        subscribers = self.subscribe(server, 400)
        self.assertLessEqual(server.stats()["threads"], 4)
        self.publish(server, b"one\ntwo")
        for subscriber in subscribers:
            data = self.read_until(subscriber, b"two\n\n")
            self.assertIn(b"Content-Type: text/event-stream\r\n", data)
            self.assertNotIn(b"Content-Length", data)
            body = data.partition(b"\r\n\r\n")[2]
            self.assertEqual(
                body, b"retry: 3000\n\nid: 1\nevent: said\ndata: one\ndata: two\n\n"
            )

    def test_a_subscriber_that_goes_is_noticed_at_once(self):
        server = self.start()
        subscribers = self.subscribe(server, 50)
        for subscriber in subscribers[:20]:
            subscriber.socket.close()
        server.wait_for(lambda stats: stats["streams"] == 30 and stats["gone"] == 20)
        self.publish(server, b"still here")
        self.read_until(subscribers[-1], b"still here")

    def test_a_subscriber_that_does_not_read_is_closed_and_others_are_not(self):
        server = self.start()
        reader, sleeper = self.subscribe(server, 2, receive_buffer=4096)
        while server.stats()["streams"] == 2:
            # Less than anybody may be behind, so that who reads each one never is.
            self.publish(server, b"a" * 3_000)
            self.read_until(reader, b"\n\n")
        server.wait_for(lambda stats: stats["streams"] == 1 and stats["gone"] == 1)
        self.publish(server, b"the end")
        self.read_until(reader, b"the end")
        self.assertNotIn(b"the end", sleeper.read_to_end())

    def test_the_application_can_close_a_stream_and_what_was_sent_arrives(self):
        server = self.start()
        subscriber = self.subscribe(server, 1)[0]
        self.publish(server, b"last words")
        server.exchange(request("POST", "/close", "Connection: close"))
        self.assertIn(b"last words", subscriber.read_to_end())
        server.wait_for(lambda stats: stats["streams"] == 0 and stats["gone"] == 1)

    def test_head_of_a_stream_ends(self):
        server = self.start()
        with server.client() as client:
            client.send(request("HEAD", "/events"))
            data = client.read_to_end()
        self.assertTrue(re.fullmatch(rb"HTTP/1\.1 200 OK\r\n.*\r\n\r\n", data, re.DOTALL), data)
        server.wait_for(lambda stats: stats["streams"] == 0 and stats["gone"] == 1)


class Draining(ServerTest):
    def test_what_is_under_way_finishes_and_everything_else_closes(self):
        server = self.start("min_threads=2")
        idle, busy, arriving, stream = self.clients(server, 4)
        idle.send(request("GET", "/json"))
        idle.answer()
        stream.send(request("GET", "/events"))
        arriving.send(request("POST", "/length", "Content-Length: 5") + b"he")
        server.wait_for(lambda stats: stats["streams"] == 1 and stats["connections"] == 5)
        busy.send(request("GET", "/sleep?ms=500"))
        server.wait_for(lambda stats: stats["parked"] == 1)
        server.tell("drain")
        self.assertEqual(idle.read_to_end(), b"")
        self.assertIn(b"retry: 3000", stream.read_to_end())
        arriving.send(b"llo")
        for client in (busy, arriving):
            answers = split_answers(client.read_to_end())
            self.assertEqual([answer.status for answer in answers], [200])
            self.assertEqual(answers[0].header("Connection"), "close")
        self.assertEqual(server.process.stdout.readline(), "drained\n")
        with self.assertRaises(ConnectionRefusedError):
            server.client()

    def test_a_server_that_stops_waits_for_its_handlers_and_drops_the_rest(self):
        server = self.start()
        busy, arriving = self.clients(server, 2)
        arriving.send(b"GET / HTTP/1.1\r\n")
        busy.send(request("GET", "/sleep?ms=300"))
        server.wait_for(lambda stats: stats["connections"] == 3 and stats["parked"] == 0)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(arriving.read_to_end(), b"")


if __name__ == "__main__":
    unittest.main()
