"""Verbs in the admin: a state changes only by the model's own verb, offered on lists and on the record's page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
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
from forum.edition_admin.forms import MoneyField
from forum.errors import Refusal
from forum.money import digits, written

Words = str | Promise


@dataclass(frozen=True)
class Sum:
    """How much money may be moved with a deed, at most, in minor units of `currency` (ISO 4217)."""

    most: int
    currency: str
    label: Words


@dataclass(frozen=True)
class Verb:
    """What can be done to a record. `deed` is given the record, who does it, and the reason, and may raise Refusal.

    `applies` says to which records it can be done: only their pages offer it. `warning` makes it ask first, and says
    what follows from it; `asks_reason` asks why, too. `money` says which sum a user may have moved with it; the deed
    of one record is then given an `amount`, too (minor units; None when nobody was asked for one). What is done
    `singly` is done to one record at a time, and offered on no list. `duties` are those that may do it, if not the
    ones that may change the record.
    """

    name: str
    label: Words
    done: Words
    deed: Callable[..., object]
    applies: Callable[[Any], bool] = lambda record: True
    warning: Words = ""
    asks_reason: bool = False
    kind: str = ""
    money: Callable[[Any, Any], Sum | None] | None = None
    singly: bool = False
    duties: tuple[str, ...] | None = None

    @property
    def asks(self) -> bool:
        """Whether it asks before it is done."""
        return bool(self.warning) or self.asks_reason or self.money is not None


class VerbForm(forms.Form):
    """Why something is done, and with how much money."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is kept with the record, and stands in the mail where there is one."),
    )

    def __init__(self, data: Any, *, asks_reason: bool, money: Sum | None) -> None:
        super().__init__(data, label_suffix="")
        if not asks_reason:
            del self.fields["reason"]
        if money:
            self.fields["amount"] = MoneyField(
                currency=money.currency,
                label=money.label,
                initial=money.most,
                max_value=Decimal(money.most).scaleb(-digits(money.currency)),
                help_text=gettext("Up to %(most)s.") % {"most": written(money.most, money.currency)},
            )
        self.order_fields(["amount"])


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
        offered = {verb.name: verb for verb in self.verbs if not verb.singly and self.may(request, verb)}
        actions = super().get_actions(request)
        return actions | {
            name: (partial(self._act, verb=verb), name, str(verb.label)) for name, verb in offered.items()
        }

    @staticmethod
    def _act(admin: WithVerbs, request: Any, records: Any, *, verb: Verb) -> HttpResponse | None:
        return admin._ask_or_do(request, verb, list(records), back=request.get_full_path())

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
        return self._ask_or_do(request, verb, [record], back=back) or redirect(back)

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

    def _ask_or_do(self, request: Any, verb: Verb, records: list[Any], *, back: str) -> HttpResponse | None:
        if not (records := self._those_it_applies_to(request, verb, records)):
            return None
        is_confirmed = "confirmed" in request.POST
        # Of several records each has a sum of its own: money is moved one by one.
        money = verb.money(records[0], request.user) if verb.money and len(records) == 1 else None
        form = VerbForm(request.POST if is_confirmed else None, asks_reason=verb.asks_reason, money=money)
        is_answered = not verb.asks or (is_confirmed and form.is_valid())
        if is_answered and self._do(request, verb, records, form):
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": verb.label,
            "opts": self.opts,
            "verb": verb,
            "records": records,
            "form": form,
            "box": ACTION_CHECKBOX_NAME,
            "back": back,
        }
        return TemplateResponse(request, "admin/verb.html", context)

    def _those_it_applies_to(self, request: Any, verb: Verb, records: list[Any]) -> list[Any]:
        """Which of the records it can still be done to; of the others the user is told."""
        found = [record for record in records if verb.applies(record)]
        for record in records:
            if record not in found:
                said = gettext("%(record)s: “%(verb)s” does not apply any more.")
                self.message_user(request, said % {"record": record, "verb": verb.label}, messages.ERROR)
        return found

    def _do(self, request: Any, verb: Verb, records: list[Any], form: VerbForm) -> bool:
        """Do it to each, and say what came of it. False when the one record refused what was typed: the form, which
        then says why, is to be shown again."""
        done = 0
        answers = form.cleaned_data if form.is_bound else {}
        money = {"amount": answers.get("amount")} if verb.money else {}
        for record in records:
            try:
                verb.deed(record, Actor.of(request.user), answers.get("reason", "").strip(), **money)
            except Refusal as refusal:
                if len(records) == 1 and refusal.field in form.fields:
                    form.add_error(refusal.field, refusal.reason)
                    return False
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
        return True
