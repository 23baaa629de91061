from datetime import date, timedelta

import pytest
import time_machine

from core.audit.models import AuditEntry
from core.errors import Invalid
from core.notify.models import Message
from core.tenancy.context import acting_as
from influencers import services
from influencers.models import Influencer, Payee, PayoutAccount, SocialProfile, TaxProfile
from influencers.selectors import (
    influencer_of_user,
    payout_account_active,
    tax_profile_in_force,
)
from tests.cast import user_make
from tests.clocks import clock_at
from tests.world import NOON

IIN = "901231400013"


noon = clock_at(NOON)


@pytest.fixture
def person(db):
    return user_make("erke@people.example", language="kk")


def create(user_id, **changes):
    given = {
        "name": " Ерке ",
        "city": "almaty",
        "language": "kk",
        "network": "instagram",
        "page": "@Erke.Kz",
        "followers": 12_400,
    }
    with acting_as(public="/kk/onboarding/", user_id=user_id):
        return services.influencer_create(user_id=user_id, **given | changes)


def looks():
    return acting_as(system="test looks")


# --- Sign-up --------------------------------------------------------------------------------


def test_an_influencer_signs_up_with_a_page_and_no_papers(person):
    influencer = create(person)
    assert (influencer.name, influencer.city, influencer.language) == ("Ерке", "almaty", "kk")
    assert influencer_of_user(person).pk == influencer.pk
    with acting_as(influencer=influencer.pk):
        page = SocialProfile.objects.get()
        assert (page.network, page.handle) == ("instagram", "erke.kz")
        assert page.followers == 12_400


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"city": "paris"}, "city"),
        ({"network": "myspace"}, "network"),
        ({"page": "two words"}, "page"),
        ({"followers": -1}, "followers"),
        ({"followers": 10**10}, "followers"),
    ],
)
def test_a_sign_up_that_breaks_a_rule_leaves_nothing(person, changes, field):
    with pytest.raises(Invalid) as refused:
        create(person, **changes)
    assert list(refused.value.fields) == [field]
    assert influencer_of_user(person) is None


def test_a_person_is_one_influencer(person):
    create(person)
    with pytest.raises(services.InfluencerConflict):
        create(person, name="Again")
    with looks():
        assert SocialProfile.objects.count() == 1


# --- Payee ----------------------------------------------------------------------------------


def payee_save(cast, side="tulpar", **changes):
    influencer_id = vars(cast)[side].influencer
    given = {"iin_text": IIN, "full_name": "Сериқызы  Әлия", "email": "aliya@people.example"}
    with acting_as(influencer=influencer_id):
        return services.payee_save(influencer_id=influencer_id, **given | changes)


def test_a_payees_iin_is_sealed_and_findable(cast):
    payee_save(cast, iin_text=" 9012 3140 0013 ")
    with acting_as(influencer=cast.tulpar.influencer):
        payee = Payee.objects.get()
    assert (payee.iin, payee.iin_last4, payee.full_name) == (IIN, "0013", "Сериқызы Әлия")
    assert IIN not in payee.iin_index
    with acting_as(influencer=cast.sauran.influencer):
        assert not Payee.objects.exists()
    with acting_as(ops=1):
        entry = AuditEntry.objects.get(action="payee.create")
        assert IIN not in str(entry.after)
        assert "Әлия" not in str(entry.after)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("90123140001", "An IIN has 12 digits, yours has 11."),
        ("9012314000134", "yours has 13"),
        ("90123140001X", "without letters"),
        ("901231400014", "check digit"),
        ("010229500016", "there is no such day"),  # 29.02.2001
        ("991301350006", "there is no such day"),  # month 13
        ("240540000016", "a company's BIN"),
    ],
)
def test_a_wrong_iin_says_which_rule_it_breaks(cast, text, said):
    with pytest.raises(Invalid) as refused:
        payee_save(cast, iin_text=text)
    assert said in str(refused.value)
    assert list(refused.value.fields) == ["iin"]
    with looks():
        assert Payee.objects.count() == 0


def test_an_iin_is_one_payee(cast):
    payee_save(cast)
    with pytest.raises(Invalid, match="Another account"):
        payee_save(cast, side="sauran")
    with looks():
        assert Payee.objects.count() == 1


def test_a_name_may_be_corrected_an_iin_not(cast):
    payee_save(cast)
    payee_save(cast, full_name="Серікқызы Әлия")
    with pytest.raises(services.InfluencerConflict):
        payee_save(cast, iin_text="010203500018")
    with looks():
        payee = Payee.objects.get()
    assert (payee.full_name, payee.iin) == ("Серікқызы Әлия", IIN)


def test_one_word_is_no_full_name(cast):
    with pytest.raises(Invalid) as refused:
        payee_save(cast, full_name="Әлия")
    assert list(refused.value.fields) == ["full_name"]


# --- Tax status -----------------------------------------------------------------------------


