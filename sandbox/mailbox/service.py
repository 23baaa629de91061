"""One mailbox for the whole world: every e-mail sent to the SMTP port is kept and shown."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.pages import Html, html, page, table
from sandbox.service import Service, done, world_of
from sandbox.world import World

NAME = "mailbox"
KEPT_MAX = 500
MESSAGE_BYTES_MAX = 10 * 2**20
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")


class Postman:
    """aiosmtpd's handler: takes everything, for everybody."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message_keep(self.world, envelope.mail_from or "", envelope.rcpt_tos, envelope.content)
        return "250 OK"


def message_keep(world: World, sender: str, recipients: list[str], raw: bytes) -> None:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    state = world.state(NAME)
    state["last_id"] += 1
    text, markup = _part(message, "plain"), _part(message, "html")
    state["messages"].append(
        {
            "id": state["last_id"],
            "from": sender,
            "to": recipients,
            "subject": str(message.get("subject", "")),
            "text": text,
            "html": markup,
            "links": list(dict.fromkeys(_LINK.findall(text or markup))),
            "language": str(message.get("content-language", "")),
            "received_at": world.now().isoformat(),
        }
    )
    del state["messages"][:-KEPT_MAX]
    world.save()


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if not isinstance(part, EmailMessage):
        return ""
    content = part.get_content()
    return content if isinstance(content, str) else ""


def _newest_first(request: Request) -> list[dict[str, Any]]:
    """All messages, or those to ?to=, newest first."""
    messages = reversed(world_of(request).state(NAME)["messages"])
    to = request.query_params.get("to", "").strip().lower()
    return [one for one in messages if not to or to in [name.lower() for name in one["to"]]]


async def messages_json(request: Request) -> Response:
    return done(_newest_first(request))


async def index(request: Request) -> Response:
    rows = [
        [
            html('<a href="/mail/{id}">{subject}</a>', id=one["id"], subject=one["subject"]),
            ", ".join(one["to"]),
            one["from"],
            one["received_at"],
        ]
        for one in _newest_first(request)
    ]
    empty = html('<p class="note">No mail yet.</p>')
    return page("Mailbox", table(["subject", "to", "from", "received"], rows) if rows else empty)


async def message(request: Request) -> Response:
    wanted_id = request.path_params["id"]
    found = [one for one in world_of(request).state(NAME)["messages"] if one["id"] == wanted_id]
    if not found:
        raise HTTPException(404, "no such message")
    one = found[0]
    return page(
        one["subject"] or "(no subject)",
        html(
            "<p>From {sender} to {to}, {at}</p><pre>{text}</pre>{markup}"
            '<p><a href="/mail/">All mail</a></p>',
            sender=one["from"],
            to=", ".join(one["to"]),
            at=one["received_at"],
            text=_with_links(one["text"]),
            markup=_framed(one["html"]),
        ),
    )


def _with_links(text: str) -> list[Html]:
    """The text with its addresses clickable, everything else escaped."""
    parts, end = [], 0
    for match in _LINK.finditer(text):
        parts.append(html("{text}", text=text[end : match.start()]))
        parts.append(html('<a href="{url}">{url}</a>', url=match.group()))
        end = match.end()
    return [*parts, html("{text}", text=text[end:])]


def _framed(markup: str) -> Html:
    """Foreign HTML in a frame without scripts; its links open beside the sandbox."""
    if not markup:
        return Html()
    return html(
        '<h2>HTML part</h2><iframe sandbox="allow-popups" title="HTML part" srcdoc="{markup}">'
        "</iframe>",
        markup=f'<base target="_blank">{markup}',
    )


SERVICE = Service(
    name=NAME,
    prefix="mail",
    title="Mailbox",
    about="Every e-mail that anybody sends here lands in one box; nothing leaves this machine.",
    routes=[Route("/", index), Route("/{id:int}", message)],
    blank={"messages": [], "last_id": 0},
)
JSON_ROUTE = Route("/mail.json", messages_json)
