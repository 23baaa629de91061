"""Forms with the fields that the page templates expect (templates/README.md), never saved."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from attribution.marketplace_forms import TagColumnsForm, TagFileForm, VoucherTermsForm
from attribution.models import Connection
from campaigns.eligibility_words import PAYEE_TYPES
from campaigns.invite_forms import InviteLinkForm, InvitePersonForm
from campaigns.reward_forms import RewardKindsForm, reward_kinds_blank

TagFile = TagFileForm


class Person(forms.Form):
    name = forms.CharField(initial="Айгерім Сәбитова")
    city = forms.CharField(initial="Алматы")
    language = forms.ChoiceField(
        widget=forms.RadioSelect,
        initial="kk",
        choices=[("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")],
    )
    network = forms.ChoiceField(choices=[("instagram", "Instagram"), ("tiktok", "TikTok")])
    page = forms.CharField(initial="@aigerim.home")
    followers = forms.IntegerField(initial=18_400)


TOPICS = [("beauty", "Сұлулық және күтім"), ("home", "Үй және жайлылық"), ("food", "Тағам")]
CITIES = [("almaty", "Алматы"), ("astana", "Астана"), ("shymkent", "Шымкент")]


class Profile(Person):
    topics = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, choices=TOPICS, initial=["home"], required=False
    )


class RulesForm(forms.Form):
    followers_min = forms.IntegerField(initial=5_000)
    followers_max = forms.IntegerField()
    participants_max = forms.IntegerField(initial=30)
    languages = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, choices=[("kk", "қазақша"), ("ru", "русский")]
    )
    cities = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, choices=CITIES)
    topics = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, choices=TOPICS, initial=["home"]
    )
    payee_types = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, choices=PAYEE_TYPES
    )


class Ending(forms.Form):
    ending = forms.CharField(required=False)


def refused_ending() -> forms.Form:
    form = Ending({"ending": "a1gerim"})
    form.add_error(
        "ending",
        _("“%(ending)s” is taken, or looks like one that is. Free: %(free)s.")
        % {"ending": "a1gerim", "free": "a1gerim-2"},
    )
    return form


class Company(forms.Form):
    name = forms.CharField(initial="Тоқыма Үйі")
    legal_name = forms.CharField(initial="ТОО «Тоқыма Үйі»")
    bin = forms.CharField(initial="180340012345")


class Campaign(RewardKindsForm, RulesForm):
    title = forms.CharField(initial="Жылы үй")
    description = forms.CharField(widget=forms.Textarea, required=False)
    category = forms.ChoiceField(choices=[("home", "Үй тауарлары"), ("finance", "Қаржы")])
    destination_url = forms.URLField(
        initial="https://toqyma.example/kollekcia", assume_scheme="https"
    )
    allowed_hosts = forms.CharField(widget=forms.Textarea, required=False)
    marketplace_hosts = forms.BooleanField(required=False)
    fallback_url = forms.URLField(required=False, assume_scheme="https")
    access = forms.ChoiceField(
        widget=forms.RadioSelect,
        initial="public",
        choices=[
            ("public", _("Anybody, at once")),
            ("application", _("By application")),
            ("private", _("By invitation")),
        ],
    )
    ends_on = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    typical_basket = forms.CharField(initial="17 900")
    reward_kind = forms.ChoiceField(
        widget=forms.RadioSelect,
        initial="percent",
        choices=[
            ("percent", _("a percent of the goods")),
            ("fixed", _("a fixed sum for an order")),
        ],
    )
    commission_percent = forms.DecimalField(initial="7", localize=True)
    fixed_reward = forms.CharField(required=False)
    order_cap = forms.CharField(required=False)
    sku_table = forms.CharField(widget=forms.Textarea, required=False)
    sku_file = forms.FileField(required=False)
    window_days = forms.IntegerField(initial=30)
    hold_days = forms.IntegerField(initial=21)
    code_policy = forms.ChoiceField(
        widget=forms.RadioSelect,
        initial="code_wins",
        choices=[
            ("code_wins", _("The code's owner earns")),
            ("click_wins", _("The link's owner earns")),
            ("code_only", _("Only codes count")),
            ("click_only", _("Only links count")),
        ],
    )
    budget = forms.CharField(initial="1 500 000")

    def __init__(self) -> None:
        tiers = {"tiers": "10; 9 %\n50; 12 %", "bonuses": "50; 20 000 ₸"}
        super().__init__(initial=reward_kinds_blank() | tiers)


class Group(Campaign):
    """Of the campaign's form only the terms are shown."""

    name = forms.CharField(max_length=60, initial="Үздіктер")


