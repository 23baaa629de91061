"""Proofs that invoices are numbered without gaps and say what the ledger says. Each finding is a
sentence."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import connection

from compliance.domain.invoicing import NumberGap, numbers_require_whole
from compliance.models import Invoice
from core.patience import be_patient
from core.tenancy.context import acting_as

FINDINGS_MAX = 20  # of each check


def invoice_findings() -> list[str]:
    """Where numbers miss one, and where an invoice and the ledger differ."""
    with acting_as(system="selfcheck"), connection.cursor() as cursor:
        be_patient(cursor)
        return [finding for check in CHECKS for finding in check()[:FINDINGS_MAX]]


def numbers_are_whole() -> list[str]:
    taken: dict[tuple[str, int], list[int]] = defaultdict(list)
    for invoice in Invoice.objects.filter(sequence__isnull=False).only(
        "series", "year", "sequence"
    ):
        taken[invoice.series, invoice.year or 0].append(invoice.sequence or 0)
    findings = []
    for (series, year), sequences in sorted(taken.items()):
        try:
            numbers_require_whole(sequences)
        except NumberGap as gap:
            findings.append(f"invoices {series}-{year}: {gap}")
    return findings


def lines_sum_to_their_invoice() -> list[str]:
    rows = _rows("""
        SELECT series, sequence, net_minor, l.net, vat_minor, l.vat FROM compliance_invoice
         CROSS JOIN LATERAL (
           SELECT coalesce(sum((row ->> 'fee_minor')::bigint
                             + (row ->> 'reward_minor')::bigint), 0) AS net,
                  coalesce(sum((row ->> 'vat_minor')::bigint), 0) AS vat
             FROM jsonb_array_elements(lines) row) l
         WHERE (net_minor, vat_minor) <> (l.net, l.vat) ORDER BY id""")
    return [
        f"invoice {series}-{number} says {net} and VAT {vat}, its lines {lines_net} and {lines_vat}"
        for series, number, net, lines_net, vat, lines_vat in rows
    ]


def entries_are_the_ledgers() -> list[str]:
    """Each fee of an invoice as the ledger has it."""
    rows = _rows("""
        SELECT i.journal_id, i.fee_minor, i.vat_minor, l.fee, l.vat
          FROM compliance_invoiceentry i
          LEFT JOIN LATERAL (
            SELECT sum(e.amount_minor) FILTER (WHERE a.kind = 'platform_fee') AS fee,
                   coalesce(sum(e.amount_minor) FILTER (
                     WHERE a.kind IN ('vat_funded', 'vat_payable')), 0) AS vat
              FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
             WHERE e.journal_id = i.journal_id) l ON true
         WHERE (i.fee_minor, i.vat_minor) IS DISTINCT FROM (l.fee, l.vat) ORDER BY i.id""")
    return [
        f"journal {id} is invoiced with a fee of {fee} and VAT {vat}, the ledger has {l_fee} and"
        f" {l_vat}"
        for id, fee, vat, l_fee, l_vat in rows
    ]


def fees_are_their_entries() -> list[str]:
    """An invoice's fee is the sum of its journals; crediting wholly has none of its own."""
    rows = _rows("""
        SELECT series, sequence, l.fee, coalesce(e.fee, 0) FROM compliance_invoice i
         CROSS JOIN LATERAL (SELECT sum((row ->> 'fee_minor')::bigint) AS fee
                               FROM jsonb_array_elements(i.lines) row) l
          LEFT JOIN (SELECT invoice_id, sum(fee_minor) AS fee
                       FROM compliance_invoiceentry GROUP BY 1) e ON e.invoice_id = i.id
         WHERE i.state <> 'draft' AND NOT i.is_whole AND l.fee <> coalesce(e.fee, 0)
         ORDER BY i.id""")
    return [
        f"invoice {series}-{number} asks for a fee of {fee}, its journals sum to {sum}"
        for series, number, fee, sum in rows
    ]


def vat_is_owed_as_invoiced() -> list[str]:
    """What an invoice has moved to vat_payable is its VAT."""
    rows = _rows("""
        SELECT i.series, i.sequence, i.vat_minor, coalesce(p.posted, 0) FROM compliance_invoice i
          LEFT JOIN LATERAL (
            SELECT sum(e.amount_minor) AS posted
              FROM ledger_journal j
              JOIN ledger_entry e ON e.journal_id = j.id
              JOIN ledger_account a ON a.id = e.account_id AND a.kind = 'vat_payable'
             WHERE j.business_key = 'inv:' || i.id) p ON true
         WHERE i.kind = 'invoice' AND i.state <> 'draft' AND i.vat_minor <> coalesce(p.posted, 0)
         ORDER BY i.id""")
    return [
        f"invoice {series}-{number} has VAT of {vat}, the ledger owes {posted} for it"
        for series, number, vat, posted in rows
    ]


def funded_vat_waits_for_an_invoice() -> list[str]:
    """What a brand has in vat_funded is the VAT of its final fees that no invoice names."""
    rows = _rows("""
        SELECT brand_id, funded.balance_minor, coalesce(waits.vat, 0)
          FROM (SELECT a.brand_id, b.balance_minor FROM ledger_account a
                  JOIN ledger_balance b ON b.account_id = a.id
                 WHERE a.kind = 'vat_funded') funded
          LEFT JOIN (
            SELECT v.brand_id, sum(v.vat) AS vat FROM (
              SELECT max(e.brand_id) AS brand_id, j.id, j.business_key, j.refs,
                     coalesce(sum(e.amount_minor) FILTER (
                       WHERE a.kind IN ('vat_funded', 'vat_payable')), 0) AS vat
                FROM ledger_account fee
                JOIN ledger_entry mark ON mark.account_id = fee.id
                JOIN ledger_journal j ON j.id = mark.journal_id
                JOIN ledger_entry e ON e.journal_id = j.id
                JOIN ledger_account a ON a.id = e.account_id
               WHERE fee.kind = 'platform_fee'
               GROUP BY j.id) v
             WHERE NOT EXISTS (SELECT FROM compliance_invoiceentry i
                                WHERE i.counts AND i.journal_id = v.id)
               AND NOT (v.business_key LIKE 'claw:%' AND EXISTS (
                          SELECT FROM compliance_invoiceentry i
                           WHERE i.counts AND NOT i.is_return
                             AND i.conversion_id = (v.refs ->> 'conversion')::bigint))
             GROUP BY 1) waits USING (brand_id)
         WHERE funded.balance_minor <> coalesce(waits.vat, 0) ORDER BY 1""")
    return [
        f"brand {id} has {funded} in vat_funded, its fees without an invoice have {waits}"
        for id, funded, waits in rows
    ]


CHECKS = (
    numbers_are_whole,
    lines_sum_to_their_invoice,
    entries_are_the_ledgers,
    fees_are_their_entries,
    vat_is_owed_as_invoiced,
    funded_vat_waits_for_an_invoice,
)


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
