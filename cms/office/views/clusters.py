"""The forms of a cluster: who leads, who belongs to it, what a piece costs, how it is made."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.office.words import explain
from producers import services
from producers.models import Cluster, ClusterMembership, Enterprise
from producers.models.clusters import HIGHEST_FEE_CAP, LEAD_FEE_CAP
from shop.production.models import Workshop
from shop.production.services.clusters import change_lead, tell_making

from .certificates import RegisterView


def _baht(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=1, max_value=1_000_000, decimal_places=2)


def _percent(label: Any, **kwargs: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=0, max_value=HIGHEST_FEE_CAP, decimal_places=2, **kwargs
    )


class WordsForm(forms.ModelForm):
    """The name, the words and the radius."""

    class Meta:
        model = Cluster
        fields = ["name_th", "name_en", "about_th", "about_en", "radius_km"]
        widgets = {
            "about_th": forms.Textarea(attrs={"rows": 3}),
            "about_en": forms.Textarea(attrs={"rows": 3}),
        }

    def clean_radius_km(self) -> int:
        radius: int = self.cleaned_data["radius_km"]
        if not 1 <= radius <= 500:
            raise ValidationError(_("A radius of 1 to 500 km."))
        return radius


class NewClusterForm(WordsForm):
    lead = forms.ModelChoiceField(
        label=gettext_lazy("Lead"), queryset=Enterprise.objects.open().order_by("name_th")
    )
    lead_fee_percent = _percent(gettext_lazy("Lead's fee (percent)"), initial=5)

    class Meta(WordsForm.Meta):
        fields = ["slug", *WordsForm.Meta.fields]

    field_order = ["name_th", "name_en", "slug", "lead"]


class FeeForm(forms.Form):
    percent = _percent(gettext_lazy("Lead's fee (percent)"))
    cap = _percent(gettext_lazy("Highest fee (percent)"), initial=LEAD_FEE_CAP)


class MemberForm(forms.Form):
    enterprise = forms.ModelChoiceField(
        label=gettext_lazy("Group"), queryset=Enterprise.objects.none()
    )
    most_pieces = forms.IntegerField(
        label=gettext_lazy("Most pieces of one order"),
        help_text=gettext_lazy("Empty: as many as its days allow."),
        min_value=1,
        required=False,
    )


class RateForm(forms.Form):
    kind = forms.CharField(
        label=gettext_lazy("Kind"),
        help_text=gettext_lazy("The same kind again changes its rate."),
        max_length=60,
    )
    per_piece = _baht(gettext_lazy("Baht per piece"))


class MakingForm(forms.Form):
    """How a member makes a kind: the workshop is one of its own."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    workshop = forms.ModelChoiceField(
        label=gettext_lazy("Workshop"), queryset=Workshop.objects.none()
    )
    units_per_piece = forms.DecimalField(
        label=gettext_lazy("Units per piece"), min_value=0.001, max_digits=8, decimal_places=3
    )
    setup_units = forms.DecimalField(
        label=gettext_lazy("Set-up units"), min_value=0, max_digits=8, decimal_places=3, initial=0
    )


