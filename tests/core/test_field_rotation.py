"""Two keys, real rows in every sealed column, and afterwards the old key is gone."""

import base64
import json

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from attribution.models import Connection, InboundEvent, Order
from attribution.services.inbox import WEBHOOK, Received, events_store
from attribution.services.ingest import inbound_events_process
from attribution.services.orders import EMAIL_PURPOSE, PHONE_PURPOSE
from core import field_rotation
from core.accounts.models import User
from core.crypto import SealError, blind_index
from core.field_rotation import sealed_tables
from core.tenancy.context import acting_as
from core.tenancy.logins import logged_in_as_owner
from influencers.models import IIN_PURPOSE, Payee
from tests.core.matrix_rows import rows_make

OLD = "b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZCE="
NEW = "bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldyE="
TOTP_SECRET = "JBSWY3DPEHPK3PXP"
WOO_ORDER = json.dumps(
    {
        "id": 1042,
        "number": "1042",
        "status": "processing",
        "currency": "KZT",
        "date_created_gmt": "2026-11-20T10:00:00",
        "date_modified_gmt": "2026-11-20T10:00:00",
        "billing": {
            "phone": "+7 701 000 00 01",
            "email": "buyer@example.org",
            "country": "KZ",
        },
        "total": "100.00",
        "line_items": [{"id": 1, "name": "Alma", "quantity": 1, "total": "100.00"}],
    }
).encode()


@pytest.fixture
def sealed_with_the_old_key(committed_cast):
    with override_settings(FIELD_KEYS={1: OLD}):
        for party in (committed_cast.tulpar, committed_cast.sauran):
            rows_make(party, committed_cast.maker)
        user = User.objects.get(pk=committed_cast.maker)
        TOTP.activate(user, TOTP_SECRET)
        RecoveryCodes.activate(user)
    return committed_cast


def keys_in_use():
    """{(table, column): numbers of the keys that its rows are under}"""
    found = {}
    with logged_in_as_owner(), connection.cursor() as cursor:
        for table in sealed_tables():
            for field in table.fields:
                column = table.model._meta.get_field(field).column
                cursor.execute(
                    f"SELECT DISTINCT get_byte({column}, 0) FROM {table.name}"  # noqa: S608
                    f" WHERE {column} IS NOT NULL"
                )
                found[table.name, column] = {number for (number,) in cursor.fetchall()}
    return found


def test_every_sealed_column_gets_the_new_key_and_the_old_one_can_go(
    sealed_with_the_old_key, capsys
):
    cast = sealed_with_the_old_key
    before = keys_in_use()
    assert len(before) == 36
    assert all(numbers <= {1} for numbers in before.values())
    with override_settings(FIELD_KEYS={1: OLD, 2: NEW}):
        call_command("fields_rotate")
    assert "Everything is under key 2. FIELD_KEYS no longer needs: 1." in capsys.readouterr().out
    assert keys_in_use() == {place: {2} if used else set() for place, used in before.items()}
    with override_settings(FIELD_KEYS={2: NEW}):
        with acting_as(ops=cast.maker):
            for table in sealed_tables():
                list(table.model.objects.all())  # reading unseals
        user = User.objects.get(pk=cast.maker)
        totp, codes = user.authenticator_set.order_by("-type")
        assert base64.b64decode(totp.data["secret"])[0] == 2
        assert len(codes.wrap().get_unused_codes()) == 10


def test_indexes_are_made_anew_so_that_a_payee_is_found(sealed_with_the_old_key):
    with override_settings(FIELD_KEYS={1: OLD, 2: NEW}):
        call_command("fields_rotate", verbosity=0)
    with override_settings(FIELD_KEYS={2: NEW}), acting_as(system="test"):
        index = blind_index("900101400013", purpose=IIN_PURPOSE)
        assert Payee.objects.get(iin_index=index).iin == "900101400013"


def test_the_phone_of_an_order_is_indexed_from_its_event(committed_cast):
    brand = {"brand_id": committed_cast.tulpar.brand}
    with override_settings(FIELD_KEYS={1: OLD}):
        with acting_as(system="test data"):
            shop = Connection.objects.create(
                source="woocommerce", name="shop", secrets="[]", **brand
            )
            (event_id,) = events_store(
                shop, WEBHOOK, InboundEvent.Trust.SIGNED, [Received("1", WOO_ORDER)]
            )
        inbound_events_process([event_id])
    with override_settings(FIELD_KEYS={1: OLD, 2: NEW}):
        call_command("fields_rotate", verbosity=0)
    with override_settings(FIELD_KEYS={2: NEW}), acting_as(system="test"):
        index = blind_index("+77010000001", purpose=PHONE_PURPOSE)
        order = Order.objects.get(customer_phone_index=index)
        assert order.external_id == "1042"
        assert order.customer_email_index == blind_index("buyer@example.org", purpose=EMAIL_PURPOSE)


def test_a_stopped_run_goes_on_and_a_second_one_finds_nothing(
    sealed_with_the_old_key, monkeypatch, capsys
):
    monkeypatch.setattr(field_rotation, "BATCH", 1)
    batch_rotate, calls = field_rotation._batch_rotate, []

    def killed_at_the_third(table):
        calls.append(table.name)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return batch_rotate(table)

    with override_settings(FIELD_KEYS={1: OLD, 2: NEW}):
        monkeypatch.setattr(field_rotation, "_batch_rotate", killed_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            call_command("fields_rotate")
        rotated = [place for place, numbers in keys_in_use().items() if 2 in numbers]
        assert rotated != []
        monkeypatch.setattr(field_rotation, "_batch_rotate", batch_rotate)
        call_command("fields_rotate")
        assert all(numbers <= {2} for numbers in keys_in_use().values())
        capsys.readouterr()
        call_command("fields_rotate")
    assert capsys.readouterr().out == (
        "Everything is under key 2. FIELD_KEYS no longer needs: 1.\n"
    )


def test_a_key_that_is_not_in_the_list_stops_the_run(sealed_with_the_old_key):
    with override_settings(FIELD_KEYS={2: NEW}), pytest.raises(SealError, match="does not have"):
        call_command("fields_rotate")


def test_rows_that_come_in_under_the_old_key_are_reported(sealed_with_the_old_key, monkeypatch):
    monkeypatch.setattr(field_rotation, "_batch_rotate", lambda table: 0)
    with (
        override_settings(FIELD_KEYS={1: OLD, 2: NEW}),
        pytest.raises(CommandError, match="influencers_payee"),
    ):
        call_command("fields_rotate")
