"""The secrets of second factors: sealed by our adapter, inside the JSON of allauth's rows."""

from __future__ import annotations

import base64
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings

from core.accounts.adapters import MFA_PURPOSE
from core.crypto import seal, unseal
from core.field_rotation import rotating

# What allauth.mfa encrypts: the key of a TOTP, the seed of the recovery codes or the codes.
SEALED = ("secret", "seed", "migrated_codes")


def rotate() -> int:
    """Seal every second factor with the newest key; returns how many rows changed."""
    done = 0
    for pk in list(Authenticator.objects.order_by("pk").values_list("pk", flat=True)):
        with rotating():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row is None:
                continue
            data = {
                key: _newest(value) if key in SEALED else value for key, value in row.data.items()
            }
            if data != row.data:
                row.data = data
                row.save(update_fields=["data"])
                done += 1
    return done


def _newest(value: Any) -> Any:
    if isinstance(value, list):
        return [_newest(each) for each in value]
    sealed = base64.b64decode(value)
    if sealed[0] == max(settings.FIELD_KEYS):
        return value
    plain = unseal(sealed, purpose=MFA_PURPOSE)
    return base64.b64encode(seal(plain, purpose=MFA_PURPOSE)).decode()
