"""Banks' files as tests need them."""

from __future__ import annotations

from collections.abc import Iterable

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."


def table(*lines: str, headings: str = "Date;Amount;Name;Text") -> bytes:
    """A table in CSV."""
    return "\n".join([headings, *lines]).encode()


def part(amount: str = "", text: str = "", name: str = "", *, version: str = "02", more: str = "") -> str:
    """One payment of an entry."""
    who = f"<Pty><Nm>{name}</Nm></Pty>" if version >= "08" else f"<Nm>{name}</Nm>"
    sums = (
        f'<Amt Ccy="USD">{amount}</Amt>'
        if version >= "04"
        else (f'<AmtDtls><TxAmt><Amt Ccy="USD">{amount}</Amt></TxAmt></AmtDtls>')
    )
    return (
        f"<TxDtls>{more}{sums if amount else ''}<RltdPties><Dbtr>{who}</Dbtr></RltdPties>"
        f"<RmtInf>{text}</RmtInf></TxDtls>"
    )


def entry(amount: str, *parts: str, sign: str = "CRDT", currency: str = "USD", more: str = "") -> str:
    """One entry of a statement."""
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{more or "<Sts>BOOK</Sts>"}'
        f"<BookgDt><Dt>2026-11-20</Dt></BookgDt><NtryDtls>{''.join(parts)}</NtryDtls></Ntry>"
    )


def camt(*entries: str, version: str = "02", head: str = "") -> bytes:
    """A camt.053 with these entries in one statement."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<Document xmlns="{NAMESPACE}{version}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def wrote(*lines: str) -> str:
    """What the payer wrote, as one or more lines."""
    return "".join(f"<Ustrd>{line}</Ustrd>" for line in lines)


def amounts(entries: Iterable[object]) -> list[int]:
    """Their amounts in minor units."""
    return [one.amount for one in entries]  # type: ignore[attr-defined]