def invites() -> dict[str, forms.Form]:
    person = InvitePersonForm({"person-page": "@joq.adam", "person-days": "14"}, prefix="person")
    message = _("Nobody at Birge has the page @%(page)s. Send them an invitation link instead.")
    person.add_error("page", message % {"page": "joq.adam"})
    return {"person": person, "link": InviteLinkForm(prefix="link")}


class Iin(forms.Form):
    full_name = forms.CharField(initial="Сәбитова Айгерім Нұрланқызы")
    iin = forms.CharField(initial="90010130012")


class Tax(forms.Form):
    status = forms.ChoiceField(
        widget=forms.RadioSelect,
        initial="individual_gph",
        choices=[
            ("individual_gph", _("Individual: we withhold and pay the taxes")),
            ("ip_simplified", _("Entrepreneur, simplified declaration: you pay them yourself")),
            ("ip_general", _("Entrepreneur, general regime: you pay them yourself")),
        ],
    )
    has_deduction_application = forms.BooleanField(
        required=False, label=_("Apply the base deduction here, and nowhere else")
    )


class Account(forms.Form):
    iban = forms.CharField()
    holder_name = forms.CharField(initial="Сәбитова Айгерім")


class WooCommerce(forms.Form):
    name = forms.CharField(label=_("Name of the shop"), initial="toqyma.example")
    shop_url = forms.URLField(
        label=_("Shop address"), initial="https://toqyma.example", assume_scheme="https"
    )


class Wildberries(forms.Form):
    name = forms.CharField(label=_("Name"), initial="Wildberries")
    token = forms.CharField(label=_("Token"), widget=forms.Textarea(attrs={"rows": 3}))


class OrderFile(forms.Form):
    file = forms.FileField(
        label=_("Export of orders"),
        help_text=_("Excel (.xlsx), 5 MB and 20,000 rows at most."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )


def tag_columns() -> TagColumnsForm:
    titles = ["Дата", "UTM-кампания", "Переходы", "Заказано, шт.", "Выручка, ₽"]
    places = {"day": "0", "tag": "1", "visits": "2", "ordered": "3", "amount": "4"}
    return TagColumnsForm(titles, places | {"currency": "RUB"})


def voucher() -> VoucherTermsForm:
    return VoucherTermsForm([Connection(pk=1, name="Ozon"), Connection(pk=2, name="Ozon KZ")])


class Invitation(forms.Form):
    email = forms.EmailField()
    role = forms.ChoiceField(
        choices=[("manager", _("Manager")), ("finance", _("Finance")), ("analyst", _("Analyst"))]
    )


def refused_iin() -> Iin:
    """The IIN form as it looks after a slip."""
    form = Iin(data={"full_name": "Сәбитова Айгерім Нұрланқызы", "iin": "90010130012"})
    form.is_valid()
    form.add_error(
        "iin",
        _("An IIN has 12 digits, yours has %(count)s. Check your ID card and enter it again.")
        % {"count": 11},
    )
    return form


class CodePool(forms.Form):
    file = forms.FileField(label="Codes of your shop", required=False)
    count = forms.IntegerField(label="Or: how many we shall make", required=False)
    name = forms.CharField(label="Name of the pool")
