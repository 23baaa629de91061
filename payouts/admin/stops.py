"""When payouts were stopped, and what the pages of payouts say of it."""

from __future__ import annotations

from django.contrib import admin
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.admin import OpsAdmin
from payouts.admin.tables import badge
from payouts.models import PayoutStop
from payouts.selectors import stops_open


def stop_notes() -> list[str]:
    """Why nothing can be approved or handed to the bank now. One query."""
    return [
        _("Payouts are stopped since %(day)s, check “%(check)s”: %(finding)s")
        % {
            "day": date_format(clock.day_of(stop.begun_at)),
            "check": stop.get_check_name_display(),
            "finding": stop.findings[0],
        }
        for stop in stops_open()
    ]


@admin.register(PayoutStop)
class PayoutStopAdmin(OpsAdmin):
    """Nobody ends a stop by hand: the check that began it does, once it finds nothing."""

    list_display = ["check_name", "state_badge", "begun_at", "ended_at", "first_finding"]
    list_filter = ["check_name"]
    ordering = ["-id"]
    fields = [("check_name", "state_badge"), ("begun_at", "ended_at"), "all_findings"]

    @admin.display(description=gettext_lazy("state"), ordering="ended_at")
    def state_badge(self, stop: PayoutStop) -> str:
        if stop.ended_at is None:
            return badge("stopped", _("payouts stopped"))
        return badge("over", _("ended"))

    @admin.display(description=gettext_lazy("findings"))
    def first_finding(self, stop: PayoutStop) -> str:
        more = len(stop.findings) - 1
        return f"{stop.findings[0]} +{more}" if more > 0 else str(stop.findings[0])

    @admin.display(description=gettext_lazy("findings"))
    def all_findings(self, stop: PayoutStop) -> SafeString:
        return format_html_join("", "<p>{}</p>", ([each] for each in stop.findings))
