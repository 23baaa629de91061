"""Every e-mail lands in one box."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage


def send(sandbox, to: str = "aliya@example.kz", subject: str = "Растау", html: str = "") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "birge@example.kz", to, subject
    message.set_content("Сілтеме: http://127.0.0.1:8000/kk/confirm/abc/ <b>&")
    if html:
        message.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as smtp:
        smtp.send_message(message)


def test_a_message_is_read_as_json(sandbox):
    send(sandbox)
    (message,) = sandbox.get("/mail.json").json
    assert (message["subject"], message["to"]) == ("Растау", ["aliya@example.kz"])
    assert message["links"] == ["http://127.0.0.1:8000/kk/confirm/abc/"]
    assert message["text"].startswith("Сілтеме:")


def test_the_newest_comes_first_and_a_reader_finds_their_own(sandbox):
    send(sandbox, subject="1")
    send(sandbox, subject="2", to="dana@example.kz")
    send(sandbox, subject="3")
    assert [one["subject"] for one in sandbox.get("/mail.json").json] == ["3", "2", "1"]
    own = sandbox.get("/mail.json?to=Aliya@example.kz").json
    assert [one["subject"] for one in own] == ["3", "1"]


def test_the_pages_show_it_with_links_and_without_its_scripts(sandbox):
    send(sandbox, html="<p>Сәлем</p><script>alert(1)</script>")
    number = sandbox.get("/mail.json").json[0]["id"]
    assert f'href="/mail/{number}"' in sandbox.get("/mail/").text
    page = sandbox.get(f"/mail/{number}").text
    assert '<a href="http://127.0.0.1:8000/kk/confirm/abc/">' in page
    assert "&lt;b&gt;&amp;" in page
    assert "<script>" not in page
    assert 'sandbox="allow-popups"' in page


def test_a_message_that_is_not_there(sandbox):
    assert sandbox.get("/mail/999").status == 404
