import pytest

from campaigns.models import Campaign
from core.audit.models import AuditEntry
from core.audit.services import audit_record
from core.tenancy.context import TenancyError, acting_as


def entries():
    with acting_as(ops=1):
        return list(AuditEntry.objects.order_by("at"))


def test_an_entry_says_who_for_whom_what_and_what_changed(cast):
    tulpar = cast.tulpar
    with acting_as(brand=tulpar.brand, user_id=tulpar.owner):
        campaign = Campaign.objects.get()
        with acting_as(system="pause"):
            audit_record(
                "campaign.pause", campaign, before={"status": "live"}, after={"status": "paused"}
            )
    (entry,) = entries()
    assert (entry.actor, entry.origin) == ("system:pause", f"brand:{tulpar.brand}")
    assert (entry.user_id, entry.brand_id) == (tulpar.owner, tulpar.brand)
    assert (entry.action, entry.object_type) == ("campaign.pause", "campaigns.campaign")
    assert entry.object_id == str(tulpar.campaign)
    assert (entry.before, entry.after) == ({"status": "live"}, {"status": "paused"})


def test_an_entry_goes_with_its_change(cast):
    with pytest.raises(ZeroDivisionError), acting_as(brand=cast.tulpar.brand):  # noqa: PT012
        audit_record("campaign.pause", Campaign.objects.get())
        _ = 1 / 0
    assert entries() == []


def test_nobody_writes_nothing(cast):
    with acting_as(system="look"):
        campaign = Campaign.objects.first()
    with pytest.raises(TenancyError, match="nobody is acting"):
        audit_record("campaign.pause", campaign)


def test_a_brand_reads_its_own_log_alone(cast):
    for party in (cast.tulpar, cast.sauran):
        with acting_as(brand=party.brand):
            audit_record("campaign.pause", Campaign.objects.get())
    with acting_as(brand=cast.tulpar.brand):
        assert [entry.object_id for entry in AuditEntry.objects.all()] == [
            str(cast.tulpar.campaign)
        ]
