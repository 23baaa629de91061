"""Who of a brand may press what. One table, pressed by everybody; a refusal changes nothing.

Columns are roles of the brand: o owner, m manager, f finance, a analyst. A letter means that the
role may. A stranger (another brand's owner) and an influencer find nothing; nobody is sent to log
in.
"""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from attribution.models import InboundEvent
from attribution.services.connections import connection_create
from attribution.services.order_uploads import upload_receive
from brands.models import Brand, Member
from campaigns.models import Campaign, Participation
from campaigns.services import campaign_create, campaign_join
from core.accounts.models import User
from core.audit.models import AuditEntry
from core.tenancy.context import acting_as
from sandbox.wildberries.token import mint
from tests.attribution.connectors.kaspi.sheets import book, row
from tests.campaigns.test_offers import OFFER
from tests.cast import user_make
from tests.clocks import clock_at
from tests.doors.conftest import second_factor_use
from tests.world import NOON, law_load, money_put

ROLES = {"o": "owner", "m": "manager", "f": "finance", "a": "analyst"}
# What is looked at: address, the things in it, the roles that may.
PAGES = """
overview           -                  omfa
campaigns          -                  omfa
campaign_new       -                  omf
campaign           campaign           omfa
campaign_edit      draft              omf
campaign_rules     campaign           omf
people             campaign           omfa
people_csv         campaign           omfa
group_new          campaign           omf
orders             -                  omfa
orders_csv         -                  omfa
clicks             -                  omfa
clicks_csv         -                  omfa
money              -                  omfa
statement_csv      -                  omfa
statement_xlsx     -                  omfa
proofs             -                  omfa
refunds            -                  omfa
top_ups            -                  omfa
integrations       -                  omfa
connection_new     source             omf
connection         connection         omfa
connection_event   connection,event   omfa
connection_difference  connection     omfa
connection_difference_csv  connection  omfa
connection_replay  connection         omf
connection_upload  kaspi              omf
connection_upload_check  kaspi,upload  omf
connection_upload_columns  file,table  omf
connection_upload_errors  kaspi,upload  omf
connection_upload_kept  kaspi,upload  omf
team               -                  omfa
"""
# What is pressed.
BUTTONS = """
campaign_new             -                 omf
campaign_edit            draft             omf
campaign_publish         draft             of
campaign_review          draft             omf
campaign_pause           campaign          omf
campaign_resume          campaign          omf
campaign_top_up          campaign          of
campaign_shrink          campaign          of
campaign_close           campaign          of
participation_approve    applied           omf
participation_reject     applied           omf
participation_remove     approved          omf
participation_restore    applied           omf
people_decide            campaign          omf
people_move              campaign          omf
group_new                campaign          omf
participation_group_out  approved          omf
campaign_rules           campaign          omf
participation_article    approved          omf
participation_voucher    approved          omf
connection_new           source            omf
connection_secret        connection        omf
connection_token         market            omf
connection_pause         connection        omf
connection_resume        connection        omf
connection_read          market            omf
connection_event_replay  connection,event  omf
connection_replay        connection        omf
connection_upload        kaspi             omf
connection_upload_check  kaspi,upload      omf
connection_upload_columns  file,table      omf
connection_upload_undo   kaspi,upload      omf
refunds                  -                 of
top_ups                  -                 of
team                     -                 o
team_role                -                 o
team_remove              -                 o
"""
GONE_THROUGH = {200, 302, 409, 422}  # past the door: done, or refused by a rule of the thing itself


def cases(table):
    rows = (line.split() for line in table.strip().splitlines())
    return [pytest.param(*row, id=row[0]) for row in rows]


noon = clock_at(NOON)


