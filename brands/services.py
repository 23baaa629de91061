"""A brand from its sign-up on: company, team, contract, deposits, keys.

Who may ask is checked at the doors (brands/selectors.py). The rows are the system's to write:
nobody makes itself verified, an owner, or rich.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from brands.domain.api_keys import PREFIX_CHARS, SCOPES, key_digest, key_make
from brands.domain.slug import slug_make
from brands.models import (
    ApiKey,
    Brand,
    BrandContract,
    Deposit,
    Member,
    TopUpInvoice,
    UnclaimedTransfer,
)
from brands.notices import team_notice_queue
from core import clock
from core.accounts.models import User
from core.audit.services import audit_record
from core.errors import DomainError, Invalid, NotFound
from core.iin import IdNumberError, IdRule, bin_parse
from core.locks import lock_for_transaction
from core.money import MINOR_MAX
from core.tenancy.context import acting_as
from ledger.domain import journals
from ledger.services import journal_post

BIN_RULES = {
    IdRule.LENGTH: gettext_lazy(
        "A BIN has 12 digits, yours has %(count)s. Check the company's certificate and enter it"
        " again."
    ),
    IdRule.DIGITS: gettext_lazy("A BIN is 12 digits, without letters."),
    IdRule.CHECK_DIGIT: gettext_lazy(
        "The check digit of this BIN does not fit: one of its digits is wrong."
    ),
    IdRule.DATE: gettext_lazy("Digits 3 and 4 of a BIN are a month, from 01 to 12."),
    IdRule.KIND: gettext_lazy(
        "This is not a company's BIN: its fifth digit is 4, 5 or 6. An IIN belongs to a person."
    ),
}


class BrandConflict(DomainError):
    """Something else stands where this was to go, or the state does not allow it."""

    code = "conflict"


# --- Company --------------------------------------------------------------------------------


def brand_create(
    *, user_id: int, person_name: str, email: str, name: str, legal_name: str, bin_text: str
) -> Brand:
    """A new brand in review, with its owner and the standard contract from today.

    Raises:
        Invalid: the BIN breaks a rule (said which), or the company is here already.
    """
    number = bin_require(bin_text)
    with acting_as(system="brand sign-up", user_id=user_id):
        lock_for_transaction("brand sign-up")  # two at once would choose one address
        _require_new_company(number)
        twins = Brand.objects.filter(slug__startswith=slug_make(name))
        brand = Brand.objects.create(
            slug=slug_make(name, taken=set(twins.values_list("slug", flat=True))),
            name=name,
            legal_name=legal_name,
            bin=number,
        )
        Member.objects.create(
            brand=brand, user_id=user_id, name=person_name, email=email, role=Member.Role.OWNER
        )
        BrandContract.objects.create(brand=brand, valid_from=clock.today())
        after = {"slug": brand.slug, "name": name, "bin": number, "state": brand.state}
        audit_record("brand.create", brand, after=after, brand_id=brand.pk)
    return brand


def bin_require(text: str) -> str:
    """The 12 digits of a BIN, or Invalid with the rule it breaks."""
    try:
        return bin_parse(text)
    except IdNumberError as error:
        message = str(BIN_RULES[error.rule]) % {"count": error.digits}
        raise Invalid.of("bin", message) from None


def _require_new_company(number: str) -> None:
    if Brand.objects.filter(bin=number).exists():
        message = _("This company is at Birge already. Ask its owner to add you to the team.")
        raise Invalid.of("bin", message)


def brand_verify(*, brand_id: int) -> Brand:
    """Ops has checked the company. Its owners get a notice. Runs as ops.

    Raises:
        NotFound: no such brand.
        BrandConflict: it is verified already.
    """
    brand = _brand_locked(brand_id)
    before = {"state": brand.state}
    if brand.state == Brand.State.VERIFIED:
        raise BrandConflict(_("This brand is verified already."))
    brand.state, brand.verified_at = Brand.State.VERIFIED, clock.now()
    brand.save(update_fields=["state", "verified_at"])
    audit_record("brand.verify", brand, before=before, after={"state": brand.state})
    with acting_as(system="tell a brand's owners"):
        team_notice_queue(
            "brand_verified",
            brand.pk,
            [Member.Role.OWNER],
            context={},
            dedupe_key=f"brand_verified:{brand.pk}:{brand.verified_at.isoformat()}",
        )
    return brand


def brand_suspend(*, brand_id: int, reason: str) -> Brand:
    """Stop a brand: it can publish nothing. Its campaigns are paused by
    `campaigns.services.brand_stop`, which calls this. Runs as ops.

    Raises:
        NotFound: no such brand.
        Invalid: no reason is given.
        BrandConflict: it is suspended already.
    """
    if not reason.strip():
        raise Invalid.of("reason", _("Say why."))
    brand = _brand_locked(brand_id)
    before = {"state": brand.state}
    if brand.state == Brand.State.SUSPENDED:
        raise BrandConflict(_("This brand is suspended already."))
    brand.state = Brand.State.SUSPENDED
    brand.save(update_fields=["state"])
    after = {"state": brand.state, "reason": reason.strip()}
    audit_record("brand.suspend", brand, before=before, after=after, brand_id=brand.pk)
    return brand


def _brand_locked(brand_id: int) -> Brand:
    brand = Brand.objects.select_for_update().filter(pk=brand_id).first()
    if brand is None:
        raise NotFound(_("There is no such brand."))
    return brand


# --- Team -----------------------------------------------------------------------------------


def member_add(*, brand: Brand, email: str, role: str) -> Member:
    """Take somebody who has an account at Birge into the team.

    Only for verified brands: the answer tells whether an address has an account.

    Raises:
        BrandConflict: the brand is not verified.
        Invalid: no such role, nobody with this address, or in the team already.
    """
    if brand.state != Brand.State.VERIFIED:
        raise BrandConflict(_("The team can grow once the company is verified."))
    _require_role(role)
    with acting_as(system="team of a brand"):
        user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
        if user is None:
            raise Invalid.of(
                "email", _("Nobody with this address is at Birge: ask them to sign up.")
            )
        if Member.objects.filter(brand=brand, user=user).exists():
            raise Invalid.of("email", _("This person is in the team already."))
        member = Member.objects.create(
            brand=brand, user=user, name=str(user), email=user.email, role=role
        )
        audit_record("member.add", member, after={"role": role})
    return member


def member_role_change(*, brand: Brand, email: str, role: str) -> Member:
    """Give a member of the team another role.

    Raises:
        NotFound: nobody with this address is in the team.
        Invalid: no such role.
        BrandConflict: the brand would be left without an owner.
    """
    _require_role(role)
    with acting_as(system="team of a brand"):
        member = _member_locked(brand, email)
        before = {"role": member.role}
        if role != Member.Role.OWNER:
            _require_another_owner(member)
        member.role = role
        member.save(update_fields=["role"])
        audit_record("member.role_change", member, before=before, after={"role": role})
    return member


def member_remove(*, brand: Brand, email: str) -> None:
    """Take somebody out of the team.

    Raises:
        NotFound: nobody with this address is in the team.
        BrandConflict: the brand would be left without an owner.
    """
    with acting_as(system="team of a brand"):
        member = _member_locked(brand, email)
        _require_another_owner(member)
        audit_record("member.remove", member, before={"role": member.role})
        member.delete()


def _require_role(role: str) -> None:
    if role not in Member.Role.values:
        raise Invalid.of("role", _("Choose a role from the list."))


def _member_locked(brand: Brand, email: str) -> Member:
    """The team is locked as a whole: two owners who demote each other at once would both win."""
    team = list(Member.objects.select_for_update().filter(brand=brand).order_by("pk"))
    for member in team:
        if member.email.lower() == email.strip().lower():
            return member
    raise NotFound(_("There is no such person in the team."))


def _require_another_owner(member: Member) -> None:
    owners = Member.objects.filter(brand_id=member.brand_id, role=Member.Role.OWNER)
    if member.role == Member.Role.OWNER and not owners.exclude(pk=member.pk).exists():
        raise BrandConflict(_("A brand needs an owner: make somebody else one first."))


# --- Money ----------------------------------------------------------------------------------


def deposit_book(
    *,
    brand_id: int,
    amount_minor: int,
    bank_reference: str,
    received_on: date,
    booked_by_id: int,
    was_unclaimed: bool = False,
) -> Deposit:
    """A brand's transfer, as a row of the bank's statement says it. Runs as ops.

    The same row twice is the same deposit. `was_unclaimed`: the money has waited in suspense, and
    goes on from there.

    Raises:
        NotFound: no such brand.
        Invalid: no reference, an amount that cannot be, or a day in the future.
        BrandConflict: the row was booked with another amount, or for another brand; or it waits
            among the unmatched transfers.
    """
    reference = bank_reference.strip()
    _require_deposit(amount_minor, reference, received_on)
    with acting_as(system="book a deposit", user_id=booked_by_id):
        if not Brand.objects.filter(pk=brand_id).exists():
            raise NotFound(_("There is no such brand."))
        lock_for_transaction(f"deposit {received_on} {reference}")
        booked = Deposit.objects.filter(bank_reference=reference, received_on=received_on).first()
        if booked is not None:
            return _same_deposit(booked, brand_id, amount_minor)
        if not was_unclaimed:
            _require_not_waiting(reference, received_on)
        deposit = Deposit.objects.create(
            brand_id=brand_id,
            bank_reference=reference,
            amount_minor=amount_minor,
            received_on=received_on,
            booked_by_id=booked_by_id,
        )
        draft = journals.deposit_match if was_unclaimed else journals.deposit
        journal_post(
            draft(
                statement_row=statement_row(received_on, reference),
                brand_id=brand_id,
                amount_minor=amount_minor,
            ),
            occurred_at=clock.now() if was_unclaimed else clock.day_start(received_on),
        )
        after = {"amount_minor": amount_minor, "reference": reference}
        audit_record("deposit.book", deposit, after=after)
    return deposit


def statement_row(received_on: date, reference: str) -> str:
    """How the ledger names a row of the bank's statement."""
    return f"{received_on}:{reference}"


