"""Published terms never change and never go: participations and rewards stand on them.

Locks: SHARE ROW EXCLUSIVE on the table for a moment. Reversible: yes.
"""

from django.db import migrations

TERMS_STAY = migrations.RunSQL(
    """
CREATE TRIGGER campaigns_terms_stay BEFORE UPDATE OR DELETE ON campaigns_terms
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION core_refuse_change();
""",
    "DROP TRIGGER campaigns_terms_stay ON campaigns_terms",
)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_access")]
    operations = [TERMS_STAY]
