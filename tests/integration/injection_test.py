"""SQL, Cypher and query DSL through every field that the OpenAPI file names, on PostgreSQL, Neo4j and OpenSearch: inert.

Each hostile text goes into every query parameter, path parameter, header and text of a JSON body, one at a time. It is refused with
a problem (4xx), or taken for what it is: kept and shown to the letter. Nothing answers 5xx, nobody sees more by it, and what must
stay, stays: a table, a node and an index of the test's own, and somebody else's story.
"""

import base64
import http.client
import json
import os
import pathlib
import secrets
import sys
import time
import unittest
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "support"), str(HERE.parent)]
from access_rows import contract, operations  # noqa: E402
from appliance import Appliance  # noqa: E402

API = "/api/v1"
SECRET = "zqwcanaryxuv"  # Stands in what only Cora may read.
# A statement that sleeps would run into the client's time-out, as one that fails would into a 5xx.
HOSTILE = (
    "'; DROP TABLE canary; --",
    "' OR '1'='1",
    "x', 'x'); UPDATE users SET role = 'admin'; --",
    "1; SELECT pg_sleep(60)",
    "' UNION SELECT password_hash, 1 FROM credentials --",
    "$$; DELETE FROM canary; $$",
    "\\'; TRUNCATE canary; --",
    "%' AND 1=(SELECT count(*) FROM canary) OR title LIKE '%",
    "x'}) WITH 1 AS a MATCH (n) DETACH DELETE n //",
    "`}) DETACH DELETE n RETURN `",
    "*:*",
    "title:* OR zqwcanary* || /.*/",
    '"}},{"match_all":{}}],"x":{"y":"',
    '{"query":{"match_all":{}}}',
    '");ctx._source.clear();//',
    "../../_all/_delete_by_query?q=*",
    "ʼ OR 1=1 ＇;--",
)
# They have no end to read.
STREAMS = (("get", f"{API}/events"),)
BODIES = ("post", "put", "patch")


class Contract:
    """What the OpenAPI file says of texts that come in."""

    def __init__(self):
        self.all = contract()

    def resolve(self, schema):
        while "$ref" in schema:
            where = self.all
            for step in schema["$ref"].removeprefix("#/").split("/"):
                where = where[step]
            schema = where
        if "allOf" in schema:
            whole = {"type": "object", "properties": {}, "required": []}
            for part in map(self.resolve, schema["allOf"]):
                for name, value in part.get("properties", {}).items():
                    whole["properties"][name] = {**whole["properties"].get(name, {}), **value}
                whole["required"] += part.get("required", [])
            return whole
        if "oneOf" in schema:
            return self.resolve(next(one for one in schema["oneOf"] if one.get("type") != "null"))
        return schema

    def example(self, schema):
        schema = self.resolve(schema)
        if "examples" in schema:
            return schema["examples"][0]
        if "enum" in schema:
            return schema["enum"][0]
        kind = schema.get("type")
        if kind == "object" or "properties" in schema:
            named = schema.get("properties", {})
            return {name: self.example(named[name]) for name in schema.get("required", []) if name in named}
        if kind == "array":
            return [self.example(schema["items"])]
        return {"integer": 1, "boolean": False}.get(kind, "text")

    def texts(self, schema, path=()):
        """Where texts stand in a body: paths of names, and of 0 for an item."""
        schema = self.resolve(schema)
        if len(path) > 8:
            return
        for name, value in schema.get("properties", {}).items():
            yield from self.texts(value, (*path, name))
        if schema.get("type") == "array":
            yield from self.texts(schema["items"], (*path, 0))
        kind = schema.get("type")
        if path and not schema.get("properties") and (kind == "string" or (isinstance(kind, list) and "string" in kind)):
            yield path

    def parameters(self, path, operation):
        item = self.all["paths"][path]
        return [self.resolve(each) for each in item.get("parameters", []) + operation.get("parameters", [])]

    def body(self, operation):
        content = self.resolve(operation.get("requestBody", {})).get("content", {})
        return content.get("application/json", {}).get("schema")


def put(body, path, value):
    """`value` at `path` of a copy; what is on the way is made."""
    if not path:
        return value
    if path[0] == 0:
        rest = body[0] if isinstance(body, list) and body else {}
        return [put(rest, path[1:], value)]
    body = body if isinstance(body, dict) else {}
    return {**body, path[0]: put(body.get(path[0]), path[1:], value)}


def stores(name):
    graph = urllib.parse.urlsplit(os.environ["HEIRLOOM_TEST_NEO4J"])
    search = urllib.parse.urlsplit(os.environ["HEIRLOOM_TEST_OPENSEARCH"])
    return {
        "HEIRLOOM_STORAGE_GRAPH": f"neo4j+http://{graph.hostname}:{graph.port}/neo4j",
        "HEIRLOOM_STORAGE_GRAPH_USER": graph.username,
        "HEIRLOOM_STORAGE_GRAPH_PASSWORD": graph.password,
        "HEIRLOOM_INDEX_SEARCH": f"opensearch://{search.netloc}/{name}",
        "HEIRLOOM_INDEX_EMBEDDER": "none",
        "HEIRLOOM_TEST_DATABASE": "postgres",
    }


