"""How each route of the OpenAPI file is asked, and which action of the policy table it is.

A route that is in the contract and not here fails the tests that use this.
"""

import dataclasses
import pathlib

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
METHODS = ("get", "post", "put", "patch", "delete")

# An ETag that no thing here has: who may change it hears 412, and nothing is changed.
STALE = {"If-Match": '"v999999"'}


def contract():
    text = (ROOT / "appliance/api/openapi.yaml").read_text(encoding="utf-8")
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def operations():
    """(method, path) → operation, of everything in the contract."""
    found = {}
    for path, item in contract()["paths"].items():
        for method in METHODS:
            if method in item:
                found[method, path] = item[method]
    return found


@dataclasses.dataclass
class Row:
    # Names of the policy table: all of them are needed. Whoever changes a thing must be able to read
    # it too: the answer shows it.
    actions: tuple = ()
    # What `{id}` (or the field or parameter below) names: legacy, deleted legacy, story, deleted story.
    thing: str = ""
    body: object = None  # A value, or what makes one out of the thing.
    headers: dict = dataclasses.field(default_factory=dict)
    field: str = ""  # The thing stands in the body.
    query: str = ""  # The thing stands in the query.
    # Who may do it does it: for them each time a thing of its own is made.
    spends: bool = False
    # Where the thing must be in another state, doing it is no error: taking back what is not deleted.
    either_state: bool = False
    # Has no end to wait for.
    stream: bool = False
    # It may also be that there is none for this one: their own working copy.
    may_lack: bool = False
    # A list: which kind of thing its items are, and with what it is asked.
    lists: str = ""
    queries: tuple = ({},)


READ_STORY = "read a story and its revisions"
EDIT_STORY = "change a story"
BIN_STORY = "see a deleted story, take it back, remove it for good"
DEAD_LETTERS = "see events that failed, and have them tried again"
READ_LEGACY = "read a legacy"
MEMBERS = "add, change and remove members"

# Tell everybody the same, whoever asks and whatever there is.
SAME_FOR_ALL = {
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/manifest"),
    ("get", "/api/v1/setup"),
    ("post", "/api/v1/setup"),
    ("get", "/api/v1/openapi.json"),
    # For the operator: by address, not by person, and without a word of what people wrote.
    ("get", "/metrics"),
}

# About oneself alone, by a browser session; tests/identity and account_test.py have the rest.
OWN = {
    ("get", "/api/v1/session"),
    ("post", "/api/v1/session"),
    ("delete", "/api/v1/session"),
    ("get", "/api/v1/me"),
    ("get", "/api/v1/sessions"),
    ("delete", "/api/v1/sessions"),
    ("delete", "/api/v1/sessions/{id}"),
    ("get", "/api/v1/tokens"),
    ("post", "/api/v1/tokens"),
    ("delete", "/api/v1/tokens/{id}"),
    ("put", "/api/v1/me/password"),
}


def import_batch(_):
    return {"source": "matrix", "items": [{"source_id": "1", "title": "Imported", "text": "Text."}]}


def archived_batch(thing):
    """With a chain that does not hold: each story is refused, and nothing is brought in."""
    revision = {
        "number": 1,
        "author": "Somebody",
        "note": "",
        "created_at": "2020-01-01T00:00:00.000000Z",
        "content": {},
        "content_hash": "0" * 64,
        "digest": "0" * 64,
    }
    story = {
        "origin_id": "01890000-0000-7000-8000-000000000001",
        "created_at": "2020-01-01T00:00:00.000000Z",
        "updated_at": "2020-01-01T00:00:00.000000Z",
        "revision_count": 1,
        "revisions": [revision],
    }
    return {"items": [story]}


# A legacy that everybody brings along, as their own.
ARCHIVED_LEGACY = {
    "origin_id": "01890000-0000-7000-8000-000000000002",
    "title": "Brought along",
    "created_at": "2020-01-01T00:00:00.000000Z",
    "updated_at": "2020-01-01T00:00:00.000000Z",
}


def working_copy(thing):
    return {"base_version": 1, "title": "Not saved yet"}


