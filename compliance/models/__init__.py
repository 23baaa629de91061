from compliance.models.invoices import BillingTerms, Invoice, InvoiceEntry
from compliance.models.law import RegisterCheck, TaxRule

__all__ = ["BillingTerms", "Invoice", "InvoiceEntry", "RegisterCheck", "TaxRule"]
