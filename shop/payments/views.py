"""The provider's way in."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from . import services, tasks
from .provider import ForgedEvent, provider

MOST_BYTES = 512 * 1024


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Keeps a signed event and answers at once; a sweep handles it. Forged or stale: 400."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return HttpResponse("too long", status=413, content_type="text/plain")
    try:
        event = provider().read_event(request.body, request.headers.get("Stripe-Signature", ""))
    except ForgedEvent:
        return HttpResponse("bad signature", status=400, content_type="text/plain")
    if services.store_event(event):
        tasks.wake(tasks.handle_events)
    return HttpResponse("kept", content_type="text/plain")
