"""Proofs that the ledger and what it is about say the same. The ledger lies below campaigns,
conversions and payouts, so `ledger_check` cannot ask them. Each finding is a sentence.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from core.patience import be_patient
from core.tenancy.context import acting_as

FINDINGS_MAX = 20  # of each check


def money_findings() -> list[str]:
    """Where figures of conversions, campaigns and payouts differ from the ledger."""
    with acting_as(system="selfcheck"), connection.cursor() as cursor:
        be_patient(cursor)
        return [finding for check in CHECKS for finding in check()[:FINDINGS_MAX]]


def conversions_match_postings() -> list[str]:
    """A reward is what has left its campaign's budget for it, without what its influencer owes
    back; one that waits has taken nothing."""
    rows = _rows("""
        SELECT c.public_id, c.expected_minor, coalesce(p.posted_minor, 0)
          FROM (SELECT id, public_id, CASE status WHEN 'awaiting_funding' THEN 0
                                      ELSE commission_minor END AS expected_minor
                  FROM attribution_conversion) c
          LEFT JOIN (SELECT (j.refs ->> 'conversion')::bigint AS id,
                            -sum(e.amount_minor) AS posted_minor
                       FROM ledger_journal j
                       JOIN ledger_entry e ON e.journal_id = j.id
                       JOIN ledger_account a ON a.id = e.account_id
                                            AND a.kind IN ('budget', 'clawback_pending')
                      WHERE j.refs ? 'conversion' GROUP BY 1) p USING (id)
         WHERE c.expected_minor <> coalesce(p.posted_minor, 0) ORDER BY c.id""")
    return [
        f"conversion {public_id} is worth {worth}, the ledger has {posted}"
        for public_id, worth, posted in rows
    ]


def totals_match_conversions() -> list[str]:
    """Fee and VAT are rounded over these totals: a wrong one makes every later fee wrong. Rewards
    of months are in them too, but guarantees', which are no part of the budget."""
    rows = _rows("""
        SELECT t.campaign_id, t.accrued_minor, s.accrued_minor, t.final_minor, s.final_minor
          FROM campaigns_campaigntotals t
          CROSS JOIN LATERAL (
            SELECT coalesce(sum(minor), 0) AS accrued_minor,
                   coalesce(sum(minor) FILTER (
                     WHERE status IN ('approved', 'paid', 'partly_reversed')), 0) AS final_minor
              FROM (SELECT commission_minor AS minor, status FROM attribution_conversion c
                     WHERE c.campaign_id = t.campaign_id AND c.status <> 'awaiting_funding'
                    UNION ALL
                    SELECT amount_minor, state FROM attribution_periodreward p
                     WHERE p.campaign_id = t.campaign_id AND p.state <> 'awaiting_funding'
                       AND p.kind <> 'guarantee'
                   ) every) s
         WHERE (t.accrued_minor, t.final_minor) <> (s.accrued_minor, s.final_minor)
         ORDER BY t.campaign_id""")
    return [
        f"campaign {id}: accrued says {said}, conversions sum to {sum};"
        f" final says {final_said}, they sum to {final_sum}"
        for id, said, sum, final_said, final_sum in rows
    ]


def debts_match_conversions() -> list[str]:
    """What an influencer owes is what they hold beyond the worth of their sales; and each campaign
    waits for its part of that."""
    rows = _rows("""
        WITH owed AS (
          SELECT influencer_id, campaign_id,
                 greatest(paid_minor - recovered_minor - forgiven_minor - commission_minor, 0)
                   AS owed_minor
            FROM attribution_conversion WHERE approved_at IS NOT NULL),
        booked AS (
          SELECT a.kind, coalesce(a.influencer_id, a.subject_id) AS id,
                 abs(b.balance_minor) AS minor
            FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
           WHERE a.kind IN ('influencer_debt', 'clawback_pending')),
        said AS (
          SELECT 'influencer_debt' AS kind, influencer_id AS id, sum(owed_minor) AS minor
            FROM owed GROUP BY 2
       UNION ALL
          SELECT 'clawback_pending', campaign_id, sum(owed_minor) FROM owed GROUP BY 2)
        SELECT kind, id, coalesce(said.minor, 0), coalesce(booked.minor, 0)
          FROM said FULL JOIN booked USING (kind, id)
         WHERE coalesce(said.minor, 0) <> coalesce(booked.minor, 0) ORDER BY kind, id""")
    whose = {"influencer_debt": "influencer", "clawback_pending": "campaign"}
    return [
        f"{whose[kind]} {id}: conversions owe {said}, the ledger has {found}"
        for kind, id, said, found in rows
    ]


