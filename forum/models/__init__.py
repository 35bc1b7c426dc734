"""The nouns of the floor."""

from forum.models.duty import Duty
from forum.models.edition import Edition, Phase
from forum.models.interest import Interest
from forum.models.job import Job
from forum.models.message import Message
from forum.models.page import Page, PageVersion
from forum.models.partner import Partner
from forum.models.public_change import PublicChange, shown_in_public
from forum.models.stakeholder_group import StakeholderGroup
from forum.models.user import User

__all__ = [
    "Duty",
    "Edition",
    "Interest",
    "Job",
    "Message",
    "Page",
    "PageVersion",
    "Partner",
    "Phase",
    "PublicChange",
    "StakeholderGroup",
    "User",
    "shown_in_public",
]
