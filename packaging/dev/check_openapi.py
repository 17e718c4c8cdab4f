#!/usr/bin/env python3
"""What a generator of clients would stumble over in the OpenAPI file.

    check_openapi.py FILE
"""

import collections
import re
import sys

import yaml

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
UNSAFE = ("put", "post", "delete", "patch")


class UniqueKeys(yaml.SafeLoader):
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


def check(document):
    ids = collections.Counter()
    for path, method, operation, shared in operations(document):
        ids[operation.get("operationId")] += 1
        yield from check_operation(document, path, method, operation, shared)
    for name, count in ids.items():
        if name and count > 1:
            yield f"operationId '{name}' stands {count} times"
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
