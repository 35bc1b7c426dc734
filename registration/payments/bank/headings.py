"""The many names that banks give to the columns of their tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

NAMES: dict[str, str] = {
    "date": """
        booking date | booked on | date booked | posting date | posted date | post date | transaction date | trans date
        | txn date | date | entry date | buchungstag | buchungsdatum | buchung | datum | date comptable
        | date opération | fecha | data | วันที่ทำรายการ | วันที่รายการ | วันที่ | วัน เดือน ปี | ว/ด/ป | ရက်စွဲ""",
    "value date": "value date | valuta | valutadatum | wertstellung | wertstellungstag | effective date | วันที่มีผล",
    "amount": """
        amount | transaction amount | booking amount | betrag | umsatz | montant | importe | bedrag | value
        | จำนวนเงิน | ยอดเงิน | จำนวน | ပမာဏ""",
    "credit": """
        credit | credits | credit amount | deposit | deposits | deposit amount | paid in | money in | received
        | haben | gutschrift | gutschriften | eingang | crédit | เงินฝาก | ฝาก | ฝากเงิน | เงินเข้า | เครดิต | รับ | รายรับ
        | จำนวนเงินฝาก""",
    "debit": """
        debit | debits | debit amount | withdrawal | withdrawals | withdrawal amount | paid out | money out | soll
        | lastschrift | belastung | ausgang | débit | เงินถอน | ถอน | ถอนเงิน | เงินออก | เดบิต | จ่าย | รายจ่าย
        | จำนวนเงินถอน""",
    "sign": """
        cr dr | dr cr | credit debit | debit credit | credit debit indicator | debit credit indicator | soll haben
        | s h | indicator""",
    "currency": "currency | ccy | curr | währung | waehrung | devise | moneda | สกุลเงิน",
    "payer": """
        payer | payer name | name of payer | paid by | sender | sender name | from | remitter | remitter name
        | ordering party | ordering customer | debtor | debtor name | counterparty | counterparty name | partner
        | partner name | name | auftraggeber | auftraggeber beguenstigter | auftraggeber begünstigter
        | auftraggeber empfänger | beguenstigter zahlungspflichtiger | begünstigter zahlungspflichtiger
        | zahlungspflichtiger | zahlungspflichtige r | name zahlungsbeteiligter | zahlungsbeteiligter | empfänger
        | absender | ชื่อผู้โอน | ผู้โอน | ชื่อผู้ชำระ | จาก | ชื่อบัญชีผู้โอน""",
    "text": """
        text | description | details | transaction details | narrative | narration | memo | remark | remarks
        | particulars | purpose | message | note | notes | comment | remittance information | payment details
        | additional information | verwendungszweck | zahlungsgrund | mitteilung | libellé | concepto
        | รายละเอียด | หมายเหตุ | คำอธิบาย | บันทึกช่วยจำ | รายการ""",
    "reference": """
        reference | ref | ref no | reference no | reference number | payment reference | customer reference
        | end to end id | end to end reference | endtoendid | kundenreferenz | kundenreferenz end to end
        | mandatsreferenz | referenz | référence | transaction id | transaction reference | ref 1 | ref 2 | ref1 | ref2
        | เลขที่อ้างอิง | อ้างอิง | หมายเลขอ้างอิง""",
}
_CURRENCY = re.compile(r"[(\[]\s*([A-Za-z]{3})\s*[)\]]|\bin ([A-Z]{3})\s*$|\b([A-Z]{3})\s*$")


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", name.casefold()).split())


_KNOWN = {_plain(name): kind for kind, names in NAMES.items() for name in names.split("|")}


@dataclass
class Headings:
    """Which columns hold what; a kind may stand in several. `currency` is the one that a heading names."""

    columns: dict[str, list[int]] = field(default_factory=dict)
    currency: str = ""

    @classmethod
    def of(cls, row: list[str]) -> Headings:
        """What this row would mean as a row of headings."""
        found = cls()
        for number, heading in enumerate(row):
            kind = _KNOWN.get(_plain(heading))
            named = _CURRENCY.search(heading)
            if kind is None and named:
                kind = _KNOWN.get(_plain(heading[: named.start()]))
                if kind in {"amount", "credit", "debit"}:
                    found.currency = next(filter(None, named.groups())).upper()
            if kind:
                found.columns.setdefault(kind, []).append(number)
        return found

    @property
    def fits(self) -> bool:
        """Whether lines can be read by them."""
        has_date = "date" in self.columns or "value date" in self.columns
        return has_date and ("amount" in self.columns or "credit" in self.columns)

    def words(self, row: list[str]) -> list[str]:
        """What may hold an order's code. Where no heading says so, it is all that no heading explains."""
        if "text" in self.columns or "reference" in self.columns:
            return self.all(row, "text", "reference")
        explained = {place for places in self.columns.values() for place in places}
        return [text.strip() for place, text in enumerate(row) if place not in explained and text.strip()]

    def first(self, row: list[str], *kinds: str) -> str:
        """What stands under the first of these kinds that is filled; empty when none is."""
        return next(iter(self.all(row, *kinds)), "")

    def all(self, row: list[str], *kinds: str) -> list[str]:
        """What stands under all these kinds, empty boxes left out."""
        places = [place for kind in kinds for place in self.columns.get(kind, ())]
        return [text for place in places if place < len(row) and (text := row[place].strip())]
