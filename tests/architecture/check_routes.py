"""Fails when the daemon's routes and the OpenAPI file do not name the same operations.

check_routes.py ROOT. Routes are read from the *_routes.cc files, where each is added in plain text.
"""

import pathlib
import re
import sys

METHODS = ("get", "post", "put", "patch", "delete")
ADDED = re.compile(r'router\.(Get|Post|Put|Patch|Delete)\(\s*"([^"]+)"')


def routes_in_code(root):
    return {
        (method.lower(), path)
        for source in (root / "appliance").rglob("*_routes.cc")
        for method, path in ADDED.findall(source.read_text())
    }


def operations_in_contract(text):
    path = None
    found = set()
    for line in text.splitlines():
        if line.startswith("components:"):
            break
        if at := re.fullmatch(r"  (/\S*):", line):
            path = at[1]
        elif path and (at := re.fullmatch(r"    (\w+):", line)) and at[1] in METHODS:
            found.add((at[1], path))
    return found


def main():
    root = pathlib.Path(sys.argv[1])
    contract = operations_in_contract((root / "appliance/api/openapi.yaml").read_text())
    code = routes_in_code(root)
    for method, path in sorted(code - contract):
        print(f"{method.upper()} {path} is served but not in appliance/api/openapi.yaml")
    for method, path in sorted(contract - code):
        print(f"{method.upper()} {path} is in appliance/api/openapi.yaml but not served")
    if not code or code != contract:
        return 1
    print(f"{len(code)} operations, served as the contract says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
