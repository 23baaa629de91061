from datetime import date

import pytest
from django.core.management import CommandError, call_command

from brands import services
from brands.models import ApiKey, Brand, BrandContract, Deposit, Member
from brands.selectors import api_key_find, brand_list_of_user, contract_in_force
from core import clock
from core.audit.models import AuditEntry
from core.errors import Forbidden, Invalid, NotFound
from core.notify.models import Message
from core.tenancy.context import acting_as
from ledger.domain import accounts
from ledger.selectors import balance_minor
from tests.cast import user_make

NEW_BIN = "260150000109"


def create(user_id, **changes):
    given = {
        "person_name": "Айгүл",
        "email": "aigul@aqtas.example",
        "name": "Ақтас сүт",
        "legal_name": "«Ақтас» ЖШС",
        "bin_text": NEW_BIN,
    }
    with acting_as(public="/kk/onboarding/brand/", user_id=user_id):
        return services.brand_create(user_id=user_id, **given | changes)


def as_system():
    return acting_as(system="test looks")


@pytest.fixture
def person(db):
    return user_make("aigul@aqtas.example", name="Айгүл", language="kk")


# --- Sign-up --------------------------------------------------------------------------------


def test_a_company_signs_up_and_its_person_owns_it(person):
    brand = create(person)
    with as_system():
        assert (brand.slug, brand.bin, brand.state) == ("aqtas-sut", NEW_BIN, "in_review")
        member = Member.objects.get(brand=brand)
        assert (member.user_id, member.name, member.role) == (person, "Айгүл", "owner")
        contract = BrandContract.objects.get(brand=brand)
        assert (contract.platform_fee_bps, contract.valid_from) == (1500, clock.today())
    with acting_as(ops=1):
        entry = AuditEntry.objects.get(action="brand.create")
        assert (entry.brand_id, entry.user_id) == (brand.pk, person)
        assert entry.origin == "public:/kk/onboarding/brand/"
        assert entry.after["bin"] == NEW_BIN


def test_spaces_and_dashes_in_a_bin_are_typing(person):
    assert create(person, bin_text=" 2601 5000-0109 ").bin == NEW_BIN


def test_a_second_company_of_that_name_gets_another_address(person):
    assert create(person).slug == "aqtas-sut"
    assert create(person, bin_text="260150000017").slug == "aqtas-sut-2"


@pytest.mark.parametrize(
    ("bin_text", "said"),
    [
        ("24054000001", "A BIN has 12 digits, yours has 11."),
        ("2405400000161", "A BIN has 12 digits, yours has 13."),
        ("24054000001O", "without letters"),
        ("", "without letters"),
        ("240540000015", "The check digit of this BIN does not fit"),
        ("241340000016", "Digits 3 and 4 of a BIN are a month"),
        ("010203500018", "This is not a company's BIN"),
    ],
)
def test_a_wrong_bin_says_which_rule_it_breaks(person, bin_text, said):
    with pytest.raises(Invalid) as refused:
        create(person, bin_text=bin_text)
    assert said in str(refused.value)
    assert list(refused.value.fields) == ["bin"]
    with as_system():
        assert (Brand.objects.count(), Member.objects.count()) == (0, 0)


def test_a_company_is_here_once(person):
    create(person)
    with pytest.raises(Invalid, match="at Birge already"):
        create(person, name="Another name")
    with as_system():
        assert Brand.objects.count() == 1
        assert BrandContract.objects.count() == 1


def test_a_person_finds_their_brands_before_a_side_is_known(cast):
    assert [brand.slug for brand in brand_list_of_user(cast.tulpar.owner)] == ["tulpar"]
    assert list(brand_list_of_user(cast.tulpar.person)) == []


# --- Review ---------------------------------------------------------------------------------


def test_ops_verifies_and_the_owner_gets_a_letter_in_kazakh(person):
    brand = create(person)
    with acting_as(ops=7, user_id=7):
        services.brand_verify(brand_id=brand.pk)
    with as_system():
        brand.refresh_from_db()
        assert brand.state == "verified"
        message = Message.objects.get(kind="brand_verified")
        assert message.email == "aigul@aqtas.example"
        assert "/kk/brand/aqtas-sut/" in message.body


def test_a_brand_is_verified_once(cast):
    with acting_as(ops=7), pytest.raises(services.BrandConflict, match="already"):
        services.brand_verify(brand_id=cast.tulpar.brand)
    with as_system():
        assert Message.objects.count() == 0


def test_a_brand_that_is_not_there_is_not_found(db):
    with acting_as(ops=7), pytest.raises(NotFound):
        services.brand_verify(brand_id=404)


