"""What organizers fill in on the timetable: where to, with what, how much later."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agenda.admin.timetable_cell import key_of
from agenda.models import Day, Slot, Stretch
from forum.models import Edition

A_DAY = 24 * 60


class DeedForm(forms.Form):
    """What every deed carries: the version that it was decided on, and a reason if it breaks a rule."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason, if something clashes"),
        max_length=300,
        required=False,
        help_text=_("It stays visible beside the clash."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "auto_id": f"id_{type(self).__name__}_%s", **kwargs})
        self.order_fields([name for name in self.fields if name not in {"seen", "reason"}])


class PlaceForm(DeedForm):
    """Where and when something is to be."""

    day = forms.ChoiceField(label=_("Day"))
    room = forms.ChoiceField(label=_("Room"), required=False)
    starts = forms.TimeField(
        label=_("Begins at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=A_DAY)

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._days = {day.date.isoformat(): day for day in edition.days.all()}
        self._rooms = {str(room.pk): room for room in edition.rooms.all()}
        fields: Any = self.fields
        fields["day"].choices = [(key, date_format(day.date, "D j M")) for key, day in self._days.items()]
        fields["room"].choices = [
            ("", _("All rooms")),
            *((pk, str(room)) for pk, room in self._rooms.items()),
        ]

    def stretch(self) -> Stretch:
        """Where to. A time before the day opens is one on the night after, if the day lasts until then."""
        cleaned = self.cleaned_data
        day: Day = self._days[cleaned["day"]]
        starts_at = _at(day, cleaned["starts"])
        later = _at(day, cleaned["starts"], nights=1)
        if starts_at < day.starts_at and later < day.ends_at:
            starts_at = later
        ends_at = starts_at + timedelta(minutes=cleaned["minutes"])
        return Stretch(day, self._rooms.get(cleaned["room"]), starts_at, ends_at)

    @staticmethod
    def standing(slot: Slot) -> dict[str, Any]:
        """What the form shows of where something is."""
        return {
            "day": slot.day.date.isoformat(),
            "room": slot.room_id or "",
            "starts": timezone.localtime(slot.starts_at).time(),
            "minutes": Stretch.of(slot).minutes,
            "reason": slot.reason,
        }


def _at(day: Day, clock: time, nights: int = 0) -> datetime:
    zone = timezone.get_current_timezone()
    # In UTC, so that an hour is one also in the night in which clocks are changed.
    return datetime.combine(day.date + timedelta(days=nights), clock, tzinfo=zone).astimezone(UTC)


class NewForm(PlaceForm):
    """A break or a blocker, with its place."""

    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=[
            ("break", _("A break, which visitors see: lunch")),
            ("blocker", _("A blocker, which nobody but organizers sees: set-up")),
        ],
        widget=forms.RadioSelect,
        initial="break",
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, edition=edition, **kwargs)
        title = Slot._meta.get_field("title").formfield(languages=edition.languages, required=True)
        title.label = _("Name")
        title.help_text = ""
        self.fields = {"kind": self.fields["kind"], "title": title, **self.fields}
        self.fields["seen"].required = False

    def slot(self) -> Slot:
        """The break or blocker, not saved yet."""
        return Slot(title=self.cleaned_data["title"], is_blocker=self.cleaned_data["kind"] == "blocker")


class SwapForm(DeedForm):
    """Which one to exchange places with; the choice carries the version of that one."""

    other = forms.ChoiceField(label=_("With"))

    def __init__(self, *args: Any, slots: list[Slot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._slots = {f"{key_of(slot)}.{slot.version}": slot for slot in slots}
        fields: Any = self.fields
        fields["other"].choices = [
            (key, f"{timezone.localtime(slot.starts_at):%H:%M} · {slot.session or slot.title}")
            for key, slot in self._slots.items()
        ]
        fields["other"].error_messages["invalid_choice"] = gettext(
            "That one was moved or taken off meanwhile. Choose again."
        )

    def chosen(self) -> Slot:
        """The other one, as it was seen."""
        return self._slots[self.cleaned_data["other"]]


class ShiftForm(DeedForm):
    """How much later, and in which rooms."""

    minutes = forms.IntegerField(
        label=_("Minutes later"),
        min_value=-A_DAY,
        max_value=A_DAY,
        initial=15,
        help_text=_("With a minus in front it is sooner."),
    )
    where = forms.ChoiceField(
        label=_("What is moved"),
        choices=[("room", _("All in this room from here on")), ("all", _("All in all rooms from here on"))],
        widget=forms.RadioSelect,
        initial="room",
    )


class OffForm(DeedForm):
    """Nothing but the version: it is taken off."""


class UndoForm(DeedForm):
    """The number of the deed that is taken back, as what was seen."""