@pytest.fixture
def things(cast):
    """One of everything that a button of Tulpar's is about."""
    law_load(cast)
    money_put(cast, cast.tulpar.brand, 50_000_000)
    with acting_as(system="test data"):
        brand = Brand.objects.get(pk=cast.tulpar.brand)
        draft = campaign_create(brand=brand, offer=OFFER)
        shop, _secret = connection_create(brand=brand, source="woocommerce", name="Shop")
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(access="application")
        applied = campaign_join(
            campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer
        )
        event = InboundEvent.objects.create(
            connection=shop,
            brand=brand,
            source="woocommerce",
            endpoint="webhook",
            event_key="1",
            trust="signed",
            body=b"{}",
            body_sha256="0" * 64,
            state="dead",
        )
        market, _none = connection_create(
            brand=brand, source="wildberries", name="WB", token=mint(now=NOON)
        )
        kaspi, _none = connection_create(brand=brand, source="kaspi", name="Kaspi")
        upload = upload_receive(
            connection_id=kaspi.pk, name="x.xlsx", raw=book([row()]), user_id=cast.tulpar.owner
        )
        own, _none = connection_create(brand=brand, source="file", name="Own")
        table = upload_receive(
            connection_id=own.pk, name="x.csv", raw=b"id;date;sum\n", user_id=cast.tulpar.owner
        )
        return {
            "file": own.public_id,
            "table": table.public_id,
            "kaspi": kaspi.public_id,
            "upload": upload.public_id,
            "campaign": Campaign.objects.get(pk=cast.tulpar.campaign).public_id,
            "draft": draft.public_id,
            "applied": applied.public_id,
            "approved": Participation.objects.get(pk=cast.tulpar.participation).public_id,
            "connection": shop.public_id,
            "market": market.public_id,
            "event": event.pk,
            "source": "woocommerce",
        }


@pytest.fixture
def people(cast):
    roles = {"o": cast.tulpar.owner, "a": cast.tulpar.analyst}
    roles |= {letter: user_make(f"{ROLES[letter]}@tulpar.example") for letter in "mf"}
    with acting_as(system="test data"):
        for letter in "mf":
            Member.objects.create(
                brand_id=cast.tulpar.brand,
                user_id=roles[letter],
                name=ROLES[letter],
                email=f"{ROLES[letter]}@tulpar.example",
                role=ROLES[letter],
            )
    return roles | {"stranger": cast.sauran.owner, "influencer": cast.tulpar.person}


def client_of(user_id):
    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    second_factor_use(client, user_id)
    return client


def status_of(method, user_id, url):
    """Of the team's buttons the e-mail says whom; others do not read it."""
    answer = getattr(client_of(user_id), method)(url, {"email": "m@x.example"})
    if answer.streaming:
        assert b"".join(answer.streaming_content)  # read to the end, the client closes it
    return answer.status_code


def address(name, thing, things):
    args = [] if thing == "-" else [things[each] for each in thing.split(",")]
    with override("en"):
        return reverse(f"brand:{name}", args=["tulpar", *args])


def changes():
    with acting_as(ops=1):
        return AuditEntry.objects.count()


@pytest.mark.parametrize(("name", "thing", "roles"), cases(PAGES))
def test_who_may_look(things, people, name, thing, roles):
    url = address(name, thing, things)
    assert Client().get(url).status_code == 302
    seen = {who: status_of("get", user_id, url) for who, user_id in people.items()}
    assert seen == {
        who: 404 if who in ("stranger", "influencer") else 200 if who in roles else 403
        for who in people
    }


@pytest.mark.parametrize(("name", "thing", "roles"), cases(BUTTONS))
def test_who_may_press(things, people, name, thing, roles):
    url, before = address(name, thing, things), changes()
    nobody = Client().post(url)
    assert (nobody.status_code, "/login/" in nobody.url) == (302, True)
    refused = {
        who: status_of("post", user_id, url) for who, user_id in people.items() if who not in roles
    }
    assert refused == {who: 404 if len(who) > 1 else 403 for who in refused}
    assert changes() == before
    for who in roles:
        assert status_of("post", people[who], url) in GONE_THROUGH, who


@pytest.mark.parametrize(
    ("name", "thing"),
    [row.values[:2] for row in cases(PAGES) + cases(BUTTONS) if row.values[1] not in "-source"],
)
def test_a_missing_thing_is_the_same_as_a_foreign_one(things, people, name, thing):
    url = address(name, thing, {key: uuid4() for key in things})
    for method in ("get", "post"):
        answer = getattr(client_of(people["o"]), method)(url)
        assert answer.status_code in (404, 405)


@pytest.mark.parametrize(("name", "thing", "roles"), cases(BUTTONS))
def test_a_button_is_no_link(things, people, name, thing, roles):
    """A GET changes nothing, wherever it is followed from."""
    before = changes()
    answer = client_of(people["o"]).get(address(name, thing, things))
    assert answer.status_code in (200, 302, 405)
    assert changes() == before
