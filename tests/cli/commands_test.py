"""The operator's commands, with and without a daemon, and the command line itself."""

import json
import os
import pty
import signal
import sqlite3
import unittest

from heirloom import BINARY, EMAIL, PASSWORD, TestCase, environment, run

TENANT = "default"


class BesideADaemonAndAlone(TestCase):
    """Each command does the same, whether a daemon holds the data or the command itself."""

    def whoami(self, token):
        daemon = self.serve()
        status, _, body = daemon.ask("/api/v1/me", Authorization=f"Bearer {token}")
        daemon.stop()
        self.assertEqual(status, 200)
        return json.loads(body)

    def check_commands(self):
        self.add_user()
        self.add_user("admin@example.org", "--admin")
        token = self.make_token()
        self.assertRegex(token, r"^hl_[\w-]{43}$")
        scoped = self.make_token("--scopes", "stories:read")
        self.assertIn("already", self.refused(
            "user", "add", "--data-dir", self.data_dir, "--email", EMAIL, "--name", "Again", "--password-stdin",
            stdin=PASSWORD))
        self.assertIn("password", self.refused(
            "user", "add", "--data-dir", self.data_dir, "--email", "b@example.org", "--name", "B", "--password-stdin",
            stdin="short\n"))
        self.refused("token", "create", "--data-dir", self.data_dir, "--user", "nobody@example.org", "--name", "x")
        self.refused("token", "create", "--data-dir", self.data_dir, "--user", EMAIL, "--name", "x",
                     "--scopes", "everything")
        self.refused("setup-url", "--data-dir", self.data_dir)
        return token, scoped

    def check_tokens(self, token, scoped):
        me = self.whoami(token)
        self.assertEqual((me["user"]["email"], me["user"]["role"], me["scopes"]), (EMAIL, "person", ["*"]))
        self.assertEqual(self.whoami(scoped)["scopes"], ["stories:read"])

    def test_alone(self):
        self.check_tokens(*self.check_commands())

    def test_beside_a_daemon(self):
        daemon = self.serve()
        tokens = self.check_commands()
        daemon.stop()
        self.check_tokens(*tokens)
        self.assertNotIn(PASSWORD, "\n".join(daemon.logged))
        self.assertNotIn(EMAIL, "\n".join(daemon.logged))
        self.assertNotIn(tokens[0], "\n".join(daemon.logged))

    def test_a_command_does_not_make_an_installation_unasked(self):
        for command in (("setup-url",), ("token", "create", "--user", EMAIL, "--name", "x")):
            self.assertIn(str(self.data_dir), self.refused(*command, "--data-dir", self.data_dir))
            self.assertFalse(self.data_dir.exists())

    def test_without_a_password_nobody_is_added(self):
        self.assertIn("password", self.refused("user", "add", "--data-dir", self.data_dir, "--email", EMAIL, "--name",
                                               "Ada", "--password-stdin"))


