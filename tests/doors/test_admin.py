"""The admin of ops: a second factor at the door, rights on every button, rows nobody edits."""

import time
from datetime import date, timedelta

import pytest
import redis
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attribution.clickpath.names import BEAT, STREAM
from attribution.domain.address_ranges import Range
from attribution.models import AddressRange, CouponSite, ExchangeRate, InboundEvent, Order
from attribution.selectors import clicks
from attribution.selectors.clicks import Underway
from attribution.services.clicks import address_ranges_replace
from brands.models import Brand, Deposit
from campaigns.models import AppTarget, Campaign, Category
from compliance.models import TaxRule
from core import clock
from core.accounts.models import User
from core.admin import OpsAdmin, email_masked, tenge
from core.audit.models import AuditEntry
from core.notify.models import Message
from core.tenancy.context import acting_as
from core.tenancy.logins import logged_in_as_owner
from exchange import queues
from exchange.checks import ledger_check_record
from exchange.management.commands.demo_codes import code_now
from exchange.ops_roles import DOES, SEES, UnknownPermission, ops_groups_ensure
from influencers.models import Payee, Topic
from influencers.services import topic_save
from payouts.models import Payout, PayoutBatch
from tests.cast import user_make
from tests.core.matrix_rows import IINS, rows_make

PASSWORD = "correct horse 9"
SECRET = "JBSWY3DPEHPK3PXP"
MFA = {"method": "mfa", "type": "totp", "at": 1}


def logged_in(user_id, *, second_factor=True):
    """A browser of this person, as after a login with (or without) a second factor."""
    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    session = client.session
    session["account_authentication_methods"] = [MFA] if second_factor else []
    session["account_authentication_methods_user"] = str(user_id)
    session.save()
    return client


@pytest.fixture
def ops(cast):
    return logged_in(cast.maker)


def staff_make(*groups):
    """Somebody of ops who has these groups, and nothing else."""
    user_id = user_make(f"{'-'.join(groups) or 'nobody'}@ops.example", is_staff=True)
    with acting_as(ops=1):
        User.objects.get(pk=user_id).groups.set(groups_by_name(groups))
    return user_id


def groups_by_name(names):
    return list(Group.objects.filter(name__in=names))


@pytest.fixture
def world(cast):
    return {name: rows_make(getattr(cast, name), cast.maker) for name in ("tulpar", "sauran")}


