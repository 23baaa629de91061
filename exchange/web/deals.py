"""Posts at a fixed fee as both sides' pages show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.domain.deals import EARNED, ReturnCode
from campaigns.models import Deal, Task, TaskPost
from compliance.domain.ad_label import LabelCheck, LabelFault
from exchange.web.formatting import day_full, days_text, money_text, number_text
from exchange.web.pages import deals as pages
from exchange.web.pages.common import Fact
from exchange.web.pages.verdicts import FileLink
from exchange.web.rejections import download_answer
from exchange.web.sale_words import REASON_TEXTS
from exchange.web.words import Word

UrlOf = Callable[[UUID], str]


def deal_facts(deal: Deal) -> list[Fact]:
    """What was agreed."""
    return [
        Fact(_("Where"), deal.get_place_display()),
        Fact(_("Posts"), number_text(deal.post_count)),
        Fact(_("Fee of a post"), money_text(deal.post_minor)),
        Fact(_("To be posted by"), day_full(deal.due_on)),
        Fact(_("Time to look at a post"), days_text(deal.review_days)),
    ]


def deal_row(deal: Deal, *, name: str, url: str, to_do: str = "") -> pages.DealRow:
    """`deal.tasks` is prefetched."""
    tasks = list(deal.tasks.all())
    return pages.DealRow(
        url=url,
        name=name,
        title=deal.campaign.title,
        place=deal.get_place_display(),
        status=deal.state,
        posts=deal.post_count,
        accepted=sum(task.state in EARNED for task in tasks),
        post_minor=deal.post_minor,
        day=deal.due_on,
        to_do=to_do,
    )


def post_shown(
    task: Task, sent: Sequence[TaskPost], file_url: UrlOf, **doors: object
) -> pages.Post:
    """A post with the last thing that was sent in for it. `doors` are the fields of what the reader
    may do."""
    last = sent[-1] if sent else None
    return pages.Post(
        number=task.number,
        status=task.state,
        minor=task.amount_minor,
        due_on=task.due_on,
        url=last.url if last else "",
        text=last.text if last else "",
        label=last.label if last else "",
        file=_file(last, file_url) if last else None,
        sent_at=last.sent_at if last else None,
        until=task.review_until if task.state == Task.State.SUBMITTED else None,
        verdict=_verdict(last) if last else None,
        **doors,  # type: ignore[arg-type]
    )


def _file(post: TaskPost, file_url: UrlOf) -> FileLink | None:
    if not post.picture_name:
        return None
    return FileLink(post.picture_name, file_url(post.public_id), "")


def _verdict(post: TaskPost) -> pages.Verdict | None:
    if post.decided_at is None:
        return None
    if post.verdict == TaskPost.Verdict.RETURNED:
        return pages.Verdict(_return_text(post), post.decided_at, _note(post), is_bad=True)
    return pages.Verdict(str(ACCEPTED_BY[post.speaker]), post.decided_at)


ACCEPTED_BY: Mapping[str, Word] = {
    TaskPost.Speaker.BRAND: gettext_lazy("The brand has accepted it."),
    TaskPost.Speaker.OPS: gettext_lazy("Birge has looked at it and accepted it."),
    TaskPost.Speaker.SILENCE: gettext_lazy("Nobody objected in time, so it is accepted."),
}


def _return_text(post: TaskPost) -> str:
    """The model sentence of a numbered reason; else the words of the list."""
    code = ReturnCode(post.return_code)
    if code is ReturnCode.LABEL:
        return str(REASON_TEXTS[21])
    if code is ReturnCode.PLACEMENT:
        return str(REASON_TEXTS[22]) % {"place": post.note}
    return _("This is not what was agreed. Change it and send the link again.")


def _note(post: TaskPost) -> str:
    return "" if post.return_code == ReturnCode.PLACEMENT else post.note


def label_words(found: LabelCheck) -> pages.Label:
    """For who is typing: whether a post with this text is labelled."""
    if found.is_labelled:
        text = _("The ad label is there: «%(phrase)s».") % {"phrase": found.phrase}
        return pages.Label("paid", text)
    if found.fault is LabelFault.NOT_AT_START:
        text = _("«%(phrase)s» stands too late: move it to the very start of the text.")
        return pages.Label("hold", text % {"phrase": found.phrase})
    if found.fault is LabelFault.EMPTY:
        return pages.Label(
            "", _("Without a text a screenshot is needed, and a person looks at it.")
        )
    return pages.Label(
        "hold", _("The text does not start with an ad label. Begin with «Жарнама» or «Реклама».")
    )


def picture_answer(post: TaskPost) -> HttpResponse:
    assert post.picture is not None, post.pk
    return download_answer(post.picture_name, post.picture_type, bytes(post.picture))