class People(TestCase):
    """What is done about people and their tokens, beside a daemon and alone."""

    def items(self, *arguments):
        return json.loads(self.done(*arguments, "--data-dir", self.data_dir, "--json"))["items"]

    def change(self, command, email=EMAIL, **more):
        asked = ("--password-stdin",) if command == "passwd" else ()
        return self.done("user", command, "--data-dir", self.data_dir, "--email", email, *asked, **more)

    def status(self, **headers):
        """What the API answers to them."""
        daemon = self.daemon or self.serve()
        status = daemon.ask("/api/v1/me", **headers)[0]
        if not self.daemon:
            daemon.stop()
        return status

    def sign_in(self, password):
        daemon = self.daemon or self.serve()
        status, headers, _ = daemon.ask("/api/v1/session", "POST", {"email": EMAIL, "password": password})
        if not self.daemon:
            daemon.stop()
        return status, (headers["Set-Cookie"] or "").split(";")[0]

    def check(self):
        self.add_user()
        self.add_user("admin@example.org", "--admin")
        token = self.make_token("--scopes", "stories:read")
        self.assertEqual([(one["email"], one["role"]) for one in self.items("user", "list")],
                         [(EMAIL, "person"), ("admin@example.org", "admin")])
        self.assertEqual(self.done("user", "list", "--data-dir", self.data_dir).splitlines(),
                         [f"{EMAIL}\tperson\tAda", "admin@example.org\tadmin\tAda"])
        _, cookie = self.sign_in(PASSWORD)

        # Another password ends the sessions, not the tokens.
        self.change("passwd", stdin="another long password\n")
        self.assertEqual(self.status(Cookie=cookie), 401)
        self.assertEqual(self.status(Authorization=f"Bearer {token}"), 200)
        self.assertEqual(self.sign_in(PASSWORD)[0], 401)
        status, cookie = self.sign_in("another long password")
        self.assertEqual(status, 200)
        self.assertIn("password", self.refused("user", "passwd", "--data-dir", self.data_dir, "--email", EMAIL,
                                               "--password-stdin", stdin="short\n"))

        # A token can be found and revoked; what is printed of it is not the key.
        second = self.make_token()
        tokens = self.items("token", "list", "--user", EMAIL)
        self.assertEqual(sorted(one["scopes"] for one in tokens), [[], ["stories:read"]])
        self.assertNotIn(second, json.dumps(tokens))
        scoped = next(one["id"] for one in tokens if one["scopes"])
        self.done("token", "revoke", "--data-dir", self.data_dir, "--user", EMAIL, "--id", scoped)
        self.assertEqual(self.status(Authorization=f"Bearer {token}"), 401)
        self.assertEqual(self.status(Authorization=f"Bearer {second}"), 200)
        self.refused("token", "revoke", "--data-dir", self.data_dir, "--user", EMAIL, "--id", scoped)

        # Who is disabled is out everywhere; enabled again they sign in, with no token left.
        self.change("disable")
        self.assertEqual([bool(one.get("disabled_at")) for one in self.items("user", "list")], [True, False])
        self.assertEqual(self.status(Cookie=cookie), 401)
        self.assertEqual(self.status(Authorization=f"Bearer {second}"), 401)
        self.assertEqual(self.sign_in("another long password")[0], 401)
        self.refused("user", "disable", "--data-dir", self.data_dir, "--email", "admin@example.org")
        self.change("enable")
        self.assertEqual(self.sign_in("another long password")[0], 200)
        self.assertEqual(self.items("token", "list", "--user", EMAIL), [])
        for command in (("user", "disable", "--email"), ("user", "enable", "--email"), ("token", "list", "--user")):
            self.assertIn("Nobody", self.refused(*command, "nobody@example.org", "--data-dir", self.data_dir))

    def test_alone(self):
        self.daemon = None
        self.check()

    def test_beside_a_daemon(self):
        self.daemon = self.serve()
        self.check()
        self.daemon.stop()
        self.assertNotIn("another long password", "\n".join(self.daemon.logged))

    def test_a_list_of_many_comes_whole(self):
        self.serve().stop()
        with sqlite3.connect(self.data_dir / "heirloom.db") as database:
            database.executemany(
                "INSERT INTO users (tenant_id, id, email, email_key, name, role, created_at)"
                " SELECT tenant, ?1, ?1, ?1, ?2, 'person', 1 FROM (SELECT ?3 AS tenant)",
                [(f"u{number:03}@example.org", "\x1b[2J", TENANT) for number in range(250)])
        database.close()
        listed = self.done("user", "list", "--data-dir", self.data_dir)
        self.assertEqual(len(listed.splitlines()), 250)
        self.assertNotIn("\x1b", listed)
        self.assertEqual(len({one["email"] for one in self.items("user", "list")}), 250)


