import pytest

from ledger.domain import accounts
from ledger.domain.accounts import KINDS, AccountKind, AccountRef, kind_rule

ONE_OF_EACH = [
    accounts.bank(),
    accounts.suspense(),
    accounts.platform_fee(),
    accounts.vat_payable(),
    accounts.tax_withheld("ipn"),
    accounts.brand_free(1),
    accounts.budget(1, 3),
    accounts.fee_reserve(1, 3),
    accounts.vat_reserve(1, 3),
    accounts.fee_hold(1, 3),
    accounts.vat_funded(1),
    accounts.clawback_pending(1, 3),
    accounts.deal_escrow(1, 4),
    accounts.guarantee_escrow(1, 4),
    accounts.influencer_hold(2),
    accounts.influencer_payable(2),
    accounts.influencer_debt(2),
    accounts.payout_in_flight(2, 5),
    accounts.refund_in_flight(1, 5),
]


def test_every_kind_has_a_rule_and_a_function():
    assert set(KINDS) == set(AccountKind)
    assert {ref.kind.partition(":")[0] for ref in ONE_OF_EACH} == set(AccountKind)


def test_only_a_debt_may_be_negative_and_only_the_platform_has_no_limits():
    limits = {kind: (rule.floor_minor, rule.ceiling_minor) for kind, rule in KINDS.items()}
    platform = {"bank", "suspense", "platform_fee", "vat_payable", "tax_withheld"}
    assert {kind for kind, limit in limits.items() if limit == (None, None)} == platform
    assert limits.pop(AccountKind.INFLUENCER_DEBT) == (None, 0)
    assert {limit for kind, limit in limits.items() if kind not in platform} == {(0, None)}


def test_what_belongs_to_somebody_keeps_a_balance():
    for ref in ONE_OF_EACH:
        is_somebodys = ref.brand_id is not None or ref.influencer_id is not None
        assert kind_rule(ref.kind).keeps_balance == is_somebodys


@pytest.mark.parametrize(
    ("ref", "code"),
    [
        (accounts.bank(), "bank||||KZT"),
        (accounts.tax_withheld("ipn"), "tax_withheld:ipn||||KZT"),
        (accounts.brand_free(7), "brand_free|7|||KZT"),
        (accounts.budget(7, 3), "budget|7||3|KZT"),
        (accounts.influencer_payable(7), "influencer_payable||7||KZT"),
        (accounts.guarantee_escrow(7, 3), "guarantee_escrow|7||3|KZT"),
        (accounts.payout_in_flight(7, 3), "in_flight||7|3|KZT"),
        (accounts.refund_in_flight(7, 3), "in_flight|7||3|KZT"),
    ],
)
def test_an_account_has_one_word(ref, code):
    assert ref.code == code


@pytest.mark.parametrize(
    ("_case", "columns"),
    [
        ("no such kind", {"kind": "cash"}),
        ("a family without its word", {"kind": "tax_withheld"}),
        ("a family with an empty word", {"kind": "tax_withheld:"}),
        ("a word on a kind that has none", {"kind": "bank:kaspi"}),
        ("an empty word", {"kind": "bank:"}),
        ("a bank of a brand", {"kind": "bank", "brand_id": 1}),
        ("free money of nobody", {"kind": "brand_free"}),
        ("free money of an influencer", {"kind": "brand_free", "influencer_id": 1}),
        ("free money of both", {"kind": "brand_free", "brand_id": 1, "influencer_id": 1}),
        ("a budget without a campaign", {"kind": "budget", "brand_id": 1}),
        ("free money per campaign", {"kind": "brand_free", "brand_id": 1, "subject_id": 3}),
    ],
)
def test_an_account_that_its_kind_does_not_allow_is_refused(_case, columns):
    with pytest.raises(ValueError, match=columns["kind"]):
        AccountRef(**columns)
