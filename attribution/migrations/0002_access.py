"""Who may touch which rows of attribution. Reversible: yes.

Only the system writes: orders come from the outside, decisions from the rules. A brand reads what
is its own, an influencer the conversions and the candidates that are theirs, and no orders.
"""

from django.db import migrations

from core.tenancy.guards import append_only, frozen
from core.tenancy.policies import may, same_tenant, tenant_table

READ = may("read")
WRITE = may("read add change")
ADD = may("read add")
BRAND = may("read", "brand_id = {me}")
INFLUENCER = may("read", "influencer_id = {me}")

BRANDS_OWN = {
    "attribution_connection": WRITE,
    "attribution_pollcursor": may("read add change delete"),
    "attribution_inboundevent": WRITE,
    "attribution_order": WRITE,
    "attribution_orderline": WRITE,
    "attribution_orderversion": ADD,
    "attribution_lateevidence": ADD,
    "attribution_decision": ADD,
}
OF_BOTH = {
    "attribution_candidate": ADD,
    "attribution_conversion": WRITE,
    "attribution_conversionversion": ADD,
}
KEYS = [
    ("attribution_pollcursor", "connection_id", "attribution_connection"),
    ("attribution_inboundevent", "connection_id", "attribution_connection"),
    ("attribution_order", "connection_id", "attribution_connection"),
    ("attribution_lateevidence", "connection_id", "attribution_connection"),
    ("attribution_orderline", "order_id", "attribution_order"),
    ("attribution_orderversion", "order_id", "attribution_order"),
    ("attribution_decision", "order_id", "attribution_order"),
    ("attribution_decision", "line_id", "attribution_orderline"),
    ("attribution_decision", "participation_id", "campaigns_participation"),
    ("attribution_candidate", "decision_id", "attribution_decision"),
    ("attribution_candidate", "order_id", "attribution_order"),
    ("attribution_candidate", "participation_id", "campaigns_participation"),
    ("attribution_conversion", "order_id", "attribution_order"),
    ("attribution_conversion", "line_id", "attribution_orderline"),
    ("attribution_conversion", "decision_id", "attribution_decision"),
    ("attribution_conversion", "campaign_id", "campaigns_campaign"),
    ("attribution_conversion", "participation_id", "campaigns_participation"),
    ("attribution_conversion", "terms_id", "campaigns_terms"),
    ("attribution_conversionversion", "conversion_id", "attribution_conversion"),
]
APPEND_ONLY = ["orderversion", "lateevidence", "decision", "candidate", "conversionversion"]


class Migration(migrations.Migration):
    dependencies = [("attribution", "0001_initial"), ("campaigns", "0002_access")]
    operations = [
        *(
            tenant_table(table, brand=BRAND, ops=READ, system=system)
            for table, system in BRANDS_OWN.items()
        ),
        *(
            tenant_table(table, brand=BRAND, influencer=INFLUENCER, ops=READ, system=system)
            for table, system in OF_BOTH.items()
        ),
        *(same_tenant(*key) for key in KEYS),
        *(append_only(f"attribution_{table}") for table in APPEND_ONLY),
        frozen("attribution_inboundevent", ["body_sha256", "event_key", "connection_id", "trust"]),
        frozen("attribution_conversion", ["line_id", "influencer_id", "participation_id"]),
    ]
