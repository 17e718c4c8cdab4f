#!/usr/bin/env python3
"""What a generator of clients would stumble over in the OpenAPI file, and what its reader would miss.

    check_openapi.py FILE

Each operation must name every error that can happen to it, each value that is sent must have a limit, and from the
examples of its values a whole example of each body must come together that its own schema accepts.
"""

import collections
import re
import sys

import jsonschema
import yaml

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
UNSAFE = ("put", "post", "delete", "patch")
CONDITIONS = ("If-None-Match", "Range", "If-Range")


class UniqueKeys(yaml.CSafeLoader):
    """YAML lets a key stand twice and keeps the last; here that is an error."""


def _mapping(loader, node, deep=False):
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    twice = [key for key, count in collections.Counter(keys).items() if count > 1]
    if twice:
        raise yaml.constructor.ConstructorError(None, None, f"key {twice[0]!r} stands twice", node.start_mark)
    return yaml.SafeLoader.construct_mapping(loader, node, deep)


UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def resolve(document, reference):
    """What a local reference names, or None."""
    if not reference.startswith("#/"):
        return None
    place = document
    for part in reference[2:].split("/"):
        part = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(place, dict) or part not in place:
            return None
        place = place[part]
    return place


def references(place, path="#"):
    """Every (where, reference) below a place."""
    if isinstance(place, dict):
        if isinstance(place.get("$ref"), str):
            yield path, place["$ref"]
        for key, value in place.items():
            yield from references(value, f"{path}/{key}")
    elif isinstance(place, list):
        for number, value in enumerate(place):
            yield from references(value, f"{path}/{number}")


def operations(document):
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method], item.get("parameters", [])


def check_operation(document, path, method, operation, shared):
    where = f"{method.upper()} {path}"
    for field in ("operationId", "summary", "tags", "responses"):
        if not operation.get(field):
            yield f"{where}: has no {field}"
    tags = {tag["name"] for tag in document.get("tags", [])}
    for tag in operation.get("tags", []):
        if tag not in tags:
            yield f"{where}: tag '{tag}' is not among the file's tags"
    parameters = [resolve(document, one["$ref"]) if "$ref" in one else one for one in shared + operation.get("parameters", [])]
    in_path = {one["name"] for one in parameters if one and one["in"] == "path"}
    for name in set(re.findall(r"{(\w+)}", path)) ^ in_path:
        yield f"{where}: path and parameters do not agree on '{name}'"
    if operation.get("responses") and not any(str(code).startswith(("2", "3")) for code in operation["responses"]):
        yield f"{where}: has no answer for success"
    if method in UNSAFE and document.get("security") and operation.get("security") != []:
        if "401" not in operation.get("responses", {}):
            yield f"{where}: asks who you are but has no answer 401"


class NoExample(Exception):
    """A place that free-form values of no example go to."""


def followed(document, place):
    return resolve(document, place["$ref"]) if "$ref" in place else place


def expected_errors(document, path, method, operation, parameters):
    """Status codes that can happen to an operation, whatever it does."""
    yield from ("400", "503")
    if path.startswith("/api/"):
        yield "429"
    if operation.get("security", document.get("security")):
        yield from ("401", "403")
    names = {one["name"] for one in parameters}
    places = {one["in"] for one in parameters}
    if "path" in places:
        yield "404"
    if "query" in places:
        yield "422"
    if "requestBody" in operation:
        yield from ("413", "415", "422")
    if "If-Match" in names:
        yield from ("412", "422", "428")
    if "Idempotency-Key" in names:
        yield from ("409", "422")
    if method == "get" and "ETag" in operation["responses"].get("200", {}).get("headers", {}):
        yield from ("304", "412")
    if "206" in operation["responses"]:
        yield "416"


def check_headers(document, where, operation):
    for code, one in operation["responses"].items():
        headers = followed(document, one).get("headers", {})
        for status, header in (("401", "WWW-Authenticate"), ("429", "Retry-After"), ("503", "Retry-After")):
            # /readyz says in its body what is not ready; when it will be, nobody knows.
            if code == status and header not in headers and "application/problem+json" in followed(document, one)["content"]:
                yield f"{where}: {code} without {header}"
        if code == "201" and "ETag" in headers and "Location" not in headers:
            yield f"{where}: what 201 made has no Location"