@pytest.fixture
def valkey_of_settings(settings):
    """As when it has just been started, for the clicks' keys."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(BEAT, STREAM)
        yield client
        client.delete(BEAT, STREAM)


def url(model, page="changelist", *args):
    opts = model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=args)


def audited(action):
    with acting_as(ops=1):
        rows = AuditEntry.objects.filter(action=action)
        return list(rows.values_list("user_id", "object_id"))


# --- The door --------------------------------------------------------------------------------


def test_a_visitor_is_sent_to_the_one_login(client, db):
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].endswith("/accounts/login/?next=/admin/")


@pytest.mark.parametrize("who", ["owner", "person"])
def test_who_is_no_staff_does_not_get_in(cast, who):
    client = logged_in(getattr(cast.tulpar, who))
    response = client.get("/admin/")
    assert response.status_code == 302
    assert client.get("/admin/brands/brand/").status_code == 302


def test_staff_without_a_second_factor_are_sent_to_set_one_up(cast):
    client = logged_in(cast.maker, second_factor=False)
    for path in ("/admin/", "/admin/brands/brand/"):
        response = client.get(path, follow=True)
        assert "/accounts/2fa/" in response.redirect_chain[-1][0]
    book = url(Deposit, "book")
    assert client.post(book, deposit_of(cast)).status_code == 302
    assert deposits() == []


def test_a_second_factor_of_somebody_else_does_not_count(cast):
    client = logged_in(cast.maker)
    session = client.session
    session["account_authentication_methods_user"] = str(cast.checker)
    session.save()
    assert client.get("/admin/").status_code == 302


def test_password_and_code_open_the_admin(cast, client):
    user = User.objects.get(pk=cast.maker)
    row = totp.TOTP.activate(user, SECRET).instance
    emails_verified(user)
    login = reverse("account_login") + "?next=/admin/"
    response = client.post(login, {"login": user.email, "password": PASSWORD})
    assert "/2fa/" in response["Location"]
    assert client.get("/admin/").status_code == 302
    response = client.post(response["Location"], {"code": code_now(row)}, follow=True)
    assert response.request["PATH_INFO"] == "/admin/"
    assert response.status_code == 200


def emails_verified(user):
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def test_demo_codes_prints_the_codes_of_ops_in_the_demo_alone(cast, settings, capsys):
    user = User.objects.get(pk=cast.maker)
    row = totp.TOTP.activate(user, SECRET).instance
    totp.TOTP.activate(User.objects.get(pk=cast.tulpar.owner), SECRET)
    with pytest.raises(Exception, match="DEMO is not 1"):
        call_command("demo_codes")
    settings.DEMO = True
    call_command("demo_codes")
    assert capsys.readouterr().out == f"maker@ops.example  {code_now(row)}\n"


# --- Every page ------------------------------------------------------------------------------

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def test_only_what_ops_may_read_is_registered():
    apps = {model._meta.app_label for model in MODELS}
    assert apps == {
        "accounts",
        "attribution",
        "audit",
        "auth",
        "brands",
        "campaigns",
        "compliance",
        "influencers",
        "ledger",
        "notify",
        "payouts",
    }


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_list_opens_and_asks_no_more_for_more_rows(ops, cast, model):
    counts = []
    for name in ("tulpar", "sauran"):
        rows_make(getattr(cast, name), cast.maker)
        with CaptureQueriesContext(connection) as queries:
            response = ops.get(url(model))
        assert response.status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1], [query["sql"][:90] for query in queries]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_row_is_shown_and_cannot_be_changed(ops, world, model):
    with acting_as(ops=1):
        row = model._default_manager.first()
    if row is None:
        row = shared_row_make(model)
    page = url(model, "change", row.pk)
    response = ops.get(page)
    assert response.status_code == 200
    assert 'name="_save"' not in response.content.decode()
    assert ops.post(page, {"name": "changed"}).status_code == 403
    assert ops.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert ops.get(url(model, "add")).status_code == 403


def test_lists_and_rows_show_no_whole_number_address_or_secret(ops, world):
    secrets = [*IINS.values(), "KZ41722C000000000001", "aliya@people.example", "birge_abcdef"]
    with acting_as(ops=1):
        connection_row = world["tulpar"]["attribution_connection"]
    secrets.append(connection_row.endpoint_token)
    pages = [url(model) for model in MODELS]
    pages += [
        url(type(row), "change", row.pk)
        for row in world["tulpar"].values()
        if type(row) in admin.site._registry
    ]
    for page in pages:
        text = ops.get(page).content.decode()
        found = [secret for secret in secrets if secret in text]
        assert found == [], page


def test_masks():
    assert email_masked("aliya@people.example") == "a…@people.example"
    assert tenge(-123_456_789) == "\N{MINUS SIGN}1\xa0234\xa0567,89\xa0₸"
    assert tenge(5) == "0,05\xa0₸"


def test_a_broken_id_is_a_missing_one(ops, world):
    for broken in ("x", "999999999", "9" * 40, "%00"):
        assert ops.get(f"/admin/brands/brand/{broken}/verify/").status_code in (400, 404)
        path = f"/admin/attribution/inboundevent/{broken}/replay/"
        assert ops.get(path).status_code in (400, 404)


@pytest.mark.parametrize(
    ("model", "text"),
    [(Brand, "240540000016"), (Order, "KZ-tulpar"), (Payout, "P-tulpar"), (User, "tulpar owner")],
)
def test_search_finds_by_what_ops_have_in_hand(ops, world, model, text):
    found = ops.get(url(model), {"q": text}).context["cl"].result_list
    assert len(found) == 1


def test_unfolds_search_over_everything_is_off(ops):
    assert ops.get("/admin/search/?s=tulpar").status_code == 404


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_admin_speaks_the_persons_language(ops, cast, language):
    ops.post(reverse("language"), {"language": language, "next": "/admin/"})
    response = ops.get("/admin/")
    assert f'<html lang="{language}"' in response.content.decode()
    assert User.objects.get(pk=cast.maker).language == language


def test_the_policy_is_looser_for_the_admin_alone(ops, client):
    loose = ops.get("/admin/")["Content-Security-Policy"]
    strict = client.get(reverse("account_login"))["Content-Security-Policy"]
    assert "'unsafe-eval'" in loose
    assert "'unsafe-eval'" not in strict
    assert "'unsafe-inline'" not in strict
    assert "script-src 'self' 'unsafe-eval'" in loose
    assert "default-src 'none'" in loose


# --- Rights ----------------------------------------------------------------------------------

BUTTONS = {
    "/admin/brands/brand/{brand}/verify/": "brands.change_brand",
    "/admin/brands/brand/{brand}/suspend/": "brands.change_brand",
    "/admin/brands/brand/{brand}/book-deposit/": "brands.add_deposit",
    "/admin/brands/deposit/book/": "brands.add_deposit",
    "/admin/brands/unclaimedtransfer/{transfer}/propose/": "brands.change_unclaimedtransfer",
    "/admin/payouts/statementrow/{row}/tell/": "payouts.add_outlay",
    "/admin/payouts/outlay/{outlay}/book/": "payouts.change_outlay",
    "/admin/payouts/outlay/{outlay}/refuse/": "payouts.change_outlay",
    "/admin/payouts/refund/{refund}/prepare/": "payouts.add_refund",
    "/admin/payouts/refund/{refund}/cancel/": "payouts.change_refund",
    "/admin/compliance/taxrule/draft/": "compliance.add_taxrule",
    "/admin/compliance/taxrule/{rule}/activate/": "compliance.change_taxrule",
    "/admin/compliance/billingterms/enter/": "compliance.add_billingterms",
    "/admin/compliance/einvoice/{einvoice}/export/": "compliance.change_einvoice",
    "/admin/compliance/einvoice/{einvoice}/sign/": "compliance.change_einvoice",
    "/admin/compliance/einvoice/{einvoice}/sign-by-node/": "compliance.change_einvoice",
    "/admin/compliance/einvoice/{einvoice}/confirm/": "compliance.change_einvoice",
    "/admin/compliance/einvoice/{einvoice}/put-back/": "compliance.change_einvoice",
    "/admin/compliance/einvoice/sign-all/": "compliance.change_einvoice",
    "/admin/compliance/einvoice/{einvoice}/sent/": "compliance.change_einvoice",
    "/admin/compliance/einvoice/{einvoice}/answer/": "compliance.change_einvoice",
    "/admin/compliance/invoice/issue/": "compliance.add_invoice",
    "/admin/compliance/invoice/{invoice}/credit-ask/": "compliance.change_invoice",
    "/admin/compliance/invoice/{invoice}/credit-agree/": "compliance.change_invoice",
    "/admin/compliance/invoice/{invoice}/credit-refuse/": "compliance.change_invoice",
    "/admin/attribution/inboundevent/{event}/replay/": "attribution.change_inboundevent",
    "/admin/attribution/connection/{connection}/replay/": "attribution.change_inboundevent",
    "/admin/campaigns/apptarget/enter/": "campaigns.add_apptarget",
    "/admin/campaigns/apptarget/{app}/edit/": "campaigns.change_apptarget",
    "/admin/campaigns/category/enter/": "campaigns.add_category",
    "/admin/campaigns/campaign/{campaign}/review-pass/": "campaigns.change_campaign",
    "/admin/campaigns/campaign/{campaign}/review-refuse/": "campaigns.change_campaign",
    "/admin/campaigns/task/{task}/accept/": "campaigns.change_task",
    "/admin/campaigns/task/{task}/send-back/": "campaigns.change_task",
    "/admin/influencers/topic/enter/": "influencers.add_topic",
    "/admin/influencers/topic/{topic}/edit/": "influencers.change_topic",
    "/admin/accounts/user/add-colleague/": "accounts.add_user",
    "/admin/accounts/user/{user}/rights/": "accounts.change_user",
}


@pytest.mark.parametrize("role", [None, *SEES])
def test_a_button_opens_for_its_right_alone(cast, world, role):
    client = logged_in(staff_make(*([role] if role else [])))
    ids = {
        "brand": cast.tulpar.brand,
        "rule": rule_make(cast.maker).pk,
        "invoice": world["tulpar"]["compliance_invoice"].pk,
        "einvoice": world["tulpar"]["compliance_einvoice"].pk,
        "event": world["tulpar"]["attribution_inboundevent"].pk,
        "connection": world["tulpar"]["attribution_connection"].pk,
        "app": app_make().pk,
        "transfer": world["tulpar"]["brands_unclaimedtransfer"].pk,
        "refund": world["tulpar"]["payouts_refund"].pk,
        "row": world["tulpar"]["payouts_statementrow"].pk,
        "outlay": world["tulpar"]["payouts_outlay"].pk,
        "topic": topic_make().pk,
        "campaign": cast.tulpar.campaign,
        "task": world["tulpar"]["campaigns_task"].pk,
        "user": cast.checker,
    }
    for path, permission in BUTTONS.items():
        wanted = 200 if role and permission in DOES[role] else 403
        assert client.get(path.format(**ids)).status_code == wanted, path
        if wanted == 403:
            assert client.post(path.format(**ids), {"reason": "x"}).status_code == 403, path


@pytest.mark.parametrize("role", list(SEES))
def test_a_role_sees_its_lists_alone(cast, world, role):
    client = logged_in(staff_make(role))
    user = User.objects.get(email=f"{role}@ops.example")
    for model in MODELS:
        opts = model._meta
        wanted = 200 if user.has_perm(f"{opts.app_label}.view_{opts.model_name}") else 403
        assert client.get(url(model)).status_code == wanted, opts.label


def test_the_auditor_sees_everything_and_does_nothing(cast):
    assert DOES["auditor"] == ()
    client = logged_in(staff_make("auditor"))
    assert {client.get(url(model)).status_code for model in MODELS} == {200}


def test_a_wrong_right_writes_nothing(cast, world):
    client = logged_in(staff_make("reviewer"))
    before = len(deposits())
    assert client.post(url(Deposit, "book"), deposit_of(cast)).status_code == 403
    assert len(deposits()) == before
    assert audited("deposit.book") == []


@pytest.mark.django_db(transaction=True)
def test_groups_are_brought_in_step_with_the_code(capsys):
    with logged_in_as_owner():
        groups_forget()
        assert ops_groups_ensure() == [*SEES]
        assert ops_groups_ensure() == []
        groups_by_name(["support"])[0].permissions.clear()
        assert ops_groups_ensure() == ["support"]
    call_command("ops_groups_ensure")
    assert capsys.readouterr().out == "Groups changed: none.\n"


@pytest.mark.django_db(transaction=True)
def test_a_misspelt_right_is_refused(monkeypatch):
    monkeypatch.setitem(DOES, "support", ("attribution.chnage_inboundevent",))
    with logged_in_as_owner(), pytest.raises(UnknownPermission, match="chnage"):
        ops_groups_ensure()


@pytest.mark.django_db(transaction=True)
def test_migrate_makes_the_groups():
    with logged_in_as_owner():
        groups_forget()
    call_command("migrate", verbosity=0)
    assert sorted(Group.objects.values_list("name", flat=True)) == sorted(SEES)


def groups_forget():
    for group in Group.objects.all():
        group.delete()


# --- Brands and deposits ---------------------------------------------------------------------


def deposit_of(cast, **changes):
    return {
        "brand": cast.tulpar.brand,
        "amount": "1 250 000,50",
        "bank_reference": "1042",
        "received_on": "2026-11-20",
    } | changes


def deposits():
    with acting_as(ops=1):
        rows = Deposit.objects.filter(bank_reference="1042")
        return list(rows.values_list("brand_id", "amount_minor", "received_on", "booked_by_id"))


def test_a_brand_is_verified_by_a_reviewer(cast):
    with acting_as(system="test data"):
        Brand.objects.filter(pk=cast.tulpar.brand).update(state="in_review", verified_at=None)
    reviewer = staff_make("reviewer")
    client = logged_in(reviewer)
    page = f"/admin/brands/brand/{cast.tulpar.brand}/verify/"
    assert "240540000016" in client.get(page).content.decode()
    with acting_as(ops=1):
        assert Brand.objects.get(pk=cast.tulpar.brand).state == "in_review"  # looking does nothing
    assert client.post(page).status_code == 302
    with acting_as(ops=1):
        assert Brand.objects.get(pk=cast.tulpar.brand).state == "verified"
        assert Message.objects.filter(kind="brand_verified").count() == 1
    assert audited("brand.verify") == [(reviewer, str(cast.tulpar.brand))]


def test_a_refused_rule_is_shown_and_nothing_is_written(ops, cast):
    response = ops.post(f"/admin/brands/brand/{cast.tulpar.brand}/verify/")
    assert response.status_code == 200
    assert [*response.context["form"].non_field_errors()] != []
    assert audited("brand.verify") == []


def test_a_suspended_brand_has_no_running_campaign(ops, cast):
    path = f"/admin/brands/brand/{cast.tulpar.brand}/suspend/"
    assert ops.post(path, {"reason": " "}).status_code == 200
    assert ops.post(path, {"reason": "No such company in the register"}).status_code == 302
    with acting_as(ops=1):
        assert Brand.objects.get(pk=cast.tulpar.brand).state == "suspended"
        assert Campaign.objects.get(pk=cast.tulpar.campaign).status == "paused"
        assert Campaign.objects.get(pk=cast.sauran.campaign).status == "live"
    assert audited("brand.suspend") == [(cast.maker, str(cast.tulpar.brand))]


def test_finance_books_a_deposit_once(cast):
    finance = staff_make("finance")
    client = logged_in(finance)
    for _press in range(2):
        assert client.post(url(Deposit, "book"), deposit_of(cast)).status_code == 302
    booked = [(cast.tulpar.brand, 1_250_000_50, date(2026, 11, 20), finance)]
    assert deposits() == booked
    assert len(audited("deposit.book")) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1e5"}, "amount"),
        ({"amount": "1,234"}, "amount"),
        ({"bank_reference": " "}, "bank_reference"),
        ({"received_on": "2999-01-01"}, "received_on"),
        ({"received_on": "20.11.2026"}, "received_on"),
        ({"brand": "999999"}, "brand"),
    ],
)
def test_a_deposit_that_cannot_be_is_refused_at_its_field(ops, cast, changes, field):
    response = ops.post(url(Deposit, "book"), deposit_of(cast, **changes))
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert deposits() == []


def test_the_same_row_with_another_sum_is_refused(ops, cast):
    ops.post(url(Deposit, "book"), deposit_of(cast))
    response = ops.post(url(Deposit, "book"), deposit_of(cast, amount="1"))
    assert [*response.context["form"].non_field_errors()] != []
    assert len(deposits()) == 1


def test_a_deposit_is_booked_from_the_brands_own_page(ops, cast):
    path = f"/admin/brands/brand/{cast.sauran.brand}/book-deposit/"
    assert ops.post(path, deposit_of(cast)).status_code == 302
    assert [brand for brand, *_rest in deposits()] == [cast.sauran.brand]


# --- Topics ----------------------------------------------------------------------------------


def topic_make():
    with acting_as(ops=1):
        return topic_save(
            slug="sauna",
            name_kk="Монша",
            name_ru="Баня",
            name_en="Sauna",
            position=5,
            is_active=True,
        )


def test_a_topic_is_entered_and_its_short_name_never_changes(ops):
    given = {"slug": "tea", "name_kk": "Шай", "name_ru": "Чай", "name_en": "Tea", "position": "7"}
    assert ops.post(url(Topic, "enter"), {**given, "is_active": "on"}).status_code == 302
    with acting_as(ops=1):
        topic = Topic.objects.get(slug="tea")
    changed = {**given, "slug": "coffee", "name_en": "Tea and coffee"}
    assert ops.post(url(Topic, "edit", topic.pk), changed).status_code == 302
    with acting_as(ops=1):
        again = Topic.objects.get(pk=topic.pk)
        entry = AuditEntry.objects.filter(action="topic.save").latest("pk")
    assert (again.slug, again.name_en, again.is_active) == ("tea", "Tea and coffee", False)
    assert (entry.before["is_active"], entry.after["is_active"]) == (True, False)


# --- Categories ------------------------------------------------------------------------------


def test_a_category_is_entered_with_its_source(ops, cast):
    given = {
        "slug": "loans",
        "name_kk": "Несие",
        "name_ru": "Займы",
        "name_en": "Loans",
        "flag": "forbidden",
        "law": "",
        "source": "a letter of our lawyer",
        "confidence": "confirmed",
        "position": "7",
    }
    refused = ops.post(url(Category, "enter"), given)
    assert "Name the law" in refused.content.decode()
    assert ops.post(url(Category, "enter"), {**given, "law": "Law X"}).status_code == 302
    with acting_as(ops=1):
        made = Category.objects.get(slug="loans")
    assert (made.flag, made.is_active, made.changed_by_id) == ("forbidden", False, cast.maker)
    changed = {**given, "slug": "other", "flag": "restricted"}
    assert ops.post(url(Category, "edit", made.pk), changed).status_code == 302
    with acting_as(ops=1):
        again = Category.objects.get(pk=made.pk)
    assert (again.slug, again.flag) == ("loans", "restricted")


def test_a_campaign_that_waits_for_a_look_is_in_the_queue_and_let_through(ops, cast):
    with acting_as(ops=1):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(
            review="asked", review_at=clock.now()
        )
    waiting = states(cast.maker)["campaign"]
    assert (waiting.count, waiting.late) == (1, 0)
    path = url(Campaign, "review_refuse", cast.tulpar.campaign)
    assert ops.post(path, {"note": ""}).status_code == 200
    assert ops.post(path, {"note": "No licence"}).status_code == 302
    with acting_as(ops=1):
        campaign = Campaign.objects.get(pk=cast.tulpar.campaign)
    assert (campaign.review, campaign.review_note) == ("refused", "No licence")
    again = ops.post(url(Campaign, "review_pass", cast.tulpar.campaign))
    assert "Nobody has asked" in again.content.decode()


def test_ops_sees_mistyped_codes_of_all_brands_the_longest_waiting_first(ops, cast, world):
    with acting_as(system="test data"):
        for party, days in ((cast.tulpar, 3), (cast.sauran, 9)):
            Order.objects.filter(brand_id=party.brand).update(
                promo_codes=[{"tulpar": "AQTAZ", "sauran": "DANAK"}[party.slug]],
                placed_at=clock.now() - timedelta(days=days),
            )
    answer = ops.get("/admin/brands/brand/typed-codes/")
    rows = [(row.brand, row.text, row.codes) for row in answer.context_data["rows"]]
    assert rows == [("Sauran", "DANAK", "DANAH"), ("Tulpar", "AQTAZ", "AQTAS")]


# --- Apps of shops ---------------------------------------------------------------------------

APP = {
    "host": "www.tulpar.example",
    "android_package": "example.tulpar.app",
    "source_url": "https://tulpar.example/app",
    "is_confirmed": "on",
    "is_active": "on",
    "note": "",
}


def app_make():
    with acting_as(ops=1):
        return AppTarget.objects.create(
            host="sauran.example",
            android_package="example.sauran.app",
            source_url="https://sauran.example/app",
            changed_by_id=1,
        )


def test_an_app_is_entered_and_changed(ops, cast):
    assert ops.post(url(AppTarget, "enter"), APP).status_code == 302
    with acting_as(ops=1):
        target = AppTarget.objects.get()
    assert (target.host, target.is_active, target.changed_by_id) == (
        "tulpar.example",
        True,
        cast.maker,
    )
    path = url(AppTarget, "edit", target.pk)
    assert 'value="example.tulpar.app"' in ops.get(path).content.decode()
    changed = {**APP, "host": "evil.example", "android_package": "example.tulpar.shop"}
    assert ops.post(path, changed).status_code == 302
    with acting_as(ops=1):
        again = AppTarget.objects.get()
    assert (again.host, again.android_package) == ("tulpar.example", "example.tulpar.shop")


def test_an_app_nobody_confirmed_opens_no_links(ops):
    response = ops.post(url(AppTarget, "enter"), {**APP, "is_confirmed": ""})
    assert list(response.context["form"].errors) == ["is_active"]
    with acting_as(ops=1):
        assert AppTarget.objects.count() == 0


# --- The law ---------------------------------------------------------------------------------


def rule_make(maker, **changes):
    given = {
        "key": "mrp",
        "value": 432_500,
        "unit": "tiyn",
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 12, 31),
        "source": "Law No. 239-VIII",
        "confidence": "confirmed",
        "created_by_id": maker,
    }
    with acting_as(system="test data"):
        return TaxRule.objects.create(**(given | changes))


def shared_row_make(model):
    """A row of a table that is nobody's."""
    if model is AddressRange:
        address_ranges_replace(AddressRange.Kind.DATACENTRE, [Range("192.0.2.0/24")])
        with acting_as(ops=1):
            return AddressRange.objects.get()
    if model is ExchangeRate:
        with acting_as(system="test data"):
            return ExchangeRate.objects.create(currency="RUB", rate_on=date(2026, 11, 20), tenge=6)
    if model is CouponSite:
        with acting_as(ops=1):
            return CouponSite.objects.get(host="pepper.ru")
    return app_make() if model is AppTarget else rule_make(1)


