"""What columns are called where a model leaves it to Django: one word for one name, everywhere.

Set at start and not in the models: a word is no part of the schema, and needs no migration.
"""

from __future__ import annotations

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LABELS = {
    "at": _("at"),
    "bank_bic": _("BIC of the bank"),
    "batch": _("payout batch"),
    "body_sha256": _("fingerprint of the body"),
    "brand": _("brand"),
    "brand_name": _("brand"),
    "campaign": _("campaign"),
    "cause": _("cause"),
    "code": _("code"),
    "code_policy": _("link or code"),
    "connection": _("connection"),
    "created_at": _("created"),
    "currency": _("currency"),
    "date_joined": _("joined"),
    "decided_at": _("decided at"),
    "destination_url": _("product page"),
    "event_key": _("key of the event"),
    "finished_at": _("finished"),
    "full_name": _("full name"),
    "grade": _("evidence"),
    "group": _("group of influencers"),
    "influencer": _("influencer"),
    "is_active": _("may log in"),
    "is_applied": _("took effect"),
    "is_staff": _("works in the admin"),
    "is_test": _("test order"),
    "kind": _("kind"),
    "line": _("line"),
    "line_id": _("line"),
    "line_sha256": _("fingerprint of the line"),
    "model": _("which link counts"),
    "name": _("name"),
    "next_at": _("next attempt"),
    "number": _("number"),
    "outcome": _("outcome"),
    "participation": _("participation"),
    "payout": _("payout"),
    "platform_fee_bps": _("platform fee, basis points"),
    "promo_codes": _("promo codes"),
    "public_id": _("id"),
    "published_at": _("published"),
    "quantity": _("quantity"),
    "raw_status": _("the source's status"),
    "reason_note": _("note"),
    "returned_quantity": _("returned quantity"),
    "rule": _("rule"),
    "rules_hash": _("fingerprint of the rules"),
    "sha256": _("fingerprint"),
    "sku": _("article"),
    "source": _("source"),
    "source_updated_at": _("changed at the source"),
    "state": _("state"),
    "statement": _("bank statement"),
    "status": _("status"),
    "token": _("link"),
    "trust": _("trust"),
    "usable_from": _("usable from"),
    "value": _("value"),
    "vat_bps": _("VAT, basis points"),
    "version": _("version"),
}


def labels_apply() -> None:
    """Name every column that has only the name of its attribute."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            label = LABELS.get(field.name)
            if label is not None and not isinstance(field.verbose_name, Promise):
                field.verbose_name = label
