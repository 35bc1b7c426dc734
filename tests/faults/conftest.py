"""What the tests of faults share: a mail server on cue, and something to order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registration.models import TicketType
from tests import make
from tests.faults.mail_on_cue import MailOnCue


@pytest.fixture(scope="session")
def _mail_server() -> Iterator[MailOnCue]:
    with MailOnCue() as server:
        yield server


@pytest.fixture
def kind(transactional_db: None) -> TicketType:
    """A free ticket of which there are plenty, for the one group of an edition."""
    edition = make.edition()
    make.group(edition)
    return make.ticket_type(edition, size=1000)
