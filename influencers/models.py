from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import SealedTextField
from core.ids import uuid7


class Topic(models.Model):
    """What influencers write about: a closed list, kept by ops. A slug never changes, a name may.
    One that is switched off is offered no more, and stays with whom it has."""

    slug = models.SlugField(_("short name"), max_length=24, unique=True)
    name_kk = models.CharField(_("name in Kazakh"), max_length=60)
    name_ru = models.CharField(_("name in Russian"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=100)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the reader's language."""
        language = (get_language() or "en")[:2]
        return {"kk": self.name_kk, "ru": self.name_ru}.get(language, self.name_en)


class Influencer(models.Model):
    """The publisher's public card. What is private lives in tables of its own: policies are per
    row, and brands read this one."""

    class City(models.TextChoices):
        ALMATY = "almaty", _("Almaty")
        ASTANA = "astana", _("Astana")
        SHYMKENT = "shymkent", _("Shymkent")
        AKTOBE = "aktobe", _("Aktobe")
        KARAGANDA = "karaganda", _("Karaganda")
        ATYRAU = "atyrau", _("Atyrau")
        OTHER = "other", _("another city")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("name"), max_length=120)
    city = models.CharField(_("city"), max_length=12, choices=City.choices, blank=True)
    language = models.CharField(_("language"), max_length=2, default="kk")
    topics = ArrayField(models.CharField(max_length=24), default=list)  # slugs of Topic
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("influencer")
        verbose_name_plural = _("influencers")

    def __str__(self) -> str:
        return self.name


class SocialProfile(models.Model):
    """A page of an influencer on a social network, as they told it."""

    class Network(models.TextChoices):
        INSTAGRAM = "instagram", "Instagram"
        TIKTOK = "tiktok", "TikTok"
        TELEGRAM = "telegram", "Telegram"
        YOUTUBE = "youtube", "YouTube"

    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="socials")
    network = models.CharField(_("network"), max_length=12, choices=Network.choices)
    handle = models.CharField(_("page"), max_length=80)
    followers = models.PositiveIntegerField(_("followers"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["influencer", "network", "handle"], name="social_once_per_influencer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network}: {self.handle}"


IIN_PURPOSE = "payee.iin"


class Payee(models.Model):
    """Who gets the influencer's money. Asked for only when money first becomes payable."""

    BLIND_INDEXES = {"iin_index": ("iin", IIN_PURPOSE)}  # core.field_rotation makes them anew

    influencer = models.OneToOneField(Influencer, on_delete=models.PROTECT, related_name="payee")
    full_name = SealedTextField()
    iin = SealedTextField()
    iin_index = models.CharField(max_length=64, unique=True)  # core.crypto.blind_index
    iin_last4 = models.CharField(max_length=4)
    email = models.EmailField()  # where notices about money go
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"payee {self.influencer_id}"


class TaxProfile(models.Model):
    """A payee's tax status from a day on: a time line, the latest that has begun is in force."""

    class Status(models.TextChoices):
        INDIVIDUAL_GPH = "individual_gph", _("individual, civil-law contract")
        SELF_EMPLOYED = "self_employed", _("self-employed")
        IP_SIMPLIFIED = "ip_simplified", _("entrepreneur, simplified declaration")
        IP_GENERAL = "ip_general", _("entrepreneur, general regime")
        UNKNOWN = "unknown", _("unknown")

    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="tax_profiles"
    )
    status = models.CharField(_("tax status"), max_length=16, choices=Status.choices)
    valid_from = models.DateField(_("valid from"))
    has_deduction_application = models.BooleanField(
        _("applied to us for the basic deduction"), default=False
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("tax profile")
        verbose_name_plural = _("tax profiles")
        indexes = [models.Index(fields=["influencer", "-valid_from", "-id"], name="tax_latest")]

    def __str__(self) -> str:
        return f"{self.influencer_id} {self.status} from {self.valid_from}"


class PayoutAccount(models.Model):
    """A bank account of a payee. One is active; a replacement is usable only after a hold."""

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        REPLACED = "replaced", _("replaced")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="accounts")
    holder_name = SealedTextField()
    iban = SealedTextField()
    iban_last4 = models.CharField(max_length=4)
    bank_bic = models.CharField(max_length=11)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    usable_from = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["influencer"], condition=Q(state="active"), name="account_one_active"
            ),
            models.CheckConstraint(
                condition=Q(usable_from__gte=F("created_at")),
                name="account_usable_after_its_creation",
            ),
        ]

    def __str__(self) -> str:
        return f"•••• {self.iban_last4}"
