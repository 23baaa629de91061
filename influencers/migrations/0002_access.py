"""Who may touch which rows of influencers. Reversible: yes.

The public card is read by brands; the payee, the taxes and the account by nobody but their person
and ops. The system writes, for a named purpose.
"""

from django.db import migrations

from core.tenancy.guards import append_only
from core.tenancy.policies import may, tenant_table

READ = may("read")
OWN = may("read", "influencer_id = {me}")
WRITE = may("read add change")


class Migration(migrations.Migration):
    dependencies = [("influencers", "0001_initial"), ("core", "0002_access")]
    operations = [
        tenant_table(
            "influencers_influencer",
            gate=READ,
            brand=READ,
            influencer=may("read change", "id = {me}"),
            ops=READ,
            system=WRITE,
        ),
        tenant_table(
            "influencers_socialprofile",
            brand=READ,
            influencer=may("read add change delete", "influencer_id = {me}"),
            ops=READ,
            system=WRITE,
        ),
        tenant_table("influencers_payee", influencer=OWN, ops=READ, system=WRITE),
        tenant_table(
            "influencers_taxprofile", influencer=OWN, ops=may("read add"), system=may("read add")
        ),
        tenant_table("influencers_payoutaccount", influencer=OWN, ops=READ, system=WRITE),
        append_only("influencers_taxprofile"),
    ]
