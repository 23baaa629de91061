from compliance.services.law import (
    PayeeMissing,
    RuleConflict,
    payee_tax_set,
    register_check,
    register_recheck,
    tax_rule_activate,
    tax_rule_draft,
    tax_rules_load,
)

__all__ = [
    "PayeeMissing",
    "RuleConflict",
    "payee_tax_set",
    "register_check",
    "register_recheck",
    "tax_rule_activate",
    "tax_rule_draft",
    "tax_rules_load",
]
