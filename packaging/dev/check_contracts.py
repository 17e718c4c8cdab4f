#!/usr/bin/env python3
"""Plan first: what others rely on changes only with a plan, a version and a line in the CHANGELOG, and is not broken.

    check_contracts.py check OASDIFF    the tree against appliance/api/baseline, which is what was last released
    check_contracts.py release          makes the tree the new baseline, when a version is released

Public are the OpenAPI file, the schemas of events and the configuration's keys. README.md in the baseline says more.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Tree:
    """A tree of the project, or a baseline, which keeps the same files by other names."""

    def __init__(self, root=ROOT):
        self.root = root
        self.baseline = root / "appliance/api/baseline"

    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8")

    def version(self):
        return re.search(r"^project\(heirloom VERSION (\S+)", self.text("CMakeLists.txt"), re.M)[1]

    def openapi(self):
        return self.root / "appliance/api/openapi.yaml"

    def events(self):
        return {path.name: json.loads(path.read_text(encoding="utf-8"))
                for path in sorted((self.root / "appliance/api/events").glob("*.schema.json"))}

    def event_types(self):
        return set(re.findall(r'string_view k\w+ = "(\w+)";', self.text("appliance/domain/event.h")))

    def config_keys(self):
        """Key -> default, as the tables of appliance/wiring/settings declare them."""
        keys = {}
        for path in sorted((self.root / "appliance/wiring/settings").glob("*.cc")):
            text = path.read_text(encoding="utf-8")
            named = dict(re.findall(r'string_view (k\w+) = ("[^"]*");', text))
            for table in re.findall(r"constexpr ConfigKey k\w+\[\] = \{(.*?)\};", text, re.DOTALL):
                rows = re.findall(r'\{\s*("[^"]*"|k\w+),\s*("[^"]*"|k\w+)', table)
                if len(rows) != table.count("{"):
                    raise SystemExit(f"the keys of {path} cannot be read: did their form change?")
                keys.update((named.get(key, key).strip('"'), named.get(default, default).strip('"'))
                            for key, default in rows)
        if not keys:
            raise SystemExit("no configuration key was found in appliance/wiring/settings: did their form change?")
        return keys

    def plans(self):
        """Number -> text."""
        return {path.name[:4]: path.read_text(encoding="utf-8")
                for path in sorted((self.root / "appliance/docs/plans").glob("[0-9][0-9][0-9][0-9]-*.md"))}

    def released(self):
        return json.loads((self.baseline / "released.json").read_text(encoding="utf-8"))

    def released_events(self):
        return {path.name: json.loads(path.read_text(encoding="utf-8"))
                for path in sorted((self.baseline / "events").glob("*.schema.json"))}


def is_narrower(old, new, path=""):
    """Ways in which what the old schema promised of an event holds no more for the new one. Consumers read events, so
    more may be promised, never less."""
    for name in set(old.get("required", [])) - set(new.get("required", [])):
        yield f"{path}/{name} is not promised any more"
    for name, below in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            yield f"{path}/{name} is gone"
        else:
            yield from is_narrower(below, new["properties"][name], f"{path}/{name}")
    for word in ("type", "const", "enum", "format", "pattern", "$ref", "oneOf"):
        if word in old and old[word] != new.get(word):
            yield f"{path}: {word} was {old[word]!r} and is {new.get(word)!r}"


def broken_events(tree):
    now = tree.events()
    for name, schema in tree.released_events().items():
        if name not in now:
            yield f"event {name.split('.')[0]} is gone"
        else:
            yield from (f"event {name.split('.')[0]}: {what}" for what in is_narrower(schema, now[name]))


def broken_config(tree):
    now = tree.config_keys()
    for key, default in tree.released()["config"].items():
        if key not in now:
            yield f"configuration key {key} is gone"
        elif now[key] != default:
            yield f"configuration key {key}: its default was {default!r} and is {now[key]!r}"


def broken_openapi(tree, oasdiff):
    command = [oasdiff, "breaking", "--format", "json", "--fail-on", "ERR", tree.baseline / "openapi.yaml", tree.openapi()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode not in (0, 1) or (done.returncode == 1 and not done.stdout.strip()):
        raise SystemExit(f"oasdiff ended with {done.returncode}: {done.stderr}")
    for one in json.loads(done.stdout or "[]") or []:
        if one["level"] >= 3:
            yield f"{one.get('operation', '')} {one.get('path', '')}: {one['text']}".strip()


def changed(tree):
    """What differs from the baseline, in whatever way."""
    def parsed(path):
        return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    if parsed(tree.openapi()) != parsed(tree.baseline / "openapi.yaml"):
        yield "appliance/api/openapi.yaml"
    if tree.events() != tree.released_events():
        yield "appliance/api/events"
    if tree.config_keys() != tree.released()["config"]:
        yield "the configuration's keys"


def number(version):
    return tuple(int(part) for part in version.split("."))


def missing_plan(tree):
    """What a change lacks before it may land."""
    released, version = tree.released(), tree.version()
    if number(version) <= number(released["version"]):
        yield f"CMakeLists.txt: version {version} was released already; the next one is greater than {released['version']}"
    stated = yaml.load(tree.openapi().read_text(encoding="utf-8"), yaml.CSafeLoader)["info"]["version"]
    if stated != version:
        yield f"appliance/api/openapi.yaml says version {stated}, CMakeLists.txt {version}"
    newer = {plan: text for plan, text in tree.plans().items() if plan > released["plan"]}
    if not any(f"Version {version}" in text for text in newer.values()):
        yield f"appliance/docs/plans has no plan after {released['plan']} that says 'Version {version}'"
    log = tree.text("CHANGELOG.md")
    unreleased = re.search(r"^## Unreleased\n(.*?)(?=^## |\Z)", log, re.M | re.S)
    if not re.search(rf"^## {re.escape(version)}\b", log, re.M) and not (unreleased and re.search(r"^- ", unreleased[1], re.M)):
        yield f"CHANGELOG.md says nothing of version {version}"


def accepted(tree):
    """Breaks that a plan has decided: line -> plan. Only before 1.0, as the CHANGELOG says."""
    path = tree.baseline / "accepted.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {what.strip(): plan for plan, _, what in
            (line.partition(" ") for line in lines if line.strip() and not line.startswith("#"))}


def check(tree, oasdiff):
    names = {name.split(".")[0] for name in tree.events()} - {"event"}
    for name in sorted(tree.event_types() ^ names):
        yield f"event {name}: its type stands in appliance/domain/event.h and its schema in appliance/api/events, or neither"
    if list(changed(tree)):
        yield from (f"{what} (changed: {', '.join(changed(tree))})" for what in missing_plan(tree))
    decided, plans = accepted(tree), tree.plans()
    breaks = [*broken_openapi(tree, oasdiff), *broken_events(tree), *broken_config(tree)]
    for what in breaks:
        if what not in decided:
            yield f"breaks who relies on it: {what}"
        elif decided[what] not in plans:
            yield f"accepted.txt: there is no plan {decided[what]}"
    for what in decided:
        if what not in breaks:
            yield f"accepted.txt names what is not broken: {what}"
    if decided and number(tree.version()) >= (1, 0, 0):
        yield "accepted.txt: from 1.0 on nothing may break"


def release(tree):
    shutil.copy(tree.openapi(), tree.baseline / "openapi.yaml")
    shutil.rmtree(tree.baseline / "events", ignore_errors=True)
    (tree.baseline / "events").mkdir()
    for path in (tree.root / "appliance/api/events").glob("*.schema.json"):
        shutil.copy(path, tree.baseline / "events")
    (tree.baseline / "accepted.txt").unlink(missing_ok=True)
    made = {"version": tree.version(), "plan": max(tree.plans(), default="0000"), "config": tree.config_keys()}
    (tree.baseline / "released.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")


def main(arguments):
    if arguments == ["release"]:
        release(Tree())
        return 0
    if len(arguments) != 2 or arguments[0] != "check":
        print(__doc__)
        return 2
    errors = list(check(Tree(), arguments[1]))
    print("\n".join(errors) or f"no contract was broken; changed since {Tree().released()['version']}: "
          + (", ".join(changed(Tree())) or "nothing"))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
