"""Every check of selfcheck catches its planted fault, and says what to do."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from compliance.data import rules_read
from compliance.models import TaxRule
from core import clock, zone
from core.audit.models import AuditEntry
from core.tenancy.context import acting_as
from core.tenancy.logins import logged_in_as_owner
from exchange import checks
from tests.core.test_tenancy_matrix import as_owner, planted


@pytest.fixture
def rules_today(db):
    rules_add()


def rules_add(**changes):
    with acting_as(system="test data"):
        for rule in rules_read():
            TaxRule.objects.create(
                key=rule.key,
                value=rule.value,
                unit=rule.unit,
                valid_from=rule.valid_from,
                valid_to=changes.get("valid_to", rule.valid_to),
                source=rule.source_url,
                confidence=rule.confidence,
                state="active",
                created_by_id=1,
                activated_by_id=2,
            )


def faults(name):
    (check,) = (check for check in checks.CHECKS if check.name == name)
    return check.faults()


def test_a_sound_database_passes(rules_today, capsys):
    call_command("selfcheck")
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"ok    {check.name}" for check in checks.CHECKS]


def test_a_fault_is_told_with_what_to_do_and_exit_one(db, capsys):
    with pytest.raises(CommandError, match="1 of the checks failed") as failure:
        call_command("selfcheck")
    assert failure.value.returncode == 1
    out = capsys.readouterr().out
    assert "FAIL  the law's figures cover today" in out
    assert "        no tax rule was ever put in force" in out
    assert "      -> put compliance/data in force with manage.py tax_rules_load" in out


def test_a_rule_that_ends_is_named(db, monkeypatch):
    rules_add()
    monkeypatch.setattr(clock, "today", lambda: date(2027, 1, 15))
    assert "no rule mrp on 2027-01-01" in faults("the law's figures cover today")


def test_an_old_list_of_time_zones_is_found(db, monkeypatch):
    monkeypatch.setattr(zone, "KNOWN", ((zone.KNOWN[1][0], 13),))  # what UTC+6 would say
    assert faults("days are cut at Kazakhstan's midnight") == [
        "Python has an old list of time zones: update the package tzdata",
        "PostgreSQL has an old list of time zones: update the server's tzdata",
    ]
    with pytest.raises(zone.WrongZone):
        zone.zone_check()


def test_a_table_without_policies_a_dropped_key_and_a_silenced_trigger_are_found(bare_db):
    with planted("CREATE TABLE forgotten ()"):
        assert faults("every table has policies, or a reason to need none") == [
            "table forgotten has neither policies nor a reason"
        ]
    with planted(
        "ALTER TABLE campaigns_terms DROP CONSTRAINT campaigns_terms_campaign_id_same_tenant"
    ):
        assert faults("no foreign key crosses tenants") == [
            "campaigns_terms.campaign_id takes another tenant's row"
        ]
    with planted("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_legs_post"):
        assert faults("triggers, policies, keys and rights are as migrated") == [
            "missing: trigger ledger_legs_post on ledger_entry"
        ]


def test_the_owner_may_not_serve_and_a_waiting_migration_is_named(bare_db):
    with logged_in_as_owner():
        (fault,) = faults("the login may not go around the policies")
        assert "owns tables" in fault
    with planted("DELETE FROM django_migrations WHERE app = 'notify' AND name = '0002_access'"):
        assert faults("migrations are applied") == ["notify.0002_access waits"]


@pytest.mark.django_db(transaction=True)
def test_a_check_that_the_database_refuses_is_a_fault_and_the_others_go_on():
    as_owner("REVOKE SELECT ON compliance_taxrule FROM x_system")
    try:
        results = {result.check.name: result.faults for result in checks.checks_run()}
    finally:
        as_owner("GRANT SELECT ON compliance_taxrule TO x_system")
    assert results["the law's figures cover today"][0].startswith("ProgrammingError")
    assert len(results) == len(checks.CHECKS)


def test_the_ledger_check_is_written_down_for_the_admins_home(db):
    checks.ledger_check_record()
    with acting_as(ops=1):
        entry = AuditEntry.objects.get(action=checks.LEDGER_CHECKED)
    assert (entry.actor, entry.after) == ("system:ledger check", {"findings": []})


def test_findings_of_the_ledger_fail_the_check(db, monkeypatch):
    monkeypatch.setattr(checks, "ledger_findings", lambda: ["journal 1 is out of balance by 1 KZT"])
    assert faults("the ledger is whole") == ["journal 1 is out of balance by 1 KZT"]