def _require_not_waiting(reference: str, received_on: date) -> None:
    """What a statement brought and nobody has claimed is in the books already."""
    waiting = UnclaimedTransfer.objects.filter(bank_reference=reference, received_on=received_on)
    if waiting.exists():
        raise BrandConflict(
            _("This row waits among the unmatched transfers, where a statement put it.")
        )


def _require_deposit(amount_minor: int, reference: str, received_on: date) -> None:
    if not reference:
        raise Invalid.of("bank_reference", _("The row's number in the bank's statement is needed."))
    if not 0 < amount_minor <= MINOR_MAX:
        raise Invalid.of("amount", _("The amount must be more than zero."))
    if received_on > clock.today():
        raise Invalid.of("received_on", _("This day has not come yet."))


def _same_deposit(booked: Deposit, brand_id: int, amount_minor: int) -> Deposit:
    if (booked.brand_id, booked.amount_minor) != (brand_id, amount_minor):
        raise BrandConflict(_("This row of the statement was booked with other figures."))
    return booked


def top_up_invoice_create(*, brand_id: int, amount_minor: int, person_id: int) -> TopUpInvoice:
    """An invoice for payment, numbered without gaps through the year.

    Raises:
        Invalid: an amount that cannot be.
    """
    if not 0 < amount_minor <= MINOR_MAX:
        raise Invalid.of("amount", _("The amount must be more than zero."))
    with acting_as(system="number a top-up invoice", user_id=person_id):
        day = clock.today()
        lock_for_transaction(f"top-up invoices of {day.year}")
        last = TopUpInvoice.objects.filter(year=day.year).order_by("-serial").first()
        invoice = TopUpInvoice.objects.create(
            brand_id=brand_id,
            year=day.year,
            serial=last.serial + 1 if last else 1,
            amount_minor=amount_minor,
            issued_on=day,
            issued_by_id=person_id,
        )
        after = {"number": invoice.number, "amount_minor": amount_minor}
        audit_record("top-up invoice", invoice, after=after)
    return invoice


# --- Keys -----------------------------------------------------------------------------------


def api_key_create(*, brand_id: int, name: str, scopes: Sequence[str]) -> tuple[ApiKey, str]:
    """A key to the REST API, and its secret: shown now and never again.

    Raises:
        Invalid: a scope that does not exist, or none.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        message = _("Choose scopes from: %(scopes)s.") % {"scopes": ", ".join(SCOPES)}
        raise Invalid.of("scopes", message)
    secret = key_make()
    key = ApiKey.objects.create(
        brand_id=brand_id,
        name=name,
        prefix=secret[:PREFIX_CHARS],
        sha256=key_digest(secret),
        scopes=sorted(set(scopes)),
    )
    audit_record("api_key.create", key, after={"prefix": key.prefix, "scopes": key.scopes})
    return key, secret


def api_keys_revoke_old(*, brand_id: int, name: str, keep: int) -> int:
    """Revoke the keys of this name but the newest `keep`. Returns how many."""
    working = ApiKey.objects.filter(brand_id=brand_id, name=name, revoked_at__isnull=True)
    old = list(working.order_by("-pk")[keep:])
    for key in old:
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
        audit_record("api_key.revoke", key)
    return len(old)
