"""What connecting a CRM is like, whichever it is: asked once while the brand waits; its pipelines
are kept with what their stages mean, which the brand changes on a page of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from attribution.connectors.base import (
    AccessDenied,
    ConnectorError,
    CredentialsRefused,
    PollConnection,
)
from attribution.connectors.crm.reading import Limited
from attribution.connectors.crm.stages import (
    STAGE_WORDS,
    Account,
    StageWord,
    stages_chosen,
    stages_settings,
)
from attribution.connectors.registry import CRMS
from attribution.models import Connection, PollCursor
from attribution.services.setup import trial_client
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Invalid, NotFound
from core.http import OutgoingError
from core.tenancy.context import acting_as

FIELDS = (
    "click_field",
    "code_field",
    "number_field",
)  # of the settings: where the brand keeps what


class CrmSilent(DomainError):
    """The CRM does not say now what pipelines it has."""

    code = "crm_silent"


@dataclass(frozen=True, slots=True)
class CrmChoices:
    """What the CRM has, and what the brand has chosen of it."""

    account: Account
    words: Mapping[tuple[str, str], StageWord]
    fields: Mapping[str, str]


def account_require(source: str, asked: PollConnection, *, field: str) -> Account:
    """What the CRM says of itself with this token. Calls it: outside of any transaction.

    Raises:
        Invalid: it refuses, or does not answer; by `field`, in words for the brand.
    """
    try:
        return _account(source, asked)
    except CredentialsRefused:
        message = _("The CRM does not take this: it was mistyped, withdrawn or has ended.")
    except AccessDenied:
        message = _("This may not read deals. Give it the right to read the CRM.")
    except (ConnectorError, OutgoingError, Limited):
        message = _("The CRM does not answer us at this address right now. Nothing was kept.")
    raise Invalid.of(field, message)


def account_settings(account: Account, known: Connection | None) -> dict[str, Any]:
    """What is kept of it; the brand's choices outlive a new token."""
    chosen = stages_chosen(known.settings) if known is not None else {}
    return {"pipelines": stages_settings(account.pipelines, chosen), **account.facts}


def crm_choices(connection: Connection) -> CrmChoices:
    """For the brand's page. Calls the CRM: outside of any transaction.

    Raises:
        NotFound: no CRM.
        CrmSilent: it refuses or does not answer.
    """
    account = _account_now(connection)
    fields = {name: str(connection.settings.get(name) or "") for name in FIELDS}
    kept = stages_settings(account.pipelines, stages_chosen(connection.settings))
    return CrmChoices(account, stages_chosen({"pipelines": kept}), fields)


def crm_choices_save(
    *, connection_id: int, words: Mapping[tuple[str, str], str], fields: Mapping[str, str]
) -> Connection:
    """Keep what stages mean and where clicks, codes and numbers stand; the deals that changed of
    late are read again by it.

    Raises:
        NotFound: no such connection, or no CRM.
        CrmSilent: it refuses or does not answer.
    """
    with acting_as(system="map a CRM"):
        known = Connection.objects.filter(pk=connection_id).first()
    if known is None:
        raise NotFound(_("There is no such connection."))
    account = _account_now(known)
    chosen = {place: word for place, word in words.items() if word in STAGE_WORDS}
    there_are = {each.id for each in account.fields}
    with acting_as(system="map a CRM"):
        connection = Connection.objects.select_for_update().get(pk=connection_id)
        before = stages_chosen(connection.settings) | chosen
        connection.settings["pipelines"] = stages_settings(account.pipelines, before)
        for name in FIELDS:
            value = fields.get(name, "")
            connection.settings[name] = value if value in there_are else ""
        connection.save(update_fields=["settings"])
        cursors = PollCursor.objects.filter(connection=connection)
        cursors.update(cursor={}, next_at=clock.now())
        audit_record("connection.stages", connection)
    return connection


def _account_now(connection: Connection) -> Account:
    if connection.source not in CRMS:
        raise NotFound(_("There is no such source."))
    try:
        return _account(connection.source, PollConnection(connection.token, connection.settings))
    except (ConnectorError, OutgoingError, Limited):
        raise CrmSilent(
            _("The CRM does not tell its pipelines right now. Try again in some minutes.")
        ) from None


def _account(source: str, asked: PollConnection) -> Account:
    return CRMS[source].account(trial_client(), asked, now=clock.now())