def payouts_match_money_in_flight() -> list[str]:
    """While a payout is on its way its net, and what it keeps for debts, is in flight; afterwards
    nothing is."""
    rows = _rows("""
        SELECT p.rail_key, p.state, p.in_flight_minor, coalesce(b.balance_minor, 0)
          FROM (SELECT *, CASE WHEN state IN ('created', 'sending', 'accepted', 'unknown')
                          THEN net_minor + netted_minor ELSE 0 END AS in_flight_minor
                  FROM payouts_payout) p
          LEFT JOIN ledger_account a ON a.kind = 'in_flight' AND a.subject_id = p.id
                                    AND a.influencer_id = p.influencer_id
          LEFT JOIN ledger_balance b ON b.account_id = a.id
         WHERE p.in_flight_minor <> coalesce(b.balance_minor, 0) ORDER BY p.id""")
    return [
        f"payout {key} is {state}: {expected} must be in flight, the ledger has {found}"
        for key, state, expected, found in rows
    ]


def refunds_match_money_in_flight() -> list[str]:
    """The same of a brand's refunds."""
    rows = _rows("""
        SELECT r.rail_key, r.state, r.in_flight_minor, coalesce(b.balance_minor, 0)
          FROM (SELECT *, CASE WHEN state IN ('requested', 'prepared', 'approved', 'sending')
                          THEN amount_minor ELSE 0 END AS in_flight_minor
                  FROM payouts_refund WHERE brand_id IS NOT NULL) r
          LEFT JOIN ledger_account a ON a.kind = 'in_flight' AND a.subject_id = r.id
                                    AND a.brand_id = r.brand_id
          LEFT JOIN ledger_balance b ON b.account_id = a.id
         WHERE r.in_flight_minor <> coalesce(b.balance_minor, 0) ORDER BY r.id""")
    return [
        f"refund {key} is {state}: {expected} must be in flight, the ledger has {found}"
        for key, state, expected, found in rows
    ]


def deals_match_escrow() -> list[str]:
    """What a deal has in escrow is the fees of its posts that are neither accepted nor released."""
    rows = _rows("""
        SELECT d.id, d.held_minor, coalesce(b.balance_minor, 0)
          FROM (SELECT deal_id AS id, brand_id, coalesce(sum(amount_minor) FILTER (
                         WHERE state IN ('open', 'submitted', 'returned')), 0) AS held_minor
                  FROM campaigns_task GROUP BY 1, 2) d
          LEFT JOIN ledger_account a ON a.kind = 'deal_escrow' AND a.subject_id = d.id
                                    AND a.brand_id = d.brand_id
          LEFT JOIN ledger_balance b ON b.account_id = a.id
         WHERE d.held_minor <> coalesce(b.balance_minor, 0) ORDER BY d.id""")
    return [
        f"deal {id}: its open posts are worth {worth}, {held} is in escrow"
        for id, worth, held in rows
    ]


def posts_match_postings() -> list[str]:
    """An accepted post has brought its influencer its fee, and us ours with its VAT; another one
    nothing."""
    rows = _rows("""
        SELECT t.public_id, t.earned, coalesce(p.posted, 0), t.fee_minor, coalesce(p.fee, 0),
               t.vat_minor, coalesce(p.vat, 0)
          FROM (SELECT *, CASE WHEN state IN ('accepted', 'paid') THEN amount_minor ELSE 0 END
                       AS earned FROM campaigns_task) t
          LEFT JOIN (
            SELECT (j.refs ->> 'task')::bigint AS id,
                   sum(e.amount_minor) FILTER (WHERE a.kind = 'influencer_payable') AS posted,
                   sum(e.amount_minor) FILTER (WHERE a.kind = 'platform_fee') AS fee,
                   sum(e.amount_minor) FILTER (WHERE a.kind = 'vat_funded') AS vat
              FROM ledger_journal j
              JOIN ledger_entry e ON e.journal_id = j.id
              JOIN ledger_account a ON a.id = e.account_id
             WHERE j.refs ? 'task' GROUP BY 1) p USING (id)
         WHERE (t.earned, t.fee_minor, t.vat_minor)
               <> (coalesce(p.posted, 0), coalesce(p.fee, 0), coalesce(p.vat, 0))
         ORDER BY t.id""")
    return [
        f"post {public_id} brought {earned}, fee {fee}, VAT {vat}; the ledger has {posted},"
        f" {fee_posted}, {vat_posted}"
        for public_id, earned, posted, fee, fee_posted, vat, vat_posted in rows
    ]


