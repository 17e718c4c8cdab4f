"""What a reader may not see changes nothing of what the reader sees.

Two installations that are the same to the last byte; then one of them gets 300 secret stories: drafts
of others, private legacies, legacies of others, with the reader's words, rare words and slips of
them. The same reader asks both the same things. Answers are the same to the last byte, and so is the
number of statements that the database is asked. The order of hits alone may differ: for that stories
share the statistics of their words.
"""

import http.client
import io
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import time
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import Appliance  # noqa: E402

API = "/api/v1"
WORDS = ("lighthouse", "harbour", "grandmother", "orchard", "accordion", "winter", "kitchen", "letters")
# Slips of them, which a correction must not take for words, and words that nobody else has.
SLIPS = ("lighthuose", "harbuor", "grandmothre", "orchrad", "acordion", "wintre", "kitchne", "lettres")
RARE = ("zeppelinmakers", "quinceblossom", "xylographer", "ferrymaster")


def sentence(i, words=WORDS):
    return " ".join(words[(i * step + step) % len(words)] for step in range(1, 7)).capitalize() + "."


def story(i, **more):
    fields = {
        "title": sentence(i)[:40],
        "markdown": "\n\n".join(sentence(i + step) for step in range(3)),
        "tags": [WORDS[i % 4], WORDS[(i + 1) % 5]],
        "author": ("Ada Lamp", "Ben Lamp", "Carla Oak")[i % 3],
        "happened_at": str(1930 + i % 60),
        "language": "en",
    }
    return {**fields, **more}


def secret(i, **more):
    """With the reader's words, with slips of them, and with words that are nowhere else."""
    words = (WORDS, SLIPS, RARE)[i % 3]
    return story(
        i,
        title=f"{words[i % len(words)].capitalize()} {RARE[i % 4]}",
        markdown=" ".join(words) + " " + sentence(i),
        tags=[WORDS[i % 4], RARE[i % 4], SLIPS[i % 8]],
        author=("Ada Lamp", "A Secret Author")[i % 2],
        **more,
    )


class House:
    """One of the two, with its reader."""

    def __init__(self, data_dir, token):
        # Embedding 300 stories asks the database for minutes, and statements are counted here. What search by meaning
        # may not tell is tests/search/semantic_search_test.cc.
        os.environ["HEIRLOOM_INDEX_EMBEDDER"] = "none"
        self.appliance = Appliance(data_dir)
        self.appliance.start()
        self.rita = self.appliance.client(token)

    def statements(self):
        text = self.appliance.client().get("/metrics").body.decode()
        return int(float(re.search(r"^heirloom_sql_statements_total (\S+)", text, re.M)[1]))

    def ask(self, path, headers=None):
        before = self.statements()
        reply = self.rita.request("GET", path, headers=headers)
        return reply, self.statements() - before


def stable(reply):
    """But for what differs in every reply."""
    headers = {
        name.lower(): value
        for name, value in reply.headers.items()
        if name.lower() not in ("date", "x-request-id")
    }
    body = reply.body
    if headers.get("content-type", "").startswith("application/problem+json"):
        body = body.replace(reply.json["request_id"].encode(), b"")
    return reply.status, headers, body


