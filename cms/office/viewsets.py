"""The office's lists and cases as Wagtail viewsets."""

from typing import Any

from django.urls import path
from wagtail.admin.viewsets.model import ModelViewSet

from .views.cases import StepView


class OfficeViewSet(ModelViewSet):
    """A list and a case, and of Wagtail's other views only those named in `doors`."""

    add_to_reference_index = False
    inspect_view_enabled = True
    copy_view_enabled = False
    list_per_page = 30
    #: "add", "edit", "delete", "history" or "usage", where this thing has them.
    doors: tuple[str, ...] = ()
    #: Which steps of `cms.office.steps` belong to it.
    kind = ""
    step_view_class: type[StepView] = StepView
    form_fields: list[str] = []

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_common_view_kwargs(**kwargs)
        for door in ("add", "edit", "delete", "history", "usage"):
            if door not in self.doors:
                found[f"{door}_url_name"] = None
        return {**found, "kind": self.kind, "url_name": self.name}

    def get_urlpatterns(self) -> list[Any]:
        kept = {"index", "index_results", "inspect", *self.doors}
        if "history" in self.doors:
            kept.add("history_results")
        patterns = [pattern for pattern in super().get_urlpatterns() if pattern.name in kept]
        if self.kind:
            step = self.construct_view(self.step_view_class)
            patterns.append(path("step/<int:pk>/<slug:step>/", step, name="step"))
        return patterns + self.further_urlpatterns()

    def further_urlpatterns(self) -> list[Any]:
        return []

    @property
    def url_finder_class(self) -> Any:
        """Choosers and histories link to the case."""
        finder = super().url_finder_class
        finder.edit_url_name = self.get_url_name("inspect")
        return finder
