"""Every kind of event, as the daemon writes it, keeps its schema in appliance/api/events."""

import datetime
import json
import pathlib
import re
import sqlite3
import sys
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import Appliance  # noqa: E402

SCHEMAS = ROOT / "appliance/api/events"


def types_in_code():
    text = (ROOT / "appliance/domain/event.h").read_text(encoding="utf-8")
    return set(re.findall(r'string_view k(\w+) = "\1";', text))


def cloud_event(epoch, row):
    """The envelope of appliance/api/events/README.md around an outbox row."""
    made_at = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=row["created_at"])
    return {
        "specversion": "1.0",
        "id": f"{epoch}.{row['sequence']}",
        "source": "urn:heirloom",
        "type": row["type"],
        "subject": row["subject"],
        "time": made_at.isoformat(timespec="microseconds") + "Z",
        "datacontenttype": "application/json",
        "data": {"id": row["subject"], "legacy_id": row["legacy_id"] or None, "version": row["version"],
                 "tenant_id": row["tenant_id"]},
    }


def validator(name):
    store = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS.glob("*.schema.json")}
    schema = store[f"{name}.schema.json"]
    resolver = jsonschema.RefResolver(base_uri=schema["$id"], referrer=schema, store=store)
    return jsonschema.Draft202012Validator(schema, resolver=resolver, format_checker=jsonschema.FormatChecker())


class Events(unittest.TestCase):
    def ok(self, reply):
        self.assertLess(reply.status, 300, reply)
        return reply

    def live(self, appliance):
        """A life in which everything happens once."""
        ada = appliance.person("ada")
        appliance.add_user("ben")
        legacy = self.ok(ada.post("/api/v1/legacies", {"title": "Lamps"}))
        place = f"/api/v1/legacies/{legacy.json['id']}"
        changed = self.ok(ada.request("PATCH", place, {"title": "The Lamps"}, {"If-Match": legacy.headers["ETag"]}))
        self.ok(ada.post(f"{place}/members", {"email": "ben@example.org", "role": "viewer"}))
        story = self.ok(ada.post("/api/v1/stories", {"legacy_id": legacy.json["id"], "title": "One", "markdown": "Text"}))
        path = f"/api/v1/stories/{story.json['id']}"
        newer = self.ok(ada.request("PATCH", path, {"title": "Two"}, {"If-Match": story.headers["ETag"]}))
        self.ok(ada.request("DELETE", path, headers={"If-Match": newer.headers["ETag"]}))
        self.ok(ada.request("DELETE", place, headers={"If-Match": changed.headers["ETag"]}))
        browser = appliance.browser("ben")
        token = self.ok(browser.post("/api/v1/tokens", {"name": "script", "scopes": ["stories:read"]}))
        self.ok(browser.request("DELETE", f"/api/v1/tokens/{token.json['id']}"))
        self.ok(browser.request("DELETE", "/api/v1/session"))

    def outbox(self, appliance):
        database = sqlite3.connect(f"file:{appliance.data_dir}/heirloom.db?mode=ro", uri=True)
        try:
            database.row_factory = sqlite3.Row
            epoch = database.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()["value"]
            return [cloud_event(epoch, row) for row in database.execute("SELECT * FROM outbox ORDER BY sequence")]
        finally:
            database.close()

    def test_each_type_is_written_as_its_schema_says(self):
        with Appliance() as appliance:
            self.live(appliance)
            events = self.outbox(appliance)
        self.assertEqual({event["type"] for event in events}, types_in_code())
        for event in events:
            with self.subTest(event=event):
                validator(event["type"]).validate(event)

    def test_the_schemas_can_refuse(self):
        good = json.loads((SCHEMAS / "StoryUpdated.schema.json").read_text(encoding="utf-8"))["examples"][0]
        validator("StoryUpdated").validate(good)
        for wrong in ({"type": "StoryCreated"}, {"specversion": "0.3"}, {"subject": "1"}, {"id": "42"},
                      {"data": {**good["data"], "version": 0}}, {"data": {**good["data"], "title": "said too much"}}):
            with self.subTest(wrong=wrong), self.assertRaises(jsonschema.ValidationError):
                validator("StoryUpdated").validate({**good, **wrong})


if __name__ == "__main__":
    unittest.main()
