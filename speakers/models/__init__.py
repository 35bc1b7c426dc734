"""The nouns of this storey."""

from speakers.models.availability import Availability
from speakers.models.consent import Consent
from speakers.models.listed_speaker import ListedSpeaker
from speakers.models.own_appearance import OwnAppearance
from speakers.models.photographed import PhotoState
from speakers.models.speaker import Speaker

__all__ = ["Availability", "Consent", "ListedSpeaker", "OwnAppearance", "PhotoState", "Speaker"]
