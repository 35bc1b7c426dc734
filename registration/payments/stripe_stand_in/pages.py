"""What people see: the page on which a checkout is paid, and a list of what was asked, paid and told."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from registration.payments.stripe_stand_in.amounts import written
from registration.payments.stripe_stand_in.card_form import FIRST, CardForm, PayerForm
from registration.payments.stripe_stand_in.cards import CARDS, plain, spaced
from registration.payments.stripe_stand_in.checkouts import Checkouts, way_back
from registration.payments.stripe_stand_in.errors import Refused
from registration.payments.stripe_stand_in.events import Events
from registration.payments.stripe_stand_in.exchange import Answer, Asked
from registration.payments.stripe_stand_in.store import Record, Store

OFFERED = ["4242424242424242", "4000000000000002", "4000000000009995", "4000000000005126"]
STYLES = Path(__file__).parent / "checkout.css"
SAFE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


class Pages:
    """Answers a browser."""

    def __init__(self, store: Store, events: Events, checkouts: Checkouts):
        self._store = store
        self._events = events
        self._checkouts = checkouts

    def answer(self, asked: Asked) -> Answer:
        """Show a page, or do what its form asks."""
        method = "GET" if asked.method == "HEAD" else asked.method
        try:
            match method, *asked.path.strip("/").split("/"):
                case "GET", "":
                    return self._overview(asked)
                case "GET", "c", "style.css":
                    return _styles()
                case "GET", "c", "pay", id:
                    return self._page(asked, self._checkouts.find(id))
                case "POST", "c", "pay", id:
                    return self._pay(asked, self._checkouts.find(id))
                case "POST", "c", "bank", id:
                    return self._bank(asked, id)
        except Refused:
            pass
        return _page(asked, "nothing", {}, status=404)

    def _overview(self, asked: Asked) -> Answer:
        checkouts = [_shown(checkout) for checkout in self._checkouts.all()[:50]]
        told = {row["event"]: row for row in self._store.rows("SELECT * FROM delivery ORDER BY number")}
        events = [{"event": event, "told": told.get(event["id"])} for event in self._store.all("event")[:50]]
        url = self._store.setting("notices")
        return _page(asked, "overview", {"checkouts": checkouts, "events": events, "notices": url})

    def _page(self, asked: Asked, checkout: Record) -> Answer:
        if checkout["status"] != "open":
            return self._finished(asked, checkout)
        number = parse_qs(asked.query).get("card", [""])[0]
        first = {**FIRST, **({"number": spaced(number)} if number in CARDS else {})}
        known_email = checkout["customer_email"]
        form = CardForm(initial=first, today=self._today(), known_email=known_email)
        return self._open(
            asked, checkout, form, PayerForm(initial=FIRST, known_email=known_email, prefix="bank")
        )

    def _open(self, asked: Asked, checkout: Record, form: CardForm, bank: PayerForm) -> Answer:
        chosen = plain(str(form["number"].value()))
        cards = [
            {
                "number": spaced(number),
                "plain": number,
                "about": CARDS[number].about,
                "is_chosen": number == chosen,
            }
            for number in OFFERED
        ]
        takes_time = len(checkout["payment_method_types"]) > 1
        shown = {
            "checkout": _shown(checkout),
            "form": form,
            "bank": bank,
            "cards": cards,
            "takes_time": takes_time,
        }
        return _page(asked, "pay", shown, checkout)

    def _finished(self, asked: Asked, checkout: Record) -> Answer:
        waits = self._checkouts.waits_for_a_bank(checkout)
        return _page(
            asked,
            "finished",
            {"checkout": _shown(checkout), "waits": waits, "back": way_back(checkout)},
            checkout,
        )

    def _pay(self, asked: Asked, checkout: Record) -> Answer:
        if checkout["status"] != "open":
            return self._finished(asked, checkout)
        given = QueryDict(asked.body)
        known_email = checkout["customer_email"]
        by_bank = given.get("method") == "bank"
        form = CardForm(
            None if by_bank else given, initial=FIRST, today=self._today(), known_email=known_email
        )
        bank = PayerForm(given if by_bank else None, initial=FIRST, known_email=known_email, prefix="bank")
        if not (bank if by_bank else form).is_valid():
            return self._open(asked, checkout, form, bank)
        if by_bank:
            return self._left(asked, self._checkouts.ask_a_bank(checkout["id"], bank.payer), bank.payer.email)
        number = form.cleaned_data["number"]
        checkout, refused = self._checkouts.pay(checkout["id"], form.payer, number)
        if refused:
            form.add_error("number", ValidationError(refused.decline))
            return self._open(asked, checkout, form, bank)
        return self._left(asked, checkout, form.payer.email)

    def _left(self, asked: Asked, checkout: Record, email: str) -> Answer:
        """Back to the product, unless somebody else was faster or the time had passed."""
        details = checkout["customer_details"]
        if checkout["status"] != "complete" or details["email"] != email:
            return self._finished(asked, checkout)
        return Answer(303, headers={**SAFE, "Location": way_back(checkout)})

    def _bank(self, asked: Asked, id: str) -> Answer:
        pays = QueryDict(asked.body).get("answer") == "yes"
        self._checkouts.answer_of_the_bank(id, pays=pays)
        return Answer(303, headers={**SAFE, "Location": f"/c/pay/{id}"})

    def _today(self) -> tuple[int, int]:
        today = datetime.datetime.fromtimestamp(self._store.now(), datetime.UTC)
        return today.year, today.month


def _shown(checkout: Record) -> dict[str, Any]:
    lines = [
        {**line, "about": line["_about"], "amount": written(line["amount_total"], line["currency"])}
        for line in checkout["_lines"]
    ]
    until = datetime.datetime.fromtimestamp(checkout["expires_at"], datetime.UTC)
    amount = written(checkout["amount_total"], checkout["currency"])
    return {**checkout, "lines": lines, "amount": amount, "until": until}


def _page(
    asked: Asked, name: str, context: dict[str, Any], checkout: Record | None = None, status: int = 200
) -> Answer:
    """A page from its template; its forms may lead to where the checkout leads, and nowhere else."""
    targets = {f"{url.scheme}://{url.netloc}" for url in _ways_out(checkout)}
    policy = (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {' '.join(sorted(targets))}"
    )
    with translation.override(_language(asked, checkout)):
        page = render_to_string(f"dev/checkout/{name}.html", context)
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy.strip()}
    return Answer(status, page.encode(), {**SAFE, **headers})


def _ways_out(checkout: Record | None) -> list[Any]:
    urls = [checkout["success_url"], checkout["cancel_url"]] if checkout else []
    return [urlsplit(url) for url in urls if url]


def _language(asked: Asked, checkout: Record | None) -> str:
    """The language that the product asked for, else the browser's, else the first of ours."""
    named = checkout and checkout["locale"] not in {None, "auto"} and [checkout["locale"]]
    for language in named or [
        language for language, _ in parse_accept_lang_header(asked.headers.get("accept-language", ""))
    ]:
        try:
            return translation.get_supported_language_variant(language)
        except LookupError:
            continue
    return "en"


def _styles() -> Answer:
    tokens = finders.find("css/tokens.css")
    sheets = [Path(str(tokens)), STYLES]
    body = "".join(sheet.read_text() for sheet in sheets).encode()
    return Answer(200, body, {"Content-Type": "text/css; charset=utf-8", "Cache-Control": "no-cache"})
