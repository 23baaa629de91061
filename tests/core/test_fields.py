import pytest
from django.db import connection

from core.crypto import SealError
from core.tenancy.context import acting_as
from influencers.models import Payee
from tests.core.matrix_rows import IINS, influencer_rows
from tests.core.test_tenancy_matrix import as_owner


def payee_make(party):
    with acting_as(system="test data"):
        return next(row for row in influencer_rows(party) if isinstance(row, Payee))


def stored(column):
    with acting_as(system="test"), connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM influencers_payee")  # noqa: S608
        return bytes(cursor.fetchone()[0])


def test_a_sealed_field_reads_as_text_and_is_bytes_in_the_database(cast):
    payee = payee_make(cast.tulpar)
    with acting_as(system="test"):
        assert Payee.objects.get(pk=payee.pk).iin == IINS["tulpar"]
    assert IINS["tulpar"].encode() not in stored("iin")
    assert stored("iin")[0] == 1  # the number of the key


def test_saving_again_seals_anew(cast):
    payee = payee_make(cast.tulpar)
    before = stored("iin")
    with acting_as(system="test"):
        payee.save()
    assert stored("iin") != before


def test_bytes_of_one_column_are_no_good_in_another(committed_cast):
    payee = payee_make(committed_cast.tulpar)
    as_owner("UPDATE influencers_payee SET full_name = iin")
    with acting_as(system="test"), pytest.raises(SealError, match="elsewhere"):
        Payee.objects.get(pk=payee.pk)
