"""Talks in the office: only those in which one side has reported a problem, and only to read.

What is private, or settled again, is not found: nothing here tells that there is such a talk.
"""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column

from shop.care.forms import kind_words
from shop.care.models import Conversation, TalkMessage
from shop.care.states import Side, TalkState
from shop.core.templatetags.shop_text import baht, day, moment
from shop.fulfilment.models import CustomRequest

from .groups import linked
from .queues import TALK_DAYS
from .steps import TALKS
from .views.cases import CaseView, Part, StepView
from .views.lists import CaseList, case_column, due_column
from .viewsets import OfficeViewSet

NAME = "office_talks"


class TalkList(CaseList):
    def get_base_queryset(self) -> QuerySet[Any]:
        return Conversation.objects.reported().with_about().order_by("reported_at", "pk")


class TalkCase(CaseView):
    kind = TALKS
    url_name = NAME

    def things(self) -> QuerySet[Any]:
        return Conversation.objects.reported().with_about()

    def parts(self) -> list[Part]:
        return [self._problem(), self._messages()]

    def _problem(self) -> Part:
        talk = self.object
        return Part(
            _("The problem"),
            facts=[
                (_("Reported"), moment(talk.reported_at)),
                (_("By"), talk.get_reported_side_display()),
                (_("What is wrong"), talk.report),
                (_("Group"), linked("office_groups", talk.enterprise)),
                (_("What it is about"), self._about()),
                (_("Buyer"), talk.buyer_name or talk.buyer or ""),
            ],
        )

    def _about(self) -> Any:
        talk = self.object
        if talk.fulfilment is not None:
            return linked("office_orders", talk.fulfilment.order)
        if talk.request is not None:
            return _special(talk.request)
        return linked("office_products", talk.product)

    def _messages(self) -> Part:
        written = self.object.messages.select_related("author").prefetch_related("photos")
        return Part(
            _("The talk"),
            columns=[_("When"), _("Who"), _("Message")],
            rows=[
                [moment(each.sent_at), _who(each), _words(each)]
                for each in written.order_by("sent_at", "pk")
            ],
        )


class TalkStep(StepView):
    def things(self) -> QuerySet[Any]:
        return Conversation.objects.reported()

    def after_url(self) -> str:
        return reverse(f"{NAME}:index")  # once settled, the talk is not to be read any more


class TalkViewSet(OfficeViewSet):
    model = Conversation
    name = NAME
    kind = TALKS
    icon = "comment"
    menu_label = gettext_lazy("Problems in talks")
    menu_name = "talks"
    menu_order = 160
    add_to_admin_menu = True
    index_view_class = TalkList
    inspect_view_class = TalkCase
    step_view_class = TalkStep
    list_display = [
        case_column(NAME, gettext_lazy("Talk")),
        Column("by", label=gettext_lazy("By"), accessor="get_reported_side_display"),
        Column(
            "reported_at",
            label=gettext_lazy("Reported"),
            accessor=lambda talk: moment(talk.reported_at),
            sort_key="reported_at",
        ),
        due_column(
            gettext_lazy("Answer by"),
            days=TALK_DAYS,
            states=(TalkState.REPORTED,),
            since="reported_at",
        ),
    ]


def _special(asked: CustomRequest) -> str:
    """What was asked for and what the group quoted last: there is no other office page of it."""
    words = f"{_('Something special')} · {asked.get_state_display()} · {asked.words}"
    if (quote := asked.quote) is not None:
        words += f" · {_('Quote')}: {baht(quote.total)}, {day(quote.promised_on)}"
    return words


def _who(message: TalkMessage) -> str:
    side = message.get_side_display()
    group = message.side == Side.GROUP and message.author is not None
    return f"{side} ({message.author})" if group else side


def _words(message: TalkMessage) -> SafeString:
    """The text, its photos, and what was pointed out before it was sent anyway."""
    pictures = format_html_join(
        "",
        '<a href="{0}"><img src="{0}" alt="{1}" width="160" loading="lazy"></a> ',
        ((reverse("care:photo", args=[photo.pk]), _("Photo")) for photo in message.photos.all()),
    )
    warned: Any = ""
    if message.warned_of:
        kinds = ", ".join(kind_words(kind) for kind in message.warned_of)
        warned = format_html(
            '<p class="office-quiet">{}</p>', _("Sent after a warning: %s") % kinds
        )
    text = mark_safe(linebreaks(message.text, autoescape=True))
    return format_html("{}{}{}", text, pictures, warned)