def test_a_suspension_needs_a_reason(cast):
    with acting_as(ops=7), pytest.raises(Invalid):
        services.brand_suspend(brand_id=cast.tulpar.brand, reason="  ")
    with as_system():
        assert Brand.objects.get(pk=cast.tulpar.brand).state == "verified"


def test_a_suspension_is_written_down_and_can_be_lifted(cast):
    with acting_as(ops=7, user_id=7):
        services.brand_suspend(brand_id=cast.tulpar.brand, reason="complaints")
        with pytest.raises(services.BrandConflict):
            services.brand_suspend(brand_id=cast.tulpar.brand, reason="again")
        assert services.brand_verify(brand_id=cast.tulpar.brand).state == "verified"
        entry = AuditEntry.objects.get(action="brand.suspend")
    assert entry.before == {"state": "verified"}
    assert entry.after == {"state": "suspended", "reason": "complaints"}


# --- Team -----------------------------------------------------------------------------------


def team(brand_id):
    with as_system():
        rows = Member.objects.filter(brand_id=brand_id).order_by("id")
        return [(member.email, member.role) for member in rows]


def in_tulpar(cast):
    with acting_as(brand=cast.tulpar.brand):
        return Brand.objects.get(pk=cast.tulpar.brand)


def test_an_owner_takes_somebody_into_the_team(cast):
    brand = in_tulpar(cast)
    user_make("new@tulpar.example", name="Erlan")
    with acting_as(brand=brand.pk, user_id=cast.tulpar.owner):
        services.member_add(brand=brand, email=" NEW@tulpar.example", role="finance")
    assert team(brand.pk)[-1] == ("new@tulpar.example", "finance")


@pytest.mark.parametrize(
    ("email", "role", "said"),
    [
        ("nobody@tulpar.example", "finance", "Nobody with this address"),
        ("owner@tulpar.example", "finance", "in the team already"),
        ("owner@sauran.example", "king", "Choose a role"),
    ],
)
def test_the_team_refuses(cast, email, role, said):
    brand = in_tulpar(cast)
    before = team(brand.pk)
    with acting_as(brand=brand.pk), pytest.raises(Invalid, match=said):
        services.member_add(brand=brand, email=email, role=role)
    assert team(brand.pk) == before


def test_a_brand_in_review_cannot_try_out_addresses(person):
    brand = create(person)
    user_make("known@x.example")
    with acting_as(brand=brand.pk), pytest.raises(services.BrandConflict, match="verified"):
        services.member_add(brand=brand, email="known@x.example", role="analyst")
    assert len(team(brand.pk)) == 1


def test_the_last_owner_stays(cast):
    brand = in_tulpar(cast)
    with as_system():
        Member.objects.filter(brand=brand, role="owner").update(email="o@x.example")
    before = team(brand.pk)
    with acting_as(brand=brand.pk):
        with pytest.raises(services.BrandConflict):
            services.member_role_change(brand=brand, email="o@x.example", role="analyst")
        with pytest.raises(services.BrandConflict):
            services.member_remove(brand=brand, email="o@x.example")
    assert team(brand.pk) == before


def test_a_role_changes_and_a_member_leaves(cast):
    brand = in_tulpar(cast)
    with as_system():
        Member.objects.filter(brand=brand, role="owner").update(email="o@x.example")
    with acting_as(brand=brand.pk):
        services.member_role_change(brand=brand, email="m@x.example", role="owner")
        services.member_remove(brand=brand, email="o@x.example")
    assert team(brand.pk) == [("m@x.example", "owner")]
    with acting_as(ops=1):
        changed = AuditEntry.objects.get(action="member.role_change")
        assert (changed.before, changed.after) == ({"role": "analyst"}, {"role": "owner"})


def test_a_foreign_member_is_not_found(cast):
    brand = in_tulpar(cast)
    with acting_as(brand=brand.pk), pytest.raises(NotFound):
        services.member_remove(brand=brand, email="owner@sauran.example")


# --- Deposits -------------------------------------------------------------------------------


def book(cast, **changes):
    given = {
        "brand_id": cast.tulpar.brand,
        "amount_minor": 60_000_000,
        "bank_reference": "000123",
        "received_on": date(2026, 11, 2),
        "booked_by_id": cast.maker,
    }
    with acting_as(ops=cast.maker, user_id=cast.maker):
        return services.deposit_book(**given | changes)


def free_minor(brand_id):
    with acting_as(brand=brand_id):
        return balance_minor(accounts.brand_free(brand_id))


def test_a_deposit_is_the_brands_free_balance(cast):
    book(cast)
    assert free_minor(cast.tulpar.brand) == 60_000_000
    assert free_minor(cast.sauran.brand) == 0
    with acting_as(ops=1):
        entry = AuditEntry.objects.get(action="deposit.book")
    assert (entry.user_id, entry.brand_id) == (cast.maker, cast.tulpar.brand)


