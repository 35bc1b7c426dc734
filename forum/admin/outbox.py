"""What the product has sent and done, and what it could not."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.edition_admin import EditionAdmin, Verb, state
from forum.errors import Refusal
from forum.logs import SECRET_PARTS
from forum.mail import Pointless, compose, confidential_letters
from forum.models import Interest, Job, Message
from forum.models.deferred import Deferred


def _again(record: Deferred, by: Actor, reason: str) -> None:
    if record.status != "failed":
        raise Refusal(gettext("It has not failed, so it is not done again."))
    record.again()


class DeferredAdmin(EditionAdmin):
    """Work that outlives the request: read only, but for doing again what failed."""

    adds = changes = deletes = False
    list_filter = ("status",)
    date_hierarchy = "created_at"

    @admin.display(description=_("error"))
    def short_error(self, record: Deferred) -> str:
        return record.error[:120] + "…" if len(record.error) > 120 else record.error


@admin.register(Message)
class MessageAdmin(DeferredAdmin):
    """The outbox, but for what is confidential."""

    duties_to_change = ("registration",)
    menu_position = 10
    list_display = ("to", "letter", state, "created_at", "finished_at", "short_error")
    list_filter = ("status", "letter", "language")
    search_fields = ("to",)
    search_help_text = _("Part of the address.")
    readonly_fields = (state, "preview")
    fields = ("to", "letter", "language", state, "created_at", "finished_at", "attempts", "error", "preview")
    verbs = (
        Verb(
            "again",
            _("Send again"),
            _("It is sent again"),
            _again,
            applies=lambda record: record.status == "failed",
        ),
    )

    def get_queryset(self, request: Any) -> Any:
        listed: Any = super().get_queryset(request)
        return listed.without(confidential_letters())

    @admin.display(description=_("as it would be sent now"))
    def preview(self, message: Message) -> str:
        """Subject and text, the secret parts of addresses left out. What carries a secret of its own is not shown."""
        if message.context or message.about_type_id is None:
            # What is about no record is about an address, and may speak of its orders in every edition.
            return gettext("It brings a code or a link that only its reader may see.")
        if message.about is None:
            return gettext("It cannot be shown any more.")
        try:
            mail = compose(message)
        except Pointless as reason:
            return gettext("It would not be sent any more: %(reason)s") % {"reason": reason}
        except (KeyError, AttributeError):
            # What a letter needs beside its record (a code) is not kept, and the record may be gone.
            return gettext("It cannot be shown any more.")
        text = SECRET_PARTS.sub(r"/\1/…", str(mail.body))
        return format_html('<strong>{}</strong><pre class="mail">{}</pre>', mail.subject, text)


@admin.register(Job)
class JobAdmin(DeferredAdmin):
    """Photos, batches, imports, exports."""

    duties_to_change = ("programme", "registration")
    menu_position = 11
    list_display = ("kind", "about", state, "created_at", "finished_at", "short_error")
    list_filter = ("status", "kind")
    readonly_fields = (state, "about")
    fields = ("kind", "about", state, ("progress", "total"), "created_at", "finished_at", "attempts", "error")
    verbs = (
        Verb(
            "again",
            _("Do again"),
            _("It is done again"),
            _again,
            applies=lambda record: record.status == "failed",
        ),
    )

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).prefetch_related("about")

    @admin.display(description=_("about"))
    def about(self, job: Job) -> str:
        return str(job.about or "–")


@admin.register(Interest)
class InterestAdmin(EditionAdmin):
    """Addresses to be told when registration opens."""

    duties_to_change = ("registration",)
    adds = changes = False
    menu_position = 5
    list_display = ("email", "language", "asked_at", "told_at")
    search_fields = ("email",)
    fields = ("email", "language", "asked_at", "told_at")