def tax_set(cast, **given):
    influencer_id = cast.tulpar.influencer
    with acting_as(influencer=influencer_id):
        return services.tax_profile_set(influencer_id=influencer_id, **given)


def test_tax_statuses_are_a_time_line(cast):
    tax_set(cast, status="individual_gph", has_deduction_application=True)
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        tax_set(cast, status="ip_simplified")
        tax_set(cast, status="ip_general")
    with acting_as(influencer=cast.tulpar.influencer):
        me = cast.tulpar.influencer
        assert tax_profile_in_force(me, date(2026, 11, 19)) is None
        assert tax_profile_in_force(me, date(2026, 11, 22)).status == "individual_gph"
        assert tax_profile_in_force(me, date(2026, 11, 23)).status == "ip_general"
        assert TaxProfile.objects.count() == 3


def test_a_tax_status_that_cannot_be(cast):
    for given in (
        {"status": "king"},
        {"status": "ip_general", "has_deduction_application": True},
    ):
        with pytest.raises(Invalid):
            tax_set(cast, **given)
    with looks():
        assert TaxProfile.objects.count() == 0


# --- Account --------------------------------------------------------------------------------


def iban_of(bank_code, number):
    """A Kazakh account number with right check digits."""
    rest = f"{bank_code}{number:0>13}"
    digits = "".join(str(int(char, 36)) for char in rest + "KZ00")
    return f"KZ{98 - int(digits) % 97:02}{rest}"


def account_add(cast, text, holder="Сериқызы Әлия"):
    influencer_id = cast.tulpar.influencer
    with acting_as(influencer=influencer_id, user_id=cast.tulpar.person):
        return services.payout_account_add(
            influencer_id=influencer_id, iban_text=text, holder_name=holder
        )


def active(cast):
    with acting_as(influencer=cast.tulpar.influencer):
        return payout_account_active(cast.tulpar.influencer)


def test_the_first_account_works_at_once(cast):
    account_add(cast, iban_of("722", 1).lower())
    account = active(cast)
    assert (account.iban, account.bank_bic) == (iban_of("722", 1), "CASPKZKA")
    assert account.usable_from == NOON
    with looks():
        message = Message.objects.get(kind="account_added")
    assert message.email == "aliya@people.example"
    assert iban_of("722", 1) not in message.body
    assert "Kaspi Bank" in message.body


def test_a_replacement_rests_for_72_hours(cast):
    account_add(cast, iban_of("722", 1))
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        account_add(cast, iban_of("601", 2))
    account = active(cast)
    assert account.bank_bic == "HSBKKZKX"
    assert account.usable_from == NOON + timedelta(hours=73)
    with looks():
        states = PayoutAccount.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == ["replaced", "active"]
        assert Message.objects.filter(kind="account_added").count() == 2
    with acting_as(ops=1):
        entry = AuditEntry.objects.filter(action="payout_account.add").latest("at")
    assert entry.before == {"iban_last4": "0001"}
    assert entry.after == {"iban_last4": "0002", "bank_bic": "HSBKKZKX"}
    assert entry.user_id == cast.tulpar.person


def test_the_same_account_again_stays_as_it_is(cast):
    first = account_add(cast, iban_of("722", 1))
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        assert account_add(cast, iban_of("722", 1)).pk == first.pk
    with looks():
        assert Message.objects.count() == 1


def test_another_holder_of_the_same_number_is_another_account(cast):
    account_add(cast, iban_of("722", 1))
    account_add(cast, iban_of("722", 1), holder="Біреу Басқа")
    assert active(cast).usable_from == NOON + timedelta(hours=72)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("KZ41722C00000000000", "20 characters, yours has 19"),
        ("DE89370400440532013000", "begins with KZ, this one with DE"),
        ("KZ41722C00000000000!", "Latin letters and digits only"),
        ("KZ00722C000000000001", "check digits"),
        ("", "begins with KZ"),
    ],
)
def test_a_wrong_account_says_which_rule_it_breaks(cast, text, said):
    with pytest.raises(Invalid) as refused:
        account_add(cast, text)
    assert said in str(refused.value)
    assert list(refused.value.fields) == ["iban"]
    assert active(cast) is None
    with looks():
        assert Message.objects.count() == 0


def test_an_unknown_bank_is_said(cast):
    with pytest.raises(Invalid, match="no bank with the code 000"):
        account_add(cast, iban_of("000", 1))


def test_an_account_needs_its_holder(cast):
    with pytest.raises(Invalid) as refused:
        account_add(cast, iban_of("722", 1), holder=" ")
    assert list(refused.value.fields) == ["holder_name"]


def test_influencers_do_not_see_each_others_cards_nor_brands_the_accounts(cast):
    account_add(cast, iban_of("722", 1))
    with acting_as(influencer=cast.sauran.influencer):
        assert not PayoutAccount.objects.exists()
        assert not Influencer.objects.filter(pk=cast.tulpar.influencer).exists()
