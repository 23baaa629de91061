"""A post of a deal: sent in, looked at, accepted or sent back. Silence is a yes where the text says
that it is advertising; a screenshot alone is looked at by a person (design/domain.md section 8).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from campaigns.domain import deals as rules
from campaigns.domain.deals import LinkFault, ReturnCode
from campaigns.domain.places import Place
from campaigns.models import Deal, Participation, Task, TaskPost
from campaigns.services.deal_money import task_pay
from campaigns.services.deal_notices import (
    post_accepted_notice,
    post_returned_notice,
    post_sent_notice,
)
from campaigns.services.deals import SWEEP_BATCH, DealConflict, deal_locked, deal_settle
from compliance.domain.ad_label import LabelCheck, ad_label_check
from core import clock
from core.audit.services import audit_record
from core.errors import Invalid, NotFound
from core.evidence import Evidence, evidence_checked
from core.tenancy.context import acting_as

State = Task.State
URL_CHARS_MAX = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who says yes or no to a post."""

    speaker: TaskPost.Speaker
    user_id: int | None = None


# --- The influencer sends it in -------------------------------------------------------------


def task_submit(
    *, task_id: int, influencer_id: int, url: str, text: str = "", picture: Evidence | None = None
) -> TaskPost:
    """Send a post in: its link, and its text or a screenshot. Without an ad label at the start of
    the text a screenshot is needed, and a person looks at it.

    Raises:
        NotFound: no such post of theirs.
        DealConflict: it does not wait to be sent in, or its day has passed.
        Invalid: the link is not one of the agreed place, or was sent in before; no label and no
            screenshot; a file that may not be shown.
    """
    url, text = url.strip(), text.strip()
    with acting_as(system="send a post in"):
        task = task_locked(task_id)
        if task.influencer_id != influencer_id:
            raise NotFound(_("There is no such post."))
        _sendable_require(task)
        label = ad_label_check(text)
        _post_require(task, url, text, label, has_picture=picture is not None)
        post = _post_make(task, url, text, label, picture)
        task.state, task.has_label = State.SUBMITTED, label.is_labelled
        task.link_key = rules.post_link_key(url)[:300]
        task.review_until = rules.review_until(clock.now(), task.deal.review_days)
        _link_claim(task)
        after = {"number": post.number, "label": post.label, "has_picture": picture is not None}
        audit_record("task.submit", task, after=after)
        post_sent_notice(task, post)
    return post


def _sendable_require(task: Task) -> None:
    if task.deal.state != Deal.State.RUNNING or task.state not in rules.UNSENT:
        raise DealConflict(_("This post does not wait to be sent in."))
    if task.due_on < clock.today():
        raise DealConflict(_("The last day for this post has passed."))
    if task.deal.participation.state != Participation.State.APPROVED:
        raise DealConflict(_("You do not take part in this campaign now."))


def _post_require(task: Task, url: str, text: str, label: LabelCheck, *, has_picture: bool) -> None:
    fault = rules.post_link_fault(url, Place(task.deal.place))
    if fault is LinkFault.NO_LINK or len(url) > URL_CHARS_MAX:
        raise Invalid.of("url", _("Send the post's own link, it begins with https://"))
    if fault is LinkFault.OTHER_PLACE:
        message = _("This link is not of the place that was agreed: %(place)s.")
        raise Invalid.of("url", message % {"place": task.deal.get_place_display()})
    if len(text) > rules.TEXT_CHARS_MAX:
        raise Invalid.of("text", _("The text may have up to 5000 characters."))
    if not label.is_labelled and not has_picture:
        raise Invalid.of("text", label_refusal())


def label_refusal() -> str:
    """Model string 13 of the editor."""
    return _(
        "The text does not start with an ad label. Begin with «Жарнама» or «Реклама» and send the"
        " link again."
    )


def _post_make(
    task: Task, url: str, text: str, label: LabelCheck, picture: Evidence | None
) -> TaskPost:
    name, kind = evidence_checked(picture, field="picture") if picture else ("", "")
    return TaskPost.objects.create(
        task=task,
        brand_id=task.brand_id,
        influencer_id=task.influencer_id,
        number=task.posts.count() + 1,
        url=url,
        text=text,
        label=label.phrase if label.is_labelled else "",
        picture_name=name,
        picture_type=kind,
        picture=picture.content if picture else None,
        sent_at=clock.now(),
    )


def _link_claim(task: Task) -> None:
    """One post is one post: the database keeps it so."""
    try:
        with transaction.atomic():
            task.save(update_fields=["state", "has_label", "link_key", "review_until"])
    except IntegrityError:
        message = _("This post was sent in before. Send the link of another one.")
        raise Invalid.of("url", message) from None


# --- The brand, ops or silence says yes -----------------------------------------------------


