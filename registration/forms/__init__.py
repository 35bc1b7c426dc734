"""The forms of this storey."""

from registration.forms.addresses import CorrectEmailForm, LostLinkForm
from registration.forms.agreeing import AgreementForm
from registration.forms.registering import RegistrationForm

__all__ = ["AgreementForm", "CorrectEmailForm", "LostLinkForm", "RegistrationForm"]
