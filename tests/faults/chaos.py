"""What the chaos tests share: people who write on and on whatever happens around them, a ledger of what they were told,
a listener to the event stream, and the comparison of all that with what is there.

Each author sends a request until it is answered, under the same Idempotency-Key, so between two rounds nothing is in doubt:
what is there must be exactly what the ledger says, each change once, and nothing else.
"""

import collections
import contextlib
import http.client
import json
import os
import random
import secrets
import tempfile
import threading
import time

from event_stream import EventStream
from waiting import PATIENCE, wait_for

API = "/api/v1"
MINE = 30  # An author's stories beyond that are left alone.


def seed_of(environment):
    """Each run is another one, unless it is told which."""
    seed = int(os.environ.get(environment) or secrets.randbelow(1_000_000))
    print(f"{environment}={seed}", flush=True)
    return seed


class Ended(Exception):
    """The test is over, or has failed elsewhere."""


class Gate:
    """People pass while it is open; who closes it waits until nobody is inside."""

    def __init__(self):
        self.changed = threading.Condition()
        self.open = False
        self.over = False
        self.inside = 0

    @contextlib.contextmanager
    def turn(self):
        with self.changed:
            self.changed.wait_for(lambda: self.open or self.over)
            if self.over:
                raise Ended
            self.inside += 1
        try:
            yield
        finally:
            with self.changed:
                self.inside -= 1
                self.changed.notify_all()

    def let_in(self):
        with self.changed:
            self.open = True
            self.changed.notify_all()

    def close(self, patience=PATIENCE):
        with self.changed:
            self.open = False
            if not self.changed.wait_for(lambda: self.inside == 0, patience):
                raise AssertionError(f"somebody was not answered within {patience} s")

    def end(self):
        with self.changed:
            self.over = True
            self.changed.notify_all()


class Story:
    """As its author knows it."""

    def __init__(self, legacy, made, title):
        self.legacy = legacy
        self.id = made.json["id"]
        self.etag = made.headers["ETag"]
        self.titles = [title]  # Of revision 1, 2, …
        self.state = "there"  # Or "bin", or "purged".
        self.events = collections.Counter(["StoryCreated"])


class Ledger:
    """What people were told, by all authors together."""

    def __init__(self, legacy):
        self.legacy = legacy  # Where new stories are written.
        self.lock = threading.Lock()
        self.stories = {}
        self.sequences = {}  # Sequence of an acknowledged change → story.
        self.shared = None  # A story that everybody edits.
        self.shared_titles = collections.Counter()  # Title → how often it must be a revision's: 1 or 0.
        self.imports = {}  # Source → ids of its items.
        self.wrong = []
        self.lost = 0  # Requests without an answer.
        self.refused = 0  # 503.
        self.repeats = 0  # Sent again on purpose.

    def note(self, reply, story):
        """Only of what the answer is the first one to: a repeat that changes nothing names a later place."""
        if reply.headers.get("Idempotency-Replayed"):
            return
        sequence = reply.headers.get("Heirloom-Sequence")
        if sequence:
            with self.lock:
                self.sequences[int(sequence.rsplit(".", 1)[1])] = story

    def changes(self):
        return sum(story.events.total() for story in list(self.stories.values())) + sum(map(len, self.imports.values()))


