"""Invented figures: arithmetic is tested with rates that no law has."""

from __future__ import annotations

from datetime import date

from compliance.domain.rules import Confidence, Rule, RuleBook, RulesInForce, Unit

DAY = date(2031, 5, 20)

INVENTED: dict[str, tuple[int, Unit]] = {
    "mrp": (1_000_00, Unit.TIYN),
    "mzp": (10_000_00, Unit.TIYN),
    "gph_opv_rate": (2_000, Unit.BPS),
    "gph_opv_cap": (10, Unit.MZP),  # 100 000
    "gph_so_rate": (1_000, Unit.BPS),
    "gph_so_cap": (3, Unit.MZP),  # 30 000
    "gph_vosms_rate": (300, Unit.BPS),
    "gph_vosms_cap": (5, Unit.MZP),  # 50 000
    "ipn_rate": (1_200, Unit.BPS),
    "ipn_band": (500, Unit.MRP),  # 500 000
    "ipn_excess_rate": (2_500, Unit.BPS),
    "base_deduction_month": (7, Unit.MRP),  # 7 000
    "base_deduction_year": (20, Unit.MRP),  # 20 000
    "ip_registration_threshold": (1_000_000, Unit.MZP),
    "simplified_may_pay_vat": (0, Unit.FLAG),
    "business_pays_own_tax": (1, Unit.FLAG),
    "self_employed_opv_rate": (110, Unit.BPS),
    "self_employed_opvr_rate": (120, Unit.BPS),
    "self_employed_so_rate": (130, Unit.BPS),
    "self_employed_vosms_rate": (140, Unit.BPS),
    "self_employed_month_limit": (100, Unit.MRP),  # 100 000
    "self_employed_year_limit": (1_000, Unit.MRP),  # 1 000 000
    "self_employed_withheld_by_operator": (1, Unit.FLAG),
    "self_employed_advertising_allowed": (1, Unit.FLAG),
}


def invented_rule(key: str, value: int, unit: Unit) -> Rule:
    return Rule(
        key=key,
        value=value,
        unit=unit,
        valid_from=date(2031, 1, 1),
        valid_to=date(2031, 12, 31),
        source_url="invented for tests",
        confidence=Confidence.UNCONFIRMED,
    )


def invented_rules(*, without: str = "", **changed: int) -> RulesInForce:
    """The invented figures on DAY, some with another value, one perhaps missing."""
    return RuleBook.from_rules(
        invented_rule(key, changed.get(key, value), unit)
        for key, (value, unit) in INVENTED.items()
        if key != without
    ).at(DAY)
