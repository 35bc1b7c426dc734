"""Which words visitors see: ours, and those of Django and allauth that reach them.

GNU xgettext reads the sources; templates are first turned into what it understands, as Django's makemessages does.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import allauth
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

APPS = ("forum", "speakers", "agenda", "registration")
# The back office and the demo's doors speak English.
BEHIND = re.compile(
    r"admin|/(?:dev|seed|management|migrations|catalogues|stripe_stand_in)/"
    r"|agenda/(?:imports|frab)/.*|registration/(?:badges/(?:batch|printing)|forms/(?:badges|bank|by_hand|waiting_back))\.py"
    r"|registration/exports/.*"
    r"|registration/payments/bank/.*|registration/models/(?:bank_statement|statement_line|line_words|refund_rule)\.py"
    r"|registration/(?:models/(?:announcement|bulk_plan|bulk_refund|bulk_refund_part|dispute)|forms/in_bulk)\.py"
    r"|registration/models/(?:billing_details|invoice|invoice_line|invoice_series|taxed)\.py"
    r"|registration/(?:tables/guest_plan\.py|forms/guest_sheet\.py|models/guest.*\.py)"
    r"|registration/models/(?:question|question_option|answer|quota_counting|set_aside)\.py"
    r"|registration/forms/(?:group_change|set_aside)\.py"
    r"|agenda/models/(?:clash|deed|held|move|rearrangement|slot|stretch)\.py|speakers/models/availability\.py"
    r"|forum/(?:kept_file|models/issuer)\.py"
    r"|registration/reconciliation/.*|registration/(?:attendee_list|models/ledger)\.py"
    r"|forum/site/(?:dashboard|matter|matters_of_money|styleguide|translating|translations)\.py|templates/forum/styleguide\.html"
)

# The modules of others whose words can reach a visitor.
OTHERS = (
    "django/core/validators.py",
    "django/contrib/auth/password_validation.py",
    "django/db/models/base.py",
    "django/db/models/fields/__init__.py",
    "django/forms/boundfield.py",
    "django/forms/fields.py",
    "django/forms/forms.py",
    "django/forms/models.py",
    "django/forms/widgets.py",
    "django/utils/dates.py",
    "django/utils/text.py",
    "django/utils/timesince.py",
    "allauth/account/adapter.py",
    "allauth/account/forms.py",
    "allauth/account/fields.py",
    "allauth/mfa/adapter.py",
    "allauth/mfa/*/forms.py",
    "allauth/templates/account/messages/password_set.txt",
)
# What these modules say of things that this site does not have: no form asks for them.
ABSENT = re.compile(
    r"phone|username|\bJSON\b|UUID|IPv|%\(protocol\)s|domain name|comma|slug|duration|step size|decimal|digit"
    r"|ManagementForm|submit at (?:most|least)|duplicate|inline value|%\(pk\)s|Hidden field|time zone|between \{"
    r"|primary email|add more than|verified|assigned to|Remember Me|same email|email_field|Email \(|confirmation"
    r"|^Email|^Code$|[Pp]asswordless|^Master|^Backup|Key nr|registered with|associated with"
    r"|must be either|YYYY|\[DD\]|value must be|^(?:Enabled|Clear|Currently|Change)$",
    re.IGNORECASE,
)
# Of the fields of models only these are said to visitors; the rest describes columns.
COLUMNS = re.compile(r"already exists|cannot be")

_KEYWORDS = [
    "gettext_noop", "gettext_lazy", "ngettext_lazy:1,2", "pgettext:1c,2", "npgettext:1c,2,3", "pgettext_lazy:1c,2",
    "npgettext_lazy:1c,2,3",
]  # fmt: skip


def ours() -> list[Message]:
    """The words of our code and templates that visitors see, in the order of their places."""
    root = settings.BASE_DIR
    sources = [path for app in APPS for path in (root / app).rglob("*.py")]
    sources += [path for path in (root / "templates").rglob("*") if path.suffix in {".html", ".txt"}]
    return _read(root, (path for path in sources if not BEHIND.search(path.relative_to(root).as_posix())))


def borrowed() -> list[Message]:
    """The words of Django and allauth that visitors see, whether or not their own catalogues have them."""
    root = Path(allauth.__file__).parent.parent
    words = _read(root, (path for pattern in OTHERS for path in root.glob(pattern)))
    return [word for word in words if _reaches_visitors(word)]


def _reaches_visitors(word: Message) -> bool:
    places = {place for place, _line in word.locations}
    if places <= {"django/db/models/fields/__init__.py"}:
        return bool(COLUMNS.search(key(word)))
    return "django/utils/dates.py" in places or not ABSENT.search(key(word))


def key(word: Message) -> str:
    """The English words of a message; of one with a plural, the singular."""
    return word.id if isinstance(word.id, str) else word.id[0]


def _read(root: Path, sources: Iterable[Path]) -> list[Message]:
    names = sorted({path.relative_to(root).as_posix() for path in sources})
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            text = (root / name).read_text(encoding="utf-8")
            copy = Path(folder) / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text if name.endswith(".py") else templatize(text, origin=name), encoding="utf-8")
        command = [
            "xgettext",
            "--language=Python",
            "--from-code=UTF-8",
            "--add-comments=Translators",
            "--output=-",
        ]
        command += [f"--keyword={keyword}" for keyword in _KEYWORDS]
        answer = subprocess.run([*command, *names], cwd=folder, capture_output=True, check=True)  # noqa: S603
    return [word for word in _parsed(answer.stdout) if word.id]


def _parsed(text: bytes) -> Catalog:
    header = text.replace(b"nplurals=INTEGER; plural=EXPRESSION", b"nplurals=2; plural=(n != 1)")
    return read_po(BytesIO(header.replace(b"charset=CHARSET", b"charset=UTF-8")))
