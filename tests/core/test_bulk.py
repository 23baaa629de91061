"""Rows by the thousand: what is written is what was meant, and reading leaves nothing out."""

from __future__ import annotations

import pytest

from brands.models import Member
from core.audit.models import AuditEntry
from core.bulk import row_new, rows_insert, rows_read, rows_update
from core.tenancy.context import acting_as
from influencers.models import Influencer


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"quote": 'a "word"', "slash": "a\\b", "lines": "a\nb\t"},
        {"kk": "Жүн көрпе", "nothing": None, "list": [1, [2.5, None]], "flag": True},
    ],
)
def test_json_is_stored_as_it_is(db, said):
    with acting_as(system="test"):
        entry = row_new(AuditEntry, actor="a", origin="b", action='c "d" \\', after=said)
        rows_insert([entry, row_new(AuditEntry, actor="a", origin="b", action="next", after={})])
    with acting_as(ops=1):
        stored = AuditEntry.objects.get(pk=entry.pk)
        assert (stored.after, stored.before, stored.action) == (said, {}, 'c "d" \\')


def test_rows_that_are_read_at_once_are_the_same_rows(cast):
    with acting_as(system="test"):
        rows = Member.objects.order_by("pk")
        read = rows_read(rows, without=["email"])
        assert read == list(rows)
        assert [each.get_deferred_fields() for each in read] == [{"email"}] * 4
        assert [(each.name, each.role, each.email) for each in read] == [
            (each.name, each.role, each.email) for each in rows
        ]


def test_a_row_that_is_not_there_is_noticed(cast):
    with acting_as(system="test"):
        (one, other) = rows_read(Influencer.objects.order_by("pk"))
        one.name = "Әлия"
        rows_update([one], ["name"])
        assert Influencer.objects.get(pk=one.pk).name == "Әлия"
        other.pk = 0
        with pytest.raises(AssertionError):
            rows_update([other], ["name"])
