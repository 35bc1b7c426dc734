"""Staff at work: signed in as the admin asks for, by password and second factor."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, MultiWidget
from django.test import Client
from django.utils import timezone

from forum.models import Edition, User
from tests import make


def at_work(duty: str, edition: Edition) -> Client:
    """The browser of somebody with this duty in the edition; "superuser" is one too."""
    if duty == "superuser":
        return enter(Client(), make.user(is_superuser=True))
    return enter(Client(), make.user(duty=duty, edition=edition))


def enter(client: Client, user: User) -> Client:
    """Sign `user` in as somebody who has just shown password and second factor, and give the client back."""
    client.force_login(user)
    show_both(client.session, user)
    return client


def show_both(session: Any, user: User) -> None:
    """Note in the session that `user` has just shown password and second factor."""
    now = time.time()
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": now},
        {"method": "mfa", "at": now},
    ]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session.save()


def said(response: Any) -> str:
    """What the messages at the top of the next page say."""
    return " ".join(str(message) for message in response.context["messages"])


def fields(response: Any, **changed: Any) -> dict[str, Any]:
    """What a browser would send of the form (and its rows) on this page, with some of it changed."""
    page = response.context
    forms = [page["adminform"].form]
    for inline in page["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data: dict[str, Any] = {}
    with timezone.override(page["edition"].zone if page["edition"] else None):
        for form in forms:
            for box in form:
                data |= _sent(box)
    return {key: value for key, value in {**data, **changed}.items() if value is not None}


def _sent(box: BoundField) -> dict[str, Any]:
    widget, value = box.field.widget, box.value()
    if isinstance(widget, MultiWidget):
        parts = widget.decompress(value) if not isinstance(value, list) else value
        return {
            f"{box.html_name}{name}": part for name, part in zip(widget.widgets_names, parts, strict=True)
        }
    if isinstance(widget, CheckboxSelectMultiple):
        return {box.html_name: [getattr(one, "pk", one) for one in value]} if value else {}
    if isinstance(widget, CheckboxInput):
        return {box.html_name: "on"} if value else {}
    written = widget.format_value(value)
    if isinstance(written, list):
        written = written[0] if written else ""
    return {box.html_name: "" if written is None else written}
