"""Reading a programme from a file, whichever of the formats it has."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from agenda.frab.lenient import Lenient
from agenda.frab.programme import Programme
from agenda.frab.read_json import read_json
from agenda.frab.read_xml import read_xml
from forum.errors import Refusal

MAX_BYTES = 8 * 2**20
MAX_EVENTS = 5000


def read(data: bytes, zone: ZoneInfo) -> Programme:
    """Read a programme; times without an offset are local to `zone`, unless the file names its own time zone.

    What can be understood is taken; what cannot is said in the programme's remarks. Raises Refusal when the whole is
    no programme, or larger than any.
    """
    if len(data) > MAX_BYTES:
        raise Refusal(
            _("This file is larger than %(limit)s MB. No programme is.") % {"limit": MAX_BYTES // 2**20}
        )
    beginning = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not beginning:
        raise Refusal(_("This file is empty."))
    raw = read_json(data.removeprefix(b"\xef\xbb\xbf")) if beginning[:1] in {b"{", b"["} else read_xml(data)
    if sum(len(day.events) for day in raw.days) > MAX_EVENTS:
        raise Refusal(
            _("This file has more than %(limit)s sessions. No programme has.") % {"limit": MAX_EVENTS}
        )
    return Lenient(raw, zone).programme
