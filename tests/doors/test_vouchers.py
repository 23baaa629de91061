"""Making a voucher of Ozon for one influencer: looked at, confirmed, refused in words, settled."""

import json

import pytest

from attribution.models import Connection
from campaigns.models import ExternalCode, Participation
from campaigns.services import external_code_add
from core.errors import Invalid
from core.tenancy.context import acting_as
from tests.doors.conftest import count, public_id, the
from tests.doors.test_traffic import portal_get
from tests.sandbox.process import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]
TERMS = {"discount_percent": "10", "budget": "500000", "days": "30"}


@pytest.fixture
def account(workplace, sandbox, settings) -> Connection:
    settings.SANDBOX_URL = sandbox.url
    own = sandbox.control("ozon/account", {})
    with acting_as(system="test data"):
        return Connection.objects.create(
            brand_id=workplace.cast.tulpar.brand,
            source="ozon",
            name="Ozon",
            token=own["key"],
            secrets=json.dumps([]),
            settings={"client_id": own["client_id"], "base_url": f"{sandbox.url}/ozon"},
        )


@pytest.fixture
def row(workplace):
    return public_id(Participation, pk=workplace.cast.tulpar.participation)


def post(workplace, row, account, action="make", **changes):
    given = TERMS | {"connection": str(account.pk), "action": action} | changes
    return workplace.post("participation_vouchers", row, **given)


def test_without_ozon_the_page_says_to_connect_it(workplace, row):
    page = workplace.page("participation_vouchers", row)
    assert page.blocked.startswith("Connect Ozon first")
    assert page.connect_url == workplace.url("connection_new", "ozon")


def test_what_will_be_made_is_shown_before_and_made_once_it_is_confirmed(workplace, row, account):
    looked = post(workplace, row, account, action="check")
    assert [fact.value for fact in looked.context["page"].sums][1] == "10%"
    assert count(ExternalCode) == 0
    assert post(workplace, row, account).status_code == 302
    (made,) = workplace.page("participation_vouchers", row).rows
    assert (made.is_reserved, len(made.codes)) == (False, 1)
    campaign = workplace.page("campaign", workplace.live)
    assert campaign.participants[-1].vouchers == (made.title,)
    # The influencer sees what buyers type
    shown = portal_get(workplace, "campaign", args=[workplace.live])
    assert f"{made.codes[0]} (−10%)" in [fact.value for fact in shown.context["page"].facts]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"discount_percent": "91"}, "less than or equal to 90"),
        ({"budget": "0"}, "greater than or equal to 1"),
        ({"days": "x"}, "whole number"),
        ({"connection": "0"}, "Select a valid choice"),
    ],
)
def test_terms_that_cannot_be_come_back_with_why(workplace, row, account, changes, said):
    answer = post(workplace, row, account, **changes)
    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors)
    assert count(ExternalCode) == 0


def test_a_refusal_of_ozon_is_said_in_words_and_gives_the_title_up(
    workplace, row, account, sandbox
):
    sandbox.control("ozon/account", {"is_cis": True})
    answer = post(workplace, row, account)
    assert answer.status_code == 422
    assert "sellers from your country" in str(answer.context["form"].errors)
    assert the(ExternalCode).state == "void"
    assert workplace.page("participation_vouchers", row).rows == []


@pytest.mark.parametrize(("said", "state"), [("yes", "active"), ("no", "void")])
def test_silence_of_ozon_keeps_the_title_until_somebody_has_looked(
    workplace, row, account, sandbox, said, state
):
    sandbox.control("faults", {"service": "ozon", "fault": "500", "times": 1})
    assert "did not say" in str(post(workplace, row, account).context["form"].errors)
    page = workplace.page("participation_vouchers", row)
    (waiting,) = page.rows
    assert waiting.is_reserved
    assert page.blocked.startswith("A voucher is being made")
    # Nobody else can have it meanwhile
    with pytest.raises(Invalid, match="belongs to another participation"):
        external_code_add(
            participation_id=approved_other(workplace), kind="ozon_voucher", value=waiting.title
        )
    answer = workplace.post("voucher_settle", row, code=waiting.title, is_there=said)
    assert answer.status_code == 302
    assert the(ExternalCode).state == state
    assert workplace.page("participation_vouchers", row).blocked == ""


def approved_other(workplace) -> int:
    """Somebody else who takes part in Tulpar's campaign."""
    with acting_as(system="test data"):
        Participation.objects.filter(pk=workplace.applied).update(state="approved")
    return workplace.applied
