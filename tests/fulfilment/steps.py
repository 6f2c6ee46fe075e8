"""A part and its job, brought to where a test begins."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from cms.models import Picture
from shop.core.models import User
from shop.fulfilment import services
from shop.fulfilment.models import Fulfilment, Proof
from shop.production.models import Job
from tests.factories import (
    make_member,
    make_picture,
    make_placed_order,
    make_workshop,
    make_woven,
)


class Weaving:
    """One order of woven pieces with a member of the group, accepted."""

    def __init__(self, quantity: int = 3, *, accepted: bool = True, **terms: Any):
        self.workshop = make_workshop()
        self.cloth = make_woven(self.workshop, **terms)
        self.order = make_placed_order((self.cloth, quantity))
        self.member: User = make_member(self.workshop.enterprise).user
        if accepted:
            services.accept_fulfilment(fulfilment_id=self.part.pk, by=self.member)

    @property
    def part(self) -> Fulfilment:
        return self.order.fulfilments.get()

    @property
    def job(self) -> Job:
        return Job.objects.get(line__order=self.order)

    @property
    def states(self) -> tuple[str, str]:
        return self.part.state, self.job.state

    def move(self, *steps: str, **details: Any) -> None:
        for step in steps:
            more = {"today": timezone.localdate()} if step == "finish" else {}
            getattr(services, f"{step}_job")(
                job_id=self.job.pk, token=uuid4(), picture_id=a_picture().pk, by=self.member,
                **more, **details,
            )  # fmt: skip

    def show(self, **details: Any) -> Proof:
        details = {"kind": "photo", "picture_id": a_picture().pk, "token": uuid4(), **details}
        return services.send_proof(job_id=self.job.pk, by=self.member, **details)

    def approve(self, proof: Proof, *, after_days: int = 0, **details: Any) -> Proof:
        details.setdefault("seen", self.part.promised_on)
        today = timezone.localdate() + timedelta(days=after_days)
        return services.approve_proof(proof_id=proof.pk, today=today, **details)


def a_picture() -> Picture:
    return Picture.objects.first() or make_picture()
