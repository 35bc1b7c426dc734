"""Vouchers: one by one, thousands at once, and as a sheet to hand out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from forum.edition_admin import EditionAdmin, EditionForm
from forum.edition_admin.forms import MoneyField
from forum.edition_admin.shown import readable
from forum.errors import Refusal
from forum.http import private
from registration.exports import vouchers_csv
from registration.models import Voucher
from registration.models.voucher import CODE
from registration.models.voucher_queryset import as_code

AT_ONCE = 5000
WHAT: Any = (
    _("What it does"),
    {"fields": ("effect", "share", "amount"), "description": _("Fill in what the choice needs.")},
)
WHEN: Any = (_("How often, and when"), {"fields": ("max_uses", ("valid_from", "valid_until"), "goes_beyond")})
FOR: Any = (_("For whom, for which tickets"), {"fields": ("ticket_types", "groups")})

# To those who change nothing.
SHOWN = (
    *("code", "tag", "is_active", "in_words", "uses_written", "valid_from", "valid_until", "goes_beyond"),
    *("ticket_types", "groups"),
)


class CodeField(forms.CharField):
    """A code, as capital letters, however it was typed."""

    def to_python(self, value: Any) -> str:
        return as_code(super().to_python(value) or "")


class VoucherForm(EditionForm):
    """A voucher. What it takes off is a share or an amount, each in a field of its own."""

    share = forms.IntegerField(
        label=_("Share in %"), min_value=0, max_value=100, required=False, help_text=_("100 makes it free.")
    )
    amount = forms.Field(required=False)  # of the edition's currency: made below

    class Meta:
        model = Voucher
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert self.edition is not None
        currency, voucher = self.edition.currency, self.instance
        self.fields["amount"] = MoneyField(
            currency=currency,
            label=_("Amount"),
            required=False,
            help_text=_("In %(currency)s: what is taken off, or the price.") % {"currency": currency},
        )
        if voucher.effect == Voucher.Effect.PERCENT:
            self.initial.setdefault("share", voucher.value)
        elif voucher.effect != Voucher.Effect.NONE:
            self.initial.setdefault("amount", voucher.value)

    def clean(self) -> Any:
        said = super().clean() or self.cleaned_data
        needed = {"percent": "share", "off": "amount", "fixed": "amount"}.get(said.get("effect", ""), "")
        if needed and said.get(needed) is None and needed not in self.errors:
            self.add_error(needed, _("Write how much."))
        self.instance.value = (said.get(needed) or 0) if needed else 0
        return said


class ManyVouchersForm(VoucherForm):
    """Vouchers that differ in nothing but their codes."""

    number = forms.IntegerField(label=_("How many"), min_value=1, max_value=AT_ONCE, initial=50)
    prefix = CodeField(
        label=_("Codes begin with"),
        required=False,
        max_length=20,
        help_text=_("For instance SOLIDARITY-; eight letters and digits follow."),
    )

    def clean_prefix(self) -> str:
        prefix: str = self.cleaned_data["prefix"]
        if prefix:
            CODE(f"{prefix}AAA")
        return prefix


@admin.register(Voucher)
class VoucherAdmin(EditionAdmin):
    """Codes that open or cheapen tickets. Who knows one may use it: they are shown to few."""

    form = VoucherForm
    duties_to_view = ("finance",)
    duties_to_change = ("registration",)
    menu_position = 7
    list_display = ("code", "in_words", "uses_written", "for_types", "valid_until", "tag", "is_active")
    list_filter = ("is_active", "tag", "effect")
    search_fields = ("code", "tag")
    search_help_text = _("A part of a code or of a tag.")
    fieldsets = ((None, {"fields": ("code", "tag", "is_active")}), WHAT, WHEN, FOR)
    actions = ("export",)

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[Any]:
        is_but_shown = obj is not None and not self.has_change_permission(request, obj)
        return readable(Voucher, SHOWN) if is_but_shown else super().get_readonly_fields(request, obj)

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        # Share and amount are boxes of the form, which nobody has who only looks at it.
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": readable(Voucher, SHOWN)})]
        return super().get_fieldsets(request, obj)

    def get_queryset(self, request: Any) -> Any:
        vouchers: Any = super().get_queryset(request)
        return vouchers.with_what_for()

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "code":
            return CodeField(label=_("Code"), max_length=40, validators=[CODE], initial=db_field.default)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_urls(self) -> list[Any]:
        many = self.admin_site.admin_view(private(self.many_view))
        return [path("many/", many, name="registration_voucher_many"), *super().get_urls()]

    def save_model(self, request: Any, obj: Voucher, form: Any, change: bool) -> None:
        # Somebody may be using it this moment: the counter is not written.
        columns = {field.name for field in obj._meta.concrete_fields} - {"id", "used"}
        try:
            with transaction.atomic():
                obj.save(update_fields=columns if change else None)
        except IntegrityError:
            raise Refusal(
                _("It was used more often meanwhile. Choose more uses."), field="max_uses"
            ) from None

    def uses(self, record: Voucher) -> list[str]:
        count = record.tickets.count()
        if not count:
            return []
        had = ngettext("%(count)s ticket was", "%(count)s tickets were", count) % {"count": count}
        return [gettext("%(had)s had with “%(code)s”. Switch it off instead.") % {"had": had, "code": record}]

    def many_view(self, request: Any) -> HttpResponse:
        """Make many vouchers with codes of their own, in one transaction, and show them in the list by their tag."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        fields = ("tag", "effect", "max_uses", "valid_from", "valid_until", "goes_beyond")
        sort = self.get_form(request, None, form=ManyVouchersForm, fields=(*fields, "ticket_types", "groups"))
        form = sort(request.POST if request.method == "POST" else None)
        if form.is_valid():
            made = self._make(form)
            said = ngettext("%(count)s voucher was made.", "%(count)s vouchers were made.", len(made))
            self.message_user(request, said % {"count": len(made)})
            tag = {"tag": form.instance.tag} if form.instance.tag else None
            return redirect(reverse("admin:registration_voucher_changelist", query=tag))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Make many vouchers"),
            "form": form,
            "parts": [
                ("", [form[name] for name in ("number", "prefix", "tag")]),
                *(
                    (title, [form[name] for name in _flat(part["fields"])])
                    for title, part in (WHAT, WHEN, FOR)
                ),
            ],
        }
        return TemplateResponse(request, "admin/registration/voucher/many.html", context)

    @staticmethod
    def _make(form: Any) -> list[Voucher]:
        said = form.cleaned_data
        many: list[Voucher] = form.instance.make_many(
            said["number"], prefix=said["prefix"], ticket_types=said["ticket_types"], groups=said["groups"]
        )
        return many

    @admin.action(description=_("Give me the codes as a sheet (CSV)"), permissions=["change"])
    def export(self, request: Any, vouchers: Any) -> HttpResponse:
        """Give the chosen vouchers, each with the link that fills its code in, for a mail merge."""
        answer = HttpResponse(vouchers_csv(request.edition, vouchers), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = 'attachment; filename="vouchers.csv"'
        return answer

    @admin.display(description=_("what it does"))
    def in_words(self, voucher: Voucher) -> str:
        return voucher.in_words

    @admin.display(description=_("used"), ordering="used")
    def uses_written(self, voucher: Voucher) -> str:
        if voucher.max_uses is None:
            return str(voucher.used)
        return gettext("%(used)s of %(most)s") % {"used": voucher.used, "most": voucher.max_uses}

    @admin.display(description=_("for the ticket types"))
    def for_types(self, voucher: Voucher) -> str:
        return ", ".join(str(kind) for kind in voucher.ticket_types.all()) or gettext("All")


def _flat(names: Iterable[Any]) -> list[str]:
    return [one for name in names for one in (name if isinstance(name, tuple) else (name,))]
