"""What groups are told of a cluster's order, each in its members' languages."""

from typing import Any

from producers.services import tell_group

from ...models import ClusterOrder, ClusterPart


def tell_part(part: ClusterPart, kind: str) -> None:
    """A letter about one part to the group that has it, in this transaction."""
    facts = {
        **_facts(part.order),
        "pieces": part.pieces,
        "pay": part.pay,
        "per_piece": part.order.per_piece,
        "due_on": part.due_on.isoformat(),
        "answer_by": part.answer_by.isoformat(),
        "rework": part.rework_pieces,
        "note": part.check_note,
        "awaits_buyer": part.order.awaits_buyer,
        "sample": not part.order.is_sample_settled,
    }
    tell_group(part.enterprise, kind, about=part, context=facts)


def tell_lead_of_missing(order: ClusterOrder) -> None:
    """The lead hears that pieces have no group, so that it can speak with the buyer."""
    facts = {
        **_facts(order),
        "missing": order.missing,
        "wished_on": order.wished_on.isoformat(),
    }
    tell_group(order.cluster.lead, "cluster_order_short", about=order, context=facts)


def _facts(order: ClusterOrder) -> dict[str, Any]:
    # Groups know their names in both languages; tell_group writes them in the reader's.
    return {
        "cluster": order.cluster,
        "lead": order.cluster.lead,
        "what": order.what or order.kind,
        "all_pieces": order.pieces,
    }
