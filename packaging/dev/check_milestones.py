#!/usr/bin/env python3
"""Holds appliance/docs/milestones.md: what it names must be there, and the tests it names must have run.

    check_milestones.py there MILESTONES           every path it names exists
    check_milestones.py ran MILESTONES RESULTS     every test it names passed, as JUnit files in RESULTS say
"""

import collections
import pathlib
import re
import sys
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEST_CASE = re.compile(r'^\s*TEST_CASE(?:_METHOD)?\s*\((?:\s*\w+,)?\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', re.M)
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')

Row = collections.namedtuple("Row", "id state where proved")


def rows(text):
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 5 and re.fullmatch(r"[MN]\d*\.?\w+", cells[0]):
            yield Row(cells[0], cells[1], *(re.findall(r"`([^`]+)`", cell) for cell in cells[2:4]))


def missing(text, root=ROOT):
    for row in rows(text):
        for path in row.where + [path for path in row.proved if not path.startswith("./")]:
            if not (root / path).exists():
                yield f"{row.id}: there is no {path}"
        if not row.proved:
            yield f"{row.id}: nothing proves it"


def passed_cases(results):
    """Names of all cases that passed; CTest's as `binary: name`, pytest's as `package.module: name`."""
    names = set()
    for path in sorted(pathlib.Path(results).glob("*.xml")):
        for case in xml.etree.ElementTree.parse(path).iter("testcase"):
            bad = any(case.find(tag) is not None for tag in ("failure", "error", "skipped"))
            if not bad and case.get("status") not in ("notrun", "disabled", "fail"):
                names.add(case.get("name", ""))
                names.add(f"{case.get('classname', '')}: {case.get('name', '')}")
    return names


def names_in_cc(path):
    text = path.read_text(encoding="utf-8")
    for found in TEST_CASE.finditer(text):
        yield "".join(LITERAL.findall(found[1])).replace('\\"', '"').replace("\\\\", "\\")


def files_of(path):
    return sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]


def ctest_name(script):
    """What CMake calls a Python suite, a pattern where it stands in a loop."""
    rules = (script.parent / "CMakeLists.txt")
    text = rules.read_text(encoding="utf-8") if rules.exists() else ""
    direct = re.search(rf'heirloom_black_box_test\("([^"]+)"\s+{re.escape(script.name)}', text)
    if direct:
        return direct[1]
    looped = re.search(r'add_test\(NAME "([^"$]+)\$\{', text)
    return looped[1] + script.stem.removesuffix("_test") if looped else None


def users_of(contract):
    """Test files that run a contract's suite, which has no cases of its own: those that include its header."""
    header = contract.with_name(re.sub(r"^(\w+?)_(?:contract|\w+)$", r"\1_contract", contract.stem) + ".h")
    if not header.exists():
        header = next(iter(sorted(contract.parent.glob(f"{contract.stem.rpartition('_')[0]}_contract.h"))), contract)
    wanted = f'"{header.relative_to(ROOT)}"'
    return [path for path in (ROOT / "tests").rglob("*_test.cc") if wanted in path.read_text(encoding="utf-8")]


def expectation(path):
    """Names that must be among the passed ones; a set of alternatives where one is enough."""
    if path.suffix == ".cc":
        own = list(names_in_cc(path))
        if not own and path.parent.name == "contract":
            own = [name for user in users_of(path) for name in names_in_cc(user) if "contract" in name]
        return own
    if path.suffix == ".py" and path.name.endswith("_test.py"):
        name = ctest_name(path)
        return [name] if name else [f"{path.relative_to(ROOT).with_suffix('').as_posix().replace('/', '.')}"]
    if path.name.endswith((".spec.ts", ".test.ts", ".test.tsx")):
        return [path.name]
    return []


def ran(name, passed):
    return any(one == name or one.endswith(f": {name}") or one.startswith((f"{name}:", f"{name}."))
               or f"{name}:" in one for one in passed)


def unproved(text, passed, root=ROOT):
    for row in rows(text):
        for proof in row.proved:
            if not proof.startswith("tests/"):
                continue
            path = root / proof
            wanted = [name for file in files_of(path) for name in expectation(file)]
            lacking = [name for name in wanted if not ran(name, passed)]
            # Of a folder some may belong to another run (a label, a service); a file is named for all it holds.
            if not wanted:
                yield f"{row.id}: {proof} holds no test"
            elif len(lacking) == len(wanted) or (lacking and path.is_file()):
                yield f"{row.id}: {proof}: did not run, or failed: {lacking[0]}"


def main(arguments):
    if len(arguments) not in (2, 3) or arguments[0] != ("there", "ran")[len(arguments) - 2]:
        print(__doc__)
        return 2
    text = pathlib.Path(arguments[1]).read_text(encoding="utf-8")
    if arguments[0] == "there":
        errors = list(missing(text))
    else:
        errors = list(unproved(text, passed_cases(arguments[2])))
    print("\n".join(errors) or f"{len(list(rows(text)))} milestones hold")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
