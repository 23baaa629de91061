import json

import pytest

from tools import bench
from tools.benches.row import NotRunError, Row, not_run, pairs_of, percentile, take_turns
from tools.benches.servers import load

GOOD = Row("click_nginx", 9000.0, 30000.0, 0.3, "requests/s", ">= 0.20", True, 5, "2 cores")
BAD = Row("click_p99", 31.0, 1.0, 31.0, "ms", "<= 25 ms", False, 5, "2 cores")
MISSING = not_run("click_orm", ">= 30", NotRunError("wrk is not installed"))


def test_a_pair_is_measured_by_turns_and_summed_up_by_medians():
    order = []
    ours, reference = iter([2.0, 9.0, 3.0]), iter([1.0, 3.0, 3.0])

    def measure(name, figures):
        order.append(name)
        return next(figures)

    pairs = take_turns(3, lambda: measure("a", ours), lambda: measure("b", reference))
    assert order == ["a", "b"] * 3
    assert (pairs.ours, pairs.reference, pairs.ratio, pairs.rounds) == (3.0, 3.0, 2.0, 3)


def test_the_ratio_is_of_pairs_and_not_of_medians():
    assert pairs_of([(10.0, 1.0), (1.0, 1.0), (30.0, 10.0)]).ratio == 3.0


@pytest.mark.parametrize(
    ("percent", "value"), [(1, 1), (50, 50), (99, 99), (99.5, 100), (100, 100)]
)
def test_a_percentile_is_a_value_that_was_seen(percent, value):
    assert percentile(range(100, 0, -1), percent) == value


def test_without_wrk_a_row_says_why(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("tools.benches.servers.shutil.which", lambda name, path=None: None)
    with pytest.raises(NotRunError, match="wrk is not installed"):
        load("http://127.0.0.1:1/", 1)


def test_the_table_shows_each_row_with_its_note():
    text = bench.table([GOOD, BAD, MISSING])
    assert [line.split()[-1] for line in text.splitlines()[1::2]] == ["yes", "NO", "-"]
    assert "not run: wrk is not installed" in text


def test_an_unknown_row_is_refused(capsys):
    assert bench.main(["click_ngin"]) == 2
    assert "no row click_ngin; there are rls_list" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rows", "code"), [([GOOD], 0), ([GOOD, MISSING], 0), ([GOOD, BAD, MISSING], 1)]
)
def test_the_outcome_is_written_and_only_a_missed_goal_ends_with_1(
    tmp_path, monkeypatch, rows, code
):
    monkeypatch.setattr(bench, "OUTPUT", tmp_path / "build" / "bench.json")
    assert bench.finish(rows) == code
    written = json.loads(bench.OUTPUT.read_text())
    assert [(each["name"], each["ok"]) for each in written] == [(r.name, r.ok) for r in rows]


def test_the_dashboard_row_asks_both_ways_and_gets_the_same(transactional_db, monkeypatch):
    """A short form of what `make bench` does with ten million clicks."""
    monkeypatch.setenv("BENCH_ROWS", "30000")
    row = bench.ROWS["dashboard_10m"]()
    assert row.note.startswith("30000 raw clicks; at 3000: ")
    assert 0 < row.ours < row.reference * 100


def test_the_row_of_proofs_makes_and_checks_them(monkeypatch):
    monkeypatch.setenv("BENCH_LEAVES", "3000")
    row = bench.ROWS["merkle_1m"]()
    assert row.ok
    assert row.note.startswith("3000 leaves; a proof is 396 bytes of path, ")  # 12 steps of 33
