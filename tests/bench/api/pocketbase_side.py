"""The other side of the benchmark: PocketBase with the same stories and a rule that asks for membership."""

import http.client
import pathlib
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from tests.support.appliance import Client  # noqa: E402

EMAIL, PASSWORD = "bench@example.org", "a long password"
PAGE = 30
LARGEST = 1 << 23
START_LIMIT = 60

MEMBER = "legacy.members_via_legacy.user ?= @request.auth.id"
SUMMARY = "id,legacy,title,excerpt,status,tags,language,happened_at,place,author,created,updated"


def text(name, maximum=200):
    return {"name": name, "type": "text", "max": maximum}


def relation(name, collection):
    return {"name": name, "type": "relation", "collectionId": collection, "maxSelect": 1, "required": True}


TIMES = [{"name": "created", "type": "autodate", "onCreate": True},
         {"name": "updated", "type": "autodate", "onCreate": True, "onUpdate": True}]


class PocketBase:
    name = "pocketbase"

    def __init__(self, binary, data_dir, stories):
        self.binary, self.data_dir = str(binary), str(data_dir)
        subprocess.run([self.binary, "superuser", "upsert", EMAIL, PASSWORD, "--dir", self.data_dir],
                       check=True, capture_output=True, timeout=START_LIMIT)
        self._start()
        self.admin = Client(self.url, self._token("_superusers"))
        self._make_collections()
        self._fill(stories)
        self.token = self._token("users")

    def _start(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{address}"
        self.log = open(self.data_dir + ".log", "ab")
        self.process = subprocess.Popen(
            [self.binary, "serve", "--http", address, "--dir", self.data_dir],
            stdout=self.log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + START_LIMIT
        while True:
            try:
                if Client(self.url).get("/api/health").status == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError("PocketBase does not answer")
            time.sleep(0.05)

    @property
    def pid(self):
        return self.process.pid

    def _token(self, collection):
        answer = Client(self.url).post(f"/api/collections/{collection}/auth-with-password",
                                       {"identity": EMAIL, "password": PASSWORD})
        assert answer.status == 200, answer
        return answer.json["token"]

    def _make_collections(self):
        users = self.admin.get("/api/collections/users").json["id"]
        legacies = self._collection("legacies", [text("title")])
        self._collection("members", [relation("legacy", legacies), relation("user", users), text("role")],
                         ["CREATE UNIQUE INDEX idx_members ON members (legacy, user)"])
        fields = [
            relation("legacy", legacies), text("title", 300),
            {"name": "content", "type": "json", "maxSize": LARGEST}, text("text", LARGEST), text("excerpt", 1000),
            text("status"), {"name": "tags", "type": "json", "maxSize": LARGEST}, text("language"),
            text("happened_at"), text("place"), text("author"), *TIMES]
        self._collection("stories", fields, ["CREATE INDEX idx_stories ON stories (legacy, updated)"],
                         listRule=MEMBER, viewRule=MEMBER, createRule=MEMBER)

    def _collection(self, name, fields, indexes=(), **rules):
        body = {"name": name, "type": "base", "fields": fields, "indexes": list(indexes), **rules}
        answer = self.admin.post("/api/collections", body)
        assert answer.status == 200, answer
        return answer.json["id"]

    def _create(self, collection, body):
        answer = self.admin.post(f"/api/collections/{collection}/records", body)
        assert answer.status == 200, answer
        return answer.json["id"]

    def _body(self, story):
        same = ("title", "content", "text", "status", "tags", "language", "author")
        return {"legacy": self.legacy, "excerpt": story["text"][:280], "happened_at": story["happened_at"] or "",
                "place": story["place"] or "", **{key: story[key] for key in same}}

    def _fill(self, stories):
        user = self._create("users", {"email": EMAIL, "password": PASSWORD, "passwordConfirm": PASSWORD})
        self.legacy = self._create("legacies", {"title": "Bench"})
        self._create("members", {"legacy": self.legacy, "user": user, "role": "owner"})
        self.ids = [self._create("stories", self._body(one)) for one in stories]

    def requests(self, stories):
        records = "/api/collections/stories/records"
        page = f"{records}?perPage={PAGE}&skipTotal=1&sort=-updated&filter=legacy%3D%22{self.legacy}%22&fields={SUMMARY}"
        return {
            "get": [("GET", f"{records}/{id}", None) for id in self.ids],
            "list": [("GET", page, None)],
            "create": [("POST", records, self._body(one)) for one in stories],
        }

    def settle(self):
        """Nothing follows its writes."""

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()
