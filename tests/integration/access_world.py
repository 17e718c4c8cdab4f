"""A house with somebody in every role and a thing in every state, for the tests of who sees what."""

import contextlib
import dataclasses
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import Appliance  # noqa: E402

# Names that stand in no other word, so that each one that is met is told.
MEMBERS = {"adaqz": "owner", "olgaqz": "owner", "eddaqz": "editor", "coraqz": "contributor"}
MEMBERS |= {"vicqz": "contributor", "veraqz": "viewer", "danqz": "editor"}
SCOPES = (
    "legacies:read",
    "legacies:write",
    "legacies:export",
    "members:write",
    "stories:read",
    "stories:write",
    "audit:read",
    "events:redrive",
)
# What somebody would give a script that changes things.
PAIRS = (
    ("legacies:read", "legacies:write"),
    ("legacies:read", "members:write"),
    ("legacies:read", "audit:read"),
    ("legacies:read", "stories:write"),
    ("stories:read", "stories:write"),
)


@dataclasses.dataclass
class Thing:
    kind: str  # As Row.thing.
    id: str
    state: str  # Of the policy table.
    mark: str  # A word that stands in it and nowhere else.
    author: str = ""
    nobodys: bool = False  # For nobody here: purged, of a deleted legacy, of another tenant.


@dataclasses.dataclass
class Asker:
    name: str
    client: object
    role: str  # Of the policy table; "" for nobody.
    person: str = ""
    scopes: tuple = ()  # Of their token; none: all.


# The number of the next event, where a row of the outbox is made behind the daemon's back.
NEXT_SEQUENCE = object()


def literal(value):
    """As SQL has it."""
    if value is NEXT_SEQUENCE:
        return "(SELECT max(sequence) FROM outbox) + row_number() OVER ()"
    if isinstance(value, int):
        return str(value)
    return "'" + value.replace("'", "''") + "'"


class Policy:
    def __init__(self):
        table = subprocess.run(
            [os.environ["POLICY_TABLE"], "--json"], check=True, capture_output=True, text=True
        )
        table = json.loads(table.stdout)
        self.verdicts = table["verdicts"]
        self.actions = {action["name"]: action for action in table["actions"]}

    def verdict(self, actions, asker, thing):
        """allow, deny or unseen, as Decide says it: the first that is not allow."""
        role = asker.role
        if thing.author and thing.author == asker.person and role in ("viewer", "contributor"):
            role += ", own story"
        said = [self.verdicts[f"{action}|{role}|{thing.state}"] for action in actions]
        if "unseen" in said:
            return "unseen"
        return "deny" if "deny" in said or not self.in_scope(actions, asker) else "allow"

    def in_scope(self, actions, asker):
        return not asker.scopes or all(self.actions[a]["scope"] in asker.scopes for a in actions)


