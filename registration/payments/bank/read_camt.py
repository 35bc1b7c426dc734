"""Reading a camt.053 (ISO 20022, bank to customer statement), in whichever of its versions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.utils.translation import gettext as _

from forum.errors import Refusal
from registration.models.entry import Entry
from registration.payments.bank.found import Found, clean
from registration.payments.bank.values import Unreadable, minor_units

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NOTHING = {"", "NOTPROVIDED", "NONREF", "NOT PROVIDED"}


def read_camt(data: bytes) -> Found:
    """Read the credits of all statements in it. Raises Refusal when it is no camt.053, or has entities in it."""
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Refusal(
            _(
                "This file defines entities, which no bank statement needs and which can do harm. It was not read."
            )
        ) from error
    except ParseError as error:
        line, column = error.position
        raise Refusal(
            _("This file is no whole XML: line %(line)s, column %(column)s cannot be read.")
            % {"line": line, "column": column + 1}
        ) from error
    except (LookupError, ValueError) as error:
        raise Refusal(_("This file is in an encoding that cannot be read. Save it as UTF-8.")) from error
    for element in root.iter():  # versions differ in their namespace and little else
        element.tag = str(element.tag).rpartition("}")[2]
    statements = root.findall("BkToCstmrStmt/Stmt")
    if not statements:
        raise Refusal(
            _("This is XML, but no bank statement as camt.053. Ask your bank’s site for that format.")
        )
    found = Found("camt.053")
    for number, entry in enumerate((one for each in statements for one in each.findall("Ntry")), 1):
        where = _("entry %(number)s") % {"number": number}
        try:
            found.entries += _credits(entry, where, found)
        except Unreadable as fault:
            found.remarks.append(_("Entry %(number)s: %(fault)s.") % {"number": number, "fault": fault})
    return found


def _credits(entry: Element, where: str, found: Found) -> list[Entry]:
    """What one entry brought: one credit, or each of a batch."""
    if _said(entry, "CdtDbtInd") != "CRDT":
        found.went_out += 1
        return []
    if (_said(entry, "Sts/Cd") or _said(entry, "Sts") or "BOOK") != "BOOK":
        raise Unreadable(_("it is not booked yet; it will come with a later statement"))
    if _said(entry, "RvslInd") in {"true", "1"}:
        raise Unreadable(_("it is money of yours that came back, no payment"))
    total, currency = _money(entry.find("Amt"))
    booked_on = _day(entry)
    parts = entry.findall("NtryDtls/TxDtls")
    sums = [total] if len(parts) < 2 else list(_sums(parts, currency))
    if sum(sums) != total:
        raise Unreadable(
            _("the %(count)s payments in it do not add up to it; book them by hand") % {"count": len(parts)}
        )
    batch = len(parts) > 1
    return [
        Entry(
            where=_("%(entry)s, payment %(part)s") % {"entry": where, "part": number} if batch else where,
            booked_on=booked_on,
            amount=amount,
            currency=currency,
            payer=_payer(part)[:200],
            text=_text(part, entry if not batch else None)[:1000],
            bank_reference=_said(part, "Refs/AcctSvcrRef") or _said(entry, "AcctSvcrRef"),
        )
        for number, (part, amount) in enumerate(zip(parts or [entry], sums, strict=True), 1)
        if amount > 0
    ]


def _sums(parts: list[Element], currency: str) -> Iterator[int]:
    """What each payment of a batch brought, in minor units; what it took is negative. Raises Unreadable."""
    for part in parts:
        for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/CntrValAmt/Amt", "AmtDtls/InstdAmt/Amt"):
            element = part.find(path)
            if element is not None and element.get("Ccy", currency) == currency:
                amount = _money(element, currency)[0]
                yield -amount if _said(part, "CdtDbtInd") == "DBIT" else amount
                break
        else:
            raise Unreadable(
                _("it is a batch whose payments have no amounts of their own; book them by hand")
            )


def _money(element: Element | None, presumed: str = "") -> tuple[int, str]:
    currency = "" if element is None else element.get("Ccy", presumed).strip()
    if element is None or not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise Unreadable(_("it has no amount with a currency"))
    currency = currency.upper()
    amount = minor_units(element.text or "", currency)
    if amount < 0:
        raise Unreadable(_("its amount is below nothing"))
    return amount, currency


def _day(entry: Element) -> date:
    for path in ("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm"):
        if said := _said(entry, path):
            try:
                return date.fromisoformat(said[:10])
            except ValueError:
                raise Unreadable(_("the date “%(text)s” cannot be read") % {"text": said[:40]}) from None
    raise Unreadable(_("it has no date"))


def _payer(part: Element) -> str:
    for who in ("Dbtr", "UltmtDbtr", "InitgPty"):
        for path in (f"RltdPties/{who}/Pty/Nm", f"RltdPties/{who}/Nm"):
            if name := _said(part, path):
                return name
    return ""


def _text(part: Element, entry: Element | None) -> str:
    """What the payer wrote, as text and as references; beside a batch, what the bank wrote to the whole."""
    paths = (
        "RmtInf/Ustrd",
        "RmtInf/Strd/CdtrRefInf/Ref",
        "RmtInf/Strd/AddtlRmtInf",
        "RmtInf/Strd/RfrdDocInf/Nb",
    )
    said = [clean(one.text or "") for path in paths for one in part.findall(path)]
    said += [_said(part, "Refs/EndToEndId"), _said(part, "AddtlTxInf")]
    if entry is not None:
        said.append(_said(entry, "AddtlNtryInf"))
    return " ".join(dict.fromkeys(words for words in said if words.upper() not in _NOTHING))


def _said(element: Element, path: str) -> str:
    found = element.find(path)
    return "" if found is None else clean(found.text or "")
