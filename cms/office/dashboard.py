"""The office's first screen: what waits, with its day."""

from typing import Any

from django.urls import reverse
from wagtail.admin.ui.components import Component

from .marks import due_mark
from .queues import queues


class QueuesPanel(Component):
    """Queues this officer may see; each leads to its list."""

    name = "queues"
    template_name = "office/queues.html"
    order = 10

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        user = parent_context["request"].user
        return {
            "queues": [
                {
                    "name": queue.name,
                    "count": queue.count,
                    "due": due_mark(queue.due) if queue.count else "",
                    "url": f"{reverse(queue.url_name)}?{queue.query}",
                }
                for queue in queues()
                if user.has_perm(queue.permission)
            ]
        }
