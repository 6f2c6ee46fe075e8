"""Pointing out contact data and paying elsewhere before words are sent, on any form."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from shop.care.contact_words import Found, contact_words, kinds_in
from shop.care.forms import kind_words


@dataclass(frozen=True, slots=True)
class Pointed:
    """What was recognised in words that have not been sent yet (care/_pointed_out.html)."""

    found: list[Found]

    @property
    def kinds(self) -> list[tuple[str, list[str]]]:
        """By kind, with the words for each kind."""
        return [
            (kind_words(kind), [each.words for each in self.found if each.kind == kind])
            for kind in kinds_in(self.found)
        ]

    @property
    def anyway(self) -> str:
        """The value of the button `send` of whoever has read this and sends it all the same."""
        return ",".join(kinds_in(self.found))


def pointed_out(request: HttpRequest, *texts: str) -> Pointed | None:
    """What is to be looked at before these words go; nothing where it was seen already.

    The second tap names the kinds that were shown (`send`), so another kind is shown again.
    """
    found = found_in(request, *texts)
    if set(kinds_in(found)) <= set(request.POST.get("send", "").split(",")):
        return None
    return Pointed(found)


def found_in(request: HttpRequest, *texts: str) -> list[Found]:
    """Links to the shop itself lead nowhere else."""
    return contact_words("\n".join(texts), own_hosts=own_hosts(request))


def own_hosts(request: HttpRequest) -> tuple[str, ...]:
    return request.get_host(), urlsplit(settings.SITE_URL).netloc
