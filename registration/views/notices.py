"""Where providers tell us of payments. They are believed by their signature, and by nothing else."""

from __future__ import annotations

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from registration.payments import answers, notices, stripe_checkout

log = logging.getLogger(__name__)


@never_cache
@csrf_exempt
@require_POST
def stripe_notices(request: HttpRequest) -> HttpResponse:
    """Take a notice of Stripe's. What cannot be dealt with now is answered with 503, so that it comes again."""
    if not stripe_checkout.is_offered():
        raise Http404
    try:
        notices.receive(request.body, request.headers.get("Stripe-Signature", ""))
    except (answers.Forged, answers.TooOld):
        return HttpResponse("not believed", status=400, content_type="text/plain")
    except answers.Unreachable as fault:
        log.warning("a notice waits: %s", fault)
        return HttpResponse("later", status=503, content_type="text/plain")
    return HttpResponse(status=200)
