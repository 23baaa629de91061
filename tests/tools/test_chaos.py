import json

import pytest

from tools import chaos

SOUND = """<testsuites><testsuite>
<testcase name="a"><properties><property name="load" value="100"/>
<property name="faults" value="7"/></properties></testcase>
<testcase name="b"><properties><property name="load" value="20"/></properties></testcase>
</testsuite></testsuites>"""


def read(tmp_path, report, code=0):
    path = tmp_path / "report.xml"
    path.write_text(report)
    return chaos.result_read("events_kill", path, code)


def test_figures_of_all_tests_are_added_up(tmp_path):
    result = read(tmp_path, SOUND)
    assert (result.load, result.faults, result.ok, result.note) == (120, 7, True, "2 tests")


@pytest.mark.parametrize("figure", ["lost", "doubled", "mismatched"])
def test_one_loss_is_enough(tmp_path, figure):
    planted = SOUND.replace('name="faults" value="7"', f'name="{figure}" value="1"')
    result = read(tmp_path, planted)
    assert (getattr(result, figure), result.ok) == (1, False)


def test_a_failed_test_counts_as_wrong(tmp_path):
    planted = SOUND.replace('<testcase name="b">', '<testcase name="b"><failure/>')
    result = read(tmp_path, planted, code=1)
    assert (result.mismatched, result.ok) == (1, False)


def test_no_test_is_not_a_pass(tmp_path):
    assert not read(tmp_path, "<testsuites/>", code=5).ok


def test_an_unknown_suite_is_refused(capsys):
    assert chaos.main(["events_kil"]) == 2
    assert "no suite events_kil; there are rls_matrix" in capsys.readouterr().out


def test_the_outcome_is_written_and_a_failure_ends_with_1(tmp_path, monkeypatch):
    good = chaos.Result("rls_matrix", 9, 0, 0, 0, 0, ok=True, note="9 tests")
    bad = chaos.Result("events_kill", 9, 3, 1, 0, 0, ok=False, note="1 test")
    outcomes = {"rls_matrix": good, "events_kill": bad}
    monkeypatch.setattr(chaos, "suites", lambda root: dict.fromkeys(outcomes, tmp_path))
    monkeypatch.setattr(chaos, "suite_run", lambda name, path: outcomes[name])
    monkeypatch.setattr(chaos, "OUTPUT", tmp_path / "build" / "chaos.json")
    assert chaos.main(["rls_matrix"]) == 0
    assert chaos.main([]) == 1
    written = json.loads(chaos.OUTPUT.read_text())
    assert [(row["name"], row["lost"], row["ok"]) for row in written] == [
        ("rls_matrix", 0, True),
        ("events_kill", 1, False),
    ]
