"""One word, one colour and one sentence for every state, code and kind that pages show.

Views pass codes ("on_hold", 16, "promo_code"); templates turn them into words here, so that a
thing is called the same on every page. The Kazakh words are the editor's (facts/kk_voice.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Tone = Literal["wait", "hold", "appr", "ready", "paid", "bad"]
Word = str | Promise


@dataclass(frozen=True, slots=True)
class Status:
    """How a state looks: colour family, the word on the badge, what it means in one sentence."""

    tone: Tone
    word: Word
    hint: Word = ""


SALE = {
    "pending": Status(
        "wait", _("On the way"), _("Ordered, not received yet. Once received, the hold begins.")
    ),
    "on_hold": Status(
        "hold",
        _("On hold"),
        _("The buyer may still return the goods. With no return, it approves itself."),
    ),
    "approved": Status(
        "appr", _("Approved"), _("The hold is over: the brand can no longer refuse.")
    ),
    "payable": Status("ready", _("Payable"), _("Approved money that leaves with the next payout.")),
    "paid": Status("paid", _("Paid"), _("The money was sent to the account.")),
    "rejected": Status("bad", _("Rejected"), _("The brand refused this order, with a reason.")),
    "reversed": Status(
        "bad", _("Reversed"), _("The goods came back, so the reward went back to the brand.")
    ),
    "partly_reversed": Status(
        "bad", _("Partly reversed"), _("A part of the goods came back, and its part of the reward.")
    ),
    "awaiting_funding": Status(
        "wait",
        _("Queued"),
        _(
            "The budget was empty when this order came. After a top-up rewards are credited in"
            " turn; your place is kept."
        ),
    ),
    "unmatched": Status(
        "wait", _("Nobody's"), _("No link and no code led to this order: nobody earns from it.")
    ),
}
PAYOUT = {
    "held": Status("hold", _("Held"), _("Something is missing before the money can leave.")),
    "created": Status("wait", _("Preparing"), _("The payout waits for a second person to check.")),
    "sending": Status("wait", _("Sending"), _("The payout is on its way to the bank.")),
    "accepted": Status("appr", _("At the bank"), _("The bank took the payout and will answer.")),
    "unknown": Status(
        "hold",
        _("Checking"),
        _("The bank has not confirmed yet. The money is safe and is not sent twice."),
    ),
    "paid": Status("paid", _("Paid"), _("The money was sent to the account.")),
    "failed": Status("bad", _("Failed"), _("The payout failed. The money is on your balance.")),
    "returned": Status(
        "bad", _("Returned by bank"), _("The bank sent the money back. It is on your balance.")
    ),
    "cancelled": Status(
        "bad", _("Cancelled"), _("The payout was stopped before it left. The money is on balance.")
    ),
}
CAMPAIGN = {
    "draft": Status("wait", _("Draft"), _("Only your team sees it.")),
    "live": Status("paid", _("Live"), _("Influencers can join and their orders count.")),
    "paused": Status(
        "hold", _("Paused"), _("No new clicks count. Orders already accepted are still paid.")
    ),
    "closed": Status(
        "wait", _("Closed"), _("The campaign is over. Orders already accepted are still paid.")
    ),
}
LINK = {
    "on": Status("paid", _("Works"), _("Visitors reach the product, and sales count.")),
    "off": Status("wait", _("Off"), _("You switched it off. You can switch it on again.")),
    "paused": Status(
        "hold", _("Campaign paused"), _("The brand paused the campaign: new clicks do not count.")
    ),
    "no_budget": Status(
        "hold",
        _("Budget used up"),
        _("The campaign's budget is used up. When the brand adds to it, the link works again."),
    ),
    "ended": Status("wait", _("Campaign over"), _("The campaign is over. Earned rewards stay.")),
    "left": Status("wait", _("Not in campaign"), _("You take no part in this campaign any more.")),
}
PARTICIPATION = {
    "applied": Status("wait", _("In review"), _("The brand looks at the application.")),
    "approved": Status("paid", _("Accepted"), _("The link and the code work.")),
    "rejected": Status("bad", _("Rejected"), _("The brand did not accept the application.")),
    "left": Status("wait", _("Left"), _("The influencer left the campaign.")),
    "removed": Status("bad", _("Removed"), _("The brand ended this participation.")),
}
INVITE = {
    "open": Status("wait", _("Waits"), _("Sent, and not answered or used up yet.")),
    "accepted": Status("paid", _("Accepted"), _("The influencer has joined.")),
    "declined": Status("bad", _("Declined"), _("The influencer said no.")),
    "used_up": Status("paid", _("Used up"), _("As many have joined as it allows.")),
    "expired": Status("wait", _("Expired"), _("Its time is over.")),
    "revoked": Status("bad", _("Revoked"), _("It counts no longer.")),
}
BRAND = {
    "draft": Status("wait", _("Not complete"), _("The company's details are not complete.")),
    "in_review": Status("wait", _("In review"), _("We check the company in state registers.")),
    "verified": Status("paid", _("Verified"), _("The company was checked in state registers.")),
    "suspended": Status("bad", _("Suspended"), _("Campaigns stand still until we have talked.")),
}
CONNECTION = {
    "waiting": Status("wait", _("No events yet"), _("Connected. The first event has not come.")),
    "healthy": Status("paid", _("Healthy"), _("Events come in and are read.")),
    "late": Status("hold", _("Late"), _("Events come later than usual.")),
    "silent": Status("hold", _("Silent"), _("Much longer without an event than ever.")),
    "limited": Status("hold", _("Limited"), _("The source asked us to wait.")),
    "failing": Status("bad", _("Failing"), _("The source refuses us: see the cause.")),
    "expired": Status("bad", _("Token ended"), _("The token's time is over. Give a new one.")),
    "revoked": Status("bad", _("Token refused"), _("The source does not take the token any more.")),
    "paused": Status("wait", _("Paused"), _("Reading is switched off.")),
}
EVENT = {
    "received": Status("wait", _("Received"), _("Stored, and read in a moment.")),
    "done": Status("paid", _("Stored"), _("Read: the order is up to date.")),
    "duplicate": Status("wait", _("Duplicate"), _("The same event came before: nothing changes.")),
    "ignored": Status("wait", _("Ignored"), _("Nothing in this event concerns orders.")),
    "unmapped": Status("hold", _("Unknown status"), _("Stored. We look at the unknown status.")),
    "failed": Status("hold", _("Will retry"), _("Could not be read yet; we try again.")),
    "dead": Status("bad", _("Not read"), _("Could not be read after every try. Kept whole.")),
    "refused": Status("bad", _("Refused"), _("Not taken: the reason is beside it.")),
}
ACCOUNT = {
    "checking": Status("wait", _("Being checked"), _("Usable after the safety pause.")),
    "usable": Status("paid", _("Confirmed"), _("Payouts go to this account.")),
    "off": Status("bad", _("Switched off"), _("The bank sent a payout back. Correct the account.")),
}
PROMO_CODE = {
    "active": Status("paid", _("Works"), _("Orders with this code count.")),
    "replaced": Status(
        "hold", _("Replaced"), _("A new code took its place; it counts until its last day.")
    ),
    "issued": Status("wait", _("Free"), _("Nobody has this code yet.")),
    "reserved": Status("hold", _("Given"), _("A follower has this code; no order has used it.")),
    "redeemed": Status("paid", _("Used"), _("An order has used this one-time code.")),
    "void": Status("bad", _("Void"), _("Orders with this code do not count any more.")),
}
RECEIPT = {
    "waiting": Status("wait", _("Waiting"), _("The shop has not confirmed it yet.")),
    "differs": Status("hold", _("Another sum"), _("The shop's list shows another sum.")),
    "confirmed": Status("paid", _("Confirmed"), _("The shop has confirmed the purchase.")),
    "returned": Status("bad", _("Returned"), _("The goods were given back.")),
    "expired": Status("bad", _("Not found"), _("The shop has not found this receipt in time.")),
    "refused": Status("bad", _("Refused"), _("The brand refused this receipt, with a reason.")),
}
FINDING = {
    "open": Status("hold", _("To look at"), _("Nobody has decided about it yet.")),
    "cleared": Status("paid", _("Nothing wrong"), _("It was looked at, and nothing is wrong.")),
    "leaked": Status("bad", _("Leaked"), _("It was looked at: the code has leaked.")),
    "lapsed": Status("wait", _("Let go"), _("Nobody decided in time, so nothing follows.")),
}
INVOICE = {
    "draft": Status(
        "hold",
        _("Waits for VAT"),
        _("It is issued by itself as soon as the free balance covers its VAT."),
    ),
    "issued": Status("paid", _("Issued"), _("Numbered and paid out of what was reserved.")),
    "credited": Status("wait", _("Credited"), _("A credit note has taken all of it back.")),
    "note": Status("appr", _("Credit note"), _("It takes something off an invoice.")),
    "additional": Status(
        "appr", _("Additional invoice"), _("A return was undone: its fee is invoiced again.")
    ),
}
PHONE_CLAIM = {
    "active": Status("paid", _("Counts"), _("Orders with this number are looked for.")),
    "withdrawn": Status("bad", _("Withdrawn"), _("The follower took the consent back.")),
    "expired": Status("wait", _("Erased"), _("Its time was over: nothing is left of the number.")),
}
EINVOICE = {
    "ready": Status("wait", _("Being prepared"), _("We hand it out to be signed.")),
    "exported": Status("wait", _("Being signed"), _("It is with our accountant.")),
    "signing": Status("wait", _("Waits to be signed"), _("It is with our accountant.")),
    "checking": Status("wait", _("Being checked"), _("It is signed; its signature is checked.")),
    "signed": Status("appr", _("Signed"), _("It goes into the state's system next.")),
    "sent": Status(
        "appr", _("Sent"), _("It is in the state's system, which has not answered yet.")
    ),
    "accepted": Status("paid", _("Accepted"), _("You find it in your cabinet of the e-invoices.")),
    "declined": Status("bad", _("Declined"), _("The state's system declined it: we send it anew.")),
}
DEAL = {
    "offered": Status("wait", _("Offered"), _("The influencer has not answered yet.")),
    "running": Status("appr", _("Running"), _("Taken: posts are made and looked at.")),
    "done": Status("paid", _("Done"), _("Nothing of it is open any more.")),
    "declined": Status("bad", _("Declined"), _("The influencer said no.")),
    "expired": Status("wait", _("Expired"), _("Its time is over.")),
    "cancelled": Status("bad", _("Withdrawn"), _("The money went back to the brand.")),
}
POST = {
    "open": Status("wait", _("To be posted"), _("Publish it and send its link.")),
    "submitted": Status("hold", _("Looked at"), _("Sent in; the brand looks at it.")),
    "returned": Status("bad", _("Sent back"), _("Something is to be changed. Send it again.")),
    "accepted": Status("appr", _("Accepted"), _("Its fee is the influencer's.")),
    "paid": Status("paid", _("Paid"), _("The money was sent to the account.")),
    "expired": Status("wait", _("Not sent"), _("It was not sent in time.")),
    "cancelled": Status("wait", _("Withdrawn"), _("The money went back to the brand.")),
}
GUARANTEE = {
    "ahead": Status("wait", _("Ahead"), _("Its month has not begun.")),
    "running": Status("appr", _("Running"), _("Orders of this month count towards it.")),
    "closing": Status(
        "hold", _("Being counted"), _("The month is over; some of its orders are not.")
    ),
    "settled": Status("paid", _("Settled"), _("Whatever was missing was paid on top.")),
    "released": Status("bad", _("Called off"), _("It counts no longer; its money is free again.")),
}
STATUSES: Mapping[str, Mapping[str, Status]] = {
    "sale": SALE,
    "payout": PAYOUT,
    "campaign": CAMPAIGN,
    "link": LINK,
    "participation": PARTICIPATION,
    "invite": INVITE,
    "brand": BRAND,
    "connection": CONNECTION,
    "event": EVENT,
    "account": ACCOUNT,
    "receipt": RECEIPT,
    "code": PROMO_CODE,
    "finding": FINDING,
    "invoice": INVOICE,
    "phone": PHONE_CLAIM,
    "einvoice": EINVOICE,
    "deal": DEAL,
    "post": POST,
    "guarantee": GUARANTEE,
}


def status_of(status: str, kind: str = "sale") -> Status:
    """The look of a state. An unknown kind or state is a mistake of ours, and says so."""
    return STATUSES[kind][status]


# Numbered reasons of a rejection: the numbers are stable (design/domain.md section 2)
REASONS: Mapping[int, Word] = {
    11: _("bot or proxy"),
    12: _("duplicate order"),
    13: _("own purchase"),
    14: _("source not allowed"),
    15: _("order cancelled"),
    16: _("goods returned"),
    17: _("cap or budget exceeded"),
    18: _("outside the window"),
    19: _("code leaked"),
    20: _("another influencer's code"),
    21: _("no ad label"),
    22: _("forbidden place"),
    23: _("test order"),
    24: _("buyer is not new"),
    25: _("product not in the campaign"),
}
GRADES: Mapping[str, Word] = {
    "A": _("An id inside the order itself"),
    "B": _("A promo code typed at checkout"),
    "C": _("The marketplace's daily report"),
    "D": _("A phone or a receipt with consent, or the thank-you page: the brand confirms"),
    "E": _("Modelled, never paid"),
}
# The money strip on a phone: a quarter of the card is too narrow for "payable" in Kazakh
STAGES: Mapping[str, Word] = {
    "on_hold": _("On hold"),
    "approved": _("Approved"),
    "payable": _("Ready"),
    "paid": _("Paid"),
}
VERDICTS: Mapping[str, Word] = {
    "decided": _("Decided"),
    "confirms": _("Confirms"),
    "assist": _("Helped"),
    "dropped": _("Dropped"),
}
STEPS: Mapping[str, Word] = {
    "click": _("Click"),
    "order": _("Order"),
    "counted": _("The marketplace counted the day"),
    "received": _("Buyer received it"),
    "return_window": _("Return window"),
    "returned": _("Goods returned"),
    "partly_returned": _("Part returned"),
    "approval": _("Approval"),
    "approved": _("Approved"),
    "payment": _("Payout"),
    "paid": _("Paid"),
    "rejected": _("Rejected"),
    "cancelled": _("Order cancelled"),
    "reversed": _("Reversed"),
    "queued": _("Queued for budget"),
    "payout_created": _("Payout prepared"),
    "payout_approved": _("Check by a second person"),
    "payout_sent": _("Transfer to the bank"),
    "payout_paid": _("The bank's confirmation"),
    "payout_failed": _("Bank refused"),
    "payout_returned": _("Bank returned it"),
}
ROLES: Mapping[str, Word] = {
    "owner": _("Owner"),
    "manager": _("Manager"),
    "finance": _("Finance"),
    "analyst": _("Analyst, read only"),
}
SOURCES: Mapping[str, Word] = {
    "woocommerce": "WooCommerce",
    "shopify": "Shopify",
    "wildberries": "Wildberries",
    "ozon": "Ozon",
    "ozon_traffic": _("Ozon, external traffic"),
    "kaspi": "Kaspi",
    "insales": "InSales",
    "taplink": "Taplink",
    "tilda": "Tilda",
    "amocrm": "amoCRM",
    "bitrix24": "Bitrix24",
    "admitad": "Admitad",
    "file": _("Your own file"),
    "acquirer": _("Payments at terminals"),
    "postback": _("S2S postback"),
    "api": "REST API",
    "receipt": _("Receipts"),
}
TAX_STATUSES: Mapping[str, Word] = {
    "individual_gph": _("Individual, civil-law contract"),
    "self_employed": _("Self-employed"),
    "ip_simplified": _("Entrepreneur, simplified declaration"),
    "ip_general": _("Entrepreneur, general regime"),
    "llp_simplified": _("Company, simplified declaration"),
    "llp_general": _("Company, general regime"),
    "nonresident": _("Non-resident"),
    "unknown": _("Not known yet"),
}
ANSWERS: Mapping[str, Word] = {
    "yes": _("Found in the register"),
    "no": _("Not found in the register"),
    "unknown": _("The register has not answered"),
}
# Why a payout waits: the sentence, and the button that fixes it
HOLDS: Mapping[str, tuple[Word, Word]] = {
    "payee_missing": (_("We need your IIN to pay by law."), _("Add IIN")),
    "tax_status_missing": (_("We need to know how your tax is paid."), _("Choose tax status")),
    "tax_status_unknown": (
        _("Your tax status is not confirmed. We never guess taxes."),
        _("Check again"),
    ),
    "register_unknown": (
        _("The state register has not answered yet. We ask it again by ourselves."),
        "",
    ),
    "register_no": (
        _("The state register does not know you as an entrepreneur. Choose another status."),
        _("Change tax status"),
    ),
    "account_missing": (_("We need a bank account to send the money to."), _("Add account")),
    "account_new": (
        _("A new account rests for 72 hours before the first payout, for your safety."),
        "",
    ),
    "account_off": (
        _("The bank sent a payout back: the account is switched off until it is corrected."),
        _("Fix the account"),
    ),
    "holder_is_another": (
        _("The account is in another person's name. Payouts go only to the payee's own account."),
        _("Fix the account"),
    ),
    "self_employed_not_confirmed": (
        _(
            "The law's list for the self-employed is not confirmed for advertising yet. Choose"
            " another status to be paid now."
        ),
        _("Change tax status"),
    ),
    "ip_registration_limit": (
        _(
            "This year's income is above the limit from which the law asks for registration as an"
            " entrepreneur."
        ),
        _("Change tax status"),
    ),
    "checking": (_("We are checking this payout and will write to you. Nothing to do."), ""),
    "rule_missing": (
        _("A tax rule for this date is not confirmed yet. We are on it, nothing to do."),
        "",
    ),
}
TABLES: Mapping[str, Mapping[Any, Word]] = {
    "answer": ANSWERS,
    "grade": GRADES,
    "reason": REASONS,
    "role": ROLES,
    "source": SOURCES,
    "stage": STAGES,
    "step": STEPS,
    "tax_status": TAX_STATUSES,
    "verdict": VERDICTS,
}


def word_of(table: str, code: Any) -> str:
    """The word of a code; a code that has none is shown as it is, never an error page."""
    return str(TABLES[table].get(code, code))