class Author(threading.Thread):
    """Writes, edits, deletes, takes back; now and then sends the same request twice at once, or an old one again."""

    def __init__(self, name, seed, ledger, gate, connect, pause):
        super().__init__(daemon=True)
        self.word = name
        self.rng = random.Random(seed)
        self.ledger = ledger
        self.gate = gate
        self.connect = connect
        self.client = connect()
        self.pause = pause  # Seconds at most between two changes.
        self.was_lost = False  # Whether the last request was sent more than once.
        self.number = 0
        self.mine = []
        self.done = []  # Requests under a key that were answered.
        self.choices = [(self.write, 10), (self.edit, 12), (self.edit_shared, 3), (self.edit_stale, 2), (self.go_back, 3),
                        (self.delete, 5), (self.take_back, 4), (self.purge, 1), (self.send_an_old_one_again, 4)]

    def run(self):
        try:
            while True:
                with self.gate.turn():
                    self.act()
                time.sleep(self.rng.uniform(0, self.pause))
        except Ended:
            pass
        except Exception as error:  # noqa: BLE001 - shown by the test
            self.ledger.wrong.append(f"{self.word}: {error!r}")

    def act(self):
        acts, weights = zip(*self.choices)
        self.rng.choices(acts, weights)[0]()

    def title(self):
        """No two are alike."""
        self.number += 1
        return f"{self.word}n{self.number}"

    def send(self, method, path, body=None, headers=None, accept=(200,), repeated=()):
        """Until it is answered. `repeated`: what else is an answer when an earlier one may have got lost."""
        lost = self.was_lost = False
        while True:
            try:
                reply = self.client.request(method, path, body, headers)
            except (OSError, http.client.HTTPException):
                self.ledger.lost += 1
                lost = self.was_lost = True
            else:
                if reply.status in accept or (lost and reply.status in repeated):
                    return reply
                if reply.status != 503 or not reply.headers.get("Retry-After"):
                    raise AssertionError(f"{method} {path}: {reply} {dict(reply.headers)}")
                self.ledger.refused += 1
                lost = self.was_lost = True
            if self.gate.over:
                raise Ended
            time.sleep(self.rng.uniform(0.01, 0.1))

    def send_once(self, method, path, body, headers=None, accept=(200,)):
        """Under a key of its own; sometimes twice at the same time."""
        headers = {**(headers or {}), "Idempotency-Key": secrets.token_hex(12)}
        twin = None
        if self.rng.random() < 0.15:
            self.ledger.repeats += 1
            twin = threading.Thread(target=self.send_beside, args=(method, path, body, headers), daemon=True)
            twin.start()
        reply = self.send(method, path, body, headers, accept)
        if twin:
            twin.join()
        self.done.append((method, path, body, headers, reply.status))
        return reply

    def send_beside(self, method, path, body, headers):
        client = self.connect()
        # No answer is one, too: the other one is sent until it is answered.
        with contextlib.suppress(OSError, http.client.HTTPException):
            client.request(method, path, body, headers)
        client.close()

    def body(self, title):
        words = " ".join(self.rng.choice(("lantern", "harbour", "winter", "orchard", "letter")) for _ in range(12))
        return {"title": title, "markdown": f"{title} lantern {words}"}

    def pick(self, state):
        """One of the newest of that state, or None."""
        some = [story for story in self.mine[-MINE:] if story.state == state]
        return self.rng.choice(some) if some else None

    def write(self):
        title, legacy = self.title(), self.ledger.legacy
        made = self.send_once("POST", f"{API}/stories", {"legacy_id": legacy, **self.body(title)}, accept=(201,))
        story = Story(legacy, made, title)
        assert made.json["title"] == title, made
        self.mine.append(story)
        with self.ledger.lock:
            self.ledger.stories[story.id] = story
        self.ledger.note(made, story.id)
        return made

    def changed(self, story, reply, title):
        assert reply.json["title"] == title, (title, reply)
        story.etag = reply.headers["ETag"]
        story.titles.append(title)
        story.events["StoryUpdated"] += 1
        self.ledger.note(reply, story.id)

    def edit(self):
        if story := self.pick("there"):
            title = self.title()
            path, match = f"{API}/stories/{story.id}", {"If-Match": story.etag}
            self.changed(story, self.send_once("PATCH", path, self.body(title), match), title)

    def edit_stale(self):
        """What was written by somebody who had not read the newest version must not get in."""
        if (story := self.pick("there")) and len(story.titles) > 1:
            path, match = f"{API}/stories/{story.id}", {"If-Match": '"v1"'}
            self.send("PATCH", path, self.body(self.title()), match, accept=(412,))

    def edit_shared(self):
        """Everybody wants to be next; a title of who was too late must never show up."""
        path, title = f"{API}/stories/{self.ledger.shared}", self.title()
        match = {"If-Match": self.send("GET", path).headers["ETag"]}
        reply = self.send_once("PATCH", path, self.body(title), match, accept=(200, 412))
        with self.ledger.lock:
            self.ledger.shared_titles[title] = 1 if reply.status == 200 else 0

    def go_back(self):
        if story := self.pick("there"):
            number = self.rng.randint(1, len(story.titles))
            title = story.titles[number - 1]
            if title == story.titles[-1]:
                return  # It would change nothing.
            path, match = f"{API}/stories/{story.id}/revisions/{number}/restore", {"If-Match": story.etag}
            self.changed(story, self.send_once("POST", path, {}, match), title)

    def delete(self):
        if story := self.pick("there"):
            path, match = f"{API}/stories/{story.id}", {"If-Match": story.etag}
            reply = self.send("DELETE", path, None, match, accept=(204,), repeated=(404,))
            story.state = "bin"
            story.events["StoryDeleted"] += 1
            if not self.was_lost:
                self.ledger.note(reply, story.id)

    def take_back(self):
        if story := self.pick("bin"):
            reply = self.send("POST", f"{API}/bin/stories/{story.id}/restore", {})
            assert reply.json["title"] == story.titles[-1], reply
            story.etag = reply.headers["ETag"]
            story.state = "there"
            story.events["StoryCreated"] += 1
            if not self.was_lost:
                self.ledger.note(reply, story.id)

    def purge(self):
        if story := self.pick("bin"):
            self.send("DELETE", f"{API}/bin/stories/{story.id}", accept=(204,), repeated=(404,))
            story.state = "purged"

    def send_an_old_one_again(self):
        """As a network or a queue in between might do. Whatever is answered, nothing may come of it."""
        if self.done:
            method, path, body, headers, status = self.rng.choice(self.done)
            self.ledger.repeats += 1
            # A story that is gone by now is not shown again; what was refused for its version is refused again.
            reply = self.send(method, path, body, headers, accept=(status, 404))
            assert reply.status != 200 or reply.headers.get("Idempotency-Replayed"), (path, reply)


