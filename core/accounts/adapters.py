"""How allauth works here: mail goes through our outbox, second-factor secrets are sealed."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils.translation import get_language

from core import clock
from core.accounts.models import User
from core.crypto import seal, unseal
from core.notify.services import message_queue
from core.tenancy.context import acting_as

MFA_PURPOSE = "mfa_authenticator.data"


class AccountAdapter(DefaultAccountAdapter):
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """A new person speaks the language in which they signed up."""
        user.language = (get_language() or "kk")[:2]
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue instead of sending: a mail server that is down must not fail a request."""
        context = {"request": self.request, "email": email, **context}
        message = self.render_mail(template_prefix, email, context)
        with acting_as(system="account mail"):
            message_queue(
                kind=template_prefix.rpartition("/")[2],
                email=email,
                subject=message.subject,
                body=str(message.body),
                dedupe_key=f"{template_prefix}:{email}:{clock.now().isoformat()}",
            )


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text.encode(), purpose=MFA_PURPOSE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(base64.b64decode(encrypted_text), purpose=MFA_PURPOSE).decode()
