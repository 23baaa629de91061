"""Rules of the law with two people behind each; questions to a register, over real HTTP."""

import json
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from compliance import services
from compliance.domain.rules import Confidence, Rule, Unit
from compliance.models import RegisterCheck, TaxRule
from compliance.selectors import (
    payee_steps,
    register_check_latest,
    rule_book,
    rules_in_force,
    vat_bps,
    withholding_profiles,
)
from core.audit.models import AuditEntry
from core.errors import Forbidden, NotFound
from core.tenancy.context import acting_as
from influencers.models import TaxProfile
from influencers.services import payee_save, payout_account_add
from tests.clocks import clock_at
from tests.influencers.test_services import iban_of
from tests.world import NOON, RULES_2026, law_load

IIN = "901231400013"


noon = clock_at(NOON)


def looks():
    return acting_as(system="test looks")


def rule(**changes):
    given = {
        "key": "mrp",
        "value": 450_000,
        "unit": Unit.TIYN,
        "valid_from": date(2027, 1, 1),
        "valid_to": date(2027, 12, 31),
        "source_url": "invented for a test",
        "confidence": Confidence.UNCONFIRMED,
    }
    return Rule(**given | changes)


# --- Rules ----------------------------------------------------------------------------------


def test_the_law_of_2026_is_loaded_once(cast):
    count = law_load(cast)
    assert count > 20
    assert law_load(cast) == 0
    with looks():
        assert TaxRule.objects.count() == count
        assert vat_bps(date(2026, 11, 20)) == 1_600
        assert rules_in_force(date(2026, 11, 20)).amount_minor("mrp") == 432_500
        assert {gap.day for gap in rule_book().gaps(until=date(2027, 1, 31))} == {date(2027, 1, 1)}
    with acting_as(ops=1):
        assert AuditEntry.objects.filter(action="tax_rule.load").count() == count


def test_one_person_alone_loads_nothing(cast):
    with pytest.raises(Forbidden):
        services.tax_rules_load(
            text=RULES_2026.read_text(), maker_id=cast.maker, checker_id=cast.maker
        )
    with looks():
        assert TaxRule.objects.count() == 0


def test_a_figure_in_force_is_not_overwritten(cast):
    law_load(cast)
    with looks():
        before = TaxRule.objects.count()
    changed = RULES_2026.read_text().replace("value = 432_500", "value = 432_501", 1)
    with pytest.raises(services.RuleConflict, match="mrp on 2026-01-01"):
        services.tax_rules_load(text=changed, maker_id=cast.maker, checker_id=cast.checker)
    with looks():
        assert TaxRule.objects.count() == before
        assert rules_in_force(NOON.date()).value("mrp") == 432_500


def test_a_draft_is_read_by_nobody_until_another_person_puts_it_in_force(cast):
    with acting_as(ops=cast.maker, user_id=cast.maker):
        row = services.tax_rule_draft(rule=rule(), maker_id=cast.maker)
        assert rules_in_force(date(2027, 1, 1)).by_key == {}
        with pytest.raises(Forbidden):
            services.tax_rule_activate(rule_id=row.pk, checker_id=cast.maker)
    with acting_as(ops=cast.checker, user_id=cast.checker):
        services.tax_rule_activate(rule_id=row.pk, checker_id=cast.checker)
        assert rules_in_force(date(2027, 1, 1)).value("mrp") == 450_000
        with pytest.raises(NotFound):
            services.tax_rule_activate(rule_id=row.pk, checker_id=cast.checker)


def test_the_database_too_refuses_a_rule_with_one_person(cast):
    with acting_as(ops=cast.maker):
        row = services.tax_rule_draft(rule=rule(), maker_id=cast.maker)
        row.state, row.activated_by_id = "active", cast.maker
        with pytest.raises(IntegrityError, match="another_person"), transaction.atomic():
            row.save()


def test_a_draft_over_days_that_have_a_figure_is_refused(cast):
    law_load(cast)
    with acting_as(ops=cast.maker):
        row = services.tax_rule_draft(rule=rule(valid_from=date(2026, 12, 1)), maker_id=cast.maker)
    with acting_as(ops=cast.checker), pytest.raises(services.RuleConflict):
        services.tax_rule_activate(rule_id=row.pk, checker_id=cast.checker)
    with looks():
        assert TaxRule.objects.get(pk=row.pk).state == "draft"


def test_the_command_loads_every_year_there_is(cast, capsys):
    call_command("tax_rules_load", maker="maker@ops.example", checker="checker@ops.example")
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "privacy.toml",
        "rules_2025.toml",
        "rules_2026.toml",
    ]
    with looks():
        assert vat_bps(date(2025, 6, 1)) == 1_200


def test_the_command_says_what_is_wrong(cast, tmp_path):
    with pytest.raises(CommandError, match=r"nobody@ops\.example"):
        call_command("tax_rules_load", maker="nobody@ops.example", checker="checker@ops.example")
    with pytest.raises(CommandError, match=r"owner@tulpar\.example"):
        call_command("tax_rules_load", maker="owner@tulpar.example", checker="checker@ops.example")
    broken = tmp_path / "broken.toml"
    broken.write_text('[[rule]]\nkey = "mrp"\n')
    with pytest.raises(CommandError, match=r"broken\.toml: rule 'mrp' lacks 'value'"):
        call_command(
            "tax_rules_load",
            str(broken),
            maker="maker@ops.example",
            checker="checker@ops.example",
        )


# --- The register ---------------------------------------------------------------------------