def unlimited(document, schema, path=""):
    """Places of a schema that a client fills and that nothing bounds."""
    if "$ref" in schema:
        # What a document may hold stands in document-schema.json; its size is the body's.
        if not schema["$ref"].endswith("/Document"):
            yield from unlimited(document, resolve(document, schema["$ref"]), path)
        return
    kind = schema.get("type")
    if kind == "string" and not {"maxLength", "enum", "const"} & schema.keys() and schema.get("format") != "uuid":
        yield f"{path}: a string without maxLength"
    if kind in ("integer", "number") and not {"maximum", "enum", "const"} & schema.keys():
        yield f"{path}: a number without maximum"
    if kind == "array" and "maxItems" not in schema:
        yield f"{path}: an array without maxItems"
    if "items" in schema:
        yield from unlimited(document, schema["items"], f"{path}[]")
    for name, below in schema.get("properties", {}).items():
        yield from unlimited(document, below, f"{path}/{name}")
    for word in ("allOf", "oneOf", "anyOf"):
        for below in schema.get(word, []):
            yield from unlimited(document, below, path)


def example(document, schema, path=""):
    """A whole example out of those of its parts."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return example(document, resolve(document, schema["$ref"]), path)
    for word in ("const", "default"):
        if word in schema:
            return schema[word]
    if "enum" in schema:
        return schema["enum"][0]
    if "allOf" in schema:
        merged = {}
        for below in schema["allOf"]:
            merged.update(example(document, below, path))
        return merged
    for word in ("oneOf", "anyOf"):
        if word in schema:
            return example(document, schema[word][0], path)
    kind = schema.get("type")
    if kind == "object":
        return {name: example(document, below, f"{path}/{name}") for name, below in schema.get("properties", {}).items()
                if name not in ("next_cursor",)}
    if kind == "array":
        return [example(document, schema["items"], f"{path}[]")]
    if kind == "boolean":
        return True
    if kind is None and "properties" in schema:
        return example(document, {**schema, "type": "object"}, path)
    raise NoExample(path)


def check_example(document, where, schema):
    try:
        made = example(document, schema)
    except NoExample as error:
        yield f"{where}: no example for {error}"
        return
    # References are looked up in the whole file.
    whole = {**schema, "components": document["components"]}
    checker = jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())
    for error in checker.iter_errors(made):
        yield f"{where}: its example is refused: {error.json_path}: {error.message[:200]}"


def check_completeness(document, path, method, operation, shared):
    where = f"{method.upper()} {path}"
    parameters = [followed(document, one) for one in shared + operation.get("parameters", [])]
    for code in sorted(set(expected_errors(document, path, method, operation, parameters)) - operation["responses"].keys()):
        yield f"{where}: does not say that {code} can happen"
    yield from check_headers(document, where, operation)
    for one in parameters:
        # HTTP's own conditions are bounded as every head is, and ignored rather than refused when they cannot be read.
        for place in unlimited(document, one["schema"], one["name"]) if one["name"] not in CONDITIONS else ():
            yield f"{where}: {place}"
        yield from check_example(document, f"{where} {one['name']}", one["schema"])
    bodies = [(f"{where} body", operation["requestBody"])] if "requestBody" in operation else []
    for place in unlimited(document, bodies[0][1]["content"]["application/json"]["schema"]) if bodies else ():
        yield f"{where} body{place}"
    bodies += [(f"{where} {code}", followed(document, one)) for code, one in operation["responses"].items()]
    for name, body in bodies:
        for kind, content in body.get("content", {}).items():
            if kind.endswith("json"):
                yield from check_example(document, name, content["schema"])


def check(document):
    ids = collections.Counter()
    for path, method, operation, shared in operations(document):
        ids[operation.get("operationId")] += 1
        yield from check_operation(document, path, method, operation, shared)
        if operation.get("responses"):
            yield from check_completeness(document, path, method, operation, shared)
    for name, count in ids.items():
        if name and count > 1:
            yield f"operationId '{name}' stands {count} times"
    yield from check_references(document)


def check_references(document):
    used = set()
    for where, reference in references(document):
        used.add(reference)
        if resolve(document, reference) is None:
            yield f"{where}: {reference} names nothing"
    for kind, named in document.get("components", {}).items():
        if kind != "securitySchemes":
            for name in named:
                if f"#/components/{kind}/{name}" not in used:
                    yield f"components/{kind}/{name} is used by nothing"


def main(arguments):
    with open(arguments[0], encoding="utf-8") as file:
        try:
            document = yaml.load(file, Loader=UniqueKeys)
        except yaml.YAMLError as error:
            print(f"{arguments[0]}: {error}")
            return 1
    errors = list(check(document))
    if not str(document.get("openapi", "")).startswith("3.1"):
        errors.append("not an OpenAPI 3.1 file")
    print("\n".join(errors) or f"{sum(1 for _ in operations(document))} operations, every reference resolves")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
