"""What hostile clients send, derived from the OpenAPI file, so that a new route is attacked as soon as it is written down.

Each case is a request with exactly one thing wrong, and the name by which the answer must call that thing.
"""

import dataclasses
import json
import pathlib

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
METHODS = ("get", "post", "put", "patch", "delete")

# 422 names fields; 400 cannot read as far as fields, and says what and where in `detail`.
INVALID, UNREADABLE, UNSUPPORTED, TOO_LARGE = (422,), (400,), (415,), (413,)

LONG = 70_000  # Characters: more than any text but a story's may have.
DEEP = 200

# Bodies that are no JSON, or none that is read: what they are called, and the bytes.
UNREADABLE_BODIES = {
    "nothing": b"",
    "a word": b"hello",
    "half an object": b'{"title":"a',
    "two values": b"{} {}",
    "a trailing comma": b'{"title":"a",}',
    "a comment": b"{/* */}",
    "single quotes": b"{'title':'a'}",
    "NaN": b'{"title":NaN}',
    "a leading zero": b'{"title":01}',
    "a byte-order mark in UTF-16": b'\xff\xfe{\x00}\x00',
    "invalid UTF-8": b'{"title":"\xff\xfe"}',
    "overlong UTF-8": b'{"title":"\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"title":"\xed\xa0\x80"}',
    "a lone surrogate": b'{"title":"\\ud800"}',
    "surrogates the wrong way round": b'{"title":"\\udc00\\ud800"}',
    "a raw NUL": b'{"title":"a\x00b"}',
    "a raw line end in a text": b'{"title":"a\nb"}',
    "a key twice": b'{"title":"a","title":"b"}',
    "arrays in arrays": b"[" * DEEP + b"]" * DEEP,
    "objects in objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "100,000 open arrays": b"[" * 100_000,
    "a number without end": b'{"title":' + b"9" * 100_000 + b"e}",
}
# JSON, but no object.
NO_OBJECTS = (b"[]", b'"text"', b"1e400", b"-123456789012345678901234567890", b"null", b"true")

BROKEN_IDS = (
    "1",
    "nothing",
    "0190A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B",
    "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'--",
    "{0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b}",
    "%20",
    "%27%20OR%201=1",
    "%F0%9F%8C%B3",
    "-1",
    "9" * 300,
    "*",
)
BROKEN_INTEGERS = ("abc", "-1", "0", "101", "1.5", "1e2", "0x10", " 5", "+5", "5;", "9" * 40, "٣", "NaN", "true")
BROKEN_CURSORS = (
    "x",
    "not base64!",
    "AAAA",
    "W10",  # []
    "W251bGxd",  # [null]
    "WzFd",  # [1]
    "WyJhIiwiYiIsImMiLCJkIiwiZSIsImYiXQ",  # Six parts.
    "eyJhIjoiYiJ9",  # {"a":"b"}
    "WyJcdTAwMDAiXQ",  # A NUL in it.
    "W" * 3000,
    "../../etc/passwd",
)
BROKEN_MATCHES = ("12", "v12", '"12"', '"v"', '"v-1"', '"v1" "v2"', '"v1", "v2"', '"v99999999999999999999"', '"', "''")
BROKEN_KEYS = ("a" * 256, "two words", "ключ", "a,b c")


@dataclasses.dataclass
class Case:
    what: str
    method: str
    path: str  # With its parameters still in braces.
    statuses: tuple
    names: str = ""  # A pointer in errors[]; empty: `detail` must say something.
    query: str = ""
    headers: dict = dataclasses.field(default_factory=dict)
    body: object = None  # Bytes, or what becomes JSON.
    media: str = "application/json"


class Contract:
    def __init__(self):
        self.document = yaml.safe_load((ROOT / "appliance/api/openapi.yaml").read_text(encoding="utf-8"))

    def resolve(self, thing):
        while "$ref" in thing:
            found = self.document
            for part in thing["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            thing = found
        return thing

    def operations(self):
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    shared = item.get("parameters", [])
                    operation = item[method]
                    parameters = [self.resolve(p) for p in shared + operation.get("parameters", [])]
                    yield method.upper(), path, operation, parameters

    def properties(self, schema):
        schema = self.resolve(schema)
        found = dict(schema.get("properties", {}))
        for part in schema.get("allOf", []):
            found.update(self.properties(part))
        return {name: self.resolve(each) for name, each in found.items()}

    def required(self, schema):
        schema = self.resolve(schema)
        names = list(schema.get("required", []))
        for part in schema.get("allOf", []):
            names += self.required(part)
        return names

    def closed(self, schema):
        """Whether it says that there are no other members."""
        schema = self.resolve(schema)
        parts = [schema, *map(self.resolve, schema.get("allOf", []))]
        return any(p.get("additionalProperties") is False or p.get("unevaluatedProperties") is False for p in parts)


def types_of(schema):
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else kinds


def wrong_values(schema):
    """(what, value) of values that the schema does not allow."""
    kinds = types_of(schema)
    if "const" in schema or not kinds:
        return
    for kind, value in (("a number", 5), ("a text", "text"), ("a list", []), ("an object", {}), ("true", True)):
        matching = {"a number": "integer", "a text": "string", "a list": "array", "an object": "object", "true": "boolean"}
        if matching[kind] not in kinds and not (kind == "a number" and "number" in kinds):
            yield kind, value
    if "null" not in kinds:
        yield "null", None
    if "string" in kinds:
        if "enum" in schema:
            yield "an unknown word", "no-such-word"
        else:
            yield "a NUL", "a\u0000b"
        if schema.get("maxLength", LONG) < LONG:
            yield "too long a text", "a" * (schema["maxLength"] + 1)
        if schema.get("minLength", 0) > 0:
            yield "an empty text", ""
    if "integer" in kinds:
        yield "a fraction", 1.5
        yield "a number beyond all", 10**30
        if "minimum" in schema:
            yield "too small a number", schema["minimum"] - 1
    if "array" in kinds and "maxItems" in schema:
        yield "too long a list", ["a"] * (schema["maxItems"] + 1)


def body_cases(contract, method, path, schema, headers):
    def case(what, statuses, **more):
        return Case(f"{method} {path}: {what}", method, path, statuses, headers=headers, **more)

    for what, data in UNREADABLE_BODIES.items():
        # Where little is taken, the large ones are too large before they are read.
        yield case(what, (400, 413) if len(data) > 10_000 else UNREADABLE, body=data)
    for data in NO_OBJECTS:
        # A number that no one can hold is refused before it is known to be no object.
        yield case(f"the body {data[:20]}", (400, 422), body=data)
    yield case("a form", UNSUPPORTED, body=b"title=a", media="application/x-www-form-urlencoded")
    yield case("no media type", UNSUPPORTED, body=b"{}", media=None)
    yield case("text that looks like JSON", UNSUPPORTED, body=b"{}", media="text/plain")
    packed = {**headers, "Content-Encoding": "gzip"}
    yield dataclasses.replace(case("a packed body", UNSUPPORTED, body=b"\x1f\x8b"), headers=packed)

    for name, each in contract.properties(schema).items():
        for what, value in wrong_values(each):
            yield case(f"{name} is {what}", INVALID, names=f"/{name}", body={name: value})
    if contract.closed(schema):
        yield case("an unknown member", INVALID, names="/__proto__", body={"__proto__": {"admin": True}})
        yield case("a member of a strange name", INVALID, names="/a~1b~0c", body={"a/b~c": 1})
    for name in contract.required(schema):
        yield case(f"{name} is missing", INVALID, names=f"/{name}", body={})


def is_within(value, schema):
    """Whether it is an integer after all, and one that this schema allows."""
    plain = value.lstrip("-").isdigit() and value.isascii() and len(value) < 10
    return plain and schema.get("minimum", -(10**9)) <= int(value) <= schema.get("maximum", 10**9)


def query_cases(contract, method, path, parameters):
    def case(name, what, query):
        return Case(f"{method} {path}: ?{name} is {what}", method, path, INVALID, f"?{name}", query)

    listed = [p for p in parameters if p["in"] == "query"]
    for parameter in listed:
        name, schema = parameter["name"], contract.resolve(parameter["schema"])
        kinds = types_of(schema)
        if "integer" in kinds:
            for value in BROKEN_INTEGERS:
                if is_within(value, schema):
                    continue
                yield case(name, repr(value), f"{name}={quote(value)}")
        elif name == "cursor":
            for value in BROKEN_CURSORS:
                yield case(name, repr(value[:30]), f"{name}={quote(value)}")
        elif "boolean" in kinds:
            yield case(name, "no boolean", f"{name}=perhaps")
        elif "enum" in schema:
            yield case(name, "an unknown word", f"{name}=no-such-word")
        elif "string" in kinds:
            if "pattern" in schema:
                yield case(name, "not as it must look", f"{name}=%21%21")
            if "maxLength" in schema:
                yield case(name, "too long", f"{name}=" + "a" * (schema["maxLength"] + 1))
        elif "array" in kinds:
            yield case(name, "given too often", "&".join([f"{name}=a"] * (schema["maxItems"] + 1)))
        if "array" not in kinds:
            good = "1" if "integer" in kinds else "a"
            yield case(name, "given twice", f"{name}={good}&{name}={good}")
    if any(p["name"] in ("limit", "cursor") for p in listed):
        yield case("nonsense", "unknown", "nonsense=1")
        yield case("__proto__", "unknown", "__proto__=1")


def header_cases(method, path, parameters, body):
    def case(name, what, statuses, value, names=""):
        headers = {} if value is None else {name: value.encode().decode("latin-1")}
        if name != "If-Match" and any(p["name"] == "If-Match" for p in parameters):
            headers["If-Match"] = "*"
        return Case(f"{method} {path}: {what}", method, path, statuses, names, headers=headers, body=body)

    for parameter in parameters:
        if parameter["in"] != "header":
            continue
        name = parameter["name"]
        if name == "If-Match":
            yield case(name, "no If-Match", (428,), None)
            yield case(name, "a weak If-Match", (412,), 'W/"v1"')
            yield case(name, "an If-Match that nothing ever had", (412,), '"v999999"')
            for value in BROKEN_MATCHES:
                yield case(name, f"If-Match: {value}", INVALID, value, "If-Match")
        elif name == "Idempotency-Key":
            for value in BROKEN_KEYS:
                yield case(name, f"Idempotency-Key: {value[:20]}", INVALID, value, "Idempotency-Key")


def path_cases(method, path, parameters):
    """Ids that are none name nothing, and say no more than that."""
    if "{id}" not in path:
        return
    headers = {"If-Match": "*"} if any(p["name"] == "If-Match" for p in parameters) else {}
    for value in BROKEN_IDS:
        broken = path.replace("{id}", value, 1)
        # What only an admin may do is refused before anything is looked for.
        statuses = (403,) if "/dead-letters/" in path else (404,)
        yield Case(f"{method} {broken[:100]}", method, broken, statuses, headers=headers, body={})


def quote(value):
    return "".join(c if c.isalnum() and c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in value)


def all_cases(contract):
    for method, path, operation, parameters in contract.operations():
        if not path.startswith("/api/"):
            continue
        matched = any(p["name"] == "If-Match" for p in parameters)
        headers = {"If-Match": "*"} if matched else {}
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content:
            yield from body_cases(contract, method, path, content["schema"], headers)
        yield from query_cases(contract, method, path, parameters)
        body = {"title": "Mine"} if content and "title" in contract.properties(content["schema"]) else {}
        yield from header_cases(method, path, parameters, body)
        yield from path_cases(method, path, parameters)


def as_bytes(body):
    if body is None or isinstance(body, bytes):
        return body
    return json.dumps(body).encode()
