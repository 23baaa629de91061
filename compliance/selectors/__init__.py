from compliance.selectors.invoices import is_vat_invoiced
from compliance.selectors.law import (
    ENTREPRENEUR,
    VAT_RATE,
    PayeeSteps,
    is_business,
    payee_steps,
    register_check_latest,
    rule_book,
    rules_in_force,
    rules_of,
    vat_bps,
    vat_rates,
    withholding_profiles,
)

__all__ = [
    "ENTREPRENEUR",
    "VAT_RATE",
    "PayeeSteps",
    "is_business",
    "is_vat_invoiced",
    "payee_steps",
    "register_check_latest",
    "rule_book",
    "rules_in_force",
    "rules_of",
    "vat_bps",
    "vat_rates",
    "withholding_profiles",
]
