"""The forms of this storey."""

from registration.forms.addresses import CorrectEmailForm, LostLinkForm
from registration.forms.registering import AgreementForm, RegistrationForm

__all__ = ["AgreementForm", "CorrectEmailForm", "LostLinkForm", "RegistrationForm"]