def ask(url, method="GET", body=None):
    address = urllib.parse.urlsplit(url)
    bare = address._replace(netloc=f"{address.hostname}:{address.port}").geturl()
    request = urllib.request.Request(bare, None if body is None else json.dumps(body).encode(), method=method)
    request.add_header("Content-Type", "application/json")
    if address.username:
        secret = base64.b64encode(f"{address.username}:{address.password}".encode()).decode()
        request.add_header("Authorization", "Basic " + secret)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"{}")


def cypher(statement, **parameters):
    url = os.environ["HEIRLOOM_TEST_NEO4J"].rstrip("/") + "/db/neo4j/query/v2"
    return ask(url, "POST", {"statement": statement, "parameters": parameters})["data"]["values"]


class Injection(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.name = "injection-" + secrets.token_hex(6)
        environment = stores(cls.name)
        before = {name: os.environ.get(name) for name in environment}
        os.environ.update(environment)
        for name, value in before.items():
            cls.addClassCleanup(lambda name=name, value=value: os.environ.pop(name) if value is None
                                else os.environ.update({name: value}))
        cls.search = os.environ["HEIRLOOM_TEST_OPENSEARCH"].rstrip("/")
        cls.addClassCleanup(ask, f"{cls.search}/{cls.name}-*", "DELETE")
        cls.addClassCleanup(cypher, "MATCH (n:Canary {name: $name}) DELETE n", name=cls.name)
        cls.house = Appliance()
        cls.addClassCleanup(cls.house.remove)
        cls.house.run("migrate", "--provision", "--data-dir", cls.house.data_dir)
        cls.house.start()
        cls.furnish()
        cls.contract = Contract()

    @classmethod
    def furnish(cls):
        for name in ("ada", "cora", "eve"):
            cls.house.add_user(name)
        cls.ada, cls.cora, cls.eve = (cls.house.browser(name) for name in ("ada", "cora", "eve"))
        cls.legacy, cls.story = cls.write(cls.ada, "Ada's own", "A lamp")
        cls.canary_legacy, cls.canary = cls.write(cls.cora, SECRET, SECRET)
        cls.user = cls.ada.get(f"{API}/me").json["user"]["id"]
        # In the same stores, for statements that mean everything.
        cls.house.sql("CREATE TABLE canary (word TEXT COLLATE \"C\")")
        cls.house.sql("INSERT INTO canary VALUES ('alive')")
        cypher("CREATE (n:Canary {name: $name})", name=cls.name)
        ask(f"{cls.search}/canary-{cls.name}", "PUT", {})
        cls.addClassCleanup(ask, f"{cls.search}/canary-{cls.name}", "DELETE")
        ask(f"{cls.search}/canary-{cls.name}/_doc/1?refresh=true", "PUT", {"word": "alive"})

    @staticmethod
    def write(client, title, text):
        legacy = client.post(f"{API}/legacies", {"title": title}).json["id"]
        made = client.post(f"{API}/stories", {"legacy_id": legacy, "title": text, "markdown": f"{text} was here."})
        assert made.status == 201, made
        return legacy, made.json["id"]

    def setUp(self):
        # Whom nobody hears of for a minute, the daemon hangs up on.
        for client in (self.ada, self.cora, self.eve):
            client.close()
        self.before = self.what_must_stay()

    def tearDown(self):
        self.cora.close()
        self.assertEqual(self.what_must_stay(), self.before)

    def what_must_stay(self):
        story = self.cora.get(f"{API}/stories/{self.canary}")
        self.assertEqual(story.status, 200, story)
        return {
            "table": self.house.sql("SELECT word FROM canary"),
            "node": cypher("MATCH (n:Canary {name: $name}) RETURN count(n)", name=self.name),
            "index": ask(f"{self.search}/canary-{self.name}/_doc/1")["_source"],
            "people": self.house.sql("SELECT id, email, role FROM users ORDER BY id"),
            "hashes": self.house.sql("SELECT user_id, password_hash FROM credentials ORDER BY user_id"),
            "members": self.house.sql(f"SELECT user_id, rank FROM members WHERE legacy_id = '{self.canary_legacy}'"),
            "tables": self.house.sql("SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog')"),
            "story": story.json,
            "legacy": self.cora.get(f"{API}/legacies/{self.canary_legacy}").json,
        }

    # Sending.

    def request(self, client, method, path, query=None, headers=None, body=None):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        headers = dict(headers or {})
        if method in ("patch", "delete"):
            headers.setdefault("If-Match", "*")
        reply = client.request(method.upper(), path, body, headers)
        said = f"{method} {path} {headers} {body}: {reply}"
        self.assertLess(reply.status, 500, said)
        if reply.status >= 400:
            self.assertEqual(reply.headers["Content-Type"], "application/problem+json", said)
        if client is not self.cora:
            self.assertNotIn(SECRET.encode(), reply.body, said)
        return reply

    def status_of_stream(self, client, path, query):
        """Its head alone, on a connection of its own."""
        connection = http.client.HTTPConnection(client.address.hostname, client.address.port, timeout=30)
        try:
            connection.request("GET", path + "?" + urllib.parse.urlencode(query), headers=client.headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def place(self, path, **hostile):
        """The path with what its parameters name."""
        usual = {"id": self.story if "/stories" in path else self.legacy, "user_id": self.user, "n": "1"}
        for name, value in {**usual, **hostile}.items():
            path = path.replace("{" + name + "}", urllib.parse.quote(str(value), safe=""))
        return path

    def base(self, schema):
        body = self.contract.example(schema)
        if isinstance(body, dict) and "legacy_id" in body:
            body["legacy_id"] = self.legacy
        return body

    # The tests.

    def test_query_parameters(self):
        asked = 0
        for (method, path), operation in operations().items():
            if method != "get":
                continue
            for parameter in self.contract.parameters(path, operation):
                if parameter["in"] != "query":
                    continue
                for text in HOSTILE:
                    asked += 1
                    query = {parameter["name"]: text}
                    if (method, path) in STREAMS:
                        self.assertLess(self.status_of_stream(self.eve, path, query), 500)
                        continue
                    for client in (self.ada, self.eve):
                        reply = self.request(client, method, self.place(path), query)
                    # Eve has nothing, and by no text does she see anything.
                    if reply.status == 200 and path != f"{API}/openapi.json" and "items" in reply.json:
                        self.assertEqual(reply.json["items"], [], (path, query))
        self.assertGreater(asked, 500)

    def test_path_parameters(self):
        for (method, path), operation in operations().items():
            for name in ("id", "user_id", "n"):
                if "{" + name + "}" not in path:
                    continue
                for text in HOSTILE:
                    body = {} if method in BODIES else None
                    reply = self.request(self.ada, method, self.place(path, **{name: text}), body=body)
                    self.assertGreaterEqual(reply.status, 400, (method, path, text))

    def test_headers(self):
        for (method, path), operation in operations().items():
            if (method, path) in STREAMS or method == "delete":
                continue
            schema = self.contract.body(operation)
            if method in BODIES and not schema:
                continue
            for parameter in self.contract.parameters(path, operation):
                if parameter["in"] != "header":
                    continue
                for text in HOSTILE:
                    if text.isascii():
                        body = self.base(schema) if schema else None
                        self.request(self.ada, method, self.place(path), headers={parameter["name"]: text}, body=body)

    def test_texts_of_bodies(self):
        sent, kept = 0, 0
        for (method, path), operation in operations().items():
            schema = self.contract.body(operation) if method in BODIES else None
            if not schema:
                continue
            for where in self.contract.texts(schema):
                for text in HOSTILE:
                    sent += 1
                    # A patch of one field, so that the others do not have it refused.
                    body = put({} if method == "patch" else self.base(schema), where, text)
                    reply = self.request(self.ada, method, self.place(path), body=body)
                    kept += self.check_kept(reply, where, text)
        print(f"{sent} bodies, {kept} texts kept and shown to the letter")
        self.assertGreater(kept, 100)

    def check_kept(self, reply, where, text):
        """What was taken under a name is shown under that name, to the letter."""
        if reply.status not in (200, 201) or len(where) > 2 or not isinstance(reply.json, dict):
            return 0
        shown = reply.json.get(where[0])
        if shown is None or (len(where) == 2 and where[1] != 0):
            return 0
        self.assertEqual(shown, [text] if where[1:] == (0,) else text)
        return 1

    def test_documents_and_everything_that_follows_the_truth(self):
        """Into the database, the graph and the index; each is found again as what it is, and the projections agree."""
        titles = set()
        for text in HOSTILE:
            document = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]}
            fields = {"legacy_id": self.legacy, "title": text, "content": document, "tags": [text[:64]],
                      "author": text, "place": text, "note": text}
            made = self.request(self.ada, "post", f"{API}/stories", body=fields)
            self.assertEqual(made.status, 201, made)
            self.assertEqual(made.json["text"].strip(), text)
            titles.add(text)
            sequence = made.headers["Heirloom-Sequence"]
        for text in HOSTILE:
            for query in ({"q": text}, {"author": text}, {"tag": text[:64]}):
                found = self.request(self.ada, "get", f"{API}/search", {**query, "limit": 100},
                                     {"Heirloom-Sequence": sequence})
                self.assertEqual(found.status, 200, found)
                if "q" not in query:
                    self.assertEqual({item["title"] for item in found.json["items"]} & titles, {text}, query)
        listed = self.request(self.ada, "get", f"{API}/stories", {"limit": 100, "legacy": self.legacy}).json["items"]
        self.assertLessEqual(titles, {item["title"] for item in listed})
        deadline = time.monotonic() + 90
        while not self.is_well() and time.monotonic() < deadline:
            time.sleep(0.1)
        done = self.house.run("doctor", "--data-dir", self.house.data_dir, "--json", check=False)
        said = json.loads(done.stdout)
        self.assertEqual((said["errors"], said["warnings"]), (0, 0), said)

    def is_well(self):
        return all(check["status"] == "ok" for check in self.house.client().get("/readyz").json["checks"])


if __name__ == "__main__":
    unittest.main()