def task_accept(*, task_id: int, verdict: Verdict) -> Task:
    """The post's fee is the influencer's, from escrow. Again is no mistake.

    Raises:
        NotFound: no such post.
        DealConflict: it does not wait to be looked at.
    """
    with acting_as(system="accept a post"):
        task = task_locked(task_id)
        if task.state in rules.EARNED:
            return task
        _looked_at_require(task)
        _accept(task, verdict)
    return task


def _accept(task: Task, verdict: Verdict) -> None:
    post = _decide(task, TaskPost.Verdict.ACCEPTED, verdict)
    share = task_pay(task.deal, task)
    assert share.budget_minor == task.amount_minor, task.pk
    task.fee_minor, task.vat_minor = share.fee_minor, share.vat_minor
    task.state, task.accepted_at = State.ACCEPTED, clock.now()
    task.save(update_fields=["state", "accepted_at", "fee_minor", "vat_minor"])
    after = {"state": str(task.state), "by": post.speaker, "amount_minor": task.amount_minor}
    audit_record("task.accept", task, before={"state": "submitted"}, after=after)
    deal_settle(task.deal)
    post_accepted_notice(task, post)


def task_return(*, task_id: int, verdict: Verdict, code: str, note: str = "") -> Task:
    """Send a post back with a reason; it may be sent in again, for some days at least.

    Raises:
        NotFound: no such post.
        DealConflict: it does not wait to be looked at, or the brand's days for that are over.
        Invalid: no reason of the list, or no words where they are needed.
    """
    note = note.strip()
    if code not in list(ReturnCode):
        raise Invalid.of("code", _("Choose a reason from the list."))
    if rules.return_needs_note(ReturnCode(code)) and not note:
        raise Invalid.of("note", _("Say what exactly is wrong: the influencer reads it."))
    if len(note) > rules.NOTE_CHARS_MAX:
        raise Invalid.of("note", _("The note may have up to 500 characters."))
    with acting_as(system="send a post back"):
        task = task_locked(task_id)
        _looked_at_require(task)
        if verdict.speaker == TaskPost.Speaker.BRAND and is_accepted_by_silence(task):
            raise DealConflict(_("The days to look at this post are over: it is being accepted."))
        post = _decide(task, TaskPost.Verdict.RETURNED, verdict, code=code, note=note)
        task.state = State.RETURNED
        task.due_on = rules.again_until(task.due_on, clock.today())
        task.review_until, task.link_key = None, None
        task.save(update_fields=["state", "due_on", "review_until", "link_key"])
        after = {"state": str(task.state), "code": code, "by": post.speaker}
        audit_record("task.return", task, before={"state": "submitted"}, after=after)
        post_returned_notice(task, post)
    return task


def _looked_at_require(task: Task) -> None:
    if task.state != State.SUBMITTED:
        raise DealConflict(_("This post does not wait to be looked at."))


def _decide(
    task: Task, word: TaskPost.Verdict, verdict: Verdict, *, code: str = "", note: str = ""
) -> TaskPost:
    post = task.posts.select_for_update().latest("number")
    post.verdict, post.speaker, post.decided_by_id = word, verdict.speaker, verdict.user_id
    post.decided_at, post.return_code, post.note = clock.now(), code, note
    post.save(
        update_fields=[
            "verdict", "speaker", "decided_by_id", "decided_at", "return_code", "note"
        ]
    )  # fmt: skip
    return post


def tasks_sweep() -> int:
    """Accept what nobody objected to in time, where the text has its label. Run by beat; returns
    how many were accepted."""
    with acting_as(system="accept a post"):
        waiting = Task.objects.filter(
            state=State.SUBMITTED, has_label=True, review_until__lte=clock.now()
        )
        due = list(waiting.order_by("review_until").values_list("pk", flat=True)[:SWEEP_BATCH])
    return sum(_accept_by_silence(task_id) for task_id in due)


def _accept_by_silence(task_id: int) -> int:
    """Looked at again under the locks: it may have been sent back, and in again, meanwhile."""
    with acting_as(system="accept a post"):
        task = task_locked(task_id)
        if not is_accepted_by_silence(task):
            return 0
        _accept(task, Verdict(TaskPost.Speaker.SILENCE))
    return 1


def is_accepted_by_silence(task: Task) -> bool:
    """Whether nobody has objected in time to a labelled post: only the sweep has yet to come."""
    is_over = task.review_until is not None and task.review_until <= clock.now()
    return task.state == State.SUBMITTED and task.has_label and is_over


def task_locked(task_id: int) -> Task:
    """The row with its deal, locked after the campaign's totals and the deal. Runs as the system.

    Raises:
        NotFound: no such post.
    """
    deal_id = Task.objects.filter(pk=task_id).values_list("deal_id", flat=True).first()
    if deal_id is None:
        raise NotFound(_("There is no such post."))
    deal = deal_locked(deal_id)
    task = Task.objects.select_for_update().get(pk=task_id)
    task.deal = deal
    return task
