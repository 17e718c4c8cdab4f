#!/usr/bin/env python3
"""Fails when a source includes what layers.txt does not let it include.

    check_includes.py [ROOT]

layers.txt has one rule a line: who, then what that one may include. `*` stands for any part of one path
segment, `**` for any part of a path.

  who     a folder (its files, not the folders below), or files by path without extension
  may     folder          a header directly in it        folder/pattern.h   headers by name
          own             a header of who's own folder   own:pattern.h      some of them
          folder/**       the folder and all below       <prefix            a third-party header

The first rule that matches a file counts. Its own header is always allowed, and where a rule names a folder, all
headers in it. A file that no rule names is an error, so a new folder is a decision. Third-party headers that appear in any rule are guarded: only who lists
them may include them. The rest of the system's headers are free.
"""

import dataclasses
import pathlib
import re
import sys

ROOMS = ("appliance", "storage", "index", "media")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+(?:"([^"]+)"|(<[^>]+>))', re.MULTILINE)


def matches(pattern, path):
    """Whether a path is what a pattern with `*` and `**` stands for."""
    if pattern.endswith("/**") and path == pattern[:-3]:
        return True
    parts = re.split(r"(\*\*|\*)", pattern)
    regex = "".join({"**": ".*", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts)
    return re.fullmatch(regex, path) is not None


def folder_of(path):
    return path.rpartition("/")[0]


@dataclasses.dataclass(frozen=True)
class Rule:
    who: str
    may: tuple[str, ...]

    def names(self, path):
        return matches(self.who, folder_of(path)) or matches(self.who, path.rpartition(".")[0])

    def allows(self, path, header):
        if matches(self.who, folder_of(path)) and folder_of(header) == folder_of(path):
            return True
        return any(self._allows(path, header, item) for item in self.may)

    @staticmethod
    def _allows(path, header, item):
        if item.startswith("<") or header.startswith("<"):
            return header.startswith(item) if item.startswith("<") else False
        if item == "own":
            item = folder_of(path)
        elif item.startswith("own:"):
            item = f"{folder_of(path)}/{item[4:]}"
        return matches(item, header if item.endswith(".h") else folder_of(header))


def read_rules(text):
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    return [Rule(words[0], tuple(words[1:])) for words in lines if words]


def check_file(path, source, rules):
    """What is wrong with the includes of one file, as lines."""
    rule = next((rule for rule in rules if rule.names(path)), None)
    if rule is None:
        yield f"{path}: no line of layers.txt names {folder_of(path)}"
        return
    guarded = {item for one in rules for item in one.may if item.startswith("<")}
    own_header = re.sub(r"\.cc$", ".h", path)
    for ours, system in INCLUDE.findall(source):
        if ours == own_header or rule.allows(path, ours or system):
            continue
        if ours or any(system.startswith(item) for item in guarded):
            yield f"{path}: {rule.who} may not include {ours or system}"


def check_tree(root, rules):
    for room in ROOMS:
        for file in sorted((root / room).rglob("*")):
            if file.suffix in (".h", ".cc"):
                yield from check_file(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8"), rules)


def main(arguments):
    here = pathlib.Path(__file__).resolve().parent
    root = pathlib.Path(arguments[0]) if arguments else here.parent.parent
    errors = list(check_tree(root, read_rules((root / "tests/architecture/layers.txt").read_text(encoding="utf-8"))))
    print("\n".join(errors) or "includes follow layers.txt")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
