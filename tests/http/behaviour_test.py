#!/usr/bin/env python3
"""What the listener answers over the wire: exchanges, representations, files and their parts.

    behaviour_test.py build/dev/bin/http_test_server
"""

import gzip
import os
import socket
import unittest

from raw_client import Server, request, split_answers
from server_case import BINARY, ServerTest, SharedServerTest

SHARED_FILE = 32 << 20  # What GET /file answers with.
DOWNLOAD = 64 << 20  # What GET /download sends out of a file.


def download_bytes(start, size):
    """What stands in that file: byte i of each MiB is i % 251."""
    mib = bytes(i % 251 for i in range(1 << 20))
    begin = start % len(mib)
    return (mib * ((begin + size) // len(mib) + 1))[begin : begin + size]


class Exchanges(SharedServerTest):
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


class Representations(SharedServerTest):
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


if __name__ == "__main__":
    unittest.main()
