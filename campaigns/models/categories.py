"""What a campaign is about, and whether it may be: a list that ops keeps."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core import clock


class Category(models.Model):
    """A kind of goods or services. One that the law forbids names the law; what nobody has checked
    with a lawyer says so."""

    class Flag(models.TextChoices):
        ALLOWED = "allowed", _("allowed")
        RESTRICTED = "restricted", _("looked at by us first")
        FORBIDDEN = "forbidden", _("forbidden")

    class Confidence(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        UNCONFIRMED = "unconfirmed", _("unconfirmed")

    slug = models.SlugField(_("short name"), max_length=24, unique=True)
    name_kk = models.CharField(_("name in Kazakh"), max_length=80)
    name_ru = models.CharField(_("name in Russian"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    flag = models.CharField(_("may be published"), max_length=10, choices=Flag.choices)
    law = models.CharField(_("law"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=300)
    confidence = models.CharField(
        _("confidence"),
        max_length=11,
        choices=Confidence.choices,
        default=Confidence.UNCONFIRMED,
    )
    position = models.PositiveSmallIntegerField(_("place in the list"), default=100)
    is_active = models.BooleanField(_("offered"), default=True)
    changed_by_id = models.BigIntegerField(_("changed by"), null=True)
    changed_at = models.DateTimeField(_("changed"), default=clock.now)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            models.CheckConstraint(
                condition=~Q(flag="forbidden") | ~Q(law=""), name="category_forbidden_names_its_law"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="category_has_its_source"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the reader's language."""
        language = (get_language() or "en")[:2]
        return {"kk": self.name_kk, "ru": self.name_ru}.get(language, self.name_en)
