#!/usr/bin/env python3
"""The main job, end to end: starts the daemon, adds the demo legacy to an empty data directory, goes
through it over HTTP as a person in a browser would, then serves until it is told to stop.

Each result is one line with its time. The first that is not as promised ends it with exit status 1.
"""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import queue
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import zipfile

DEMO_NAME = "Demo Storyteller"
DEMO_EMAIL = "demo@heirloom.example"
READY = "heirloom: ready on "
START_LIMIT = 60
STOP_LIMIT = 30
REQUEST_LIMIT = 30
IMPORT_LIMIT = 300
EMBED_LIMIT = 300  # A few stories a second on one processor, while others want it too.


class Broken(Exception):
    """Something is not as promised."""


def check(is_so, message):
    if not is_so:
        raise Broken(message)


@contextlib.contextmanager
def result(title):
    """Prints one line for a step; what the step appends to the yielded list stands behind it."""
    notes, begun = [], time.monotonic()
    try:
        yield notes
    except Exception as error:
        print(f"✗ {title}: {error}", flush=True)
        raise
    took = (time.monotonic() - begun) * 1000
    print(f"✓ {' — '.join([title, *notes])} ({took:.0f} ms)", flush=True)


class Daemon:
    """`heirloom serve` as a child. What it logs goes to a file."""

    def __init__(self, binary, data_dir, listen, log_path):
        self.binary, self.data_dir, self.log_path = binary, data_dir, log_path
        command = [binary, "serve", "--data-dir", data_dir, "--listen", listen]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True)  # a Ctrl-C reaches us alone, and we stop it in order
        self.urls = queue.Queue()
        threading.Thread(target=self._follow, daemon=True).start()
        self.url = self._wait_until_ready()

    def _follow(self):
        with open(self.log_path, "w", encoding="utf-8") as log:
            for line in self.process.stdout:
                log.write(line)
                log.flush()
                if READY in line:
                    self.urls.put(line.split(READY, 1)[1].strip())
        self.urls.put(None)  # it ended; nobody waits any more unless it never became ready

    def _wait_until_ready(self):
        try:
            url = self.urls.get(timeout=START_LIMIT)
        except queue.Empty:
            self.stop()
            raise Broken(f"not ready after {START_LIMIT} s; its log is {self.log_path}") from None
        if url is None:
            self.process.wait()
            log = pathlib.Path(self.log_path).read_text(encoding="utf-8").strip()
            raise Broken(f"the daemon ended with status {self.process.returncode}:\n{log[-2000:]}")
        return url

    def cli(self, *arguments, stdin="", token=None, limit=REQUEST_LIMIT, accept=(0,)):
        """A CLI command beside the running daemon; returns what it printed."""
        environment = dict(os.environ)
        if token:
            environment["HEIRLOOM_TOKEN"] = token
        done = subprocess.run([self.binary, *arguments], input=stdin, env=environment, text=True,
                              capture_output=True, timeout=limit, check=False)
        said = (done.stderr or done.stdout).strip()
        check(done.returncode in accept, f"heirloom {' '.join(arguments[:2])} ended with status {done.returncode}: {said}")
        return done.stdout.strip()

    def stop(self):
        """SIGTERM, so that it drains; returns its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=STOP_LIMIT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise Broken(f"the daemon had not stopped {STOP_LIMIT} s after SIGTERM") from None
        return self.process.returncode


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Browser:
    """One person's browser: keeps the session cookie, the CSRF token and the newest sequence."""

    def __init__(self, url):
        self.origin = url.rstrip("/")
        self.host = urllib.parse.urlsplit(url).netloc
        self.cookie = self.csrf = self.sequence = None

    def ask(self, method, path, body=None, expect=200, **headers):
        sent = {"Accept": "application/json", "Origin": self.origin}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        if self.cookie:
            sent["Cookie"] = self.cookie
        if self.csrf and method not in ("GET", "HEAD"):
            sent["X-CSRF-Token"] = self.csrf
        if self.sequence and method == "GET":
            sent["Heirloom-Sequence"] = self.sequence
        if body is not None:
            sent["Content-Type"] = "application/json"
            body = json.dumps(body)
        connection = http.client.HTTPConnection(self.host, timeout=REQUEST_LIMIT)
        try:
            connection.request(method, path, body, sent)
            reply = connection.getresponse()
            answer = Answer(reply.status, reply.headers, reply.read())
        finally:
            connection.close()
        check(answer.status == expect,
              f"{method} {path} answered {answer.status}, not {expect}: {answer.body[:500].decode(errors='replace')}")
        self.sequence = answer.headers.get("Heirloom-Sequence", self.sequence)
        return answer

    def sign_in(self, email, password):
        answer = self.ask("POST", "/api/v1/session", {"email": email, "password": password})
        set_cookie = answer.headers.get("Set-Cookie", "")
        check("HttpOnly" in set_cookie, "the session cookie can be read by scripts")
        check("SameSite=Lax" in set_cookie, "the session cookie is sent across sites")
        self.cookie = set_cookie.split(";", 1)[0]
        self.csrf = answer.json()["csrf_token"]
        return answer.json()["user"]

    def find(self, words, legacy):
        query = urllib.parse.urlencode({"q": words, "legacy": legacy})
        answer = self.ask("GET", f"/api/v1/search?{query}")
        check("Heirloom-Stale" not in answer.headers, "the index had not caught up with the last write")
        return answer.json()["items"]


