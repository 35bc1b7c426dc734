"""The back office's form about the group that an attendee is of."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.models import StakeholderGroup
from registration.models import Ticket


class GroupForm(forms.Form):
    """Of which group somebody is. Who does not see the real groups is asked for the one that others see; as long as it
    stays, the real one stays."""

    group = forms.ModelChoiceField(
        label=_("Stakeholder group"),
        queryset=StakeholderGroup.objects.none(),
        empty_label=None,
        help_text=_(
            "Places of quotas by group change hands with it. A badge that looks different is mailed again."
        ),
    )

    def __init__(self, ticket: Ticket, data: Any, *, sees_real_groups: bool) -> None:
        self.kept, self.sees_real_groups = ticket.group, sees_real_groups
        shown = ticket.group if sees_real_groups else ticket.group.public
        super().__init__(data, initial={"group": shown}, label_suffix="")
        groups: Any = ticket.edition.groups
        field = self.fields["group"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = groups.all() if sees_real_groups else groups.shown_as_themselves()

    def clean_group(self) -> StakeholderGroup:
        chosen: StakeholderGroup = self.cleaned_data["group"]
        return self.kept if not self.sees_real_groups and self.kept.public == chosen else chosen
