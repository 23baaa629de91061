import sys

from tools import lint


def gate(name, code):
    return lint.Gate(name, (sys.executable, "-c", code))


def test_every_gate_runs_though_one_fails_and_only_its_output_is_shown(capsys):
    gates = [
        gate("first", "print('told by the first'); raise SystemExit(1)"),
        gate("second", "print('told by the second')"),
    ]
    assert lint.run(gates) == 1
    said = capsys.readouterr().out
    assert "FAIL first" in said
    assert "told by the first" in said
    assert "ok   second" in said
    assert "told by the second" not in said


def test_an_unknown_gate_is_refused(capsys):
    assert lint.main(["rufff"]) == 2
    assert "no gate rufff; there are mypy, " in capsys.readouterr().out


def test_the_gates_see_the_tests_settings():
    code = "import os; raise SystemExit(os.environ['DJANGO_SETTINGS_MODULE'])"
    outcome = lint.gate_run(gate("settings", code))
    assert outcome.output.strip() == "exchange.settings.test"
