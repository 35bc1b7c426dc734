"""Finding one's orders again: by signing in, or by a mail to the address that they were placed with."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from forum import throttle
from forum.http import Request, private
from forum.outage import may_be_sent_again
from registration.forms import LostLinkForm
from registration.models import Order

FROM_ONE_PLACE, TO_ONE_ADDRESS = 20, 3
AN_HOUR = timedelta(hours=1)


@private
@login_required
@require_safe
def my_orders(request: Request) -> HttpResponse:
    """Show all orders of the address that the reader has shown to be theirs."""
    return render(
        request, "registration/my_orders.html", {"orders": Order.objects.of(request.user).with_tickets()}
    )


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def lost_link(request: Request) -> HttpResponse:
    """Send the links of an address to it. The answer is the same whether or not there are any."""
    form = LostLinkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        is_calm = throttle.allows(
            "lost-link", throttle.visitor(request), times=FROM_ONE_PLACE, within=AN_HOUR
        )
        if is_calm and throttle.allows("lost-link-to", email, times=TO_ONE_ADDRESS, within=AN_HOUR):
            Order.objects.send_links(email, edition=request.edition)
        return redirect("lost-link-sent")
    return render(request, "registration/lost_link.html", {"form": form})


@private
@require_safe
def lost_link_sent(request: Request) -> HttpResponse:
    """Say what was done, whether or not there was anything to send."""
    return render(request, "registration/lost_link_sent.html")