def guarantees_match_escrow() -> list[str]:
    """While a guarantee stands all that is promised lies in its escrow, and nothing once it has
    ended; what was added is what its month's reward says."""
    rows = _rows("""
        SELECT coalesce(g.id, b.subject_id), coalesce(g.state, 'unknown'),
               coalesce(g.promised_minor, 0), coalesce(b.balance_minor, 0)
          FROM (SELECT id, brand_id, state, CASE state WHEN 'promised' THEN amount_minor ELSE 0 END
                         AS promised_minor FROM campaigns_guarantee) g
          FULL JOIN (SELECT a.subject_id, a.brand_id, b.balance_minor
                       FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
                      WHERE a.kind = 'guarantee_escrow') b
                 ON b.subject_id = g.id AND b.brand_id = g.brand_id
         WHERE coalesce(g.promised_minor, 0) <> coalesce(b.balance_minor, 0) ORDER BY 1""")
    found = [
        f"guarantee {id} is {state}: {promised} must be in escrow, the ledger has {held}"
        for id, state, promised, held in rows
    ]
    rows = _rows("""
        SELECT g.id, coalesce(p.amount_minor::text, 'no reward'), coalesce(l.added_minor, 0)
          FROM campaigns_guarantee g
          LEFT JOIN attribution_periodreward p ON p.participation_id = g.participation_id
                AND p.month = g.month AND p.kind = 'guarantee'
          LEFT JOIN LATERAL (
            SELECT sum(e.amount_minor) FILTER (WHERE a.kind = 'influencer_payable') AS added_minor
              FROM ledger_journal j
              JOIN ledger_entry e ON e.journal_id = j.id
              JOIN ledger_account a ON a.id = e.account_id
             WHERE j.business_key = 'settle:' || g.id) l ON true
         WHERE g.state = 'settled' AND p.amount_minor IS DISTINCT FROM coalesce(l.added_minor, 0)
         ORDER BY 1""")
    return found + [
        f"guarantee {id} is settled with {said}, the ledger added {added}"
        for id, said, added in rows
    ]


def outlays_match_postings() -> list[str]:
    """A tax or fee that two people have booked has left the bank by its sum; another has not."""
    rows = _rows("""
        SELECT o.id, o.state, o.kind, o.booked_minor, coalesce(sum(e.amount_minor), 0)
          FROM (SELECT *, CASE state WHEN 'booked' THEN amount_minor ELSE 0 END AS booked_minor
                  FROM payouts_outlay) o
          LEFT JOIN ledger_journal j ON j.business_key IN (
                    'remit:' || o.id, 'rail-fee:' || o.row_id || '/' || o.id)
          LEFT JOIN ledger_account a ON a.kind = 'bank'
          LEFT JOIN ledger_entry e ON e.journal_id = j.id AND e.account_id = a.id
         GROUP BY o.id, o.state, o.kind, o.booked_minor
        HAVING o.booked_minor <> coalesce(sum(e.amount_minor), 0) ORDER BY o.id""")
    return [
        f"payment {id} ({kind}) is {state}: {said} must have left the bank, the ledger has {found}"
        for id, state, kind, said, found in rows
    ]


CHECKS = (
    conversions_match_postings,
    totals_match_conversions,
    debts_match_conversions,
    payouts_match_money_in_flight,
    refunds_match_money_in_flight,
    deals_match_escrow,
    posts_match_postings,
    guarantees_match_escrow,
    outlays_match_postings,
)


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