class World:
    def __init__(self):
        self.policy = Policy()
        os.environ["HEIRLOOM_LIMITS_EXPORTS_PER_MINUTE"] = "0"  # Everybody tries each export with each thing.
        self.house = Appliance()
        self.house.start()
        self.things = []
        self.marks = 0
        self.people = {name: self.house.person(name) for name in MEMBERS}
        self.ids = {
            name: client.get("/api/v1/me").json["user"]["id"] for name, client in self.people.items()
        }
        self.ada = self.people["adaqz"]
        self.home = self.legacy("legacy")
        self.fill(self.home)
        self.private = self.legacy("private legacy")
        for author in ("adaqz", "coraqz"):
            self.story(self.private, "published", author, state="private")
        hidden = self.story(self.private, "published", state="private")
        self.delete_story(hidden)
        self.change(self.private, {"visibility": "private"})
        self.deleted = self.legacy("legacy")
        inside = self.story(self.deleted, "published")
        binned = self.story(self.deleted, "published")
        self.delete_story(binned)
        self.delete_legacy(self.deleted)
        inside.nobodys = binned.nobodys = True
        self.set_role(self.home, "vicqz", "viewer")
        self.house.run("user", "disable", "--data-dir", self.house.data_dir, "--email", "danqz@example.org")
        self.beside()
        self.house.stop()
        self.another_tenant()
        self.house.start()
        for client in self.people.values():
            client.close()
            client.__init__(self.house.url, headers=client.headers)
        self.askers = self.everybody()
        self.sequence = self.settle()

    # What there is.

    def mark(self):
        self.marks += 1
        return "zqw" + "".join(chr(ord("a") + int(digit)) for digit in f"{self.marks:03d}") + "xuv"

    def add(self, *values, **more):
        self.things.append(Thing(*values, **more))
        return self.things[-1]

    def legacy(self, state):
        mark = self.mark()
        body = {"title": f"House {mark}", "dedication": f"{mark} was here"}
        made = self.ada.post("/api/v1/legacies", body)
        assert made.status == 201, made
        legacy = self.add("legacy", made.json["id"], state, mark)
        for name, role in MEMBERS.items():
            if name != "adaqz":
                member = {"email": f"{name}@example.org", "role": role}
                added = self.ada.post(f"/api/v1/legacies/{legacy.id}/members", member)
                assert added.status == 201, added
        return legacy

    def story(self, legacy, status, author="adaqz", state=None):
        mark = self.mark()
        body = {
            "legacy_id": legacy.id,
            "title": f"Tale {mark}",
            "markdown": f"{mark} was here.",
            "status": status,
            "tags": [mark],
            "author": mark,
            "place": mark,
            "happened_at": "1957",
            "note": mark,
        }
        made = self.people[author].post("/api/v1/stories", body)
        assert made.status == 201, made
        return self.add("story", made.json["id"], state or status, mark, author)

    def delete_story(self, story):
        gone = self.ada.request("DELETE", f"/api/v1/stories/{story.id}", headers={"If-Match": "*"})
        assert gone.status == 204, gone
        story.kind = "deleted story"
        return story

    def delete_legacy(self, legacy):
        gone = self.ada.request("DELETE", f"/api/v1/legacies/{legacy.id}", headers={"If-Match": "*"})
        assert gone.status == 204, gone
        legacy.kind = "deleted legacy"
        return legacy

    def change(self, legacy, fields):
        changed = self.ada.request("PATCH", f"/api/v1/legacies/{legacy.id}", fields, {"If-Match": "*"})
        assert changed.status == 200, changed
        if fields.get("visibility") == "private":
            legacy.state = "private legacy"

    def set_role(self, legacy, name, role):
        path = f"/api/v1/legacies/{legacy.id}/members/{self.ids[name]}"
        changed = self.ada.request("PATCH", path, {"role": role})
        assert changed.status == 200, changed

    def fill(self, legacy):
        for status in ("published", "draft", "archived"):
            for author in ("adaqz", "coraqz", "vicqz"):
                self.story(legacy, status, author)
                self.delete_story(self.story(legacy, status, author))
        purged = self.delete_story(self.story(legacy, "published"))
        done = self.ada.request("DELETE", f"/api/v1/bin/stories/{purged.id}")
        assert done.status == 204, done
        purged.nobodys = True

    def beside(self):
        """What somebody has who has nothing to do with the others."""
        self.people["fayqz"] = self.house.person("fayqz")
        self.ids["fayqz"] = self.people["fayqz"].get("/api/v1/me").json["user"]["id"]
        for legacy in (self.home, self.private):
            members = f"/api/v1/legacies/{legacy.id}/members"
            member = {"email": "fayqz@example.org", "role": "editor"}
            assert self.ada.post(members, member).status == 201
            assert self.ada.request("DELETE", f"{members}/{self.ids['fayqz']}").status == 204
        self.people["eveqz"] = self.house.person("eveqz")
        self.house.add_user("rootqz", "--admin")
        self.people["rootqz"] = self.house.client(self.house.token("rootqz"))

    def another_tenant(self):
        """Rows as they would be in an installation of two tenants: the same people's ids as members,
        and a legacy and stories of their own, one of which has the id of a story of ours."""
        ours = next(thing for thing in self.things if thing.kind == "story")
        new = {"legacies": str(uuid.uuid4()), "same": ours.id, "published": str(uuid.uuid4())}
        new["binned"] = str(uuid.uuid4())
        copies = [("users", "1 = 1", {}), ("members", f"legacy_id = '{self.home.id}'", {"legacy_id": new["legacies"]})]
        marks = {key: self.mark() for key in ("legacies", "same", "published", "binned")}
        legacy = {"id": new["legacies"], "title": marks["legacies"], "dedication": marks["legacies"]}
        copies.append(("legacies", f"id = '{self.home.id}'", legacy))
        for key in ("same", "published", "binned"):
            mark = marks[key]
            words = dict.fromkeys(("title", "text", "excerpt", "author", "place"), mark)
            words |= {"id": new[key], "legacy_id": new["legacies"], "tags": json.dumps([mark])}
            if key == "binned":
                words |= {"deleted_at": 1, "deleted_by": self.ids["adaqz"]}
            copies.append(("stories", f"id = '{ours.id}' AND tenant_id = 'default'", words))
            words = {"story_id": new[key], "title": mark, "author": mark, "note": mark}
            copies.append(("revisions", f"story_id = '{ours.id}' AND tenant_id = 'default'", words))
            words = {"story_id": new[key], "tag_key": mark}
            copies.append(("story_tags", f"story_id = '{ours.id}' AND tenant_id = 'default'", words))
            words = {"subject": new[key], "legacy_id": new["legacies"], "sequence": NEXT_SEQUENCE}
            copies.append(("outbox", f"subject = '{ours.id}' AND tenant_id = 'default'", words))
        self.behind_its_back(
            [self.copy(table, where, {"tenant_id": "other", **words}) for table, where, words in copies]
        )
        self.add("legacy", new["legacies"], "legacy", marks["legacies"], nobodys=True)
        for key in ("published", "binned"):
            kind = "story" if key == "published" else "deleted story"
            self.add(kind, new[key], "published", marks[key], nobodys=True)
        # The one whose id is ours: only the words of theirs must not be met.
        self.add("words", str(uuid.uuid4()), "published", marks["same"], nobodys=True)

    def copy(self, table, where, changes):
        """The statement that copies rows with some columns changed, alike in both databases."""
        found = self.house.sql(f"SELECT count(*) FROM {table} WHERE {where}")
        assert int(found) > 0, (table, where)
        columns = self.columns(table)
        values = ", ".join(literal(changes[name]) if name in changes else name for name in columns)
        return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE {where}"

    def columns(self, table):
        if self.house.database:
            described = f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'"
        else:
            described = f"SELECT name FROM pragma_table_info('{table}')"
        return self.house.sql(described).splitlines()

    def behind_its_back(self, statements):
        """In one transaction that looks at no foreign keys: these rows' users are nobody here."""
        if self.house.database:
            before = "SET session_replication_role = replica"
            after = "UPDATE outbox_head SET sequence = (SELECT max(sequence) FROM outbox)"
            self.house.sql(";\n".join([before, *statements, after]))
            return
        database = sqlite3.connect(pathlib.Path(self.house.data_dir) / "heirloom.db")
        with contextlib.closing(database), database:
            database.execute("PRAGMA foreign_keys = OFF")
            for statement in statements:
                database.execute(statement)

    # Who asks.

    def everybody(self):
        house = self.house
        askers = [
            Asker("nobody", house.client(), ""),
            Asker("somebody disabled", self.people["danqz"], ""),
            Asker("a stranger", self.people["eveqz"], "none", "eveqz"),
            Asker("a stranger in a browser", house.browser("eveqz"), "none", "eveqz"),
            Asker("a former member", self.people["fayqz"], "none", "fayqz"),
            Asker("an admin who is no member", self.people["rootqz"], "admin", "rootqz"),
            Asker("a viewer", self.people["veraqz"], "viewer", "veraqz"),
            Asker("a viewer in a browser", house.browser("veraqz"), "viewer", "veraqz"),
            Asker("a viewer who wrote", self.people["vicqz"], "viewer", "vicqz"),
            Asker("a contributor", self.people["coraqz"], "contributor", "coraqz"),
            Asker("an editor", self.people["eddaqz"], "editor", "eddaqz"),
            Asker("an owner", self.people["olgaqz"], "owner", "olgaqz"),
        ]
        for scopes in [(scope,) for scope in SCOPES] + list(PAIRS):
            client = house.client(house.token("olgaqz", "--scopes", ",".join(scopes)))
            name = f"an owner's token for {' and '.join(scopes)}"
            askers.append(Asker(name, client, "owner", "olgaqz", scopes))
        return askers

    def settle(self):
        """A sequence after all of this."""
        made = self.ada.post("/api/v1/legacies", {"title": "The last thing that is made"})
        return made.headers["Heirloom-Sequence"]

    def sees(self, asker, thing):
        """Whether the words in it are for them to read, by whatever door."""
        if thing.nobodys or not asker.role:
            return False
        doors = {
            "legacy": ("read a legacy", "read a story and its revisions"),
            "deleted legacy": ("see a deleted legacy, take it back",),
            "story": ("read a story and its revisions",),
            "deleted story": ("see a deleted story, take it back, remove it for good",),
        }[thing.kind]
        # An export holds all of it; so does the record of who may write there.
        if thing.kind in ("legacy", "story"):
            state = "private legacy" if thing.state.startswith("private") else "legacy"
            whole = Thing("legacy", "", state, "")
            if self.policy.verdict(("export a legacy",), asker, whole) == "allow":
                return True
            if thing.kind == "story" and self.policy.verdict(("change a story",), asker, thing) == "allow":
                return True
            if thing.kind == "legacy" and self.policy.verdict(("change a legacy",), asker, thing) == "allow":
                return True
        return any(self.policy.verdict((door,), asker, thing) == "allow" for door in doors)

    def hang_up(self):
        """Whom nobody hears of for a minute, the daemon hangs up on: everybody calls afresh."""
        for client in [*self.people.values(), *(asker.client for asker in self.askers)]:
            client.close()

    def remove(self):
        self.house.remove()
