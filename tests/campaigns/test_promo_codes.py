"""Promo codes as services: given, wished for, replaced, scheduled; pools of one-time ones."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError

from campaigns.domain.codes import is_issuable
from campaigns.models import CodeAlias, CodePool, Participation, PromoCode, Terms
from campaigns.selectors.codes import codes_of_participation, pool_counts
from campaigns.services import ParticipationConflict, campaign_join, participation_leave
from campaigns.services.code_pools import (
    PoolTerms,
    code_reserve,
    codes_generate,
    codes_import,
    pool_give,
    pool_void,
)
from campaigns.services.codes import code_rotate, code_schedule
from core.errors import Invalid, NotFound
from core.notify.models import Message
from core.tenancy.context import acting_as
from tests.clocks import clock_at
from tests.world import NOON

DAY = timedelta(days=1)


_noon = clock_at(NOON)


def rows(model, **filters):
    with acting_as(system="test"):
        return list(model.objects.filter(**filters).order_by("pk"))


def codes(cast, **filters):
    return rows(PromoCode, participation_id=cast.tulpar.participation, **filters)


def terms(cast, **changes):
    wanted = {"campaign_id": cast.tulpar.campaign, "name": "Stories"}
    return PoolTerms(**(wanted | changes))


def mine(cast, **changes):
    return terms(cast, participation_id=cast.tulpar.participation, **changes)


def taken_in(cast, text, **changes):
    return codes_import(mine(cast, **changes), raw=text.encode())


def faults_of(pool):
    return [tuple(fault) for fault in pool.faults]


def rotate(cast, **options):
    return code_rotate(participation_id=cast.tulpar.participation, **options)


# --- In place of another one ----------------------------------------------------------------


def test_a_new_code_takes_the_place_of_the_old_one_which_counts_for_two_weeks_more(cast):
    promo = rotate(cast)
    (old, new) = codes(cast)
    assert new.pk == promo.pk
    assert (old.code, old.state, old.valid_until) == ("AQTAS", "replaced", NOON + 14 * DAY)
    assert new.state == "active"
    assert is_issuable(new.code)
    (message,) = rows(Message, kind="code_replaced")
    assert new.code in message.body
    assert "AQTAS" in message.body


def test_of_a_leaked_code_nothing_counts_from_now_on(cast):
    rotate(cast, grace_days=0)
    assert codes(cast)[0].valid_until == NOON


def test_a_code_that_would_have_ended_before_is_not_made_to_last_longer(cast):
    code_schedule(
        participation_id=cast.tulpar.participation,
        first_on=None,
        last_on=date(2026, 11, 22),
        except_skus=["A-1"],
    )
    new = rotate(cast)
    old = codes(cast)[0]
    assert old.valid_until.isoformat() == "2026-11-22T18:59:59.999999+00:00"  # of Almaty
    assert (new.valid_until, new.except_skus) == (None, ["A-1"])


@pytest.mark.parametrize("grace_days", [-1, 31])
def test_a_grace_out_of_bounds_is_refused(cast, grace_days):
    with pytest.raises(Invalid):
        rotate(cast, grace_days=grace_days)
    assert len(codes(cast)) == 1


def test_a_campaign_that_counts_links_only_gives_no_code(cast):
    with acting_as(system="test"):
        Participation.objects.filter(pk=cast.tulpar.participation).update(
            terms=Terms.objects.create(
                campaign_id=cast.tulpar.campaign,
                brand_id=cast.tulpar.brand,
                version=2,
                commission_bps=1000,
                code_policy="click_only",
            )
        )
    with pytest.raises(ParticipationConflict):
        rotate(cast)


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ("AQTA\u0421", "two alphabets"),  # a Cyrillic С at the end
        ("A\u049aTAS", "two alphabets"),
        ("DANA10", "without 0, O, 1, I and L"),
        ("7DANA", "begins with a letter"),
        ("2E22", "takes this for a number"),
        ("DA", "at least 3"),
        ("D" * 41, "at most 40"),
        ("DANA!", "letters and digits only"),
        ("=cmd|' /C calc'!A0", "letters and digits only"),
        ("АҚТАС", "without 0, O, 1, I and L"),
        ("aqtas", "is in the shop already"),
    ],
)
def test_a_wish_is_refused_with_its_reason(cast, wish, why):
    with pytest.raises(Invalid) as refused:
        rotate(cast, wish=wish)
    assert why in str(refused.value)
    assert [code.code for code in codes(cast)] == ["AQTAS"]


def test_a_wish_that_is_free_is_given(cast):
    assert rotate(cast, wish="aqtas-best").code == "AQTASBEST"


# --- What else buyers type ------------------------------------------------------------------


def test_a_code_gets_its_aliases(cast):
    promo = rotate(cast, wish="DANA25")
    found = {each.text: each.kind for each in rows(CodeAlias, code=promo)}
    assert found == {"ДАНА25": "translit", "ВФТФ25": "layout"}


def test_an_alias_of_two_people_counts_for_neither(cast):
    """W and V are one letter in Cyrillic: DAVA22 and DAWA22 are both ДАВА22."""
    first = rotate(cast, wish="DAVA22")
    with acting_as(influencer=cast.sauran.influencer):
        dana = campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer)
    second = code_rotate(participation_id=dana.pk, wish="DAWA22")
    (shared,) = rows(CodeAlias, text="ДАВА22")
    assert (shared.code_id, shared.ambiguous_at) == (first.pk, NOON)
    assert {each.text for each in rows(CodeAlias, code=second)} == {"ДАУА22", "ВФЦФ22"}


def test_a_former_code_of_the_same_person_keeps_its_alias(cast):
    rotate(cast, wish="DAVA22")
    rotate(cast, wish="DAWA22")
    assert [each.ambiguous_at for each in rows(CodeAlias, text="ДАВА22")] == [None]


def test_no_code_is_given_that_buyers_type_for_another_one(cast):
    rotate(cast, wish="DANA25")
    pool = taken_in(cast, "ДАНА25\n")
    assert pool.state == "refused"
    assert faults_of(pool) == [(1, "ДАНА25", "known", "ДАНА25")]


# --- Schedule -------------------------------------------------------------------------------


def test_a_schedule_is_of_days_of_kazakhstan(cast):
    promo = code_schedule(
        participation_id=cast.tulpar.participation,
        first_on=date(2026, 11, 21),
        last_on=date(2026, 11, 21),
        except_skus=[" A-1 ", "A-1", ""],
    )
    assert promo.valid_from.isoformat() == "2026-11-20T19:00:00+00:00"
    assert promo.valid_until.isoformat() == "2026-11-21T18:59:59.999999+00:00"
    assert promo.except_skus == ["A-1"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_on": date(2026, 11, 22), "last_on": date(2026, 11, 21)},
        {"except_skus": [str(n) for n in range(501)]},
        {"except_skus": ["x" * 129]},
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(cast, wrong):
    wanted = {"first_on": None, "last_on": None, "except_skus": []} | wrong
    with pytest.raises(Invalid):
        code_schedule(participation_id=cast.tulpar.participation, **wanted)


# --- Files of one-time codes ----------------------------------------------------------------


def test_a_file_of_codes_is_taken_in(cast):
    pool = taken_in(
        cast, "Промокод;Комментарий\nTUL-7F3K;a\nTUL-9Q2M;b\n", last_on=date(2026, 12, 1)
    )
    assert (pool.state, pool.rows) == ("ready", 2)
    found = codes(cast, pool=pool)
    assert [(code.code, code.canonical, code.state) for code in found] == [
        ("TUL-7F3K", "TUL7F3K", "issued"),
        ("TUL-9Q2M", "TUL9Q2M", "issued"),
    ]
    assert found[0].valid_until.isoformat() == "2026-12-01T18:59:59.999999+00:00"
    assert found[0].influencer_id == cast.tulpar.influencer


def test_every_wrong_row_is_named_and_nothing_is_taken_in(cast):
    text = "\n".join(
        [
            "code",
            "GOOD77",
            "good-77",  # the same
            "G00D77",  # looks the same
            "AQT\u0410S",  # a Cyrillic А
            "aqtas",  # Aliya's
            "1E10",
            "12345678",
            "AB",
            "A" * 41,
            "=HYPERLINK(1)",
            "ДАНА77",
        ]
    )
    pool = taken_in(cast, text)
    assert (pool.state, pool.rows) == ("refused", 11)
    assert faults_of(pool) == [
        (3, "good-77", "twice", "2"),
        (4, "G00D77", "looks_like_row", "2"),
        (5, "AQT\u0410S", "mixed", ""),
        (6, "aqtas", "taken", "AQTAS"),
        (7, "1E10", "number", ""),
        (8, "12345678", "number", ""),
        (9, "AB", "short", ""),
        (10, "A" * 41, "long", ""),
        (11, "=HYPERLINK(1)", "signs", ""),
    ]
    assert codes(cast, pool__isnull=False) == []


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "no table"),
        (b"\n\n \n", "no table"),
        (b"code\n", "no code in this file"),
        (b"A" * (9 * 2**20), "too large"),
        (b'code\n"GOOD7\nGOOD8\n', "never closed"),
        (b"\n".join(b"C%d" % n for n in range(100_002)), "more than 100,000"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_refused(cast, raw, why):
    with pytest.raises(Invalid) as refused:
        codes_import(mine(cast), raw=raw)
    assert why in str(refused.value)
    assert rows(CodePool) == []


def test_a_line_of_megabytes_is_one_wrong_row(cast):
    pool = codes_import(mine(cast), raw=b"GOOD77\n" + b"A" * (100 * 1024) + b"\n")
    (fault,) = faults_of(pool)
    assert (fault[0], len(fault[1]), fault[2]) == (2, 60, "long")


def test_many_codes_are_taken_in_by_few_statements(cast, django_assert_max_num_queries):
    """100,000 took 7 seconds on one busy core; here are fewer."""
    raw = "\n".join(f"T{n:05}X" for n in range(12_000)).replace("0", "A").replace("1", "B")
    with django_assert_max_num_queries(20):
        pool = codes_import(mine(cast), raw=raw.encode())
    assert (pool.state, pool.rows) == ("ready", 12_000)


def test_a_hundred_thousand_wrong_rows_are_all_named(cast):
    pool = codes_import(mine(cast), raw=b"\n".join(b"%d" % n for n in range(100_000)))
    assert (pool.state, len(pool.faults)) == ("refused", 100_000)
    assert faults_of(pool)[99_999] == (100_000, "99999", "number", "")


def test_what_was_wrong_with_old_files_is_forgotten(cast):
    taken_in(cast, "1")
    with time_machine.travel(NOON + 2 * DAY, tick=False):
        second = taken_in(cast, "2")
    assert [pool.pk for pool in rows(CodePool)] == [second.pk]


def test_codes_of_ours_are_made_to_a_number(cast):
    pool = codes_generate(terms(cast), count=300)
    found = rows(PromoCode, pool=pool)
    assert len({code.skeleton for code in found}) == 300
    assert all(is_issuable(code.code) for code in found)
    assert found[0].participation_id is None
    with pytest.raises(Invalid):
        codes_generate(terms(cast), count=0)


def test_another_campaigns_participation_gets_no_pool(cast):
    with pytest.raises(NotFound):
        codes_generate(terms(cast, participation_id=cast.sauran.participation), count=1)


# --- Handing out ----------------------------------------------------------------------------


def test_codes_of_a_campaign_become_a_participations_once(cast):
    pool = codes_generate(terms(cast), count=5)
    give = {"pool_id": pool.pk, "participation_id": cast.tulpar.participation}
    assert pool_give(**give, count=3) == 3
    (counts,) = _counts(pool)
    assert (counts.issued, counts.unassigned, counts.total) == (5, 2, 5)
    with pytest.raises(Invalid):
        pool_give(**give, count=3)
    with pytest.raises(IntegrityError, match="frozen"), acting_as(system="test"):
        PromoCode.objects.filter(pool=pool).update(participation=None, influencer=None)


def _counts(*pools):
    with acting_as(system="test"):
        found = pool_counts(pools)
    return [found[pool.pk] for pool in pools]


def test_each_follower_gets_a_code_of_their_own(cast):
    pool = codes_generate(mine(cast), count=2)
    given = [code_reserve(participation_id=cast.tulpar.participation).code for _n in range(2)]
    assert len(set(given)) == 2
    with pytest.raises(ParticipationConflict):
        code_reserve(participation_id=cast.tulpar.participation)
    (counts,) = _counts(pool)
    assert (counts.issued, counts.reserved) == (0, 2)


def test_a_void_pool_gives_nothing_and_ends_now(cast):
    pool = codes_generate(mine(cast), count=2)
    assert pool_void(pool_id=pool.pk) == 2
    assert {(code.state, code.valid_until) for code in rows(PromoCode, pool=pool)} == {
        ("void", NOON)
    }
    assert pool_void(pool_id=pool.pk) == 0


def test_who_leaves_hands_out_no_codes_any_more(cast):
    codes_generate(mine(cast), count=2)
    participation_leave(participation_id=cast.tulpar.participation)
    assert {code.state for code in codes(cast)} == {"void"}


def test_a_redeemed_code_without_its_order_is_refused_by_the_database(cast):
    pool = codes_generate(mine(cast), count=1)
    with pytest.raises(IntegrityError, match="code_redeemed"), acting_as(system="test"):
        PromoCode.objects.filter(pool=pool).update(state="redeemed")


def test_an_influencer_reads_the_own_codes_only(cast):
    rotate(cast, wish="DANA25")
    codes_generate(mine(cast), count=2)
    with acting_as(influencer=cast.tulpar.influencer):
        own = codes_of_participation(
            Participation.objects.get(pk=cast.tulpar.participation), now=NOON
        )
        assert own.active is not None
        assert own.active.code == "DANA25"
        assert [code.code for code in own.replaced] == ["AQTAS"]
        assert sorted(own.aliases) == ["ВФТФ25", "ДАНА25"]
        assert own.one_time.issued == 2
    with acting_as(influencer=cast.sauran.influencer):
        assert not CodeAlias.objects.exists()
        assert not CodePool.objects.exists()
