from compliance.models.einvoices import EInvoice
from compliance.models.invoices import BillingTerms, Invoice, InvoiceEntry
from compliance.models.law import RegisterCheck, TaxRule

__all__ = ["BillingTerms", "EInvoice", "Invoice", "InvoiceEntry", "RegisterCheck", "TaxRule"]
