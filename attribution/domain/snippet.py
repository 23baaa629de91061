"""What a brand pastes into its own pages. Everything in it is public. Pure.

`connection_id` is the public id of the shop's connection in hex: order numbers are one shop's own.
"""

from __future__ import annotations

from html import escape

SCRIPT_PATH = "/js/birge.js"
DAYS_MIN, DAYS_MAX = 30, 90  # how long a page keeps a click
# In the tag manager's template, until they are this Birge's and this shop's
TEMPLATE_BASE, TEMPLATE_SITE = "https://birge.example", "SITE_ID"


def page_snippet(base_url: str, connection_id: str, *, days: int = DAYS_MAX) -> str:
    """For the head of every page. The first line keeps calls that come before the script does."""
    source = escape(base_url + SCRIPT_PATH)
    return (
        "<script>window.birge=window.birge||function(){(birge.q=birge.q||[]).push(arguments)}"
        "</script>\n"
        f'<script async src="{source}" data-site="{escape(connection_id)}"'
        f' data-days="{days}"></script>'
    )


def purchase_snippet(base_url: str, connection_id: str) -> str:
    """For the thank-you page; the words in capitals are the shop's own fields. The picture is for
    who browses without scripts."""
    pixel = escape(f"{base_url}/t/{connection_id}.gif?order=ORDER_NUMBER")
    return (
        "<script>birge('purchase', {order_id: 'ORDER_NUMBER', value: ORDER_TOTAL,"
        " currency: 'KZT', coupon: 'PROMO_CODE'})</script>\n"
        f'<noscript><img src="{pixel}" width="1" height="1" alt=""></noscript>'
    )


def tag_template(text: str, base_url: str, connection_id: str) -> str:
    """The tag manager's template, leading to us and knowing the shop."""
    return text.replace(TEMPLATE_BASE, base_url).replace(TEMPLATE_SITE, connection_id)
