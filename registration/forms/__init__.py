"""The forms of this storey."""

from registration.forms.addresses import CorrectEmailForm, LostLinkForm
from registration.forms.agreeing import AgreementForm
from registration.forms.billing import BillingDetailsForm
from registration.forms.registering import RegistrationForm

__all__ = ["AgreementForm", "BillingDetailsForm", "CorrectEmailForm", "LostLinkForm", "RegistrationForm"]