NEXT_YEAR = {
    "key": "mrp",
    "value": "450000",
    "valid_from": "2027-01-01",
    "valid_to": "",
    "source": "Law of 2027, article 1",
    "confidence": "confirmed",
}


def test_a_figure_of_the_law_needs_two_people(cast):
    rule_make(cast.maker, state="active", activated_by_id=cast.checker)
    maker, checker = logged_in(cast.maker), logged_in(cast.checker)
    assert maker.post(url(TaxRule, "draft"), NEXT_YEAR).status_code == 302
    with acting_as(ops=1):
        drafted = TaxRule.objects.get(state="draft")
    assert (drafted.value, drafted.unit, drafted.valid_to) == (450_000, "tiyn", None)
    path = f"/admin/compliance/taxrule/{drafted.pk}/activate/"
    response = maker.post(path)
    assert [*response.context["form"].non_field_errors()] != []
    with acting_as(ops=1):
        assert TaxRule.objects.get(pk=drafted.pk).state == "draft"
    assert checker.post(path).status_code == 302
    with acting_as(ops=1):
        active = TaxRule.objects.get(pk=drafted.pk)
    assert (active.state, active.created_by_id, active.activated_by_id) == (
        "active",
        cast.maker,
        cast.checker,
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": "no_such_rule"}, "key"),
        ({"value": "-1"}, "value"),
        ({"value": "12.5"}, "value"),
        ({"valid_to": "2026-12-31"}, "valid_to"),
        ({"source": ""}, "source"),
        ({"confidence": "sure"}, "confidence"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_at_its_field(ops, cast, changes, field):
    rule_make(cast.maker, state="active", activated_by_id=cast.checker)
    response = ops.post(url(TaxRule, "draft"), NEXT_YEAR | changes)
    assert list(response.context["form"].errors) == [field]
    with acting_as(ops=1):
        assert TaxRule.objects.filter(state="draft").count() == 0


def test_a_flag_is_nought_or_one(ops, cast):
    rule_make(cast.maker, key="simplified_may_pay_vat", value=0, unit="flag")
    response = ops.post(url(TaxRule, "draft"), NEXT_YEAR | {"key": "simplified_may_pay_vat"})
    assert list(response.context["form"].errors) == ["value"]


# --- Events ----------------------------------------------------------------------------------


def test_a_dead_event_is_worked_on_again(cast, world):
    event = world["tulpar"]["attribution_inboundevent"]
    with acting_as(system="test data"):
        InboundEvent.objects.filter(pk=event.pk).update(
            state="dead", attempts=5, finished_at=clock.now()
        )
    client = logged_in(staff_make("support"))
    path = f"/admin/attribution/inboundevent/{event.pk}/replay/"
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 302
    with acting_as(ops=1):
        again = InboundEvent.objects.get(pk=event.pk)
    assert (again.state, again.attempts, again.finished_at) == ("received", 0, None)
    response = client.post(path)  # it waits already
    assert [*response.context["form"].non_field_errors()] != []


# --- Colleagues ------------------------------------------------------------------------------


def test_a_colleague_is_added_with_groups_and_no_password(ops, cast):
    group = groups_by_name(["support"])[0]
    given = {
        "email": "New@Ops.example",
        "name": "Ainur",
        "language": "kk",
        "groups": [group.pk],
    }
    assert ops.post("/admin/accounts/user/add-colleague/", given).status_code == 302
    user = User.objects.get(email="new@ops.example")
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)
    assert [each.name for each in user.groups.all()] == ["support"]
    assert audited("staff.add") == [(cast.maker, str(user.pk))]
    response = ops.post("/admin/accounts/user/add-colleague/", given)
    assert list(response.context["form"].errors) == ["email"]


def test_rights_are_taken_away_and_nobody_changes_their_own(ops, cast):
    path = f"/admin/accounts/user/{cast.checker}/rights/"
    assert ops.post(path, {"is_active": "on"}).status_code == 302
    checker = User.objects.get(pk=cast.checker)
    assert (checker.is_staff, checker.is_active) == (False, True)
    assert audited("staff.rights") == [(cast.maker, str(cast.checker))]
    response = ops.post(f"/admin/accounts/user/{cast.maker}/rights/", {"is_active": "on"})
    assert [*response.context["form"].non_field_errors()] != []
    assert User.objects.get(pk=cast.maker).is_staff


# --- The home --------------------------------------------------------------------------------


def states(user_id):
    with acting_as(ops=user_id):
        user = User.objects.get(pk=user_id)
        return {str(state.queue.icon): state for state in queues.queue_states(user)}


def test_queues_count_what_waits_by_its_limit(ops, cast, world):
    now = clock.now()
    with acting_as(system="test data"):
        Brand.objects.filter(pk=cast.tulpar.brand).update(
            state="in_review", created_at=now - timedelta(days=3, hours=1)
        )
        Brand.objects.filter(pk=cast.sauran.brand).update(
            state="in_review", created_at=now - timedelta(days=2, hours=1)
        )
        Payout.objects.filter(rail_key="P-tulpar").update(state="unknown")
    found = states(cast.maker)
    brands = found["storefront"]
    assert (brands.count, brands.late, brands.soon, brands.in_time) == (2, 1, 1, 0)
    assert (brands.tone, brands.bars) == ("bad", [("bad", 0, 148), ("hold", 150, 148)])
    payouts = found["help"]
    assert (payouts.count, payouts.tone, payouts.in_time) == (1, "wait", 1)
    assert next(iter(found)) == "storefront"  # the hottest first
    body = ops.get("/admin/").content.decode()
    assert "/admin/brands/brand/?state__exact=in_review" in body
    for state in found.values():
        assert ops.get(state.url).status_code == 200, state.url  # each leads to its list


def test_everybody_sees_the_queues_of_their_work(cast):
    assert set(states(staff_make("support"))) == {
        "help",
        "storefront",
        "power_off",
        "volume_off",
        "dangerous",
        "hourglass",
        "unknown_document",
        "lock_open",
        "unsubscribe",
        "campaign",
        "image_search",
    }
    assert states(staff_make()) == {}
    assert logged_in(staff_make("reviewer")).get("/admin/").status_code == 200


def test_the_home_shows_the_ledgers_last_check_and_its_age(ops, cast, monkeypatch):
    with acting_as(ops=1):
        assert queues.ledger_health() == queues.LedgerHealth(None, [])
        assert queues.ledger_health().tone == "hold"
    ledger_check_record()
    with acting_as(ops=1):
        health = queues.ledger_health()
        assert (health.findings, health.tone) == ([], "paid")
        now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=4))
        assert health.tone == "hold"
    assert queues.LedgerHealth(now, ["journal 1 is out of balance"]).tone == "bad"
    assert ops.get("/admin/").status_code == 200


