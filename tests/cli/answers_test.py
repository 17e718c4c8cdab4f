"""What every answer carries, whatever kind it is, and who may see the metrics."""

import pathlib
import re
import socket
import time
import unittest

from heirloom import LIMIT, TestCase

METRICS_PAGE = pathlib.Path(__file__).parents[2] / "appliance" / "docs" / "metrics.md"
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
          "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; "
          "frame-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Answers(TestCase):
    def setUp(self):
        super().setUp()
        pages = self.folder / "pages"
        (pages / "assets").mkdir(parents=True)
        (pages / "index.html").write_text("<html>the application</html>", encoding="utf-8")
        (pages / "assets" / "main-Ab12.js").write_text("1", encoding="utf-8")
        self.daemon = self.serve(HEIRLOOM_HTTP_WEB_ROOT=str(pages), HEIRLOOM_HTTP_TRUSTED_PROXIES="127.0.0.2/32")

    def check_headers(self, headers, cache="no-store"):
        for name, value in ALWAYS.items():
            self.assertEqual(headers.get_all(name), [value], name)
        self.assertIn("camera=()", headers["Permissions-Policy"])
        self.assertEqual(headers["Cache-Control"], cache)
        self.assertTrue(headers["X-Request-Id"])
        self.assertIsNone(headers["Strict-Transport-Security"])
        self.assertIsNone(headers["Access-Control-Allow-Origin"])

    def test_every_kind_of_answer_carries_them(self):
        etag = self.daemon.ask("/")[1]["ETag"]
        html = {"Accept": "text/html"}
        for status, cache, path, method, headers in (
                (200, "no-store", "/api/v1/setup", "GET", {}),
                (200, "no-store", "/healthz", "HEAD", {}),
                (200, "no-store", "/metrics", "GET", {}),
                (401, "no-store", "/api/v1/me", "GET", {}),
                (404, "no-store", "/api/v1/nothing", "GET", html),
                (404, "no-store", "/assets/gone.js", "GET", html),
                (405, "no-store", "/api/v1/me", "PUT", {}),
                (415, "no-store", "/api/v1/session", "POST", {}),
                (200, "no-cache", "/", "GET", html),
                (200, "no-cache", "/legacies/1", "GET", html),
                (304, "no-cache", "/", "GET", {"If-None-Match": etag}),
                (200, "public, max-age=31536000, immutable", "/assets/main-Ab12.js", "GET", {})):
            with self.subTest(path=path, method=method):
                got, answered, _ = self.daemon.ask(path, method, **headers)
                self.assertEqual(got, status)
                self.check_headers(answered, cache)

    def test_a_request_that_cannot_be_read_gets_them_too(self):
        host, port = self.daemon.address.split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        self.assertTrue(answer.startswith("HTTP/1.1 400 "))
        for name, value in ALWAYS.items():
            self.assertIn(f"{name}: {value}\r\n", answer)

    def test_nothing_outside_the_pages_is_served(self):
        (self.folder / "secret.txt").write_text("secret", encoding="utf-8")
        for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt",
                     "/assets/%2e%2e/%2e%2e/secret.txt", "/%2e%2e%5csecret.txt", "/..%00/secret.txt"):
            with self.subTest(path=path):
                status, _, body = self.daemon.ask(path, Accept="text/html")
                self.assertIn(status, (400, 404))
                self.assertNotIn(b"secret.txt\n", body)
                self.assertNotIn(b"<html", body)


class BehindAProxy(TestCase):
    def test_only_what_goes_by_tls_asks_browsers_to_stay_with_it(self):
        daemon = self.serve(HEIRLOOM_HTTP_TRUSTED_PROXIES="127.0.0.1/32")
        for scheme, expected in (("https", "max-age=31536000"), ("http", None)):
            _, headers, _ = daemon.ask("/healthz", X_Forwarded_Proto=scheme, X_Forwarded_For="203.0.113.9")
            self.assertEqual(headers["Strict-Transport-Security"], expected)

    def test_a_proxy_that_was_not_named_is_not_believed(self):
        daemon = self.serve()
        self.assertIsNone(daemon.ask("/healthz", X_Forwarded_Proto="https")[1]["Strict-Transport-Security"])


class WhoSeesMetrics(TestCase):
    def test_this_machine_does_by_default_but_nobody_through_a_proxy(self):
        daemon = self.serve()
        status, _, body = daemon.ask("/metrics")
        self.assertEqual(status, 200)
        for name in ("heirloom_build_info", "heirloom_http_connections", "heirloom_search_index_lag_events",
                     "heirloom_data_free_bytes", "process_resident_memory_bytes"):
            self.assertIn(f"\n{name}", body.decode())
        self.assertEqual(daemon.ask("/metrics", X_Forwarded_For="203.0.113.9")[0], 404)

    def test_every_metric_is_documented_and_every_documented_one_is_there(self):
        daemon = self.serve()
        served, give_up_at = set(), time.monotonic() + LIMIT
        # A request is counted after its answer has gone out.
        while "heirloom_http_requests_total" not in served and time.monotonic() < give_up_at:
            served = set(re.findall(r"^# TYPE (\S+)", daemon.ask("/metrics")[2].decode(), re.MULTILINE))
        documented = set(re.findall(r"`((?:heirloom|process)_\w+)`", METRICS_PAGE.read_text(encoding="utf-8")))
        # Those of other servers are served only where there are any.
        elsewhere = ("heirloom_consumer_", "heirloom_embedding_", "heirloom_indexer_", "heirloom_relay_")
        self.assertEqual(served, {name for name in documented if not name.startswith(elsewhere)})

    def test_nobody_does_when_the_list_is_empty(self):
        daemon = self.serve(HEIRLOOM_HTTP_METRICS_ALLOW="")
        self.assertEqual(daemon.ask("/metrics")[0], 404)

    def test_a_trusted_proxy_is_not_taken_for_its_client(self):
        daemon = self.serve(HEIRLOOM_HTTP_TRUSTED_PROXIES="127.0.0.1/32")
        self.assertEqual(daemon.ask("/metrics", X_Forwarded_For="203.0.113.9")[0], 404)


class WithoutPages(TestCase):
    def test_the_root_says_where_they_are_looked_for(self):
        missing = self.folder / "nowhere"
        daemon = self.serve(HEIRLOOM_HTTP_WEB_ROOT=str(missing))
        status, headers, body = daemon.ask("/")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/plain; charset=utf-8"))
        self.assertIn(str(missing), body.decode())


if __name__ == "__main__":
    unittest.main(verbosity=2)
