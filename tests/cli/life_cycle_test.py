"""How the daemon starts, stops and dies."""

import contextlib
import fcntl
import http.client
import os
import pathlib
import re
import signal
import socket
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from heirloom import EMAIL, LIMIT, TestCase


class Start(TestCase):
    def test_it_says_where_it_is_ready_and_gives_the_first_run_link_to_a_new_installation(self):
        daemon = self.serve()
        self.assertRegex(daemon.printed[0], rf"^heirloom: first run: {re.escape(daemon.url)}/setup#token=[\w-]{{43}}$")
        self.assertEqual(daemon.printed[1:], [f"heirloom: ready on {daemon.url}"])
        self.assertEqual(daemon.ask("/healthz")[0], 200)
        self.assertEqual(daemon.ask("/readyz")[0], 200)

    def test_there_is_no_first_run_link_once_somebody_has_an_account(self):
        self.add_user()
        daemon = self.serve()
        self.assertEqual(daemon.printed, [f"heirloom: ready on {daemon.url}"])

    def test_what_it_makes_is_its_owners_alone(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        daemon = self.serve()
        daemon.stop()
        for folder, _, files in os.walk(self.data_dir):
            self.assertEqual(os.stat(folder).st_mode & 0o077, 0, folder)
            for name in files:
                path = os.path.join(folder, name)
                self.assertEqual(os.stat(path).st_mode & 0o077, 0, path)

    def test_a_second_daemon_on_the_same_data_says_who_has_it(self):
        daemon = self.serve()
        said = self.refused("serve", "--data-dir", self.data_dir, "--listen", "127.0.0.1:0")
        self.assertIn(f"in use by process {daemon.process.pid}", said)
        self.assertEqual(daemon.ask("/healthz")[0], 200)

    def test_it_waits_for_a_command_that_is_just_ending(self):
        self.data_dir.mkdir()
        with open(self.data_dir / "lock", "w", encoding="ascii") as lock, ThreadPoolExecutor() as pool:
            fcntl.flock(lock, fcntl.LOCK_EX)
            started = pool.submit(self.serve)
            self.wait_until_opened()
            self.assertFalse(started.done())
            lock.close()  # Which gives it back.
            self.assertEqual(started.result(LIMIT).ask("/healthz")[0], 200)

    def wait_until_opened(self):
        """Until a child of ours has the data directory open."""
        give_up_at = time.monotonic() + LIMIT
        while time.monotonic() < give_up_at:
            for link in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
                with contextlib.suppress(OSError):
                    if os.readlink(link) == str(self.data_dir):
                        return
        self.fail("nobody opened the data directory")

    def test_a_port_that_is_taken_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            said = self.refused("serve", "--data-dir", self.data_dir, "--listen", f"127.0.0.1:{port}")
        self.assertIn(f"127.0.0.1:{port}", said)
        self.serve("--listen", f"127.0.0.1:{port}")

    def test_a_data_directory_that_cannot_be_made_is_named(self):
        (self.folder / "file").touch()
        said = self.refused("serve", "--data-dir", self.folder / "file", "--listen", "127.0.0.1:0")
        self.assertIn(str(self.folder / "file"), said)

    def test_a_damaged_database_is_refused_in_words(self):
        self.data_dir.mkdir()
        (self.data_dir / "heirloom.db").write_bytes(b"not a database at all " * 400)
        self.refused("serve", "--data-dir", self.data_dir, "--listen", "127.0.0.1:0")

    def test_a_very_long_path_works_with_commands_beside_it(self):
        self.data_dir = self.folder / ("a" * 120) / ("b" * 120)
        daemon = self.serve()
        self.assertIn(daemon.url, self.done("setup-url", "--data-dir", self.data_dir))


class Stop(TestCase):
    def sign_in(self, daemon, answers):
        # A wrong password costs the same work as a right one: some tenths of a second in a queue.
        try:
            status, headers, _ = daemon.ask("/api/v1/session", "POST", {"email": EMAIL, "password": "x" * 12})
            answers.append((status, headers["Connection"]))
        except (OSError, http.client.HTTPException) as error:
            answers.append((error, None))

    def under_way(self, daemon, count):
        """So many slow requests; returns when the first has its answer and the others wait for theirs."""
        answers = []
        threads = [threading.Thread(target=self.sign_in, args=(daemon, answers), daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        give_up_at = time.monotonic() + LIMIT
        while not answers and time.monotonic() < give_up_at:
            time.sleep(0.005)
        return threads, answers

    def test_sigterm_lets_what_is_under_way_finish(self):
        self.add_user()
        daemon = self.serve()
        threads, answers = self.under_way(daemon, 8)
        self.assertLess(len(answers), 8)
        self.assertEqual(daemon.stop(), 0)
        for thread in threads:
            thread.join(timeout=LIMIT)
        self.assertEqual([status for status, _ in answers], [401] * 8)
        self.assertEqual(answers[-1][1], "close")

    def test_a_second_signal_ends_it_at_once(self):
        self.add_user()
        daemon = self.serve()
        self.under_way(daemon, 40)
        daemon.process.send_signal(signal.SIGTERM)
        daemon.wait_for("stopping")
        self.assertEqual(daemon.stop(signal.SIGINT), 128 + signal.SIGINT)
        self.assertEqual(self.serve().ask("/readyz")[0], 200)

    def test_sigint_stops_it_too_and_leaves_nothing_locked(self):
        self.assertEqual(self.serve().stop(signal.SIGINT), 0)
        self.assertEqual(self.serve().stop(), 0)

    def test_an_idle_connection_does_not_hold_it_up(self):
        daemon = self.serve()
        host, port = daemon.address.split(":")
        with socket.create_connection((host, int(port))) as idle:
            idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(b"200", idle.recv(4096))
            self.assertEqual(daemon.stop(), 0)


class Death(TestCase):
    def test_after_kill_9_it_starts_again_with_all_that_was_acknowledged(self):
        daemon = self.serve()
        self.add_user()
        for _ in range(3):
            token = self.make_token()
            self.assertEqual(daemon.stop(signal.SIGKILL), -signal.SIGKILL)
            daemon = self.serve()
            self.assertEqual(daemon.ask("/api/v1/me", Authorization=f"Bearer {token}")[0], 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
