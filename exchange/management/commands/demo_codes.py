from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Print the second-factor codes of the demo's ops people, as their phones would show."

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only the demo's codes can be printed: DEMO is not 1.")
        rows = Authenticator.objects.filter(type=Authenticator.Type.TOTP, user__is_staff=True)
        for row in rows.select_related("user").order_by("user__email"):
            self.stdout.write(f"{row.user.email}  {code_now(row)}")


def code_now(totp_row: Authenticator) -> str:
    """The six digits that are valid at this moment."""
    secret = get_adapter().decrypt(totp_row.data["secret"])
    counters = list(totp.yield_hotp_counters_from_time())  # of the tolerance before and after too
    value = totp.hotp_value(secret, counters[app_settings.TOTP_TOLERANCE])
    return str(totp.format_hotp_value(value))
