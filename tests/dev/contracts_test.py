"""Plan first: the check behind ./dev lint must be able to fail."""

import json
import shutil

import pytest

import check_contracts

from conftest import ROOT

PARTS = ("CMakeLists.txt", "CHANGELOG.md", "appliance/api", "appliance/docs/plans", "appliance/domain/event.h",
         "appliance/wiring/settings")
LOG = "appliance/wiring/settings/log.cc"


@pytest.fixture
def tree(tmp_path):
    """What the check reads, in a folder where it may be changed, right after a release."""
    for part in PARTS:
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / part).is_dir() else shutil.copy)(ROOT / part, tmp_path / part)
    made = check_contracts.Tree(tmp_path)
    check_contracts.release(made)
    return made


@pytest.fixture
def oasdiff(tmp_path):
    """Finds nothing, or what is in found.json; the real one runs in lint."""
    program = tmp_path / "oasdiff"
    program.write_text(f'#!/bin/sh\ncat "{tmp_path}/found.json" 2>/dev/null || echo "[]"\n', encoding="utf-8")
    program.chmod(0o755)
    return program


def edit(tree, name, old, new):
    text = tree.text(name)
    assert old in text
    (tree.root / name).write_text(text.replace(old, new), encoding="utf-8")


def errors(tree, oasdiff):
    return "\n".join(check_contracts.check(tree, oasdiff))


def add_a_key(tree):
    edit(tree, LOG, '{"log.format", "auto"}', '{"log.format", "auto"}, {"log.colour", "no"}')


def plan_it(tree):
    version = tree.version()
    for name, text in (("CMakeLists.txt", f"VERSION {version}"), ("appliance/api/openapi.yaml", f"version: {version}")):
        edit(tree, name, text, text.replace(version, "9.0.0"))
    (tree.root / "appliance/docs/plans/9000-colour.md").write_text("# Colour\n\nVersion 9.0.0.\n", encoding="utf-8")
    log = tree.text("CHANGELOG.md").split("## Unreleased")[0]
    (tree.root / "CHANGELOG.md").write_text(log + "## Unreleased\n\n- `log.colour`\n", encoding="utf-8")


def test_right_after_a_release_nothing_is_asked_for(tree, oasdiff):
    assert errors(tree, oasdiff) == ""


def test_a_change_without_plan_version_and_changelog_is_refused(tree, oasdiff):
    add_a_key(tree)
    said = errors(tree, oasdiff)
    assert "was released already" in said and "has no plan" in said
    edit(tree, "CHANGELOG.md", tree.text("CHANGELOG.md"), "# Changelog\n\n## Unreleased\n")
    assert "CHANGELOG.md says nothing" in errors(tree, oasdiff)


def test_a_planned_change_passes(tree, oasdiff):
    add_a_key(tree)
    plan_it(tree)
    assert errors(tree, oasdiff) == ""


def test_a_key_that_goes_or_gets_another_default_breaks_somebody(tree, oasdiff):
    plan_it(tree)
    edit(tree, LOG, '{"log.format", "auto"}', '{"log.format", "json"}')
    edit(tree, LOG, '{"log.level", "info"}, ', "")
    said = errors(tree, oasdiff)
    assert "its default was 'auto' and is 'json'" in said and "log.level is gone" in said


def test_an_event_promises_no_less_than_before(tree, oasdiff):
    plan_it(tree)
    path = tree.root / "appliance/api/events/event.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["required"].remove("time")
    del schema["properties"]["data"]["properties"]["legacy_id"]
    path.write_text(json.dumps(schema), encoding="utf-8")
    said = errors(tree, oasdiff)
    assert "/time is not promised any more" in said and "/data/legacy_id is gone" in said


def test_types_and_schemas_of_events_belong_together(tree, oasdiff):
    (tree.root / "appliance/api/events/StoryCreated.schema.json").unlink()
    said = errors(tree, oasdiff)
    assert "event StoryCreated: its type stands in" in said and "event StoryCreated is gone" in said


def test_a_break_of_the_api_is_refused_unless_a_plan_decided_it(tree, oasdiff):
    plan_it(tree)
    found = [{"operation": "GET", "path": "/healthz", "text": "api removed", "level": 3}]
    (oasdiff.parent / "found.json").write_text(json.dumps(found), encoding="utf-8")
    assert errors(tree, oasdiff) == "breaks who relies on it: GET /healthz: api removed"
    accepted = tree.baseline / "accepted.txt"
    accepted.write_text("9000 GET /healthz: api removed\n", encoding="utf-8")
    assert "from 1.0 on nothing may break" in errors(tree, oasdiff)
    edit(tree, "CMakeLists.txt", "VERSION 9.0.0", "VERSION 0.9.0")
    edit(tree, "appliance/api/openapi.yaml", "version: 9.0.0", "version: 0.9.0")
    edit(tree, "appliance/docs/plans/9000-colour.md", "9.0.0", "0.9.0")
    assert errors(tree, oasdiff) == ""
    accepted.write_text("9000 GET /readyz: api removed\n", encoding="utf-8")
    assert "names what is not broken" in errors(tree, oasdiff)
