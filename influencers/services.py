"""An influencer from the sign-up to an account that money can be sent to.

The rows are the system's to write. What is private is asked only when money first becomes payable,
and never leaves in a log, a message or the audit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.audit.services import audit_record
from core.crypto import blind_index, blind_indexes
from core.errors import DomainError, Invalid
from core.iban import Bank, IbanError, IbanRule, iban_bank, iban_mask, iban_parse
from core.iin import IdNumberError, IdRule, iin_parse
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as
from influencers.domain.handle import HandleError, handle_parse
from influencers.models import (
    IIN_PURPOSE,
    Influencer,
    Payee,
    PayoutAccount,
    SocialProfile,
    TaxProfile,
    Topic,
)
from influencers.notices import influencer_notice_queue
from influencers.selectors import topics_offered

ACCOUNT_HOLD = timedelta(hours=72)  # a thief who changes the account must wait, and we have written
NAME_CHARS_MAX = 120
FOLLOWERS_MAX = 500_000_000
LANGUAGES = ("kk", "ru", "en")
TOPICS_MAX = 5

IIN_RULES = {
    IdRule.LENGTH: gettext_lazy(
        "An IIN has 12 digits, yours has %(count)s. Check your ID card and enter it again."
    ),
    IdRule.DIGITS: gettext_lazy("An IIN is 12 digits, without letters."),
    IdRule.CHECK_DIGIT: gettext_lazy(
        "The check digit of this IIN does not fit: one of its digits is wrong."
    ),
    IdRule.DATE: gettext_lazy(
        "An IIN begins with the birth date, year first: there is no such day."
    ),
    IdRule.CENTURY: gettext_lazy("The seventh digit of an IIN is from 0 to 6."),
    IdRule.KIND: gettext_lazy("This is a company's BIN. We need your own IIN."),
}
IBAN_RULES = {
    IbanRule.LENGTH: gettext_lazy("An account number has 20 characters, yours has %(found)s."),
    IbanRule.COUNTRY: gettext_lazy(
        "An account of a bank in Kazakhstan begins with KZ, this one with %(found)s."
    ),
    IbanRule.CHARACTERS: gettext_lazy("An account number is Latin letters and digits only."),
    IbanRule.CHECK_DIGITS: gettext_lazy(
        "The check digits of this account do not fit: one of its characters is wrong."
    ),
    IbanRule.BANK: gettext_lazy("We know no bank with the code %(found)s."),
}


class InfluencerConflict(DomainError):
    """Something else stands where this was to go."""

    code = "conflict"


# --- Sign-up --------------------------------------------------------------------------------


def influencer_create(
    *,
    user_id: int,
    name: str,
    city: str,
    language: str,
    network: str,
    page: str,
    followers: int,
) -> Influencer:
    """A new influencer with their first page. No paperwork: links come before it.

    Raises:
        Invalid: no name, no such city or network, a page or a number that cannot be.
        InfluencerConflict: this person is an influencer already.
    """
    handle = _page_require(network, page, followers)
    _card_require(name, city)
    with acting_as(system="influencer sign-up", user_id=user_id):
        lock_for_transaction(f"influencer of user {user_id}")
        if Influencer.objects.filter(user_id=user_id).exists():
            raise InfluencerConflict(_("You are here as an influencer already."))
        influencer = Influencer.objects.create(
            user_id=user_id, name=name.strip(), city=city, language=language
        )
        SocialProfile.objects.create(
            influencer=influencer, network=network, handle=handle, followers=followers
        )
        after = {"city": city, "language": language, "network": network, "followers": followers}
        audit_record("influencer.create", influencer, after=after)
    return influencer


def profile_change(
    *,
    influencer_id: int,
    name: str,
    city: str,
    language: str,
    topics: Sequence[str],
    network: str,
    page: str,
    followers: int,
) -> Influencer:
    """What brands see of an influencer, with their first page.

    Raises:
        Invalid: see `influencer_create`; no such language, or too many topics or unknown ones.
    """
    handle = _page_require(network, page, followers)
    _card_require(name, city)
    if language not in LANGUAGES:
        raise Invalid.of("language", _("Choose a language from the list."))
    chosen = _topics_require(topics)
    with acting_as(system="profile of an influencer"):
        influencer = Influencer.objects.select_for_update().get(pk=influencer_id)
        influencer.name, influencer.city = name.strip(), city
        influencer.language, influencer.topics = language, chosen
        influencer.save(update_fields=["name", "city", "language", "topics"])
        first = SocialProfile.objects.filter(influencer=influencer).order_by("pk").first()
        social = first or SocialProfile(influencer=influencer)
        social.network, social.handle, social.followers = network, handle, followers
        social.save()
        after: dict[str, Any] = {"city": city, "language": language, "topics": chosen}
        after |= {"network": network, "followers": followers}
        audit_record("influencer.change", influencer, after=after)
    return influencer


def _card_require(name: str, city: str) -> None:
    if not name.strip() or len(name) > NAME_CHARS_MAX:
        raise Invalid.of("name", _("Write the name under which people know you."))
    if city not in Influencer.City.values:
        raise Invalid.of("city", _("Choose a city from the list."))


def _topics_require(topics: Sequence[str]) -> list[str]:
    """Each once, in the order of the list."""
    chosen = [topic.slug for topic in topics_offered(topics) if topic.slug in topics]
    if len(chosen) != len(set(topics)):
        raise Invalid.of("topics", _("Choose topics from the list."))
    if len(chosen) > TOPICS_MAX:
        message = _("Choose at most %(count)s topics: what you write about most.")
        raise Invalid.of("topics", message % {"count": TOPICS_MAX})
    return chosen


def _page_require(network: str, page: str, followers: int) -> str:
    if network not in SocialProfile.Network.values:
        raise Invalid.of("network", _("Choose a network from the list."))
    if not 0 <= followers <= FOLLOWERS_MAX:
        raise Invalid.of("followers", _("Write how many follow the page, as a number."))
    try:
        return handle_parse(page)
    except HandleError:
        raise Invalid.of("page", _("Write the page's name, for example @aliya.beauty.")) from None


# --- Payee ----------------------------------------------------------------------------------


def payee_save(*, influencer_id: int, iin_text: str, full_name: str, email: str) -> Payee:
    """Who the money goes to by law. The name may be corrected later, the IIN not.

    Raises:
        Invalid: the IIN breaks a rule (said which) or is another payee's; no full name.
        InfluencerConflict: another IIN stands there already.
    """
    number = iin_require(iin_text)
    name = " ".join(full_name.split())
    if len(name.split()) < 2 or len(name) > NAME_CHARS_MAX:
        raise Invalid.of("full_name", _("Write surname and name as on the ID card."))
    with acting_as(system="payee of an influencer"):
        lock_for_transaction("payees")  # rare: one IIN is one payee, whoever is faster
        payee = Payee.objects.filter(influencer_id=influencer_id).first()
        if payee is None:
            payee = _payee_create(influencer_id, number, name, email)
        else:
            _payee_rename(payee, number, name, email)
    return payee


def iin_require(text: str) -> str:
    """The 12 digits of an IIN, or Invalid with the rule it breaks."""
    try:
        return iin_parse(text, today=clock.today())
    except IdNumberError as error:
        raise Invalid.of("iin", str(IIN_RULES[error.rule]) % {"count": error.digits}) from None


def _payee_create(influencer_id: int, number: str, name: str, email: str) -> Payee:
    known = blind_indexes(number, purpose=IIN_PURPOSE)
    if Payee.objects.filter(iin_index__in=known).exists():
        raise Invalid.of("iin", _("Another account at Birge has this IIN. Write to support."))
    payee = Payee.objects.create(
        influencer_id=influencer_id,
        iin=number,
        iin_index=blind_index(number, purpose=IIN_PURPOSE),
        iin_last4=number[-4:],
        full_name=name,
        email=email,
    )
    audit_record("payee.create", payee, after={"influencer": influencer_id})
    return payee


def _payee_rename(payee: Payee, number: str, name: str, email: str) -> None:
    if payee.iin != number:
        raise InfluencerConflict(_("Your IIN is saved already. To change it, write to support."))
    changed = [
        field
        for field, new in (("full_name", name), ("email", email))
        if getattr(payee, field) != new
    ]
    if not changed:
        return
    payee.full_name, payee.email = name, email
    payee.save(update_fields=changed)
    audit_record("payee.change", payee, after={"changed": changed})


def tax_profile_set(
    *, influencer_id: int, status: str, has_deduction_application: bool = False
) -> TaxProfile:
    """The tax status from today on, as the payee says it. Whether a register agrees is asked by
    `compliance.services.payee_tax_set`, which calls this.

    Raises:
        Invalid: no such status; or a deduction where only a civil-law contract has one.
    """
    if status not in TaxProfile.Status.values:
        raise Invalid.of("status", _("Choose a tax status from the list."))
    if has_deduction_application and status != TaxProfile.Status.INDIVIDUAL_GPH:
        raise Invalid.of("status", _("Only a civil-law contract has the basic deduction."))
    with acting_as(system="tax status of a payee"):
        profile = TaxProfile.objects.create(
            influencer_id=influencer_id,
            status=status,
            valid_from=clock.today(),
            has_deduction_application=has_deduction_application,
        )
        after = {"status": status, "has_deduction_application": has_deduction_application}
        audit_record("tax_profile.set", profile, after=after)
    return profile


# --- Account --------------------------------------------------------------------------------


def payout_account_add(*, influencer_id: int, iban_text: str, holder_name: str) -> PayoutAccount:
    """The account for payouts; an earlier one is replaced. A notice goes to the login's address.

    The first account works at once. One that replaces another rests for 72 hours. The account that
    is there already, entered again, stays as it is.

    Raises:
        Invalid: the account number breaks a rule (said which), or no holder is named.
    """
    number, bank = iban_require(iban_text)
    holder = " ".join(holder_name.split())
    if not holder or len(holder) > NAME_CHARS_MAX:
        raise Invalid.of("holder_name", _("Write whose account it is."))
    with acting_as(system="account of a payee"):
        lock_for_transaction(f"account of influencer {influencer_id}")
        earlier = PayoutAccount.objects.filter(
            influencer_id=influencer_id, state=PayoutAccount.State.ACTIVE
        ).first()
        if earlier is not None and (earlier.iban, earlier.holder_name) == (number, holder):
            return earlier
        account = _account_replace(influencer_id, earlier, number, bank, holder)
        audit_record(
            "payout_account.add",
            account,
            before={"iban_last4": earlier.iban_last4} if earlier else {},
            after={"iban_last4": account.iban_last4, "bank_bic": bank.bic},
        )
        _account_notice(account, bank, is_replacement=earlier is not None)
    return account


def iban_require(text: str) -> tuple[str, Bank]:
    """The canonical account number and its bank, or Invalid with the rule it breaks."""
    try:
        number = iban_parse(text)
        return number, iban_bank(number)
    except IbanError as error:
        raise Invalid.of("iban", str(IBAN_RULES[error.rule]) % {"found": error.found}) from None


def _account_replace(
    influencer_id: int, earlier: PayoutAccount | None, number: str, bank: Bank, holder: str
) -> PayoutAccount:
    now = clock.now()
    if earlier is not None:
        earlier.state = PayoutAccount.State.REPLACED
        earlier.save(update_fields=["state"])
    return PayoutAccount.objects.create(
        influencer_id=influencer_id,
        holder_name=holder,
        iban=number,
        iban_last4=number[-4:],
        bank_bic=bank.bic,
        usable_from=now if earlier is None else now + ACCOUNT_HOLD,
        created_at=now,
    )


def _account_notice(account: PayoutAccount, bank: Bank, *, is_replacement: bool) -> None:
    """To the address of the login: what was typed beside the account proves nothing."""
    influencer_notice_queue(
        "account_added",
        account.influencer,
        context={
            "account": iban_mask(account.iban),
            "bank": bank.name,
            "usable_from": account.usable_from,
            "is_replacement": is_replacement,
        },
        dedupe_key=f"account_added:{account.public_id}",
    )


# --- The list of topics ---------------------------------------------------------------------


def topic_save(*, slug: str, **names: Any) -> Topic:
    """A topic, new or anew: names in three languages, place, whether it is offered. Runs as ops."""
    known = Topic.objects.select_for_update().filter(slug=slug).first()
    before = _topic_words(known) if known else None
    topic = known or Topic(slug=slug)
    for name, value in names.items():
        setattr(topic, name, value)
    topic.save()
    audit_record("topic.save", topic, before=before, after=_topic_words(topic))
    return topic


def _topic_words(topic: Topic) -> dict[str, Any]:
    return {
        "slug": topic.slug,
        "name_kk": topic.name_kk,
        "name_ru": topic.name_ru,
        "name_en": topic.name_en,
        "position": topic.position,
        "is_active": topic.is_active,
    }
