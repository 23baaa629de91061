"""Every page of the brand's workplace opens, in three languages, for each who may read it."""

import pytest

from campaigns.models import Campaign
from tests.doors.conftest import event_make, marketplace_id, public_id, shop_id

LANGUAGES = ("kk", "ru", "en")


def pages_of(desk) -> dict[str, tuple]:
    """{what: (url name, arguments)} of everything that is read, forms for writers apart."""
    return {
        "overview": ("overview",),
        "campaigns": ("campaigns",),
        "campaign": ("campaign", desk.live),
        "draft": ("campaign", public_id(Campaign, pk=desk.draft)),
        "orders": ("orders",),
        "approved order": ("order", desk.order("1")),
        "order on hold": ("order", desk.order("6")),
        "cancelled order": ("order", desk.order("3")),
        "order on the way": ("order", desk.order("4")),
        "nobody's order": ("order", desk.order("5")),
        "clicks": ("clicks",),
        "money": ("money",),
        "integrations": ("integrations",),
        "shop": ("connection", shop_id(desk)),
        "marketplace": ("connection", marketplace_id(desk)),
        "event": ("connection_event", shop_id(desk), event_make(desk)),
        "team": ("team",),
    }


def forms_of(desk) -> dict[str, tuple]:
    return {
        "campaign_new": ("campaign_new",),
        "campaign_edit": ("campaign_edit", public_id(Campaign, pk=desk.draft)),
        "shop": ("connection_new", "woocommerce"),
        "marketplace": ("connection_new", "wildberries"),
        "token": ("connection_token", marketplace_id(desk)),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_opens_in_every_language(workplace, language):
    owner = workplace.client("owner")
    for what, (name, *args) in (pages_of(workplace) | forms_of(workplace)).items():
        answer = owner.get(workplace.url(name, *args, language=language))
        assert answer.status_code == 200, what
        assert f'lang="{language}"' in answer.content.decode(), what


def test_an_analyst_reads_everything(workplace):
    analyst = workplace.client("analyst")
    for what, (name, *args) in pages_of(workplace).items():
        assert analyst.get(workplace.url(name, *args)).status_code == 200, what
