"""The include check must be able to fail."""

import pathlib

import pytest

from check_includes import check_file, check_tree, matches, read_rules

RULES = read_rules("""
# a comment
appliance/base           <tl/
appliance/*/*_routes     appliance/http own:*_service.h appliance/base
appliance/*/*_service    storage appliance/*/*_service.h own:*_repository.h
appliance/stories/*digest own
appliance/stories        storage
storage                  appliance/base
storage/sqlite           storage <sqlite3.h>
appliance/wiring         storage/** appliance/**
""")


def errors(path, *includes):
    return list(check_file(path, "".join(f"#include {include}\n" for include in includes), RULES))


@pytest.mark.parametrize("path, include", [
    ("appliance/stories/story_routes.cc", '"appliance/http/router.h"'),
    ("appliance/stories/story_routes.cc", '"appliance/stories/story_routes.h"'),
    ("appliance/stories/story_routes.cc", '"appliance/stories/story_service.h"'),
    ("appliance/stories/story_service.cc", '"appliance/people/person_service.h"'),
    ("appliance/stories/story_service.cc", '"appliance/stories/story_repository.h"'),
    ("appliance/stories/digest.cc", '"appliance/stories/story_service.h"'),
    ("appliance/stories/digest.cc", "<vector>"),
    ("appliance/stories/importer.cc", '"appliance/stories/story_service.h"'),
    ("storage/sqlite/sqlite_database.cc", "<sqlite3.h>"),
    ("appliance/base/result.h", "<tl/expected.hpp>"),
    ("appliance/wiring/embedded.cc", '"storage/sqlite/sqlite_database.h"'),
    ("appliance/wiring/embedded.cc", '"storage/database.h"'),
])
def test_what_a_rule_lists_may_be_included(path, include):
    assert errors(path, include) == []


@pytest.mark.parametrize("path, include", [
    ("appliance/stories/story_routes.cc", '"appliance/stories/story_repository.h"'),
    ("appliance/stories/story_routes.cc", '"appliance/people/person_service.h"'),
    ("appliance/stories/story_service.cc", '"appliance/people/person_repository.h"'),
    ("appliance/stories/story_service.cc", '"storage/sqlite/sqlite_database.h"'),
    ("appliance/stories/story_service.cc", "<sqlite3.h>"),
    ("appliance/stories/story_service.cc", '"appliance/http/router.h"'),
    ("storage/database.h", "<tl/expected.hpp>"),
    ("storage/sqlite/sqlite_database.cc", '"appliance/base/result.h"'),
])
def test_what_no_rule_lists_is_an_error(path, include):
    [error] = errors(path, include)
    assert path in error and include.strip('"') in error


def test_a_folder_that_no_rule_names_is_an_error():
    assert errors("storage/rocksdb/graph.cc") == [
        "storage/rocksdb/graph.cc: no line of layers.txt names storage/rocksdb"]


def test_a_comment_is_no_include_and_an_indented_one_is():
    assert list(check_file("storage/a.h", '// #include "appliance/http/router.h"\n', RULES)) == []
    assert list(check_file("storage/a.h", '  #  include "appliance/http/router.h"\n', RULES)) != []


def test_a_star_stays_within_a_segment():
    assert matches("a/*_b", "a/x_b")
    assert not matches("a/*_b", "a/c/x_b")
    assert matches("a/**", "a/c/x_b") and matches("a/**", "a")
    assert not matches("a/**", "ab/c")


def test_a_tree_is_read_room_by_room(tmp_path: pathlib.Path):
    (tmp_path / "storage/sqlite").mkdir(parents=True)
    (tmp_path / "storage/sqlite/a.cc").write_text("#include <tl/expected.hpp>\n", encoding="utf-8")
    (tmp_path / "storage/sqlite/notes.md").write_text("#include <tl/expected.hpp>\n", encoding="utf-8")
    assert list(check_tree(tmp_path, RULES)) == [
        "storage/sqlite/a.cc: storage/sqlite may not include <tl/expected.hpp>"]