API = "/api/v1"
ROWS = {
    ("post", f"{API}/legacies"): Row(("create a legacy",), body={"title": "Mine"}),
    ("get", f"{API}/legacies/{{id}}"): Row((READ_LEGACY,), "legacy"),
    ("patch", f"{API}/legacies/{{id}}"): Row((READ_LEGACY, "change a legacy"), "legacy", {"title": "Mine"}, STALE),
    ("delete", f"{API}/legacies/{{id}}"): Row((READ_LEGACY, "delete a legacy"), "legacy", headers=STALE),
    ("get", f"{API}/legacies/{{id}}/members"): Row(("read the list of members",), "legacy"),
    # Who is a member already, with the role they have: nothing changes.
    ("post", f"{API}/legacies/{{id}}/members"): Row(
        (READ_LEGACY, MEMBERS), "legacy", {"email": "danqz@example.org", "role": "editor"}
    ),
    ("patch", f"{API}/legacies/{{id}}/members/{{user_id}}"): Row((READ_LEGACY, MEMBERS), "legacy", {"role": "editor"}),
    ("delete", f"{API}/legacies/{{id}}/members/{{user_id}}"): Row((MEMBERS,), "legacy", spends=True),
    ("post", f"{API}/legacies/{{id}}/imports/stories"): Row(("import stories",), "legacy", import_batch),
    ("get", f"{API}/legacies/{{id}}/tags"): Row((READ_STORY,), "legacy"),
    ("post", f"{API}/legacies/{{id}}/tags/rename"): Row(
        (READ_STORY, "rename and merge tags"), "legacy", {"from": "nobody has this", "to": "nor this"}
    ),
    ("get", f"{API}/legacies/{{id}}/audit"): Row(
        (READ_LEGACY, "read what was done in a legacy"), "legacy"
    ),
    ("get", f"{API}/legacies/{{id}}/export"): Row(("export a legacy",), "legacy"),
    ("post", f"{API}/legacies/{{id}}/imports/archive"): Row(
        ("import stories", "change a legacy"), "legacy", archived_batch
    ),
    ("post", f"{API}/imports/archive/legacies"): Row(("import an archive",), body=ARCHIVED_LEGACY),
    ("post", f"{API}/bin/legacies/{{id}}/restore"): Row(
        ("see a deleted legacy, take it back",), "deleted legacy", {}, spends=True, either_state=True
    ),
    ("post", f"{API}/stories"): Row(
        ("write a story",), "legacy", {"title": "Written", "markdown": "Text."}, field="legacy_id"
    ),
    ("get", f"{API}/stories/{{id}}"): Row((READ_STORY,), "story"),
    ("patch", f"{API}/stories/{{id}}"): Row((READ_STORY, EDIT_STORY), "story", {"title": "Mine"}, STALE),
    ("delete", f"{API}/stories/{{id}}"): Row((READ_STORY, "delete a story"), "story", headers=STALE),
    ("put", f"{API}/stories/{{id}}/working-copy"): Row((READ_STORY, EDIT_STORY), "story", working_copy),
    ("get", f"{API}/stories/{{id}}/working-copy"): Row((READ_STORY,), "story", may_lack=True),
    ("delete", f"{API}/stories/{{id}}/working-copy"): Row((READ_STORY,), "story"),
    ("post", f"{API}/stories/{{id}}/working-copy/save"): Row((READ_STORY, EDIT_STORY), "story", {}),
    ("get", f"{API}/stories/{{id}}/revisions"): Row((READ_STORY,), "story"),
    ("get", f"{API}/stories/{{id}}/revisions/{{n}}"): Row((READ_STORY,), "story"),
    ("get", f"{API}/stories/{{id}}/revisions/{{n}}/diff"): Row((READ_STORY,), "story"),
    ("post", f"{API}/stories/{{id}}/revisions/{{n}}/restore"): Row((READ_STORY, EDIT_STORY), "story", {}, STALE),
    ("get", f"{API}/bin/stories/{{id}}"): Row((BIN_STORY,), "deleted story"),
    ("delete", f"{API}/bin/stories/{{id}}"): Row((BIN_STORY,), "deleted story", spends=True),
    ("post", f"{API}/bin/stories/{{id}}/restore"): Row(
        (BIN_STORY,), "deleted story", {}, spends=True, either_state=True
    ),
    ("get", f"{API}/events"): Row((READ_LEGACY,), "legacy", query="legacy", stream=True),
    ("get", f"{API}/audit"): Row(("read what was done in this installation",)),
    ("get", f"{API}/dead-letters"): Row((DEAD_LETTERS,)),
    ("post", f"{API}/dead-letters/{{id}}/redrive"): Row((DEAD_LETTERS,), body={}, may_lack=True),
    ("get", f"{API}/export"): Row(("export a legacy",), lists="export"),
    ("get", f"{API}/legacies"): Row((READ_LEGACY,), lists="legacy"),
    ("get", f"{API}/bin/legacies"): Row(("see a deleted legacy, take it back",), lists="deleted legacy"),
    ("get", f"{API}/stories"): Row(
        (READ_STORY,),
        lists="story",
        queries=(
            {},
            {"status": "archived"},
            {"status": "draft"},
            {"order": "happened"},
            {"tag": "MARK"},
            {"tag": "MARK", "status": "archived"},
            {"legacy": "LEGACY"},
        ),
    ),
    ("get", f"{API}/bin/stories"): Row((BIN_STORY,), lists="deleted story", queries=({}, {"legacy": "LEGACY"})),
    ("get", f"{API}/search"): Row(
        (READ_STORY,),
        lists="story",
        queries=(
            {"facets": "true"},
            {"facets": "true", "status": "archived"},
            {"facets": "true", "status": "draft"},
            {"q": "MARK", "facets": "true"},
            {"q": "MARK", "status": "archived"},
            {"q": "PREFIX"},
            {"q": "TYPO"},
            {"q": "-nothing MARK"},
            {"q": '"MARK was"'},
            {"author": "MARK"},
            {"tag": "MARK", "facets": "true"},
            {"legacy": "LEGACY", "facets": "true"},
            {"from": "1956", "to": "1958", "facets": "true"},
            {"lang": "en"},
        ),
    ),
    ("get", f"{API}/search/suggest"): Row(
        (READ_STORY,),
        lists="suggestion",
        queries=({"q": "PREFIX"}, {"q": "MARK"}, {"q": "a PREFIX"}, {"q": "PREFIX", "legacy": "LEGACY"}),
    ),
}
