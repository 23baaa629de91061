"""The law, what registers said, and how brands are invoiced. Invoices themselves: exchange."""

from compliance.admin.billing import BillingTermsAdmin
from compliance.admin.law import RegisterCheckAdmin, TaxRuleAdmin

__all__ = ["BillingTermsAdmin", "RegisterCheckAdmin", "TaxRuleAdmin"]