def test_a_row_of_the_statement_is_booked_once(cast):
    assert book(cast).pk == book(cast).pk
    assert free_minor(cast.tulpar.brand) == 60_000_000
    with as_system():
        assert Deposit.objects.count() == 1


def test_the_same_number_on_another_day_is_another_row(cast):
    book(cast)
    book(cast, received_on=date(2026, 11, 3))
    assert free_minor(cast.tulpar.brand) == 120_000_000


@pytest.mark.parametrize("change", ["amount", "brand"])
def test_a_booked_row_with_other_figures_is_refused(cast, change):
    book(cast)
    changes = {"amount": {"amount_minor": 1}, "brand": {"brand_id": cast.sauran.brand}}[change]
    with pytest.raises(services.BrandConflict, match="other figures"):
        book(cast, **changes)
    assert (free_minor(cast.tulpar.brand), free_minor(cast.sauran.brand)) == (60_000_000, 0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_minor": 0}, "amount"),
        ({"amount_minor": -5}, "amount"),
        ({"amount_minor": 10**15 + 1}, "amount"),
        ({"bank_reference": " "}, "bank_reference"),
        ({"received_on": date(2099, 1, 1)}, "received_on"),
    ],
)
def test_a_deposit_that_cannot_be_is_refused(cast, changes, field):
    with pytest.raises(Invalid) as refused:
        book(cast, **changes)
    assert list(refused.value.fields) == [field]
    assert free_minor(cast.tulpar.brand) == 0
    with as_system():
        assert Deposit.objects.count() == 0


def test_a_deposit_for_nobody_is_refused(cast):
    with pytest.raises(NotFound):
        book(cast, brand_id=404)


# --- Keys -----------------------------------------------------------------------------------


def test_a_key_is_shown_once_and_found_by_its_digest(cast):
    with acting_as(brand=cast.tulpar.brand):
        key, secret = services.api_key_create(
            brand_id=cast.tulpar.brand, name="shop", scopes=["orders:write"]
        )
    assert secret not in str(vars(key))
    found = api_key_find(secret)
    assert (found.pk, found.brand_id, found.scopes) == (key.pk, cast.tulpar.brand, ["orders:write"])
    assert api_key_find(secret + "x") is None


@pytest.mark.parametrize("scopes", [[], ["orders:write", "moon:read"]])
def test_a_key_needs_known_scopes(cast, scopes):
    with acting_as(brand=cast.tulpar.brand), pytest.raises(Invalid):
        services.api_key_create(brand_id=cast.tulpar.brand, name="shop", scopes=scopes)
    with as_system():
        assert ApiKey.objects.count() == 0


def test_the_command_prints_a_key_that_works(cast, capsys):
    call_command("api_key_create", brand="tulpar", scopes="orders:write, conversions:read")
    secret = capsys.readouterr().out.strip()
    assert api_key_find(secret).scopes == ["conversions:read", "orders:write"]


def test_the_command_says_what_is_wrong(cast):
    with pytest.raises(CommandError, match="no brand 'nobody'"):
        call_command("api_key_create", brand="nobody", scopes="orders:write")
    with pytest.raises(CommandError, match="orders:write"):
        call_command("api_key_create", brand="tulpar", scopes="all")
    with as_system():
        assert ApiKey.objects.count() == 0


# --- Contract and roles ---------------------------------------------------------------------


def test_the_latest_contract_that_has_begun_is_in_force(cast):
    brand_id = cast.tulpar.brand
    with as_system():
        BrandContract.objects.create(
            brand_id=brand_id, valid_from=date(2026, 6, 1), platform_fee_bps=1200
        )
        BrandContract.objects.create(
            brand_id=brand_id, valid_from=date(2099, 6, 1), platform_fee_bps=900
        )
    with acting_as(brand=brand_id):
        assert contract_in_force(brand_id).platform_fee_bps == 1200
        assert contract_in_force(brand_id, date(2026, 5, 31)).platform_fee_bps == 1500
        assert contract_in_force(brand_id, date(2025, 1, 1)) is None


@pytest.mark.parametrize(
    ("role", "write", "money", "owner"),
    [
        ("owner", True, True, True),
        ("manager", True, False, False),
        ("finance", True, True, False),
        ("analyst", False, False, False),
    ],
)
def test_what_a_role_may(role, write, money, owner):
    from brands import selectors

    member = Member(role=role)
    for may, require in (
        (write, selectors.member_require_write),
        (money, selectors.member_require_money),
        (owner, selectors.member_require_owner),
    ):
        if may:
            require(member)
        else:
            with pytest.raises(Forbidden):
                require(member)