def test_the_home_shows_clicks_on_their_way(ops, settings, valkey_of_settings):
    assert "attribution/clickquarantine/" in ops.get("/admin/").content.decode()
    with acting_as(ops=1):
        assert queues.clicks_health().tone == "bad", "no drain has ever said anything"
        valkey_of_settings.set(BEAT, int(time.time()))
        assert queues.clicks_health().underway in (Underway(0, 0), Underway(1, 0))  # a second ended
        assert queues.clicks_health().tone == "paid"
        valkey_of_settings.set(BEAT, int(time.time()) - 90)
        assert queues.clicks_health().tone == "bad"
        assert queues.ClicksHealth(Underway(0, 20_001), 0).tone == "bad"
        assert queues.ClicksHealth(Underway(0, 1), 1).tone == "hold"
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        assert queues.clicks_health() == queues.ClicksHealth(None, 0)
    assert ops.get("/admin/").status_code == 200


def test_readyz_tells_of_clicks_that_pile_up(client, bare_db, monkeypatch, valkey_of_settings):
    valkey_of_settings.set(BEAT, int(time.time()) - 90)
    monkeypatch.setattr(clicks, "BATCHES_MAX", 1)
    for _ in range(2):
        valkey_of_settings.xadd(STREAM, {"d": b""})
    faults = client.get("/readyz").json()["faults"]
    assert "clicks: 2 batches wait in Redis" in faults
    assert any(fault.startswith("drain: 9") and fault.endswith("s behind") for fault in faults)


