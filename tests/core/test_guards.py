"""What the database refuses to everybody, the owner included."""

import pytest
from django.db import IntegrityError, connection, transaction

from brands.models import BrandContract
from campaigns.models import Terms, TrackingLink
from core import clock
from core.tenancy.context import acting_as
from core.tenancy.logins import logged_in_as_owner


def refused(sql, match):
    with (
        pytest.raises(IntegrityError, match=match),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_an_append_only_row_is_not_changed_even_by_the_owner(committed_cast):
    with logged_in_as_owner():
        refused("UPDATE brands_brandcontract SET platform_fee_bps = 1", "append-only")
        refused("DELETE FROM brands_brandcontract", "append-only")
    with acting_as(brand=committed_cast.tulpar.brand):
        assert BrandContract.objects.get().platform_fee_bps == 1500


def test_a_frozen_column_stays_and_the_others_move(cast):
    with acting_as(system="test"):
        link = TrackingLink.objects.get(pk=cast.tulpar.link)
        link.state = TrackingLink.State.DISABLED
        link.save()
        with pytest.raises(IntegrityError, match="token is frozen"), transaction.atomic():
            TrackingLink.objects.filter(pk=link.pk).update(token="other")


def test_terms_change_until_they_are_published(cast):
    tulpar = cast.tulpar
    with acting_as(brand=tulpar.brand):
        draft = Terms.objects.create(
            campaign_id=tulpar.campaign, brand_id=tulpar.brand, version=2, commission_bps=500
        )
        Terms.objects.filter(pk=draft.pk).update(commission_bps=700, published_at=clock.now())
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Terms.objects.filter(pk=draft.pk).update(commission_bps=100)
        assert Terms.objects.get(pk=draft.pk).commission_bps == 700
