"""planner_10k: how late the worst of 10,000 sellers is asked while a tenth of them is ill."""

from __future__ import annotations

import time

from tools.benches.row import Row, setting

CONNECTIONS, MINUTES, ILL_AT_MINUTES = 10_000, 15, 6
HANDS = {False: 32, True: 64}
CAUGHT_UP_SECONDS_MAX = 300
GOAL = "<= 1"


def planner_10k() -> Row:
    """Two processes of one worker machine on simulated time (planner_sim.py says what that is)."""
    from tools.benches.planner_sim import OWN_WORK, simulate

    count = int(setting("CONNECTIONS", CONNECTIONS))
    minutes = setting("MINUTES", MINUTES)
    began, own = time.perf_counter(), time.process_time()
    found = simulate(
        _brand_make(), count=count, minutes=minutes, ill_at_minutes=ILL_AT_MINUTES, hands=HANDS
    )
    lasted = time.perf_counter() - began
    own_each = (time.process_time() - own) / found.questions
    is_fair = (
        found.late_rounds <= 1
        and found.caught_up_seconds <= CAUGHT_UP_SECONDS_MAX
        and found.bad_lists_asked == found.bad_lists
        and found.limited_too_soon == 0
    )
    return Row(
        "planner_10k",
        ours=round(found.late_rounds, 2),
        reference=None,
        ratio=None,
        unit="rounds late",
        goal=GOAL,
        ok=is_fair,
        rounds=1,
        note=(
            f"{count} connections, {minutes:g} min simulated in {lasted:.0f} s, {found.questions} "
            f"questions; all due at once: caught up in {found.caught_up_seconds:.0f} s; then a "
            f"tenth ill: worst {found.late_seconds:.0f} s late, slow ones "
            f"{found.slow_late_rounds:.1f} rounds; {found.bad_lists_asked}/{found.bad_lists} lists "
            f"of the ill asked, {found.limited_too_soon} within a pause; {own_each * 1000:.1f} ms "
            f"of Python each ({OWN_WORK.total_seconds() * 1000:g} are counted)"
        ),
    )


def _brand_make() -> int:
    from brands.models import Brand
    from core.tenancy.context import acting_as

    with acting_as(system="bench"):
        return Brand.objects.create(
            slug="bench-planner", name="Bench", legal_name="Bench", bin="8" * 12
        ).pk
