"""What may be said when a checkout is made. What Stripe knows and the product has no use for is refused as unknown."""

from __future__ import annotations

from registration.payments.stripe_stand_in.amounts import MOST, currency
from registration.payments.stripe_stand_in.parameters import (
    address,
    choice,
    email,
    many,
    metadata,
    request,
    shape,
    text,
    whole,
)

# The bank that takes its time, by currency.
DELAYED = {"aud": "au_becs_debit", "cad": "acss_debit", "gbp": "bacs_debit", "usd": "us_bank_account"}
LOCALES = [
    "auto",
    "bg",
    "cs",
    "da",
    "de",
    "el",
    "en",
    "en-GB",
    "es",
    "es-419",
    "et",
    "fi",
    "fil",
    "fr",
    "fr-CA",
    "hr",
    "hu",
    "id",
    "it",
    "ja",
    "ko",
    "lt",
    "lv",
    "ms",
    "mt",
    "nb",
    "nl",
    "pl",
    "pt",
    "pt-BR",
    "ro",
    "ru",
    "sk",
    "sl",
    "sv",
    "th",
    "tr",
    "vi",
    "zh",
    "zh-HK",
    "zh-TW",
]
METHODS = ("card", "sepa_debit", *DELAYED.values())

create = request(
    {
        "mode": choice("payment"),
        "line_items": many(
            shape(
                {
                    "price_data": shape(
                        {
                            "currency": currency,
                            "unit_amount": whole(0, MOST),
                            "product_data": shape(
                                {"name": text(), "description": text(), "metadata": metadata},
                                required=("name",),
                            ),
                            "tax_behavior": choice("exclusive", "inclusive", "unspecified"),
                        },
                        required=("currency", "product_data", "unit_amount"),
                    ),
                    "quantity": whole(1, 999_999),
                },
                required=("price_data", "quantity"),
            )
        ),
        "success_url": address,
        "cancel_url": address,
        "client_reference_id": text(200),
        "customer_email": email,
        "expires_at": whole(),
        "locale": choice(*LOCALES),
        "metadata": metadata,
        "payment_intent_data": shape(
            {
                "description": text(1000),
                "metadata": metadata,
                "receipt_email": email,
                "capture_method": choice("automatic"),
            }
        ),
        "payment_method_types": many(choice(*METHODS)),
        "adaptive_pricing": shape({"enabled": choice("true", "false")}),
        "submit_type": choice("auto", "book", "donate", "pay"),
        "ui_mode": choice("hosted", "hosted_page"),
    },
    required=("mode", "line_items", "success_url"),
)
