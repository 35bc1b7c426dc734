"""The form that /styleguide/ shows: one field of every kind."""

from __future__ import annotations

from django import forms
from django.utils.html import format_html


def _choice(name: str, note: str, end: str) -> str:
    return format_html(
        '<span class="choice-end">{}</span>{}<span class="choice-note">{}</span>', end, name, note
    )


class StyleguideForm(forms.Form):
    """Never kept anywhere."""

    name = forms.CharField(label="Your name", help_text="As you want to be called.")
    email = forms.EmailField(label="E-mail")
    organisation = forms.CharField(label="Organisation", required=False)
    country = forms.ChoiceField(
        label="Country", choices=[("", "Choose"), ("TH", "Thailand"), ("MM", "Myanmar")]
    )
    ticket = forms.ChoiceField(
        label="Ticket",
        widget=forms.RadioSelect,
        choices=[
            ("main", _choice("Main forum", "All three days, with lunch. Many places left.", "USD 120")),
            ("day", _choice("One day", "Choose the day afterwards. Few places left.", "USD 50")),
        ],
    )
    diet = forms.MultipleChoiceField(
        label="What do you eat?",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "two"}),
        choices=[("vegan", "Vegan"), ("halal", "Halal"), ("kosher", "Kosher"), ("all", "Everything")],
    )
    needs = forms.CharField(
        label="What else do you need to take part?", required=False, widget=forms.Textarea
    )
    photo = forms.FileField(label="Photo", required=False, help_text="JPEG, PNG or WebP, at most 10 MB.")
    terms = forms.BooleanField(label="I agree to the terms and have read how my data is used.")