class ClusterForm(RegisterView):
    """A form about one cluster; what was refused stands above what was typed."""

    model = Cluster
    index_label = gettext_lazy("Clusters")
    button = gettext_lazy("Save")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.cluster = get_object_or_404(Cluster.objects.select_related("lead"), pk=kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return str(self.cluster)

    def back_url(self) -> str:
        return reverse(f"{self.url_name}:inspect", args=[self.cluster.pk])

    @property
    def typed(self) -> Any:
        return self.request.POST if self.request.method == "POST" else None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form()
        if form.is_valid():
            try:
                cluster = self.do(form.cleaned_data)
            except Exception as refusal:
                words = explain(refusal)
                if words is None:
                    raise
                form.add_error(None, words)
            else:
                return redirect(f"{self.url_name}:inspect", cluster.pk)
        return self.render_to_response(self.get_context_data(form=form))


class NewCluster(ClusterForm):
    permission_required = "add"
    title = gettext_lazy("New cluster")
    words = gettext_lazy("The lead is its first member. Members and rates come after that.")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        RegisterView.setup(self, request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return ""

    def back_url(self) -> str:
        return reverse(f"{self.url_name}:index")

    def form(self) -> Any:
        typed = self.typed
        if typed is not None and not typed.get("slug") and typed.get("name_en"):
            typed = typed.copy()
            typed["slug"] = slugify(typed["name_en"])[:80]
        return NewClusterForm(typed)

    def do(self, facts: dict[str, Any]) -> Any:
        return services.open_cluster(**facts, by=self.request.user)


class DescribeCluster(ClusterForm):
    title = gettext_lazy("Name, words and radius")

    def form(self) -> Any:
        return WordsForm(self.typed, instance=self.cluster)

    def do(self, facts: dict[str, Any]) -> Any:
        return services.describe_cluster(cluster_id=self.cluster.pk, by=self.request.user, **facts)


class LeadOfCluster(ClusterForm):
    title = gettext_lazy("Who leads")
    words = gettext_lazy("Distances are reckoned from the lead. Not while it gathers an order.")

    def form(self) -> Any:
        members = self.cluster.memberships.current().values("enterprise")
        form = MemberForm(self.typed, initial={"enterprise": self.cluster.lead_id})
        del form.fields["most_pieces"]
        form.fields["enterprise"].queryset = Enterprise.objects.filter(pk__in=members)
        return form

    def do(self, facts: dict[str, Any]) -> Any:
        return change_lead(cluster_id=self.cluster.pk, by=self.request.user, **facts)


class FeeOfCluster(ClusterForm):
    title = gettext_lazy("Lead's fee")
    words = gettext_lazy("Orders that are planned already keep theirs.")

    def form(self) -> Any:
        now = {"percent": self.cluster.lead_fee_percent, "cap": self.cluster.lead_fee_cap}
        return FeeForm(self.typed, initial=now)

    def do(self, facts: dict[str, Any]) -> Any:
        return services.set_lead_fee(cluster_id=self.cluster.pk, by=self.request.user, **facts)


class RateOfCluster(ClusterForm):
    title = gettext_lazy("Rate per piece")
    words = gettext_lazy("Everybody is paid the same. Orders that are planned already keep theirs.")

    def form(self) -> Any:
        kind = self.request.GET.get("kind", "")[:60].replace("\x00", "")
        known = self.cluster.rates.filter(kind=kind).first()
        now = {"kind": known.kind, "per_piece": known.per_piece} if known else {}
        return RateForm(self.typed, initial=now)

    def do(self, facts: dict[str, Any]) -> Any:
        services.set_rate(cluster_id=self.cluster.pk, by=self.request.user, **facts)
        return self.cluster


class NewMember(ClusterForm):
    title = gettext_lazy("New member")

    def form(self) -> Any:
        form = MemberForm(self.typed)
        members = self.cluster.memberships.current().values("enterprise")
        others = Enterprise.objects.open().exclude(pk__in=members).order_by("name_th")
        form.fields["enterprise"].queryset = others
        return form

    def do(self, facts: dict[str, Any]) -> Any:
        services.join_cluster(cluster_id=self.cluster.pk, by=self.request.user, **facts)
        return self.cluster


class OfMember(ClusterForm):
    """A form about one member of the cluster; `pk` is its membership's."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        RegisterView.setup(self, request, *args, **kwargs)
        memberships = ClusterMembership.objects.current().select_related(
            "cluster__lead", "enterprise"
        )
        self.membership = get_object_or_404(memberships, pk=kwargs["pk"])
        self.cluster = self.membership.cluster

    def get_page_subtitle(self) -> str:
        return f"{self.membership.enterprise} · {self.cluster}"


class MostOfMember(OfMember):
    title = gettext_lazy("Most pieces of one order")

    def form(self) -> Any:
        form = MemberForm(self.typed, initial={"most_pieces": self.membership.most_pieces})
        del form.fields["enterprise"]
        return form

    def do(self, facts: dict[str, Any]) -> Any:
        services.set_most_pieces(membership_id=self.membership.pk, by=self.request.user, **facts)
        return self.cluster


class MakingOfMember(OfMember):
    title = gettext_lazy("How a member makes it")
    words = gettext_lazy("Need in units: set-up + pieces × units per piece, in whole batches.")

    def form(self) -> Any:
        known = self.membership.makings.filter(kind=self.request.GET.get("kind", "")[:60]).first()
        names = ("kind", "workshop", "units_per_piece", "setup_units")
        now = {name: getattr(known, name) for name in names} if known else {}
        form = MakingForm(self.typed, initial=now)
        kinds = self.cluster.rates.values_list("kind", flat=True)
        form.fields["kind"].choices = [(kind, kind) for kind in kinds]
        workshops = Workshop.objects.filter(enterprise=self.membership.enterprise_id)
        form.fields["workshop"].queryset = workshops
        return form

    def do(self, facts: dict[str, Any]) -> Any:
        tell_making(membership_id=self.membership.pk, by=self.request.user, **facts)
        return self.cluster


class LeaveCluster(OfMember):
    title = gettext_lazy("Leaves the cluster")
    words = gettext_lazy("It is offered no more parts; those it has accepted it still makes.")
    button = gettext_lazy("The group leaves")

    def form(self) -> Any:
        return forms.Form(self.typed)

    def do(self, facts: dict[str, Any]) -> Any:
        services.leave_cluster(membership_id=self.membership.pk, by=self.request.user)
        return self.cluster
