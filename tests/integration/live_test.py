"""Events over the wire: who hears what, taking up again, and how streams end."""

import pathlib
import sys
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import Appliance  # noqa: E402
from event_stream import EventStream  # noqa: E402

# Revocation is promised within a second; a busy test machine gets some more.
SOON = 5


class LiveTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = Appliance().start()
        cls.ada = cls.house.person("ada")

    @classmethod
    def tearDownClass(cls):
        cls.house.remove()

    names = iter(f"person{n}" for n in range(1000))

    def person(self):
        """Somebody new: (name, client)."""
        name = next(self.names)
        return name, self.house.person(name)

    def listen(self, client, **options):
        stream = EventStream(self.house.url, client, **options).open()
        self.addCleanup(stream.socket.close)
        self.assertEqual(stream.status, 200, stream.head)
        return stream

    def legacy(self, *members):
        """Ada's new legacy, with (name, role)…"""
        made = self.ada.post("/api/v1/legacies", {"title": "Family"})
        self.assertEqual(made.status, 201, made)
        for name, role in members:
            self.join(made.json["id"], name, role)
        return made.json["id"]

    def join(self, legacy, name, role):
        body = {"email": f"{name}@example.org", "role": role}
        added = self.ada.post(f"/api/v1/legacies/{legacy}/members", body)
        self.assertEqual(added.status, 201, added)
        return added.json["user_id"]

    def write(self, legacy, title="A story", status="published", client=None):
        body = {"legacy_id": legacy, "title": title, "markdown": "Text.", "status": status}
        made = (client or self.ada).post("/api/v1/stories", body)
        self.assertEqual(made.status, 201, made)
        return made

    def change(self, story, **fields):
        path = f"/api/v1/stories/{story.json['id']}"
        headers = {"If-Match": self.ada.get(path).headers["ETag"]}
        changed = self.ada.request("PATCH", path, fields, headers)
        self.assertEqual(changed.status, 200, changed)
        return changed

    def assert_silent_after(self, stream, legacy, client=None):
        """What is written now does not reach `stream`, which goes on: it hears the next thing that
        is for it, or has ended."""
        witness = self.listen(self.ada, legacy=legacy)
        self.write(legacy, "Not for you")
        self.assertEqual(witness.next()["event"], "StoryCreated")
        while event := stream.next(timeout=0.3):
            self.assertNotEqual(event["event"], "StoryCreated", event)

    # Who hears what

    def test_members_hear_of_stories_and_others_do_not(self):
        ben, bens = self.person()
        _, eves = self.person()
        legacy = self.legacy((ben, "viewer"))
        heard = self.listen(bens)
        strange = self.listen(eves)
        story = self.write(legacy)
        event = heard.next()
        self.assertEqual(event["event"], "StoryCreated")
        self.assertEqual(
            event["data"],
            {"type": "StoryCreated", "id": story.json["id"], "legacy_id": legacy, "version": 1},
        )
        # The answer to the write and the event name the same place.
        self.assertEqual(event["id"], story.headers["Heirloom-Sequence"])
        own = eves.post("/api/v1/legacies", {"title": "Eve's"}).json["id"]
        self.assertEqual(strange.next()["data"]["id"], own)

    def test_the_head_lets_nothing_wait_on_the_way(self):
        stream = self.listen(self.ada)
        head = stream.head.lower()
        self.assertIn("content-type: text/event-stream", head)
        self.assertIn("cache-control: no-store", head)
        self.assertIn("x-accel-buffering: no", head)
        self.assertNotIn("content-length", head)
        self.assertNotIn("content-encoding", head)
        # The first bytes come at once, without any event.
        block = stream._block(time.monotonic() + SOON)
        self.assertRegex(block, r"^retry: \d{4}$")

    def test_a_draft_is_unheard_by_viewers_until_it_is_published(self):
        ben, bens = self.person()
        legacy = self.legacy((ben, "viewer"))
        heard = self.listen(bens)
        draft = self.write(legacy, "Secret", "draft")
        self.change(draft, title="More secret")
        published = self.change(draft, status="published")
        event = heard.next()
        self.assertEqual(event["event"], "StoryUpdated")
        self.assertEqual(event["id"], published.headers["Heirloom-Sequence"])
        # Back to a draft: nothing more, not even its end.
        self.change(draft, status="draft")
        self.change(draft, title="Secret again")
        path = f"/api/v1/stories/{draft.json['id']}"
        self.ada.request("DELETE", path, headers={"If-Match": self.ada.get(path).headers["ETag"]})
        last = self.write(legacy, "The last")
        self.assertEqual(heard.next()["id"], last.headers["Heirloom-Sequence"])

    def test_who_could_see_a_story_hears_that_it_was_deleted_and_came_back(self):
        ben, bens = self.person()
        legacy = self.legacy((ben, "viewer"))
        story = self.write(legacy)
        heard = self.listen(bens)
        path = f"/api/v1/stories/{story.json['id']}"
        self.ada.request("DELETE", path, headers={"If-Match": story.headers["ETag"]})
        self.ada.post(f"/api/v1/bin/stories/{story.json['id']}/restore")
        self.assertEqual(heard.next()["event"], "StoryDeleted")
        self.assertEqual(heard.next()["event"], "StoryCreated")

    def test_a_legacy_goes_and_comes_back(self):
        ben, bens = self.person()
        legacy = self.legacy((ben, "viewer"))
        heard = self.listen(bens)
        headers = {"If-Match": self.ada.get(f"/api/v1/legacies/{legacy}").headers["ETag"]}
        self.ada.request("DELETE", f"/api/v1/legacies/{legacy}", headers=headers)
        back = self.ada.post(f"/api/v1/bin/legacies/{legacy}/restore")
        self.assertEqual(back.status, 200, back)
        self.assertEqual(heard.next()["event"], "LegacyDeleted")
        self.assertEqual(heard.next()["event"], "LegacyUpdated")
        self.write(legacy)
        self.assertEqual(heard.next()["event"], "StoryCreated")

    def test_a_stream_of_one_legacy(self):
        one, two = self.legacy(), self.legacy()
        stream = self.listen(self.ada, legacy=two)
        self.write(one)
        self.write(two)
        self.assertEqual(stream.next()["data"]["legacy_id"], two)

    def test_what_is_asked_wrongly_is_refused_by_name(self):
        _, eves = self.person()
        legacy = self.legacy()
        self.assertEqual(eves.get("/api/v1/events", legacy=legacy).status, 404)
        self.assertEqual(self.house.client().get("/api/v1/events").status, 401)
        odd = self.ada.get("/api/v1/events", legacy="odd")
        self.assertEqual((odd.status, odd.json["errors"][0]["pointer"]), (422, "?legacy"))
        for last_id in ("7", "x", "epoch.-1", "epoch.1x", "é", "a.b.c", "x" * 5000):
            header = {"Last-Event-ID": last_id.encode()}
            reply = self.ada.get("/api/v1/events", headers=header)
            self.assertEqual(reply.status, 422, last_id)
            self.assertEqual(reply.json["errors"][0]["pointer"], "Last-Event-ID")

    # Taking up again

    def test_taking_up_again_while_others_write_misses_nothing_and_repeats_nothing(self):
        ben, bens = self.person()
        legacy = self.legacy((ben, "viewer"))
        stream = self.listen(bens)
        stream.next(timeout=0.1)
        written = []

        def write(count):
            client = self.house.client(headers=dict(self.ada.headers))
            for n in range(count):
                made = self.write(legacy, f"Story {n}", client=client)
                written.append(made.headers["Heirloom-Sequence"])

        writers = [threading.Thread(target=write, args=(60,)) for _ in range(3)]
        for writer in writers:
            writer.start()
        heard = []
        while any(writer.is_alive() for writer in writers):
            position = stream.position
            stream.socket.close()
            stream = self.listen(bens, last_id=position)
            for _ in range(7):
                if event := stream.next(timeout=0.05):
                    heard.append(event["id"])
        for writer in writers:
            writer.join()
        while len(heard) < len(written) and (event := stream.next()):
            heard.append(event["id"])
        self.assertEqual(len(written), 180)
        by_sequence = lambda each: int(each.split(".")[1])  # noqa: E731
        self.assertEqual(heard, sorted(written, key=by_sequence))

    def test_what_was_missed_comes_after_a_restart_too(self):
        house = Appliance().start()
        self.addCleanup(house.remove)
        ada = house.person("ada")
        legacy = ada.post("/api/v1/legacies", {"title": "Family"})
        last_id = legacy.headers["Heirloom-Sequence"]
        body = {"legacy_id": legacy.json["id"], "title": "One", "markdown": "Text."}
        ada.post("/api/v1/stories", body)
        house.kill()
        house.start()
        ada = house.client(headers=dict(ada.headers))
        ada.post("/api/v1/stories", body)
        with EventStream(house.url, ada, last_id=last_id).open() as stream:
            self.assertEqual([stream.next()["event"] for _ in range(2)], ["StoryCreated"] * 2)

    def test_another_history_a_future_and_a_distant_past_are_a_reset(self):
        legacy = self.legacy()
        position = self.write(legacy).headers["Heirloom-Sequence"]
        epoch, sequence = position.split(".")
        for last_id in (f"another.{sequence}", f"{epoch}.{int(sequence) + 1000}"):
            stream = self.listen(self.ada, last_id=last_id)
            event = stream.next()
            self.assertEqual(event["event"], "reset")
            # From the reset's own id it goes on.
            again = self.listen(self.ada, last_id=event["id"])
            self.write(legacy)
            self.assertEqual(again.next()["event"], "StoryCreated")
            self.assertEqual(stream.next()["event"], "StoryCreated")

    # How streams end

    def test_signing_out_ends_the_session_s_streams_and_no_others(self):
        name, client = self.person()
        ending, staying = self.house.browser(name), self.house.browser(name)
        ended, stays = self.listen(ending), self.listen(staying)
        by_token = self.listen(client)
        self.assertEqual(ending.request("DELETE", "/api/v1/session").status, 204)
        self.assertIsNotNone(ended.ends_within(SOON))
        legacy = self.legacy((name, "viewer"))
        for stream in (stays, by_token):
            self.assertEqual(stream.next()["data"]["legacy_id"], legacy)
        self.assertEqual(ending.get("/api/v1/events").status, 401)

    def test_ending_a_session_from_another_ends_its_streams(self):
        name, _ = self.person()
        lost, mine = self.house.browser(name), self.house.browser(name)
        stream = self.listen(lost)
        sessions = mine.get("/api/v1/sessions").json["items"]
        other = next(each["id"] for each in sessions if not each["current"])
        self.assertEqual(mine.request("DELETE", f"/api/v1/sessions/{other}").status, 204)
        self.assertIsNotNone(stream.ends_within(SOON))

    def test_taking_a_token_back_ends_its_streams(self):
        name, _ = self.person()
        browser = self.house.browser(name)
        made = browser.post("/api/v1/tokens", {"name": "script", "scopes": ["stories:read"]})
        self.assertEqual(made.status, 201, made)
        stream = self.listen(self.house.client(made.json["secret"]))
        token = browser.get("/api/v1/tokens").json["items"]
        token = next(each["id"] for each in token if each["name"] == "script")
        self.assertEqual(browser.request("DELETE", f"/api/v1/tokens/{token}").status, 204)
        self.assertIsNotNone(stream.ends_within(SOON))

    def test_disabling_a_person_ends_all_their_streams(self):
        name, client = self.person()
        streams = [self.listen(client), self.listen(self.house.browser(name))]
        arguments = ["--data-dir", self.house.data_dir, "--email", f"{name}@example.org"]
        self.house.run("user", "disable", *arguments)
        for stream in streams:
            self.assertIsNotNone(stream.ends_within(SOON))

    def test_who_is_taken_out_hears_nothing_more(self):
        ben, bens = self.person()
        legacy = self.legacy()
        user = self.join(legacy, ben, "editor")
        stream = self.listen(bens)
        path = f"/api/v1/legacies/{legacy}/members/{user}"
        self.assertEqual(self.ada.request("DELETE", path).status, 204)
        self.assertEqual(stream.next()["event"], "MemberChanged")
        self.assert_silent_after(stream, legacy)
        # Nor when they take the stream up from before they were taken out.
        again = self.listen(bens, last_id=stream.position.split(".")[0] + ".0")
        while event := again.next(timeout=0.3):
            self.assertNotEqual(event["event"], "StoryCreated")

    def test_a_lower_role_counts_at_once(self):
        ben, bens = self.person()
        legacy = self.legacy()
        user = self.join(legacy, ben, "editor")
        stream = self.listen(bens)
        path = f"/api/v1/legacies/{legacy}/members/{user}"
        self.assertEqual(self.ada.request("PATCH", path, {"role": "viewer"}).status, 200)
        self.write(legacy, "Secret", "draft")
        told = self.write(legacy, "For all")
        heard = stream.until(lambda event: event["event"] == "StoryCreated")
        self.assertEqual(heard[-1]["id"], told.headers["Heirloom-Sequence"])

    def test_a_session_that_is_over_by_time_ends_its_streams(self):
        house = Appliance().start()
        self.addCleanup(house.remove)
        house.add_user("ada")
        browser = house.browser("ada")
        house.stop()
        soon = int((time.time() + 4) * 1e6)
        house.sql(f"UPDATE sessions SET expires_at = {soon}")
        house.start()
        browser = house.client(headers=dict(browser.headers))
        with EventStream(house.url, browser).open() as stream:
            self.assertEqual(stream.status, 200)
            self.assertIsNotNone(stream.ends_within(4 + SOON))
            self.assertGreaterEqual(time.time() * 1e6, soon)

    def test_a_reader_that_does_not_read_is_let_go_and_others_hear_on(self):
        ben, bens = self.person()
        legacy = self.legacy((ben, "viewer"))
        story = self.write(legacy)
        self.listen(bens, receive_buffer=4096)  # And never reads.
        reader = self.listen(bens)
        before = self.metric("heirloom_events_subscribers")
        # The kernel takes megabytes before anybody is behind: many events, made in few statements.
        for _ in range(400):
            if self.metric("heirloom_events_subscribers") < before:
                break
            self.repeat_last_event(300)
            last = self.change(story, title="Once more").headers["Heirloom-Sequence"]
            reader.until(lambda event: event["id"] == last)  # noqa: B023
        # One of the two was let go, and it is not who reads.
        self.assertEqual(self.metric("heirloom_events_subscribers"), before - 1)
        last = self.change(story, title="And again").headers["Heirloom-Sequence"]
        reader.until(lambda event: event["id"] == last)

    def repeat_last_event(self, times):
        columns = "tenant_id, type, subject, legacy_id, version, created_at"
        last = "(SELECT * FROM outbox ORDER BY sequence DESC LIMIT 1) AS last"
        counted = f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {times})"
        if self.house.database:
            # As the daemon's own writes do: one after another, and the head follows.
            head = "WITH h AS (UPDATE outbox_head SET sequence = sequence + %d RETURNING sequence)"
            self.house.sql(
                f"{head % times} INSERT INTO outbox (sequence, {columns}) SELECT h.sequence - {times} + n,"
                f" {columns} FROM h, generate_series(1, {times}) n, {last}"
            )
        else:
            self.house.sql(f"INSERT INTO outbox ({columns}) {counted} SELECT {columns} FROM c, {last}")

    def test_windows_of_one_person_are_bounded(self):
        _, client = self.person()
        streams = [self.listen(client) for _ in range(32)]
        refused = client.get("/api/v1/events")
        self.assertEqual(refused.status, 503)
        self.assertGreaterEqual(int(refused.headers["Retry-After"]), 1)
        self.listen(self.ada)
        streams[0].socket.close()
        deadline = time.monotonic() + SOON
        while self.open_status(client) != 200:
            self.assertLess(time.monotonic(), deadline)

    def open_status(self, client):
        with EventStream(self.house.url, client).open() as stream:
            return stream.status

    def test_a_sign_of_life_comes_to_who_hears_nothing(self):
        _, client = self.person()
        stream = self.listen(client)
        self.assertIsNone(stream.next(timeout=20))
        self.assertFalse(stream.ended)
        self.assertGreaterEqual(stream.comments, 1)

    def test_the_daemon_goes_down_at_once_with_streams_open(self):
        house = Appliance().start()
        self.addCleanup(house.remove)
        ada = house.person("ada")
        streams = [EventStream(house.url, ada).open() for _ in range(5)]
        self.assertEqual(house.stop(timeout=15), 0)
        for stream in streams:
            self.assertIsNotNone(stream.ends_within(SOON))
            stream.socket.close()

    def metric(self, name):
        for line in self.house.client().get("/metrics").body.decode().splitlines():
            if line.startswith(f"{name} "):
                return float(line.split()[1])
        raise AssertionError(f"there is no metric {name}")


if __name__ == "__main__":
    unittest.main()
