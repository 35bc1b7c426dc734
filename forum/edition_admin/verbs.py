"""Verbs in the admin: a state changes only by the model's own verb, offered on lists and on the record's page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal

Words = str | Promise


@dataclass(frozen=True)
class Verb:
    """What can be done to a record. `deed` is given the record, who does it, and the reason, and may raise Refusal.

    `applies` says whether a record's page offers it. `warning` makes it ask first, and says what follows from it;
    `asks_reason` asks why, too. `duties` are those that may do it, if not the ones that may change the record.
    """

    name: str
    label: Words
    done: Words
    deed: Callable[[Any, Actor, str], object]
    applies: Callable[[Any], bool] = lambda record: True
    warning: Words = ""
    asks_reason: bool = False
    kind: str = ""
    duties: tuple[str, ...] | None = None

    @property
    def asks(self) -> bool:
        """Whether it asks before it is done."""
        return bool(self.warning) or self.asks_reason


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is kept with the record, and stands in the mail where there is one."),
    )


class WithVerbs(ModelAdmin):
    """An admin that offers verbs."""

    verbs: ClassVar[tuple[Verb, ...]] = ()

    def may(self, request: Any, verb: Verb) -> bool:
        """Whether the user has a duty for the verb in the chosen edition."""
        duties = self.duties_to_change if verb.duties is None else verb.duties  # type: ignore[attr-defined]
        return request.user.has_duty(request.edition, *duties)

    def verbs_for(self, request: Any, record: Any) -> list[Verb]:
        """What can be done to this record now, by this user."""
        return [verb for verb in self.verbs if verb.applies(record) and self.may(request, verb)]

    # --- on lists ---

    def get_actions(self, request: Any) -> dict[str, Any]:
        offered = {verb.name: verb for verb in self.verbs if self.may(request, verb)}
        actions = super().get_actions(request)
        return actions | {
            name: (partial(self._act, verb=verb), name, str(verb.label)) for name, verb in offered.items()
        }

    @staticmethod
    def _act(admin: WithVerbs, request: Any, records: Any, *, verb: Verb) -> HttpResponse | None:
        if verb.asks and "confirmed" not in request.POST:
            return admin._ask(request, verb, list(records), back=request.get_full_path())
        admin._do(request, verb, records)
        return None

    # --- on the record's page ---

    def get_urls(self) -> list[Any]:
        info = self.opts.app_label, self.opts.model_name
        return [
            *(
                path(
                    f"<int:pk>/{verb.name}/",
                    self.admin_site.admin_view(partial(self._verb_view, verb=verb)),
                    name="{}_{}_{}".format(*info, verb.name),
                )
                for verb in self.verbs
            ),
            *super().get_urls(),
        ]

    def _verb_view(self, request: Any, pk: int, verb: Verb) -> HttpResponse:
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])
        record = self.get_object(request, str(pk))
        if record is None or not self.may(request, verb):
            raise Http404
        if request.method != "POST":
            return redirect(back)
        if verb.asks and "confirmed" not in request.POST:
            return self._ask(request, verb, [record], back=back)
        self._do(request, verb, [record])
        return redirect(back)

    def render_change_form(
        self, request: Any, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        record = kwargs.get("obj")
        if record is not None:
            info = f"{self.opts.app_label}_{self.opts.model_name}"
            context["verbs"] = [
                (verb, reverse(f"admin:{info}_{verb.name}", args=[record.pk]))
                for verb in self.verbs_for(request, record)
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    # --- both ---

    def _ask(self, request: Any, verb: Verb, records: list[Any], *, back: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": verb.label,
            "opts": self.opts,
            "verb": verb,
            "records": records,
            "form": ReasonForm() if verb.asks_reason else None,
            "box": ACTION_CHECKBOX_NAME,
            "back": back,
        }
        return TemplateResponse(request, "admin/verb.html", context)

    def _do(self, request: Any, verb: Verb, records: Iterable[Any]) -> None:
        done = 0
        for record in records:
            try:
                verb.deed(record, Actor.of(request.user), request.POST.get("reason", "").strip())
            except Refusal as refusal:
                self.message_user(request, f"{record}: {refusal}", messages.ERROR)
            else:
                self.log_change(request, record, str(verb.done))
                done += 1
        if done:
            said = (
                gettext("%(done)s: %(count)s") % {"done": verb.done, "count": done}
                if done > 1
                else f"{verb.done}."
            )
            self.message_user(request, said, messages.SUCCESS)
