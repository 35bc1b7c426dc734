"""What a speaker writes about themselves, one form for each part that is saved by itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from forum import images, markdown
from forum.errors import Refusal
from forum.fields import LineField
from forum.translated import MergingForm, TranslatedFormField, Written
from speakers.fields import LinksField
from speakers.models import Consent, Speaker

BIO_WORDS = 150
BIO_LETTERS = 6000
WITHOUT_BLANKS = {"th", "my", "km", "lo"}


class _PartForm(MergingForm):
    """One part of a profile. It writes its own fields only: a worker may change the photo meanwhile."""

    def save(self, commit: bool = True) -> Speaker:
        self.instance.save(update_fields=[*self.fields, "search_text", "updated_at"])
        return self.instance

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            self.instance.refresh_from_db(
                fields=list(self.fields)
            )  # what was refused is shown in its box only


class AboutForm(_PartForm):
    """Who they are."""

    name = LineField(
        label=_("Your name"),
        max_length=200,
        help_text=_("As you want to be called, in any script. The address of your page stays as it is."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write the name by which you want to be called.")},
    )
    organisation = LineField(
        label=_("Organisation"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        help_text=_("Where you come from, or where you work."),
        widget=forms.Select(attrs={"autocomplete": "country"}),
        error_messages={"invalid_choice": _("Choose a country from the list.")},
    )
    links = LinksField(
        label=_("Links"),
        required=False,
        help_text=_("Your own page, your organisation, a paper: one a line, each beginning with https://."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "none"}),
    )

    class Meta:
        model = Speaker
        fields = ("name", "role", "organisation", "country", "links")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", _("Choose a country")), *countries]  # type: ignore[attr-defined]
        self.fields["role"] = TranslatedFormField(
            languages=self.instance.edition.languages,
            label=_("Your role"),
            required=False,
            help_text=_("What you do, in a few words: Director of sourcing."),
        )

    def clean_role(self) -> Written:
        role: Written = self.cleaned_data["role"]
        return role.each(lambda text: " ".join(text.split())[:200])


class BioForm(_PartForm):
    """What they have done, in Markdown."""

    class Meta:
        model = Speaker
        fields = ("bio",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bio"] = TranslatedFormField(
            languages=self.instance.edition.languages,
            long=True,
            label=_("Your bio"),
            required=False,
            help_text=_(
                "About %(words)s words: what you do, for whom, and what you bring to the forum. A blank line begins a "
                "paragraph; **bold**, *italic*, a line that begins with - is one of a list, and "
                "[words](https://example.org) make a link."
            )
            % {"words": BIO_WORDS},
        )

    def clean_bio(self) -> Written:
        bio: Written = self.cleaned_data["bio"]
        if (longest := max(map(len, bio.values()), default=0)) > BIO_LETTERS:
            long = _("Please keep each text under %(limit)s characters; the longest has %(length)s.")
            raise forms.ValidationError(long, params={"limit": BIO_LETTERS, "length": longest})
        return bio

    def preview(self) -> list[tuple[str, str, int | None]]:
        """Each text that was written: its language, the text, and how many words a reader counts in it; None where
        words are not set apart by blanks."""
        written = {language: text for language, text in self.cleaned_data["bio"].items() if text}
        return [
            (language, text, None if language in WITHOUT_BLANKS else len(markdown.plain(text).split()))
            for language, text in written.items()
        ]


class PhotoForm(forms.Form):
    """A photo, and the square of it that is shown: drawn with the script, or one of six without."""

    PLACES = (
        ("face", _("The middle, a little above: right for most portraits")),
        ("top", _("The top")),
        ("centre", _("The very middle")),
        ("bottom", _("The bottom")),
        ("left", _("The left side")),
        ("right", _("The right side")),
    )
    CROP = ("crop_left", "crop_top", "crop_size")

    photo = forms.FileField(
        label=_("Choose a photo"),
        help_text=format_lazy(
            _(
                "JPEG, PNG or WebP, at most {size} MB, at least {least} pixels on each side. Your face, from near."
            ),
            size=images.MAX_BYTES // 1024**2,
            least=images.MIN_SIDE,
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={
            "required": _("Choose a photo first."),
            "empty": _("This file is empty. Choose the photo again."),
        },
    )
    place = forms.ChoiceField(
        label=_("Which part is shown?"),
        help_text=_("Photos are shown as squares."),
        choices=PLACES,
        initial="face",
        widget=forms.RadioSelect(attrs={"class": "two"}),
    )
    crop_left = forms.FloatField(min_value=0, max_value=1, required=False, widget=forms.HiddenInput)
    crop_top = forms.FloatField(min_value=0, max_value=1, required=False, widget=forms.HiddenInput)
    crop_size = forms.FloatField(min_value=0, max_value=1, required=False, widget=forms.HiddenInput)

    crop: images.Crop

    def clean_photo(self) -> Any:
        photo = self.cleaned_data["photo"]
        try:
            self.width, self.height = images.check(photo)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.reason, code="photo") from refusal
        return photo

    def clean(self) -> None:
        for name in self.CROP:
            self.errors.pop(name, None)  # nobody types these; a square that makes no sense is none
        if self.errors:
            return
        drawn = [self.cleaned_data.get(name) for name in self.CROP]
        if None in drawn:
            self.crop = images.Crop.placed(self.cleaned_data["place"], self.width, self.height)
        else:
            self.crop = images.Crop(*drawn)  # type: ignore[arg-type]

    def save(self, speaker: Speaker) -> None:
        """Keep the photo, and have its sizes drawn."""
        speaker.keep_photo(self.cleaned_data["photo"], asdict(self.crop))


class ConsentForm(forms.Form):
    """What they agree to, each apart from the others."""

    MEANING = {
        Consent.Scope.LISTED: (
            _("Show me on the public pages"),
            _(
                "Your name, role, organisation, country, bio, links and photo, and the sessions you speak in. "
                "Without it nobody sees your profile. When you take it back, the pages stop showing you at once, "
                "and your photo is taken off the site; copies that others have made we cannot call back."
            ),
        ),
        Consent.Scope.RECORDED: (
            _("My sessions may be recorded"),
            _("Sound and picture, for those who could not come. Closed sessions are never recorded."),
        ),
        Consent.Scope.PHOTOGRAPHED: (
            _("I may be photographed"),
            _("By the forum’s own photographers, while you speak and between sessions."),
        ),
    }

    def __init__(self, speaker: Speaker, data: Any = None) -> None:
        super().__init__(data)
        self.speaker = speaker
        for scope, (label, meaning) in self.MEANING.items():
            self.fields[scope.value] = forms.BooleanField(
                label=format_html('{}<span class="choice-note">{}</span>', label, meaning),
                required=False,
                initial=speaker.agreement(scope) is not None,
            )

    def save(self) -> None:
        """Give what was newly ticked, withdraw what was unticked; leave the rest as it was."""
        for scope in self.changed_data:
            if self.cleaned_data[scope]:
                self.speaker.agree(scope)
            else:
                self.speaker.withdraw(scope)
