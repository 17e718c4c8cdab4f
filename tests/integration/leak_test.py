"""Nobody sees, through any route there is, what the policy table does not let them see.

The routes come from the OpenAPI file, what is to be expected from the table that decides
(policy_table --json): every route × every role × every state of a thing. What may not be seen must
look exactly like what does not exist.
"""

import http.client
import io
import sys
import unittest
import uuid
import zipfile

from access_rows import API, OWN, ROWS, SAME_FOR_ALL, STALE, operations
from access_world import SCOPES, Thing, World


def new_id():
    return str(uuid.uuid4())


def like(reply, *ids):
    """What a reply says, but for what differs in every reply: date and request id, and the ids asked
    for. With its length, which compression and padding could betray."""
    body = reply.body
    if reply.headers.get("Content-Type", "").startswith("application/problem+json"):
        request_id = reply.json["request_id"].encode()
        body = body.replace(request_id, b"REQUEST")
    for each in ids:
        body = body.replace(each.encode(), b"ID")
    headers = sorted(
        (name.lower(), value)
        for name, value in reply.headers.items()
        if name.lower() not in ("date", "x-request-id")
    )
    return reply.status, body, headers, len(reply.body)


def text_of(reply):
    """All that a reply tells: its headers, and the files of an archive unpacked."""
    parts = [str(reply.headers).encode(), reply.body]
    if reply.headers.get("Content-Type", "").startswith("application/zip") and reply.status == 200:
        with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
            for name in archive.namelist():
                parts += [name.encode(), archive.read(name)]
    return b"\n".join(parts).decode(errors="replace")


class LeakTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.policy = cls.world.policy
        cls.operations = operations()

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    # Asking.

    def send(self, asker, method, path, row, thing_id, body=None, headers=None):
        """The request of this route for this thing."""
        path = path.replace("{id}", thing_id).replace("{n}", "1")
        path = path.replace("{user_id}", self.world.ids["danqz"])
        if row.query:
            path += f"?{row.query}={thing_id}"
        if row.field:
            body = {**(body or {}), row.field: thing_id}
        if row.stream:
            return self.open_stream(asker, path)
        return asker.client.request(method.upper(), path, body, headers or {})

    def open_stream(self, asker, path):
        """What comes before the first event; a stream has no end to wait for."""
        client = asker.client
        connection = http.client.HTTPConnection(client.address.hostname, client.address.port, timeout=30)
        try:
            connection.request("GET", path, headers=client.headers)
            answer = connection.getresponse()
            body = b"" if answer.status == 200 else answer.read()
            reply = type("Reply", (), {})()
            reply.status, reply.headers, reply.body = answer.status, answer.headers, body
            reply.json = __import__("json").loads(body) if body else None
            return reply
        finally:
            connection.close()

    def valid(self, row, thing):
        body = row.body(thing) if callable(row.body) else row.body
        return body, row.headers

    # What is found in an answer.

    def assert_tells_nothing(self, asker, reply, asked=()):
        text = text_of(reply)
        for thing in self.world.things:
            if self.world.sees(asker, thing):
                continue
            self.assertNotIn(thing.mark, text, f"words of {thing}")
            if thing.id not in asked and asker.role not in ("admin", "owner"):
                self.assertNotIn(thing.id, text, f"id of {thing}")
        if asker.role in ("", "none"):
            for name in self.world.people:
                if name != asker.person:
                    self.assertNotIn(name, text, "somebody's name")
        if asker.role != "owner":
            for name in self.world.people:
                if name != asker.person:
                    self.assertNotIn(f"{name}@example.org", text, "somebody's e-mail")

    # The tests.

    def test_every_route_of_the_contract_is_tried(self):
        known = set(ROWS) | SAME_FOR_ALL | OWN
        self.assertEqual(set(self.operations) - known, set(), "new routes: say how they are asked")
        self.assertEqual(known - set(self.operations), set(), "routes that are no more")
        for row in ROWS.values():
            for action in row.actions:
                self.assertIn(action, self.policy.actions)
        used = {action for row in ROWS.values() for action in row.actions}
        self.assertEqual(set(self.policy.actions) - used, set(), "actions that no route does")

    def test_every_route_with_every_thing_for_everybody(self):
        tried = {"allow": 0, "deny": 0, "unseen": 0, "signed out": 0}
        for (method, path), row in ROWS.items():
            if not row.thing:
                continue
            for asker in self.world.askers:
                # Whom nobody hears of for a minute, the daemon hangs up on.
                asker.client.close()
                nothing = self.nothing(asker, method, path, row)
                for thing in self.things_for(row):
                    verdict = self.expected(row, asker, thing)
                    if verdict is None:
                        continue
                    tried[verdict] += 1
                    with self.subTest(f"{asker.name}: {method} {path}, {thing.kind} {thing.state}", id=thing.id):
                        self.check(asker, method, path, row, thing, verdict, nothing)
        # That each was met, and often: else nothing was tried.
        for verdict, times in tried.items():
            self.assertGreater(times, 100, tried)

    def things_for(self, row):
        """All of the kind that it takes, and one of each other kind."""
        chosen, seen = [], set()
        for thing in self.world.things:
            sort = (thing.kind, thing.nobodys)
            if thing.kind == row.thing or sort not in seen:
                chosen.append(thing)
            seen.add(sort)
        return chosen

    def expected(self, row, asker, thing):
        if not asker.role:
            return "signed out"
        same = row.thing == thing.kind
        if not same and row.either_state and thing.kind in row.thing and not thing.nobodys:
            return None
        if thing.nobodys or not same:
            return "unseen"
        return self.policy.verdict(row.actions, asker, thing)

    def nothing(self, asker, method, path, row):
        """How it is answered for what does not exist: by a good request, and by an odd one."""
        thing = Thing(row.thing, new_id(), "", "")
        body, headers = self.valid(row, thing)
        good = self.send(asker, method, path, row, thing.id, body, headers)
        odd = self.send(asker, method, path, row, thing.id, {"odd": 1} if body is not None else None)
        return like(good, thing.id), like(odd, thing.id)

    def check(self, asker, method, path, row, thing, verdict, nothing):
        documented = {int(status) for status in self.operations[method, path]["responses"]}
        body, headers = self.valid(row, thing)
        if verdict == "allow" and row.spends:
            return self.check_spending(asker, method, path, row, thing)
        reply = self.send(asker, method, path, row, thing.id, body, headers)
        self.assert_tells_nothing(asker, reply, (thing.id,))
        if verdict == "signed out":
            self.assertEqual(reply.status, 401, reply)
            self.assertEqual(like(reply, thing.id), nothing[0])
        elif verdict == "unseen":
            self.assertIn(reply.status, (403, 404), reply)
            self.assertEqual(like(reply, thing.id), nothing[0])
            odd = self.send(asker, method, path, row, thing.id, {"odd": 1} if body is not None else None)
            self.assertEqual(like(odd, thing.id), nothing[1])
        elif verdict == "deny":
            self.assertEqual(reply.status, 403, reply)
        else:
            refused = {400, 401, 403, 429, 503} | (set() if row.may_lack else {404})
            self.assertIn(reply.status, documented - refused, reply)
        self.assertIn(reply.status, documented)

    def check_spending(self, asker, method, path, row, thing):
        """Who may do it does it, to a thing made for that; once, not in every state."""
        world = self.world
        if thing.state not in ("published", "legacy"):
            return
        world.hang_up()
        first = len(world.things)
        if row.thing == "deleted legacy":
            fresh = world.delete_legacy(world.legacy("legacy"))
        elif row.thing == "deleted story":
            author = "coraqz" if asker.role == "contributor" else "adaqz"
            fresh = world.delete_story(world.story(world.home, "published", author))
        else:
            fresh = world.legacy("legacy")
        body, headers = self.valid(row, fresh)
        reply = self.send(asker, method, path, row, fresh.id, body, headers)
        self.assertIn(reply.status, (200, 204), reply)
        # What was made for this is not looked for in what follows.
        del world.things[first:]

    def test_every_list_has_what_its_reader_may_see_and_nothing_else(self):
        for (method, path), row in ROWS.items():
            if not row.lists:
                continue
            for asker in self.world.askers:
                asker.client.close()
                may = asker.role and self.policy.in_scope(row.actions, asker)
                for query in row.queries:
                    for asked in self.variants(query)[: None if may else 1]:
                        with self.subTest(f"{asker.name}: {path} {asked}"):
                            self.check_list(asker, path, row, asked)

    def variants(self, query):
        """The query with the words and ids of each thing that stands for a sort of them."""
        text = str(query)
        if not any(word in text for word in ("MARK", "PREFIX", "TYPO", "LEGACY")):
            return [query]
        asked, seen = [], set()
        for thing in self.world.things:
            sort = (thing.kind, thing.state, thing.nobodys)
            if sort in seen or ("LEGACY" in text and "legacy" not in thing.kind):
                continue
            seen.add(sort)
            words = {
                "MARK": thing.mark,
                "PREFIX": thing.mark[:6],
                "TYPO": thing.mark[:4] + "qq" + thing.mark[6:],
                "LEGACY": thing.id,
            }
            asked.append({key: self.fill_in(value, words) for key, value in query.items()})
        return asked

    @staticmethod
    def fill_in(value, words):
        for word, by in words.items():
            value = value.replace(word, by)
        return value

    def check_list(self, asker, path, row, query):
        headers = {"Heirloom-Sequence": self.world.sequence} if "/search" in path else {}
        found, pages = set(), 0
        ask = dict(query)
        while True:
            reply = asker.client.get(path, headers=headers, **ask)
            if not asker.role:
                return self.assertEqual(reply.status, 401, reply)
            echoed = [value for value in query.values()]
            self.assert_list_tells_nothing(asker, reply, echoed)
            if not self.policy.in_scope(row.actions, asker):
                self.assertIn(reply.status, (200, 403), reply)
                if reply.status == 200:
                    self.assertFalse(reply.json["items"], reply)
                return None
            self.assertEqual(reply.status, 200, reply)
            if row.lists == "export":
                return None
            found |= {item["id"] for item in reply.json["items"] if "id" in item}
            pages += 1
            self.assertLess(pages, 50)
            if "next_cursor" not in reply.json:
                break
            ask["cursor"] = reply.json["next_cursor"]
        if row.lists == "suggestion" or set(query) - {"legacy", "facets", "status"}:
            return None
        known = {thing.id: thing for thing in self.world.things}
        due = {
            thing.id
            for thing in self.world.things
            if self.expected(row_of(row.lists, row), asker, thing) == "allow" and self.asked_for(thing, query)
        }
        self.assertEqual(found & set(known), due)
        return None

    def asked_for(self, thing, query):
        """Whether the filters let this one through."""
        if thing.kind == "story":
            # Archived ones come when they are asked for.
            wanted = query.get("status")
            state = "published" if thing.state == "private" else thing.state
            if state != wanted and (wanted or state == "archived"):
                return False
        legacy = query.get("legacy")
        if legacy and "story" in thing.kind:
            holds = self.world.private if thing.state == "private" else self.world.home
            return legacy == holds.id
        return True

    def assert_list_tells_nothing(self, asker, reply, echoed):
        # What was asked for may be said again (a cursor, a message): it is not news.
        text = text_of(reply)
        for said in echoed:
            text = text.replace(str(said), "")
        reply = type("Said", (), {"headers": {}, "body": text.encode(), "status": reply.status})()
        self.assert_tells_nothing(asker, reply)

    def test_lists_are_there_to_be_found(self):
        """Else finding nothing would prove nothing."""
        self.world.hang_up()
        owner = next(asker for asker in self.world.askers if asker.name == "an owner")
        headers = {"Heirloom-Sequence": self.world.sequence}
        for thing in self.world.things:
            if thing.kind != "story" or thing.nobodys:
                continue
            with self.subTest(thing.state):
                query = {"status": "archived"} if thing.state == "archived" else {}
                reply = owner.client.get(f"{API}/search", q=thing.mark, headers=headers, **query)
                self.assertEqual([item["id"] for item in reply.json["items"]], [thing.id], reply)
        reply = owner.client.get(f"{API}/legacies/{self.world.home.id}/export")
        self.assertIn(self.world.home.mark, text_of(reply))

    def test_actions_on_no_thing_are_as_the_table_says(self):
        for (method, path), row in ROWS.items():
            if row.thing or row.lists:
                continue
            for asker in self.world.askers:
                asker.client.close()
                with self.subTest(f"{asker.name}: {method} {path}"):
                    reply = asker.client.request(method.upper(), path, row.body)
                    self.assert_tells_nothing(asker, reply)
                    actions = [self.policy.actions[action] for action in row.actions]
                    if not asker.role:
                        self.assertEqual(reply.status, 401, reply)
                    elif not self.policy.in_scope(row.actions, asker):
                        self.assertEqual(reply.status, 403, reply)
                    elif any(action["admins_only"] for action in actions) and asker.role != "admin":
                        self.assertEqual(reply.status, 403, reply)
                    else:
                        self.assertIn(reply.status, (200, 201, 404) if row.may_lack else (200, 201), reply)

    def test_a_token_does_what_its_scope_says_and_nothing_else(self):
        """Each scope opens something, and no scope opens what a browser session alone may do."""
        self.world.hang_up()
        for scope in SCOPES:
            asker = next(asker for asker in self.world.askers if asker.scopes == (scope,))
            with self.subTest(scope):
                self.assertIn(scope, {action["scope"] for action in self.policy.actions.values()})
                for method, path in OWN:
                    if path in (f"{API}/session", f"{API}/me"):
                        continue
                    body = {"name": "x"} if method == "post" else None
                    body = {"current": "x", "new": "a new password"} if method == "put" else body
                    reply = asker.client.request(method.upper(), path.replace("{id}", new_id()), body)
                    self.assertEqual(reply.status, 403, f"{method} {path} {reply}")

    def test_revisions_that_were_drafts_are_hidden_like_those_that_never_were(self):
        world = self.world
        world.hang_up()
        story = world.story(world.home, "draft")
        path = f"{API}/stories/{story.id}"
        hidden = story.mark
        shown = {"status": "published", "title": "Shown", "markdown": "Shown.", "tags": [], "author": "Ada"}
        shown |= {"place": None, "note": ""}
        changed = world.ada.request("PATCH", path, shown, {"If-Match": "*"})
        self.assertEqual(changed.status, 200, changed)
        world.things.remove(story)
        for asker in world.askers:
            if asker.role not in ("viewer", "contributor"):
                continue
            for tail in ("", "/diff"):
                with self.subTest(f"{asker.name}{tail}"):
                    real = asker.client.get(f"{path}/revisions/1{tail}")
                    none = asker.client.get(f"{path}/revisions/99{tail}")
                    self.assertEqual(real.status, 404)
                    self.assertEqual(like(real), like(none))
            restored = f"{path}/revisions/1/restore"
            for url in (path, f"{path}/revisions", f"{path}/revisions/2/diff", f"{path}/revisions/2/diff?against=1"):
                reply = asker.client.get(url)
                self.assertNotIn(hidden, text_of(reply), url)
            reply = asker.client.request("POST", restored, {}, STALE)
            self.assertIn(reply.status, (403, 404), reply)

    def test_what_is_the_same_for_all_holds_nothing_of_anybody(self):
        self.world.hang_up()
        stranger = next(asker for asker in self.world.askers if asker.name == "a stranger")
        nobody = next(asker for asker in self.world.askers if asker.name == "nobody")
        for method, path in sorted(SAME_FOR_ALL):
            if method != "get":
                continue
            for asker in (stranger, nobody):
                with self.subTest(f"{asker.name}: {path}"):
                    self.assert_tells_nothing(asker, asker.client.get(path))

    def test_the_log_holds_nothing_that_people_wrote(self):
        log = self.world.house.log_text()
        for thing in self.world.things:
            self.assertNotIn(thing.mark, log)
        for name in self.world.people:
            self.assertNotIn(f"{name}@example.org", log)


def row_of(kind, row):
    """A list as a route with a thing: which of them are due."""
    return type(row)(row.actions, kind)


if __name__ == "__main__":
    unittest.main(verbosity=2 if "-v" in sys.argv else 1)