def demo_password(daemon, account_file):
    """The demo account's; the account is made when it is not there yet."""
    if not account_file.exists():
        with result("made the demo account"):
            password = secrets.token_urlsafe(12)
            daemon.cli("user", "add", "--data-dir", daemon.data_dir, "--email", DEMO_EMAIL, "--name", DEMO_NAME,
                       "--password-stdin", stdin=password + "\n")
            account_file.touch(mode=0o600)
            account_file.write_text(password + "\n", encoding="utf-8")
    return account_file.read_text(encoding="utf-8").strip()


def enter(person, password):
    with result("the web UI opens"):
        page = person.ask("GET", "/")
        check(b"<html" in page.body, "what is served at / is no page")
        check("Content-Security-Policy" in page.headers, "the page has no Content-Security-Policy")
    with result("a visitor who has not signed in sees nothing"):
        person.ask("GET", "/api/v1/stories", expect=401)
        person.ask("GET", "/api/v1/search?q=house", expect=401)
    with result("signed in") as notes:
        notes.append(f"as {person.sign_in(DEMO_EMAIL, password)['name']}")


def demo_legacy(person, about):
    """The demo legacy, founded when it is not there yet."""
    legacies = person.ask("GET", "/api/v1/legacies").json()["items"]
    legacy = next((one for one in legacies if one["title"] == about["title"]), None)
    if legacy is None:
        with result(f"founded the legacy “{about['title']}”"):
            legacy = person.ask("POST", "/api/v1/legacies", about, expect=201).json()
    return legacy["id"]


def import_stories(daemon, person, legacy, title, folder):
    with result("imported its stories") as notes:
        token = daemon.cli("token", "create", "--data-dir", daemon.data_dir, "--user", DEMO_EMAIL, "--name", "demo import")
        said = daemon.cli("import", "stories", str(folder), "--server", daemon.url, "--legacy", title,
                          "--source", "demo", "--json", token=token, limit=IMPORT_LIMIT)
        report = json.loads(said.splitlines()[-1])
        counts = {name: report[name] for name in ("created", "updated", "unchanged")}
        stories = len(list(folder.glob("*.md")))
        check(not report["skipped"], f"skipped {report['skipped']}")
        check(sum(counts.values()) == stories, f"{stories} stories, but {counts}")
        notes.append(", ".join(f"{count} {name}" for name, count in counts.items()))
    with result("opened the legacy") as notes:
        count = person.ask("GET", f"/api/v1/legacies/{legacy}").json()["story_count"]
        check(count == stories, f"it holds {count} stories, not {stories}")
        notes.append(f"{count} stories")


def go_through(daemon, demo, password):
    """What a person does in the first ten minutes. Leaves the legacy as it found it."""
    person = Browser(daemon.url)
    enter(person, password)
    about = json.loads((demo / "legacy.json").read_text(encoding="utf-8"))
    legacy = demo_legacy(person, about)
    import_stories(daemon, person, legacy, about["title"], demo / "stories")
    find_by_meaning(person, legacy)
    walk_story(person, legacy)


def find_by_meaning(person, legacy):
    """A question that shares no word with the story that answers it."""
    question, answer = "manufacturing jobs lost during the Great Depression", "The winter of the lamp factory"
    with result("found a story by what it means") as notes:
        query = urllib.parse.urlencode({"q": question, "legacy": legacy, "mode": "semantic", "limit": 3})
        until = time.monotonic() + EMBED_LIMIT
        while True:
            titles = [hit["title"] for hit in person.ask("GET", f"/api/v1/search?{query}").json()["items"]]
            if titles[:1] == [answer]:
                break
            check(time.monotonic() < until, f"“{question}” finds {titles}")
            time.sleep(0.5)
        notes.append(f"“{question}” → “{answer}”")


