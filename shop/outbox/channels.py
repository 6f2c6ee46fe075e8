"""How a message leaves the house: e-mail by Django's backend, SMS by a provider class."""

import json
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from .models import Channel, Message


class SmsProvider(Protocol):
    """Whatever can send a short text to a +66 number. Raises when it could not."""

    def send(self, *, phone: str, text: str) -> None: ...


class FileSmsProvider:
    """Writes each SMS as one JSON line to a file: for the demo and for development."""

    def send(self, *, phone: str, text: str) -> None:
        folder = Path(settings.SMS_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        line = {"at": timezone.now().isoformat(), "to": phone, "text": text}
        with (folder / "sms.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def deliver(message: Message) -> None:
    """Render the message in its language and hand it to its channel."""
    with translation.override(message.language):
        if message.channel == Channel.SMS:
            import_string(settings.SMS_PROVIDER)().send(
                phone=message.address, text=_render(message, "sms.txt").strip()
            )
        else:
            _mail(message).send()


def _render(message: Message, name: str) -> str:
    context = {**message.context, "message": message, "site_url": settings.SITE_URL}
    return render_to_string(f"outbox/{message.kind}/{name}", context)


def _mail(message: Message) -> EmailMultiAlternatives:
    subject = " ".join(_render(message, "subject.txt").split())
    mail = EmailMultiAlternatives(subject, _render(message, "body.txt"), to=[message.address])
    mail.attach_alternative(_render(message, "body.html"), "text/html")
    return mail
