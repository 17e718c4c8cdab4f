#!/usr/bin/env python3
"""What the listener bears: deadlines, overload, proxies, streams, draining.

    pressure_test.py build/dev/bin/http_test_server
"""

import os
import re
import signal
import socket
import time
import unittest

from raw_client import request, split_answers
from server_case import ServerTest

SHARED_FILE = 32 << 20  # What GET /file answers with.


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
