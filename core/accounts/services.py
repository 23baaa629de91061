"""Colleagues: who works in the admin, with which groups. Runs as ops; rights are checked there."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.accounts.models import User
from core.audit.services import audit_record
from core.errors import Forbidden, Invalid, NotFound
from core.tenancy.context import acting_user_id


def staff_add(*, email: str, name: str, language: str, groups: Collection[Group]) -> User:
    """A new colleague. They choose a password by "forgot password", then a second factor.

    Raises:
        Invalid: somebody has this address already.
    """
    user = User(email=email.strip().lower(), name=name, language=language, is_staff=True)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        message = _("Somebody with this address is here already: give them rights in the list.")
        raise Invalid.of("email", message) from None
    user.groups.set(groups)
    audit_record("staff.add", user, after=_rights(user))
    return user


def staff_rights_set(
    *, user_id: int, is_staff: bool, is_active: bool, groups: Collection[Group]
) -> User:
    """What a person may do in the admin from now on.

    Raises:
        NotFound: no such person.
        Forbidden: one's own rights: another person changes them.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFound(_("There is no such person."))
    if user_id == acting_user_id():
        raise Forbidden(_("Your own rights are changed by somebody else."))
    before = _rights(user)
    user.is_staff, user.is_active = is_staff, is_active
    user.save(update_fields=["is_staff", "is_active"])
    user.groups.set(groups if is_staff else [])
    audit_record("staff.rights", user, before=before, after=_rights(user))
    return user


def _rights(user: User) -> dict[str, object]:
    return {
        "is_staff": user.is_staff,
        "is_active": user.is_active,
        "groups": sorted(user.groups.values_list("name", flat=True)),
    }
