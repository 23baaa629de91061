import pytest

from tools.gates import code_rules


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("send.delay(1)", "background work"),
        ("send.apply_async(args=[1])", "background work"),
        ("current_app.send_task('x')", "background work"),
        ("send.si(1).apply_async()", "background work"),
        ("datetime.now(UTC)", "the time"),
        ("datetime.datetime.now(tz=UTC)", "the time"),
        ("timezone.now()", "the time"),
        ("django.utils.timezone.localdate()", "the time"),
        ("date.today()", "the time"),
        ("time.time()", "the time"),
        ("time()", "the time"),
        ("cursor.execute(f'SELECT {column}')", "SQL"),
        ("cursor.execute('SELECT ' + column)", "SQL"),
        ("cursor.execute('SELECT %s' % column)", "SQL"),
        ("cursor.execute('SELECT {}'.format(column))", "SQL"),
        ("Order.objects.raw(f'SELECT {column}')", "SQL"),
    ],
)
def test_a_planted_call_is_found(tmp_path, line, rule):
    path = tmp_path / "payouts" / "services.py"
    path.parent.mkdir()
    path.write_text(f"x = 1\n{line}\n")
    (finding,) = code_rules.check(tmp_path)
    assert finding.startswith(f"payouts/services.py:2: {rule}")


@pytest.mark.parametrize(
    "line",
    [
        "enqueue('payouts.tasks.send', 1)",
        "clock.now()",
        "time.monotonic()",
        "datetime.fromisoformat(text)",
        "cursor.execute('SELECT %s', [column])",
        "cursor.execute('SELECT ' 'x')",
        "cursor.execute(sql.SQL('SELECT {}').format(sql.Identifier(column)))",
        "executor.execute(job)",
    ],
)
def test_a_sound_call_passes(tmp_path, line):
    path = tmp_path / "payouts" / "services.py"
    path.parent.mkdir()
    path.write_text(f"{line}\n")
    assert code_rules.check(tmp_path) == []


def test_the_one_door_may(tmp_path):
    path = tmp_path / "core" / "jobs.py"
    path.parent.mkdir()
    path.write_text("task.apply_async()\n")
    assert code_rules.check(tmp_path) == []
