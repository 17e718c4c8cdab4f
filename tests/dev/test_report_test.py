"""The last line of ./dev test is what a change lands by: it must not be green by accident."""

import pytest

import test_report

CTEST = """<testsuite name="x" tests="3">
<testcase name="storage_sqlite_test:a write is kept" classname="" time="0.5" status="run"><system-out/></testcase>
<testcase name="storage_sqlite_test:a lock is held" classname="" time="0.25" status="fail">
  <failure message=""/><system-out>because of this</system-out></testcase>
<testcase name="index_xapian_test: finds" classname="" time="0" status="notrun">
  <skipped message="SKIP"/><system-out>SKIPPED: no data</system-out></testcase>
</testsuite>"""
GREEN = '<testsuites><testsuite name="a"><testcase name="one" time="1"/><testcase name="two"/></testsuite></testsuites>'


@pytest.fixture
def report(tmp_path, capsys):
    adapters = tmp_path / "adapters.txt"
    adapters.write_text("# adapters\nsqlite ^storage_sqlite\nxapian ^index_xapian\n", encoding="utf-8")

    def run(files, *broken):
        folder = tmp_path / "results"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        status = test_report.main([str(folder), str(adapters), *broken])
        return status, capsys.readouterr().out

    return run


def test_a_failure_is_counted_named_and_ends_red(report):
    status, said = report({"dev.xml": CTEST, "webui.xml": GREEN})
    assert status == 1
    assert said.splitlines()[-1] == "3 passed, 1 failed"
    assert "FAILED dev: storage_sqlite_test:a lock is held" in said
    assert "because of this" in said


def test_every_suite_has_a_row_and_a_skip_is_loud(report):
    _, said = report({"dev.xml": CTEST, "webui.xml": GREEN})
    assert "dev: storage_sqlite_test" in said and "webui" in said
    assert "SKIPPED dev: index_xapian_test" in said and "no data" in said


def test_an_adapter_whose_tests_were_skipped_was_not_exercised(report):
    _, said = report({"dev.xml": CTEST})
    assert "adapters exercised: sqlite; not exercised: xapian" in said


def test_all_green_ends_green(report):
    status, said = report({"webui.xml": GREEN})
    assert (status, said.splitlines()[-1]) == (0, "2 passed, 0 failed")


def test_a_step_that_broke_without_a_failed_test_is_a_failure(report):
    status, said = report({"webui.xml": GREEN}, "browser")
    assert (status, said.splitlines()[-1]) == (1, "2 passed, 1 failed")
    assert "BROKEN browser" in said


def test_no_test_is_no_success(report):
    status, said = report({})
    assert (status, said.splitlines()[-1]) == (1, "0 passed, 0 failed")