def walk_story(person, legacy):
    # Words that no other story holds, so that what is found is this one.
    first, second = (f"z{secrets.token_hex(6)}" for _ in range(2))
    with result("wrote a story") as notes:
        story = person.ask("POST", "/api/v1/stories", {
            "legacy_id": legacy, "title": "The clock on the landing", "language": "en", "happened_at": "1957~",
            "markdown": f"It stopped the night she was born, and nobody wound it again. *{first}*"}, expect=201)
        path, tag = f"/api/v1/stories/{story.json()['id']}", story.headers["ETag"]
        notes.append(f"revision {story.json()['revision']}")

    def found(words):
        return [hit["id"] for hit in person.find(words, legacy)][:1] == [story.json()["id"]]

    with result("found it by its words"):
        check(found(f"{first} stops"), "the new story is not found")
    with result("edited it") as notes:
        person.ask("PATCH", path, {"title": "Blind"}, expect=428)
        edited = person.ask("PATCH", path, {"markdown": f"My uncle wound it again in 1971. {second}"}, If_Match=tag)
        person.ask("PATCH", path, {"title": "Too late"}, expect=412, If_Match=tag)
        tag = edited.headers["ETag"]
        notes.append(f"revision {edited.json()['revision']}; an edit of the old version was refused")
    with result("search follows the edit"):
        check(found(second), "the edited story is not found by its new words")
        check(not found(first), "the edited story is still found by words it no longer has")
    with result("read its earlier revision") as notes:
        revisions = person.ask("GET", f"{path}/revisions").json()["items"]
        check([one["number"] for one in revisions] == [2, 1], f"revisions {revisions}")
        earlier = person.ask("GET", f"{path}/revisions/1").json()
        check(first in earlier["text"], "revision 1 does not hold what was written first")
        notes.append(f"{len(revisions)} kept")
    with result("restored it") as notes:
        restored = person.ask("POST", f"{path}/revisions/1/restore", If_Match=tag)
        check(restored.json()["text"] == earlier["text"], "the restored text is another")
        tag = restored.headers["ETag"]
        notes.append(f"as revision {restored.json()['revision']}")
    with result("found it by its first words again"):
        check(found(first), "the restored story is not found")
    with result("wrote on without saving") as notes:
        version = restored.json()["version"]
        for said in ("It stopped", "It stopped, they said"):
            kept = person.ask("PUT", f"{path}/working-copy", {"base_version": version, "markdown": f"{said}. {second}"})
        check(person.ask("GET", path).json()["text"] == earlier["text"], "what was not saved is shown")
        notes.append(f"{kept.json()['version']} autosaves")
    with result("saved it, and saw what changed") as notes:
        saved = person.ask("POST", f"{path}/working-copy/save")
        tag = saved.headers["ETag"]
        person.ask("GET", f"{path}/working-copy", expect=404)
        diff = person.ask("GET", f"{path}/revisions/{saved.json()['revision']}/diff").json()
        changed = [piece["text"] for piece in diff["text"] if piece["change"] == "added"]
        check(any("they said" in text for text in changed), f"the difference is {diff}")
        notes.append(f"revision {saved.json()['revision']}")
    with result("renamed its tag"):
        tagged = person.ask("PATCH", path, {"tags": [first]}, If_Match=tag)
        renamed = person.ask("POST", f"/api/v1/legacies/{legacy}/tags/rename", {"from": first, "to": second})
        check(renamed.json() == {"changed": 1, "merged": False}, f"renamed {renamed.json()}")
        story_now = person.ask("GET", path)
        check(story_now.json()["tags"] == [second], f"tags {story_now.json()['tags']}")
        check(story_now.json()["revision"] == tagged.json()["revision"] + 1, "no revision says that it was renamed")
        tag = story_now.headers["ETag"]
    with result("deleted it"):
        person.ask("DELETE", path, expect=204, If_Match=tag)
        person.ask("GET", path, expect=404)
        check(not found(second), "the deleted story is still found")
    with result("took it back out of the bin"):
        in_bin = f"/api/v1/bin/stories/{story.json()['id']}"
        check(person.ask("GET", in_bin).json()["text"] == saved.json()["text"], "the bin holds another text")
        back = person.ask("POST", f"{in_bin}/restore")
        check(found(second), "the story that came back is not found")
    with result("deleted it for good"):
        person.ask("DELETE", path, expect=204, If_Match=back.headers["ETag"])
        person.ask("DELETE", in_bin, expect=204)
        person.ask("POST", f"{in_bin}/restore", expect=404)
        check(not found(second), "the deleted story is still found")


