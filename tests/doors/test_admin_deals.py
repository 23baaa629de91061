"""Ops and the posts of which nobody looked at the screenshot."""

from datetime import timedelta

import pytest
import time_machine

from campaigns.models import TaskPost
from core.evidence import Evidence
from core.tenancy.context import acting_as
from exchange.queues import QUEUES
from tests.campaigns.deals_world import PNG, running, send, states, tasks
from tests.doors.test_admin import logged_in, staff_make
from tests.world import NOON, money_put

TASKS = "/admin/campaigns/task"


@pytest.fixture
def late(cast):
    """A story without a label in its text, and the days to look at it are over."""
    money_put(cast, cast.tulpar.brand, 10_000_000)
    with time_machine.travel(NOON, tick=False):
        deal = running(cast)
        task = tasks(deal)[0]
        send(cast, task, text="", picture=Evidence("story.png", PNG))
    with time_machine.travel(NOON + timedelta(days=4), tick=False):
        yield cast, deal, task


def waiting():
    (queue,) = [each for each in QUEUES if each.permission == "campaigns.view_task"]
    with acting_as(ops=1):
        return queue.rows().count()


def test_a_reviewer_looks_at_the_screenshot_and_accepts(late):
    _cast, deal, task = late
    client = logged_in(staff_make("reviewer"))
    assert waiting() == 1
    page = client.get(f"{TASKS}/{task.pk}/change/").content.decode()
    with acting_as(system="test"):
        post = TaskPost.objects.get(task=task)
    assert f"{TASKS}/files/{post.public_id}/" in page
    assert client.get(f"{TASKS}/files/{post.public_id}/").content == PNG
    assert client.post(f"{TASKS}/{task.pk}/accept/").status_code == 302
    assert (states(deal)[1], waiting()) == ("accepted", 0)
    with acting_as(system="test"):
        assert TaskPost.objects.get(task=task).speaker == "ops"


def test_a_reviewer_sends_back_with_a_reason(late):
    _cast, deal, task = late
    client = logged_in(staff_make("reviewer"))
    refused = client.post(f"{TASKS}/{task.pk}/send-back/", {"code": "22", "note": ""})
    assert refused.status_code == 200
    given = {"code": "21", "note": "No label on the picture"}
    assert client.post(f"{TASKS}/{task.pk}/send-back/", given).status_code == 302
    assert states(deal)[1] == "returned"


def test_a_file_of_nobody_is_not_found(late):
    client = logged_in(staff_make("reviewer"))
    assert client.get(f"{TASKS}/files/00000000-0000-0000-0000-000000000000/").status_code == 404
