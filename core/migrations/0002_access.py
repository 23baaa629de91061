"""Who may touch which table of core and of the installed apps. Reversible: yes.

A table of an installed app has no tenant column, so it gets grants and a reason instead of
policies. Brands and influencers get nothing here. No session or user is read inside a context.
"""

from django.db import migrations

from core.tenancy.guards import FUNCTIONS
from core.tenancy.policies import may, shared_table

ALL = may("read add change delete")
READ = may("read")
BEFORE = "read and written before a side is known"
RIGHTS = "catalogue of staff rights"


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
        ("accounts", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]
    operations = [
        FUNCTIONS,
        shared_table(
            "core_democlock",
            "one row without an owner",
            gate=READ,
            public=READ,
            brand=READ,
            influencer=READ,
            ops=READ,
            system=may("read add change"),
        ),
        shared_table("django_session", "found by an unguessable key", gate=ALL),
        shared_table("usersessions_usersession", BEFORE, gate=ALL),
        shared_table("account_emailaddress", BEFORE, gate=ALL),
        shared_table("account_emailconfirmation", BEFORE, gate=ALL),
        shared_table("mfa_authenticator", BEFORE, gate=ALL),
        shared_table(
            "accounts_user",
            BEFORE,
            gate=may("read add change"),
            ops=may("read add change"),
            system=READ,
        ),
        shared_table("accounts_user_groups", RIGHTS, gate=READ, ops=ALL),
        shared_table("accounts_user_user_permissions", RIGHTS, gate=READ, ops=ALL),
        shared_table("auth_group", RIGHTS, gate=READ, ops=READ),
        shared_table("auth_group_permissions", RIGHTS, gate=READ, ops=READ),
        shared_table("auth_permission", RIGHTS, gate=READ, ops=READ),
        shared_table("django_content_type", RIGHTS, gate=READ, ops=READ),
        shared_table("django_admin_log", "ops only", ops=may("read add")),
        shared_table("django_migrations", "read by /readyz", gate=READ),
    ]
