"""The law, what registers said, how brands are invoiced, e-invoices. Invoices: exchange."""

from compliance.admin.billing import BillingTermsAdmin
from compliance.admin.einvoices import EInvoiceAdmin
from compliance.admin.law import RegisterCheckAdmin, TaxRuleAdmin

__all__ = ["BillingTermsAdmin", "EInvoiceAdmin", "RegisterCheckAdmin", "TaxRuleAdmin"]