def look_after(daemon):
    """What an operator does beside the running daemon."""
    with result("doctor finds nothing damaged") as notes:
        said = json.loads(daemon.cli("doctor", "--data-dir", daemon.data_dir, "--json", accept=(0, 1),
                                     limit=IMPORT_LIMIT))
        check(said["errors"] == 0, f"{said['findings']}")
        looked_at = said["examined"]
        notes.append(f"{looked_at['revisions']} revisions, {looked_at['events']} events")
    with result("made a backup") as notes, tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "heirloom-backup.db"
        daemon.cli("backup", "--data-dir", daemon.data_dir, "--out", str(copy), limit=IMPORT_LIMIT)
        notes.append(f"{copy.stat().st_size // 1024} KiB")


def content_of(archive):
    """What an archive holds, but for the manifest's line with the time."""
    with zipfile.ZipFile(archive) as files:
        contents = {name: files.read(name) for name in files.namelist()}
    lines = contents["manifest.json"].splitlines()
    contents["manifest.json"] = [line for line in lines if b'"exported_at"' not in line]
    return contents


def take_everything_out(daemon):
    """Everything out, into another installation, and out of that: nothing may be lost or changed."""
    with tempfile.TemporaryDirectory() as folder:
        first, second = pathlib.Path(folder) / "first.zip", pathlib.Path(folder) / "second.zip"
        token = demo_token(daemon, "demo export")
        with result("took everything out as an archive") as notes:
            said = json.loads(daemon.cli("export", "--server", daemon.url, "--out", str(first), "--json", token=token,
                                         limit=IMPORT_LIMIT).splitlines()[-1])
            notes.append(f"{said['stories']} stories, {said['revisions']} revisions, {said['bytes'] // 1024} KiB")
        other = Daemon(daemon.binary, str(pathlib.Path(folder) / "data"), "127.0.0.1:0", f"{folder}/log")
        try:
            with result("brought it back in another installation") as notes:
                other.cli("user", "add", "--data-dir", other.data_dir, "--email", DEMO_EMAIL, "--name", DEMO_NAME,
                          "--password-stdin", stdin=secrets.token_urlsafe(12) + "\n")
                token = demo_token(other, "demo import")
                report = json.loads(other.cli("import", "archive", str(first), "--server", other.url, "--json",
                                              token=token, limit=IMPORT_LIMIT).splitlines()[-1])
                check(report["created"] == said["stories"] and not report["skipped"], f"imported {report}")
                notes.append(f"{report['created']} created")
            with result("took it out there: nothing was lost or changed"):
                other.cli("export", "--server", other.url, "--out", str(second), token=token, limit=IMPORT_LIMIT)
                check(content_of(first) == content_of(second), "the two archives differ")
        finally:
            other.stop()


def demo_token(daemon, name):
    return daemon.cli("token", "create", "--data-dir", daemon.data_dir, "--user", DEMO_EMAIL, "--name", name)


def serve(daemon, password):
    print(f"\nHeirloom is served at {daemon.url}", flush=True)
    if password:
        print(f"  the demo legacy:  {daemon.url}/ — sign in as {DEMO_EMAIL}, password {password}")
    try:
        print(f"  your own account: {daemon.cli('setup-url', '--data-dir', daemon.data_dir)}")
    except Broken:
        print("  the first-run link has been used: sign in with your account")
    print("Ctrl-C stops it.", flush=True)
    return daemon.process.wait()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heirloom", required=True, help="the binary")
    parser.add_argument("--demo", required=True, type=pathlib.Path, help="folder of the demo legacy")
    parser.add_argument("--data-dir", required=True)
    parser.add_argument("--listen", required=True, help="HOST:PORT")
    parser.add_argument("--log", required=True, help="where the daemon's log goes")
    parser.add_argument("--once", action="store_true", help="end after the walk-through")
    return parser.parse_args()


def run(options):
    data_dir = pathlib.Path(options.data_dir)
    account_file = data_dir / "demo-account"
    is_demo = account_file.exists() or not any(data_dir.iterdir())
    with result("started the daemon") as notes:
        daemon = Daemon(options.heirloom, options.data_dir, options.listen, options.log)
        notes.append(daemon.url)

    def stop_by_signal(number, _frame):
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, stop_by_signal)
    password = None
    try:
        if is_demo:
            password = demo_password(daemon, account_file)
            go_through(daemon, options.demo, password)
            look_after(daemon)
            take_everything_out(daemon)
        else:
            print("This data directory has stories of its own: the demo legacy and the walk-through are left out.")
        if not options.once:
            return serve(daemon, password)
    except KeyboardInterrupt:
        print()
    except BaseException:
        daemon.stop()
        raise
    with result("stopped the daemon"):
        status = daemon.stop()
        check(status == 0, f"it ended with status {status}; its log is {options.log}")
    return 0


def main():
    try:
        return run(parse_arguments())
    except (Broken, OSError, subprocess.TimeoutExpired, json.JSONDecodeError, KeyError) as error:
        print(f"The main job is broken: {type(error).__name__}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
