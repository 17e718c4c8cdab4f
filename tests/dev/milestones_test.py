"""The milestones' page must be able to fail CI."""

import textwrap

import pytest

import check_milestones
import coverage_report

TABLE = "| M1.1 | done | `code/` | {proved} | look |"


@pytest.fixture
def root(tmp_path, monkeypatch):
    (tmp_path / "code").mkdir()
    (tmp_path / "tests/room").mkdir(parents=True)
    (tmp_path / "tests/room/a_test.cc").write_text(
        'TEST_CASE("a lamp burns", "[lamps]") {}\nTEST_CASE_METHOD(Fixture,\n    "a long name that "\n    "goes on", "[x]") {}\n', encoding="utf-8")
    (tmp_path / "tests/room/CMakeLists.txt").write_text('heirloom_black_box_test("room: from outside" b_test.py)\n', encoding="utf-8")
    (tmp_path / "tests/room/b_test.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(check_milestones, "ROOT", tmp_path)
    return tmp_path


def results(root, *cases):
    lines = "".join(f'<testcase classname="{name}" name="{name}" status="{state}"/>' for name, state in cases)
    (root / "ctest.xml").write_text(f"<testsuite>{lines}</testsuite>", encoding="utf-8")
    return check_milestones.passed_cases(root)


def unproved(root, proved, *cases):
    return list(check_milestones.unproved(TABLE.format(proved=proved), results(root, *cases), root))


def test_what_it_names_is_there(root):
    assert list(check_milestones.missing(TABLE.format(proved="`tests/room/`"), root)) == []
    assert list(check_milestones.missing(TABLE.format(proved="`tests/rooms/`"), root)) == ["M1.1: there is no tests/rooms/"]
    assert list(check_milestones.missing(TABLE.format(proved="my word"), root)) == ["M1.1: nothing proves it"]


def test_each_case_of_a_named_file_must_have_run(root):
    ran = [("room_test: a lamp burns", "run"), ("room_test: a long name that goes on", "run")]
    assert unproved(root, "`tests/room/a_test.cc`", *ran) == []
    assert "did not run, or failed: a long name that goes on" in unproved(root, "`tests/room/a_test.cc`", ran[0])[0]
    assert unproved(root, "`tests/room/a_test.cc`", ran[0], (ran[1][0], "notrun"))


def test_a_black_box_suite_is_found_by_its_name_in_cmake(root):
    assert unproved(root, "`tests/room/b_test.py`", ("room: from outside", "run")) == []
    assert unproved(root, "`tests/room/b_test.py`", ("room: a lamp burns", "run"))


def test_of_a_named_folder_something_must_have_run(root):
    assert unproved(root, "`tests/room/`", ("room: from outside", "run")) == []
    assert unproved(root, "`tests/room/`", ("other: x", "run"))
    (root / "tests/empty").mkdir()
    assert unproved(root, "`tests/empty/`") == ["M1.1: tests/empty/ holds no test"]


def test_coverage_is_summed_up_by_room(tmp_path, capsys):
    (tmp_path / "summary.json").write_text(textwrap.dedent("""
        {"files": [{"filename": "appliance/stories/a.cc", "line_covered": 3, "line_total": 4},
                   {"filename": "appliance/stories/b.cc", "line_covered": 1, "line_total": 4},
                   {"filename": "storage/database.h", "line_covered": 2, "line_total": 2}]}"""), encoding="utf-8")
    coverage_report.main([tmp_path / "summary.json"])
    said = capsys.readouterr().out
    assert "appliance/stories             4 of      8 lines   50.0 %" in said
    assert "storage                       2 of      2 lines  100.0 %" in said
    assert "all                           6 of     10 lines   60.0 %" in said
