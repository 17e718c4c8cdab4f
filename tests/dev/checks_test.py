"""The checks behind ./dev lint must be able to fail."""

import pathlib
import textwrap

import pytest
import yaml

import check_openapi
import check_tree

from conftest import ROOT

OPENAPI = ROOT / "appliance/api/openapi.yaml"


@pytest.fixture
def contract():
    return yaml.load(OPENAPI.read_text(encoding="utf-8"), yaml.CSafeLoader)


def test_the_contract_is_sound(contract):
    assert list(check_openapi.check(contract)) == []


def test_an_operation_id_stands_once(contract):
    contract["paths"]["/healthz"]["get"]["operationId"] = "getMe"
    assert any("'getMe' stands 2 times" in error for error in check_openapi.check(contract))


def test_a_reference_must_name_something(contract):
    contract["paths"]["/healthz"]["get"]["responses"]["200"]["content"] = {"x/y": {"schema": {"$ref": "#/components/schemas/No"}}}
    assert any("#/components/schemas/No names nothing" in error for error in check_openapi.check(contract))


def test_path_and_parameters_agree(contract):
    contract["paths"]["/api/v1/stories/{story}"] = contract["paths"].pop("/api/v1/stories/{id}")
    assert any("do not agree on 'story'" in error for error in check_openapi.check(contract))


def test_what_nothing_uses_is_named(contract):
    contract["components"]["schemas"]["Spare"] = {"type": "object"}
    assert "components/schemas/Spare is used by nothing" in check_openapi.check(contract)


def story(contract, method):
    return contract["paths"]["/api/v1/stories/{id}"][method]


@pytest.mark.parametrize("code", ["304", "400", "401", "403", "404", "412", "429", "503"])
def test_an_operation_names_every_error(contract, code):
    del story(contract, "get")["responses"][code]
    assert f"GET /api/v1/stories/{{id}}: does not say that {code} can happen" in check_openapi.check(contract)


@pytest.mark.parametrize("code", ["409", "413", "415", "422", "428"])
def test_a_change_names_every_error(contract, code):
    del story(contract, "patch")["responses"][code]
    assert f"PATCH /api/v1/stories/{{id}}: does not say that {code} can happen" in check_openapi.check(contract)


def test_what_is_tried_again_says_when(contract):
    del contract["components"]["responses"]["TooMany"]["headers"]
    assert any("429 without Retry-After" in error for error in check_openapi.check(contract))


@pytest.mark.parametrize("name, limit", [("title", "maxLength"), ("tags", "maxItems")])
def test_what_is_sent_has_a_limit(contract, name, limit):
    del contract["components"]["schemas"]["StoryFields"]["properties"][name][limit]
    assert any(f"PATCH /api/v1/stories/{{id}} body/{name}: " in error and limit in error for error in check_openapi.check(contract))


def test_free_form_values_have_an_example(contract):
    del contract["components"]["schemas"]["Tag"]["examples"]
    assert any("no example for /tags[]" in error for error in check_openapi.check(contract))


def test_an_example_keeps_its_own_schema(contract):
    contract["components"]["schemas"]["EdtfDate"]["examples"] = ["x" * 100]
    assert any("its example is refused: $.happened_at" in error for error in check_openapi.check(contract))


def test_a_key_that_stands_twice_is_an_error(tmp_path, capsys):
    file = tmp_path / "twice.yaml"
    file.write_text("openapi: 3.1.0\npaths: {}\npaths: {}\n", encoding="utf-8")
    assert check_openapi.main([str(file)]) == 1
    assert "stands twice" in capsys.readouterr().out


@pytest.mark.parametrize("line, is_error", [
    ("see /" + "home/ada/notes.txt", True),
    ("cd /" + "root/heirloom", True),
    ("GET /api/work/1", False),
    ("int x;  // TO" + "DO: later", True),
    ("int todo;", False),
    ('TEST_CASE("one; two", "[x]") {', True),
    ('TEST_CASE("one, two", "[x]") { f(); }', False),
])
def test_what_must_not_be_in_the_tree(tmp_path, monkeypatch, line, is_error):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("a.cc").write_text(textwrap.dedent(line) + "\n", encoding="utf-8")
    errors, _ = check_tree.check("a.cc")
    assert bool(errors) == is_error


def test_a_long_file_is_counted_and_no_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("a.cc").write_text("\n" * 1000, encoding="utf-8")
    assert check_tree.check("a.cc") == ([], 1000)