class Listener(threading.Thread):
    """Follows the event stream, taking it up again wherever it was cut."""

    def __init__(self, url, client, position):
        super().__init__(daemon=True)
        self.url = url
        self.client = client
        self.position = position
        self.over = False
        self.heard = []  # (sequence, type, story)
        self.cuts = 0

    def run(self):
        while not self.over:
            with contextlib.suppress(OSError, AssertionError, IndexError, ValueError):
                self.follow()
            self.cuts += 1
            time.sleep(0.05)

    def follow(self):
        with EventStream(self.url, self.client, self.position) as stream:
            stream.open()
            while not self.over and not stream.ended and stream.status == 200:
                event = stream.next(timeout=0.2)
                self.position = stream.position or self.position
                if event:
                    self.heard.append((int(event["id"].rsplit(".", 1)[1]), event["event"], event["data"].get("id")))


def import_file(folder, source, count):
    """A file of stories, and the ids in it."""
    path = os.path.join(folder, f"{source}.jsonl")
    ids = [f"{source}i{number}" for number in range(count)]
    with open(path, "w", encoding="utf-8") as out:
        for id in ids:
            out.write(json.dumps({"id": id, "title": id, "body": f"{id} lantern"}) + "\n")
    return path, ids


class World:
    """The house under test (one daemon or many, with `sql`, `run` and `token` as tests/support/appliance.py has them), at
    one address that stays, with everybody who lives in it. `test` is the TestCase."""

    def __init__(self, test, house, connect, seed, authors, pause):
        self.test = test
        self.house = house
        self.connect = connect
        self.rng = random.Random(seed)
        self.folder = tempfile.TemporaryDirectory(prefix="heirloom-chaos-")
        test.addCleanup(self.folder.cleanup)
        self.ada = connect()
        self.legacies = []
        self.gate = Gate()
        self.ledger = Ledger(None)
        self.another_legacy()
        made = self.ada.post(f"{API}/stories", {"legacy_id": self.ledger.legacy, "title": "shared", "markdown": "lantern"})
        test.assertEqual(made.status, 201, made)
        self.ledger.shared = made.json["id"]
        self.authors = [Author(f"w{i}", f"{seed}.{i}", self.ledger, self.gate, connect, pause) for i in range(authors)]
        # Marks the end of a round.
        self.marker = Author("mark", f"{seed}.mark", self.ledger, self.gate, connect, 0)
        self.examined = 0
        for author in self.authors:
            author.start()
        test.addCleanup(self.end)

    def end(self):
        self.gate.end()
        for author in self.authors:
            author.join(PATIENCE)

    def another_legacy(self):
        made = self.ada.post(f"{API}/legacies", {"title": f"Legacy {len(self.legacies)}"})
        self.test.assertEqual(made.status, 201, made)
        self.legacies.append(made.json["id"])
        self.ledger.legacy = made.json["id"]

    def nothing_is_wrong(self):
        self.test.assertEqual(self.ledger.wrong[:3], [])

    def let_them_write(self, seconds):
        """For a while that is chosen, not waited for."""
        self.gate.let_in()
        time.sleep(seconds)
        self.nothing_is_wrong()

    def settle(self):
        """Everybody gets their answer; then a last story marks the end. Gives what its writer was told."""
        try:
            self.gate.close()
        finally:
            self.nothing_is_wrong()
        self.ada.close()  # Whom it was connected to may be gone.
        return self.marker.write()

    # What is there, read behind the daemon's back, beside what the ledger says.

    def rows(self, columns, of):
        """The last column alone may hold a |; none holds a line break."""
        count = columns.count(",")
        return [tuple(line.split("|", count)) for line in self.house.sql(f"SELECT {columns} FROM {of}").splitlines()]

    def check_truth(self):
        test, ledger = self.test, self.ledger
        sources = collections.defaultdict(dict)
        for source, source_id, story in self.rows("source, source_id, story_id", "story_sources"):
            sources[source][source_id] = story
        test.assertEqual({source: sorted(ids) for source, ids in ledger.imports.items()},
                         {source: sorted(ids) for source, ids in sources.items()})
        imported = {story: source_id for ids in sources.values() for source_id, story in ids.items()}
        test.assertEqual(len(imported), sum(map(len, sources.values())))

        columns = ("id, legacy_id, revision, CASE WHEN purged_at IS NOT NULL THEN 'purged' WHEN deleted_at IS NOT NULL "
                   "THEN 'bin' ELSE 'there' END, title")
        there = {row[0]: row[1:] for row in self.rows(columns, "stories")}
        shared = there.pop(ledger.shared)
        for story, title in imported.items():
            test.assertEqual(there.pop(story)[1:], ("1", "there", title))
        told = {story.id: (story.legacy, str(len(story.titles)), story.state,
                           "" if story.state == "purged" else story.titles[-1]) for story in ledger.stories.values()}
        self.assert_same(told, there, "stories")

        titles = collections.defaultdict(list)
        for story, number, title in self.rows("story_id, number, title", "revisions ORDER BY story_id, number"):
            titles[story].append(title)
            test.assertEqual(int(number), len(titles[story]), story)
        for title, count in ledger.shared_titles.items():
            test.assertEqual(titles[ledger.shared].count(title), count, title)
        test.assertEqual(len(titles[ledger.shared]), int(shared[1]))
        test.assertEqual(len(titles[ledger.shared]), 1 + ledger.shared_titles.total())
        told = {story.id: story.titles for story in ledger.stories.values() if story.state != "purged"}
        self.assert_same(told, {story: titles[story] for story in told}, "revisions")
        self.check_outbox(imported)

    def check_outbox(self, imported):
        """No gap, and for each change one event."""
        test, ledger = self.test, self.ledger
        rows = self.rows("sequence, type, subject", "outbox ORDER BY sequence")
        test.assertEqual([int(row[0]) for row in rows], list(range(1, len(rows) + 1)))
        events = collections.defaultdict(collections.Counter)
        for _, kind, subject in rows:
            events[subject][kind] += 1
        self.assert_same({story.id: story.events for story in ledger.stories.values()},
                         {story: events[story] for story in ledger.stories}, "events")
        self.assert_same({story: collections.Counter(["StoryCreated"]) for story in imported},
                         {story: events[story] for story in imported}, "events of what was imported")
        by_sequence = {int(sequence): subject for sequence, _, subject in rows}
        for sequence, story in ledger.sequences.items():
            test.assertEqual(by_sequence.get(sequence), story, f"event {sequence}")

    def assert_same(self, told, there, what):
        """As assertEqual, in few words where thousands are compared."""
        other = {key: (told.get(key), there.get(key)) for key in told.keys() | there.keys() if told.get(key) != there.get(key)}
        if other:
            self.test.fail(f"{what}: {len(other)} are not as people were told, such as (told, there) "
                           f"{dict(list(other.items())[:3])}")

    def alive(self):
        """The stories of each legacy that can be read now."""
        found = collections.defaultdict(set)
        for id, legacy in self.rows("id, legacy_id", "stories WHERE deleted_at IS NULL"):
            found[legacy].add(id)
        return found

    def pages(self, path, **query):
        ids, cursor = [], {}
        while True:
            page = self.ada.get(path, limit=100, **query, **cursor)
            self.test.assertEqual(page.status, 200, page)
            ids += [item["id"] for item in page.json["items"]]
            if not page.json.get("next_cursor"):
                return ids
            cursor = {"cursor": page.json["next_cursor"]}

    def check_served(self, legacies, marker):
        """The API and search show each of them once, and what is in the bin not."""
        said = {"Heirloom-Sequence": marker.headers["Heirloom-Sequence"]}

        def search_has_followed():
            found = self.ada.get(f"{API}/search", q=marker.json["title"], headers=said)
            return found.status == 200 and not found.headers.get("Heirloom-Stale") and found.json["items"]

        wait_for("search has followed", search_has_followed)
        alive = self.alive()
        for legacy in legacies:
            for path, query in ((f"{API}/stories", {}), (f"{API}/search", {}), (f"{API}/search", {"q": "lantern"})):
                ids = self.pages(path, legacy=legacy, **query)
                self.test.assertEqual(len(ids), len(set(ids)), f"{path} shows one twice")
                missing, more = alive[legacy] - set(ids), set(ids) - alive[legacy]
                self.test.assertFalse(missing or more, f"{path} {query}: missing {missing}, more {more}")

    def check_heard(self, listener, marker, position):
        """Whoever follows the event stream heard of all that they can read, in order, and of nothing twice."""
        last = int(marker.headers["Heirloom-Sequence"].rsplit(".", 1)[1])
        wait_for("the marker is heard", lambda: any(sequence >= last for sequence, _, _ in reversed(listener.heard)))
        heard = [event for event in listener.heard if event[0] > position]
        sequences = [event[0] for event in heard]
        self.test.assertEqual(sequences, sorted(set(sequences)), "heard out of order or twice")
        self.test.assertNotIn("reset", [kind for _, kind, _ in listener.heard])
        alive = set().union(*self.alive().values())
        rows = self.rows("sequence, type, subject", f"outbox WHERE sequence > {position} AND type LIKE 'Story%'")
        happened = {(int(sequence), kind, story) for sequence, kind, story in rows}
        # What is told of a story is looked up when it is sent: by then it may have been in the bin.
        left = {}
        for sequence, kind, story in sorted(happened):
            if kind == "StoryDeleted":
                left[story] = sequence
        must = {event for event in happened
                if event[1] == "StoryDeleted" or (event[2] in alive and event[0] > left.get(event[2], 0))}
        missed = must - set(heard)
        history = sorted(event for event in happened if event[2] in {story for _, _, story in missed})
        self.test.assertFalse(missed, f"not heard of {history}")
        self.test.assertFalse({event for event in heard if event[1].startswith("Story")} - happened, "never happened")
        listener.heard = [event for event in listener.heard if event[0] > last]
        return last

    def check_doctor(self, run):
        """Nothing to mend: integrity, digests, and each projection beside the truth."""
        done = run("doctor", "--json")
        said = json.loads(done.stdout)
        self.test.assertEqual((said["errors"], said["warnings"]), (0, 0), said)
        self.examined = said["examined"]
        return said
