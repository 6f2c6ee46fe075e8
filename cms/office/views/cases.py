"""One case: all the office has to know to decide, the steps it can take, and the history."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import InspectView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets.button import HeaderButton

from cms.forms import PaidByHandForm, ReasonForm, SettleForm
from cms.office.marks import state_mark
from cms.office.steps import Step, step_named, steps_for
from cms.office.words import explain
from shop.core.models import StateChange


@dataclass
class Part:
    """A part of a case: a heading with labelled values, rows of a table, or pictures."""

    heading: Any
    facts: list[tuple[Any, Any]] = field(default_factory=list)
    columns: list[Any] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    pictures: list[Any] = field(default_factory=list)
    words: Any = ""
    empty: Any = ""


class CaseView(InspectView):
    """A case on one screen. Subclasses say what the parts are."""

    template_name = "office/case.html"
    kind = ""
    url_name = ""

    def things(self) -> Any:
        """What the office may know of."""
        return self.model._default_manager.all()

    def get_object(self, queryset: Any = None) -> Any:
        return get_object_or_404(self.things(), pk=unquote(str(self.pk)))

    def parts(self) -> list[Part]:
        raise NotImplementedError

    def notices(self) -> list[Any]:
        """What an officer should look at twice."""
        return []

    def public_url(self) -> str:
        """Where buyers see it; empty while they do not."""
        return ""

    def get_fields(self) -> list[str]:
        return []

    def get_page_title(self) -> str:
        return str(self.object)

    def get_page_subtitle(self) -> str:
        return ""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listed = {
            "url": reverse(self.index_url_name),
            "label": self.model._meta.verbose_name_plural,
        }
        return [*self.breadcrumbs_items, listed, {"url": "", "label": str(self.object)}]

    @property
    def header_buttons(self) -> list[Any]:
        if not (url := self.public_url()):
            return []
        return [HeaderButton(_("See it in the shop"), url=url, icon_name="view")]

    def steps(self) -> list[tuple[Step, str]]:
        """The steps this officer can take, with their addresses."""
        if not self.kind or not self.user_has_permission("change"):
            return []
        return [
            (step, reverse(f"{self.url_name}:step", args=[self.object.pk, step.name]))
            for step in steps_for(self.kind, self.object, self.request.user)
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        state = getattr(self.object, "state", "")
        context["state"] = state and state_mark(state, self.object.get_state_display())
        context["parts"] = self.parts()
        context["notices"] = self.notices()
        context["steps"] = self.steps()
        context["history"] = history_of(self.object)
        return context


class StepView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Says what a step does, asks for the reason where one is needed, and takes it."""

    template_name = "office/step.html"
    permission_required = "change"
    model: Any = None
    kind = ""
    url_name = ""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.object = get_object_or_404(self.things(), pk=kwargs["pk"])
        self.step = step_named(self.kind, kwargs["step"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.step is None or self.step not in steps_for(self.kind, self.object, request.user):
            messages.warning(request, _("This step is not possible any more."))
            return redirect(self.case_url())
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return str(self.step.label) if self.step else ""

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {
                "url": reverse(f"{self.url_name}:index"),
                "label": self.model._meta.verbose_name_plural,
            },
            {"url": self.case_url(), "label": str(self.object)},
            {"url": "", "label": self.get_page_title()},
        ]

    def things(self) -> Any:
        """What the office may know of."""
        return self.model._default_manager.all()

    def field_of(self, refusal: Exception) -> str:
        """The field to mend after a refusal; empty where none of them is at fault."""
        return ""

    def after_url(self) -> str:
        """Where one goes on once the step is taken."""
        return self.case_url()

    def case_url(self) -> str:
        return reverse(f"{self.url_name}:inspect", args=[self.kwargs["pk"]])

    def form(self) -> Any:
        data = self.request.POST if self.request.method == "POST" else None
        asks = self.step.asks if self.step else ""
        if asks == "reference":
            return PaidByHandForm(data)
        if asks == "amount":
            return SettleForm(data)
        if not asks or self.step is None:
            return None
        form = ReasonForm(data, needed=asks == "reason")
        if not self.step.told:
            form.fields["reason"].help_text = _("Kept in the history of the office.")
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context.update(step=self.step, object=self.object, case_url=self.case_url())
        context.setdefault("form", self.form())
        return context

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form()
        if form is not None and not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        step: Any = self.step
        facts = form.cleaned_data if form is not None else {}
        try:
            step.verb(**{step.pk_name: self.object.pk}, by=request.user, **facts)
        except Exception as refusal:
            words = explain(refusal)
            if words is None:
                raise
            if form is not None and (field := self.field_of(refusal)):
                form.add_error(field, words)
                return self.render_to_response(self.get_context_data(form=form))
            messages.error(request, words)
        else:
            messages.success(request, step.done)
            return redirect(self.after_url())
        return redirect(self.case_url())


def history_of(thing: Any) -> list[StateChange]:
    """Every step of it, the newest first."""
    return list(
        StateChange.objects.filter(about_label=thing._meta.label_lower, about_id=thing.pk)
        .select_related("by")
        .order_by("-at", "-pk")
    )