class Portal:
    """A register on loopback: answers what the test says, and remembers what it was asked."""

    def __init__(self):
        self.status, self.body, self.asked = 200, b"", []
        portal = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                portal.asked.append((self.path, self.headers["X-Portal-Token"]))
                self.send_response(portal.status)
                self.send_header("Content-Length", str(len(portal.body)))
                self.end_headers()
                self.wfile.write(portal.body)

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def says(self, *entries):
        self.body = json.dumps({"taxpayerPortalSearchResponses": list(entries)}).encode()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def portal(settings):
    running = Portal()
    settings.SANDBOX_URL = running.url
    settings.KGD_URL, settings.KGD_TOKEN = f"{running.url}/public", "token-of-a-test"
    yield running
    running.close()


@pytest.fixture
def payee(cast):
    with acting_as(influencer=cast.tulpar.influencer):
        payee_save(
            influencer_id=cast.tulpar.influencer,
            iin_text=IIN,
            full_name="Сериқызы Әлия",
            email="aliya@people.example",
        )
    return cast.tulpar.influencer


ENTRY = {
    "messageResult": "SUCCESS",
    "code": IIN,
    "taxpayerType": "IP",
    "name": "ИП Әлия",
    "fullName": {"lastName": "СЕРИҚЫЗЫ", "firstName": "ӘЛИЯ", "middleName": None},
    "beginDate": "2024-03-15",
    "endDate": None,
}


def test_a_yes_is_kept_with_the_raw_answer(payee, portal):
    portal.says(ENTRY)
    services.register_check(influencer_id=payee)
    with acting_as(influencer=payee):
        check = register_check_latest(payee)
    assert (check.answer, check.register, check.question) == ("yes", "kgd", "entrepreneur")
    assert (check.name, check.checked_at) == ("СЕРИҚЫЗЫ ӘЛИЯ", NOON)
    assert json.loads(check.raw) == {"taxpayerPortalSearchResponses": [ENTRY]}
    ((path, token),) = portal.asked
    assert urlsplit(path).path == "/public/taxpayer-data"
    assert parse_qs(urlsplit(path).query)["taxpayerCode"] == [IIN]
    assert token == "token-of-a-test"
    with acting_as(ops=1):
        entry = AuditEntry.objects.get(action="register.check")
        assert entry.after == {"register": "kgd", "answer": "yes"}


def test_an_empty_list_is_a_no(payee, portal):
    portal.says()
    assert services.register_check(influencer_id=payee).answer == "no"


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>"), (403, b"{}"), (200, b"{}")])
def test_whatever_is_no_answer_is_unknown_and_never_no(payee, portal, status, body):
    portal.status, portal.body = status, body
    check = services.register_check(influencer_id=payee)
    assert check.answer == "unknown"
    assert check.reason
    with acting_as(influencer=payee):
        profile = withholding_profiles([payee], NOON.date())[payee]
    assert profile.register_answer == "unknown"


def test_without_an_iin_nobody_is_asked(cast, portal):
    with pytest.raises(services.PayeeMissing):
        services.register_check(influencer_id=cast.tulpar.influencer)
    assert portal.asked == []
    with looks():
        assert RegisterCheck.objects.count() == 0


# --- Tax status of a payee ------------------------------------------------------------------


@pytest.fixture
def enqueued(monkeypatch):
    jobs = []
    monkeypatch.setattr(services.law, "enqueue", lambda *job: jobs.append(job))
    return jobs


def tax_set(influencer_id, status, **given):
    with acting_as(influencer=influencer_id):
        return services.payee_tax_set(influencer_id=influencer_id, status=status, **given)


def test_an_entrepreneur_is_asked_about_and_an_individual_is_not(payee, enqueued):
    tax_set(payee, "individual_gph", has_deduction_application=True)
    assert enqueued == []
    tax_set(payee, "ip_simplified")
    assert enqueued == [("compliance.tasks.register_ask", payee)]


def test_an_entrepreneur_without_an_iin_is_refused(cast, enqueued):
    with pytest.raises(services.PayeeMissing):
        tax_set(cast.tulpar.influencer, "ip_general")
    assert enqueued == []
    with looks():
        assert TaxProfile.objects.count() == 0


def steps(influencer_id):
    with acting_as(influencer=influencer_id):
        return payee_steps(influencer_id).is_done


def test_the_steps_of_a_payee_are_asked_in_order(cast, portal, enqueued):
    me = cast.tulpar.influencer
    assert steps(me) == {"iin": False, "tax": False, "account": False}
    with acting_as(influencer=me):
        payee_save(influencer_id=me, iin_text=IIN, full_name="С Ә", email="a@x.example")
    assert steps(me) == {"iin": True, "tax": False, "account": False}
    tax_set(me, "ip_simplified")
    assert steps(me) == {"iin": True, "tax": True, "register": False, "account": False}
    portal.says()
    services.register_check(influencer_id=me)
    assert steps(me)["register"] is False
    portal.says(ENTRY)
    with time_machine.travel(NOON.timestamp() + 60, tick=False):
        services.register_check(influencer_id=me)
    assert steps(me)["register"] is True
    with acting_as(influencer=me):
        payout_account_add(influencer_id=me, iban_text=iban_of("722", 1), holder_name="С Ә")
        assert payee_steps(me).is_complete


def test_an_answer_from_before_the_status_was_chosen_does_not_count(payee, portal, enqueued):
    portal.says(ENTRY)
    services.register_check(influencer_id=payee)
    with time_machine.travel(NOON.timestamp() + 60, tick=False):
        tax_set(payee, "ip_simplified")
        assert steps(payee)["register"] is False


def test_an_individual_has_no_register_step(payee, enqueued):
    tax_set(payee, "individual_gph")
    assert steps(payee) == {"iin": True, "tax": True, "account": False}
    tax_set(payee, "unknown")
    assert steps(payee) == {"iin": True, "tax": False, "account": False}