class Terminal(TestCase):
    """A password that is typed."""

    def type(self, *lines):
        """Types each line when it is asked for; gives the exit status and all that the terminal showed."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(BINARY, [BINARY, "user", "add", "--data-dir", str(self.data_dir), "--email", EMAIL, "--name",
                               "Ada", "--password-stdin"], environment())
        shown = b""
        asked = 0
        while True:
            try:
                piece = os.read(terminal, 4096)
            except OSError:  # It ended.
                break
            if not piece:
                break
            shown += piece
            while asked < shown.count(b": ") and asked < len(lines):
                os.write(terminal, lines[asked].encode())
                asked += 1
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()

    def test_it_is_not_shown(self):
        status, shown = self.type(PASSWORD + "\n", PASSWORD + "\n")
        self.assertEqual(status, 0, shown)
        self.assertIn("Password: ", shown)
        self.assertNotIn(PASSWORD, shown)
        self.make_token()

    def test_a_slip_is_noticed(self):
        status, shown = self.type(PASSWORD + "\n", PASSWORD + "x\n")
        self.assertEqual(status, 1)
        self.assertIn("not the same", shown)
        self.assertFalse(self.data_dir.exists())

    def test_ctrl_c_ends_it(self):
        self.assertEqual(self.type("\x03")[0], -signal.SIGINT)


class FirstRun(TestCase):
    def test_the_link_makes_the_first_account_once(self):
        daemon = self.serve()
        link = self.done("setup-url", "--data-dir", self.data_dir).strip()
        base, token = link.split("/setup#token=")
        self.assertEqual(base, daemon.url)
        account = {"token": token, "name": "Ada", "email": EMAIL, "password": PASSWORD}
        status, _, body = daemon.ask("/api/v1/setup", "POST", account)
        self.assertEqual((status, json.loads(body)["user"]["role"]), (201, "admin"))
        self.assertIn(daemon.ask("/api/v1/setup", "POST", account)[0], (403, 409))
        self.refused("setup-url", "--data-dir", self.data_dir)

    def test_without_a_daemon_the_link_names_where_it_will_be(self):
        self.serve().stop()
        self.assertRegex(self.done("setup-url", "--data-dir", self.data_dir),
                         r"^http://127\.0\.0\.1:8080/setup#token=[\w-]{43}\n$")
        self.assertTrue(self.done("setup-url", "--data-dir", self.data_dir, HEIRLOOM_HTTP_LISTEN="[::1]:99")
                        .startswith("http://[::1]:99/setup#token="))


class CommandLine(TestCase):
    def test_help_and_version_succeed(self):
        self.assertRegex(self.done("version"), r"^heirloom \d+\.\d+\.\d+\n$")
        for command in ((), ("serve",), ("user",), ("user", "add"), ("token", "create"), ("setup-url",)):
            self.assertIn("--help", self.done(*command, "--help"))

    def test_health_asks_the_daemon_that_the_configuration_names(self):
        daemon = self.serve()
        address = daemon.url.removeprefix("http://")
        said = self.done("health", "--data-dir", self.data_dir, HEIRLOOM_HTTP_LISTEN=address)
        self.assertEqual(json.loads(said)["status"], "ready")
        daemon.stop()
        self.assertIn("nobody answers", self.refused("health", "--server", daemon.url))

    def test_what_it_does_not_know_is_named_with_where_to_look(self):
        self.assertIn("--lissten", self.refused("serve", "--lissten", "x", status=2))
        self.assertIn("heirloom serve --help", self.refused("serve", "--lissten", "x", status=2))
        self.assertIn("--email", self.refused("user", "add", "--name", "x", "--password-stdin", status=2))
        self.refused("backup", status=2)
        self.refused(status=2)

    def test_everything_wrong_with_the_configuration_is_said_at_once(self):
        (self.folder / "heirloom.toml").write_text('[http]\nlisten = "0.0.0.0:80"\nport = "80"\n', encoding="utf-8")
        status, out, err = run("serve", "--config", self.folder / "heirloom.toml",
                               HEIRLOOM_STORAGE_DATABASE="mysql://db/x")
        self.assertEqual((status, out), (2, ""))
        self.assertEqual(sorted(line.split(": ")[1] for line in err.splitlines()),
                         ["data_dir", "http.listen", "http.port", "storage.database"])

    def test_the_configuration_comes_from_file_environment_and_flags(self):
        (self.folder / "heirloom.toml").write_text(f'data_dir = "{self.data_dir}"\n', encoding="utf-8")
        link = self.refused("setup-url", HEIRLOOM_CONFIG=str(self.folder / "heirloom.toml"))
        self.assertIn(str(self.data_dir), link)
        other = self.folder / "other"
        self.assertIn(str(other), self.refused("setup-url", HEIRLOOM_CONFIG=str(self.folder / "heirloom.toml"),
                                               HEIRLOOM_DATA_DIR=str(other)))


class Configuration(TestCase):
    def write(self, text):
        path = self.folder / "heirloom.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def test_show_says_what_holds_and_where_it_comes_from(self):
        path = self.write('[http]\nmetrics_token = "a secret of some length"\nlisten = "[::1]:1"\n')
        said = self.done("config", "show", "--config", path, "--data-dir", self.data_dir,
                         HEIRLOOM_LOG_LEVEL="debug")
        for expected in (rf'data_dir = "{self.data_dir}" +# the command line\n', r'http.listen = "\[::1\]:1" +# heirloom.toml, line 3\n',
                         r'log.level = "debug" +# HEIRLOOM_LOG_LEVEL\n', r'index.search = "embedded:index" +# default\n',
                         r"# http.metrics_token is set +# heirloom.toml, line 2\n"):
            self.assertRegex(said, expected)
        self.assertNotIn("a secret", said)
        items = json.loads(self.done("config", "show", "--json", "--config", path, "--data-dir", self.data_dir))["items"]
        self.assertIn({"key": "http.metrics_token", "source": "heirloom.toml, line 2"}, items)
        self.assertIn({"key": "http.metrics_allow", "source": "default", "value": ["127.0.0.1/32", "::1/128"]}, items)

    def test_what_show_prints_is_a_configuration_that_means_the_same(self):
        shown = self.done("config", "show", "--data-dir", self.data_dir)
        again = self.done("config", "show", "--config", self.write(shown))
        values = [[line.split("#")[0] for line in text.splitlines()] for text in (shown, again)]
        self.assertEqual(*values)

    def test_check_says_everything_that_is_wrong_or_that_nothing_is(self):
        path = self.write('[http]\nlisten = "nowhere"\n[log]\nlevel = "loud"\n')
        status, out, err = run("config", "check", "--config", path)
        self.assertEqual((status, out), (2, ""))
        self.assertEqual([line.split(": ")[1] for line in err.splitlines()], ["data_dir", "http.listen", "log.level"])
        self.assertIn("good", self.done("config", "check", "--data-dir", self.data_dir))
        self.assertFalse(self.data_dir.exists())

    def test_links_name_the_public_address(self):
        daemon = self.serve(HEIRLOOM_HTTP_PUBLIC_URL="https://stories.example.org/")
        self.assertRegex(daemon.printed[0], r"first run: https://stories\.example\.org/setup#token=")

    def test_a_secret_in_a_file_is_exchanged_without_a_restart(self):
        token = self.folder / "token"
        token.write_text("the first secret\n", encoding="utf-8")
        daemon = self.serve(HEIRLOOM_HTTP_METRICS_TOKEN_FILE=str(token), HEIRLOOM_HTTP_METRICS_ALLOW="10.9.8.7/32")
        status = lambda secret: daemon.ask("/metrics", Authorization=f"Bearer {secret}")[0]  # noqa: E731
        self.assertEqual([status("the first secret"), status("another secret, 16")], [200, 404])
        token.with_suffix(".new").write_text("another secret, 16", encoding="utf-8")
        token.with_suffix(".new").rename(token)
        self.assertEqual([status("the first secret"), status("another secret, 16")], [404, 200])
        token.unlink()
        self.assertEqual(status("another secret, 16"), 200)
        daemon.stop()
        logged = "\n".join(daemon.logged)
        self.assertIn("the last good one stays", logged)
        self.assertNotIn("another secret, 16", logged)


if __name__ == "__main__":
    unittest.main(verbosity=2)