def test_the_home_rings_while_no_figure_of_the_law_is_in_force(ops):
    with acting_as(ops=1):
        health = queues.rules_health()
    assert (health.is_empty, health.tone) == (True, "bad")
    assert ops.get("/admin/").status_code == 200


def test_the_home_rings_when_a_figure_ends_before_the_end_of_next_month(cast, monkeypatch):
    rule_make(cast.maker, state="active", activated_by_id=cast.checker)
    for today, missing in ((date(2026, 11, 30), []), (date(2026, 12, 1), ["mrp"])):
        monkeypatch.setattr(clock, "today", lambda today=today: today)
        with acting_as(ops=1):
            assert queues.rules_health().missing == missing


def test_the_days_numbers_are_of_today_in_kazakhstan(ops, cast, world):
    with acting_as(ops=1):
        today = queues.today_numbers()
    assert (today.orders, today.orders_matched, today.deposits) == (2, 2, 2)
    assert (today.deposits_minor, today.on_hold_minor) == (2_000_00, 400)
    with acting_as(system="test data"):
        Order.objects.update(created_at=clock.day_start(clock.today()) - timedelta(seconds=1))
    with acting_as(ops=1):
        assert queues.today_numbers().orders == 0


def test_the_home_asks_no_more_for_more_rows(ops, cast):
    counts = []
    for name in ("tulpar", "sauran"):
        rows_make(getattr(cast, name), cast.maker)
        with CaptureQueriesContext(connection) as found:
            assert ops.get("/admin/").status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_what_is_shown_of_a_payee_is_masked(ops, cast, world):
    with acting_as(ops=1):
        payee = Payee.objects.get(influencer_id=cast.tulpar.influencer)
    body = ops.get(f"/admin/influencers/influencer/{payee.influencer_id}/change/").content.decode()
    assert f"•••• {IINS['tulpar'][-4:]}" in body
    assert payee.iin not in body


def test_every_registered_page_is_read_only_by_its_class():
    loose = [
        model._meta.label
        for model, page in admin.site._registry.items()
        if not isinstance(page, OpsAdmin) and model._meta.app_label != "ledger"
    ]
    assert loose == []
    assert PayoutBatch in admin.site._registry


def test_checks_at_start_need_no_database(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        call_command("check")


@pytest.mark.django_db
def test_every_button_asks_for_a_right_that_exists():
    known = {
        f"{right.content_type.app_label}.{right.codename}"
        for right in Permission.objects.select_related("content_type")
    }
    asked = {
        permission
        for page in admin.site._registry.values()
        for name in (*page.actions_list, *page.actions_detail)
        for permission in getattr(page, name).allowed_permissions
        if "." in permission
    }
    assert asked >= set(BUTTONS.values())
    assert asked <= known