class NonInterference(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="heirloom-test-"))
        cls.tokens, cls.ids = cls.furnish(cls.folder / "without")
        left = shutil.ignore_patterns("control.sock", "lock")
        shutil.copytree(cls.folder / "without", cls.folder / "with", ignore=left)
        if cls.database:
            cls.database.copy_for(cls.folder / "with")
        cls.houses = [House(cls.folder / name, cls.tokens["rita"]) for name in ("without", "with")]
        cls.without, cls.with_secrets = cls.houses
        cls.hide(cls.with_secrets)

    @classmethod
    def tearDownClass(cls):
        for house in cls.houses:
            house.appliance.remove()
        shutil.rmtree(cls.folder, ignore_errors=True)

    @classmethod
    def furnish(cls, data_dir):
        """A legacy that Rita reads, one of her own, and one where she is a member and that is private."""
        data_dir.mkdir(mode=0o700)
        with_people = Appliance(data_dir)
        with_people.start()
        people, tokens = {}, {}
        for name in ("ada", "rita", "eve"):
            with_people.add_user(name)
            tokens[name] = with_people.token(name)
            people[name] = with_people.client(tokens[name])
        ids = {}
        for key, owner in (("read", "ada"), ("own", "rita"), ("private", "ada"), ("strange", "eve")):
            made = people[owner].post(f"{API}/legacies", {"title": f"The {key} album"})
            ids[key] = made.json["id"]
        for key, role in (("read", "contributor"), ("private", "editor")):
            member = {"email": "rita@example.org", "role": role}
            added = people["ada"].post(f"{API}/legacies/{ids[key]}/members", member)
            assert added.status == 201, added
        private = people["ada"].request(
            "PATCH", f"{API}/legacies/{ids['private']}", {"visibility": "private"}, {"If-Match": "*"}
        )
        assert private.status == 200, private
        for i in range(24):
            status = ("published", "published", "archived")[i % 3]
            cls.write(people["ada"], story(i, legacy_id=ids["read"], status=status))
            cls.write(people["rita"], story(i + 5, legacy_id=ids["own"], status=("published", "draft")[i % 2]))
        ids["story"] = cls.write(people["ada"], story(3, legacy_id=ids["read"], title="The one that is read"))
        binned = cls.write(people["rita"], story(4, legacy_id=ids["own"]))
        gone = people["rita"].request("DELETE", f"{API}/stories/{binned}", headers={"If-Match": "*"})
        cls.settle(people["rita"], gone.headers["Heirloom-Sequence"])
        with_people.stop()
        cls.database = with_people.database
        pathlib.Path(with_people.log_path).unlink(missing_ok=True)
        return tokens, ids

    @staticmethod
    def write(client, fields):
        made = client.post(f"{API}/stories", fields)
        assert made.status == 201, made
        return made.json["id"]

    @staticmethod
    def settle(client, sequence):
        """Until the index has followed as far as this."""
        for _ in range(60):
            reply = client.get(f"{API}/search", q="x", headers={"Heirloom-Sequence": sequence})
            if reply.status == 200 and "Heirloom-Stale" not in reply.headers:
                return
        raise AssertionError("the index does not come along")

    @classmethod
    def hide(cls, house):
        """300 stories that Rita may not see."""
        ada = house.appliance.client(cls.tokens["ada"])
        eve = house.appliance.client(cls.tokens["eve"])
        plan = (
            (ada, "read", "draft"),
            (ada, "private", "published"),
            (eve, "strange", "published"),
        )
        for client, legacy, status in plan:
            for batch in range(2):
                items = []
                for i in range(50):
                    fields = secret(batch * 50 + i, status=status, source_id=f"{batch}-{i}")
                    items.append(fields)
                body = {"source": "secrets", "items": items}
                done = client.post(f"{API}/legacies/{cls.ids[legacy]}/imports/stories", body)
                assert done.status == 200, done
                assert {item["outcome"] for item in done.json["items"]} == {"created"}, done
                sequence = done.headers["Heirloom-Sequence"]
        # Some of them go into the bin, and one is written again.
        hidden = client.get(f"{API}/stories", legacy=cls.ids["strange"]).json["items"]
        for item in hidden[:5]:
            path = f"{API}/stories/{item['id']}"
            gone = client.request("DELETE", path, headers={"If-Match": "*"})
            assert gone.status == 204, gone
            sequence = gone.headers["Heirloom-Sequence"]
        cls.settle(house.rita, sequence)

    # The tests.

    def compare(self, path, normal=None, headers=None):
        """Both answer alike, by as many statements. `normal` takes out what may differ."""
        replies, counts = [], []
        for house in self.houses:
            reply, _ = house.ask(path, headers)
            replies.append(reply)
            # Of three, since others (the housekeeping) ask the database too now and then.
            counts.append(min(house.ask(path, headers)[1] for _ in range(3)))
        normal = normal or (lambda content: content)
        one, other = (stable(reply) for reply in replies)
        with self.subTest(path):
            self.assertEqual(one[0], other[0])
            if normal is same_hits:
                # Their order is not the same, so neither are their bytes.
                for headers_of in (one[1], other[1]):
                    headers_of.pop("etag", None)
            self.assertEqual(one[1], other[1])
            self.assertEqual(normal(one[2]), normal(other[2]))
            self.assertEqual(counts[0], counts[1], "statements")
        return replies[0]

    def test_the_secrets_are_there(self):
        """Else nothing would be proved."""
        ada = self.with_secrets.appliance.client(self.tokens["ada"])
        found = ada.get(f"{API}/search", q=RARE[0], status="draft").json["items"]
        self.assertTrue(found)
        self.assertFalse(self.with_secrets.rita.get(f"{API}/search", q=RARE[0]).json["items"])

    def test_lists_and_what_they_count(self):
        read, own = self.ids["read"], self.ids["own"]
        for path in (
            "/me",
            "/legacies",
            f"/legacies/{read}",
            f"/legacies/{own}",
            f"/legacies/{self.ids['private']}",
            f"/legacies/{self.ids['strange']}",
            f"/legacies/{read}/members",
            f"/legacies/{read}/tags",
            f"/legacies/{read}/tags?limit=2",
            f"/legacies/{own}/tags",
            f"/legacies/{self.ids['private']}/tags",
            "/stories",
            "/stories?limit=7",
            "/stories?order=happened",
            "/stories?status=archived",
            "/stories?status=draft",
            f"/stories?legacy={read}&limit=100",
            f"/stories?legacy={self.ids['private']}",
            f"/stories?legacy={self.ids['strange']}",
            f"/stories?tag={WORDS[0]}",
            f"/stories?tag={RARE[0]}",
            "/bin/stories",
            f"/bin/stories?legacy={self.ids['strange']}",
            "/bin/legacies",
            f"/stories/{self.ids['story']}",
            f"/stories/{self.ids['story']}/revisions",
            f"/stories/{self.ids['story']}/revisions/1",
            f"/stories/{self.ids['story']}/revisions/1/diff",
        ):
            reply = self.compare(API + path)
            self.assertIn(reply.status, (200, 404), reply)

    def test_searches(self):
        queries = ["", "facets=true", "facets=true&status=archived", "facets=true&status=draft"]
        for word in WORDS + SLIPS + RARE:
            queries.append(f"q={word}&facets=true")
        queries += [
            f"q={WORDS[0]}+{WORDS[1]}&facets=true",
            f"q=%22{WORDS[0]}+{WORDS[1]}%22",
            f"q={WORDS[0]}+-{WORDS[1]}",
            f"q={WORDS[0][:5]}",
            f"q={RARE[0][:5]}",
            # Slips that nobody wrote: what they are corrected to comes from what Rita may read.
            "q=lighthose&facets=true",
            "q=grandmoter",
            "q=zeppelinmaker",
            "q=quinceblosom",
            f"tag={WORDS[0]}&facets=true",
            f"tag={RARE[0]}",
            "author=Ada+Lamp&facets=true",
            "author=A+Secret+Author",
            "from=1940&to=1960&facets=true",
            "lang=en&facets=true",
            f"legacy={self.ids['read']}&facets=true",
            f"legacy={self.ids['private']}&facets=true",
            f"legacy={self.ids['strange']}&facets=true",
        ]
        corrected = 0
        for query in queries:
            reply = self.compare(f"{API}/search?limit=100&{query}", same_hits)
            self.assertEqual(reply.status, 200, reply)
            corrected += "did_you_mean" in reply.json
        self.assertGreater(corrected, 0)

    def test_pages_of_a_search_are_as_many(self):
        def pages(house):
            cursor, ids = {}, []
            while True:
                page = house.rita.get(f"{API}/search", q=WORDS[0], limit=5, **cursor).json
                ids.append({item["id"] for item in page["items"]})
                if "next_cursor" not in page:
                    return [len(each) for each in ids], set().union(*ids)
                cursor = {"cursor": page["next_cursor"]}

        one, other = pages(self.without), pages(self.with_secrets)
        self.assertEqual(one, other)
        self.assertGreater(len(one[0]), 2)

    def test_suggestions(self):
        for word in WORDS + SLIPS + RARE:
            for length in (2, 4, 6, len(word)):
                self.compare(f"{API}/search/suggest?q={word[:length]}", same_suggestions)
        self.compare(f"{API}/search/suggest?q=the+l&legacy={self.ids['strange']}")

    def test_conditional_requests(self):
        path = f"{API}/stories/{self.ids['story']}"
        tag = self.without.rita.get(path).headers["ETag"]
        reply = self.compare(path, headers={"If-None-Match": tag})
        self.assertEqual(reply.status, 304)

    def test_exports(self):
        def files(body):
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                # One line of the manifest has the time it was made at.
                made_at = re.compile(rb'"(made|exported|created)_at": *"[^"]*"')
                return {name: made_at.sub(b"", archive.read(name)) for name in archive.namelist()}

        for path in ("/export", f"/legacies/{self.ids['own']}/export"):
            replies = [house.rita.get(API + path) for house in self.houses]
            with self.subTest(path):
                self.assertEqual([reply.status for reply in replies], [200, 200])
                one, other = (files(reply.body) for reply in replies)
                self.assertEqual(one.keys(), other.keys())
                self.assertEqual(one, other)

    # The last one (tests run by name): from here on the two are no longer the same.
    def test_what_is_heard_as_it_happens(self):
        """Rita hears of what she may see, and of nothing else."""
        streams = [Stream(house.appliance.url, self.tokens["rita"]) for house in self.houses]
        try:
            eve = self.with_secrets.appliance.client(self.tokens["eve"])
            ada = self.with_secrets.appliance.client(self.tokens["ada"])
            self.write(eve, secret(1, legacy_id=self.ids["strange"]))
            self.write(ada, secret(2, legacy_id=self.ids["read"], status="draft"))
            self.write(ada, secret(3, legacy_id=self.ids["private"]))
            for house in self.houses:
                client = house.appliance.client(self.tokens["rita"])
                path = f"{API}/legacies/{self.ids['own']}"
                changed = client.request("PATCH", path, {"dedication": "Now"}, {"If-Match": "*"})
                self.assertEqual(changed.status, 200, changed)
                changed = client.request("PATCH", path, {"dedication": "Then"}, {"If-Match": "*"})
            heard = [stream.hear(2) for stream in streams]
            self.assertEqual([event["type"] for event in heard[0]], ["LegacyUpdated"] * 2)
            self.assertEqual(heard[0], heard[1])
        finally:
            for stream in streams:
                stream.close()


def same_hits(body):
    """The hits as a set, each without its score; and the scores, which come from the rank."""
    page = json.loads(body)
    scores = [item.pop("score") for item in page["items"]]
    page["items"].sort(key=lambda item: item["id"])
    return page, scores


def same_suggestions(body):
    items = json.loads(body)["items"]
    return sorted(json.dumps(item, sort_keys=True) for item in items)


class Stream:
    """Server-sent events as they come."""

    def __init__(self, url, token):
        host = url.removeprefix("http://")
        self.connection = http.client.HTTPConnection(host, timeout=30)
        self.connection.request("GET", f"{API}/events", headers={"Authorization": f"Bearer {token}"})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.status

    def hear(self, count):
        """The next `count` events, without their ids: these count what happens to everybody."""
        events = []
        deadline = time.monotonic() + 30
        while len(events) < count and time.monotonic() < deadline:
            line = self.answer.readline().decode().strip()
            if line.startswith("data:"):
                data = json.loads(line.removeprefix("data:"))
                events.append({key: value for key, value in data.items() if key != "sequence"})
        return events

    def close(self):
        self.connection.close()


if __name__ == "__main__":
    unittest.main()
