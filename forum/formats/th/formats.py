"""Thai: “วันอังคารที่ 14 พฤศจิกายน 2017” (CLDR, yMMMMEEEEd)."""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y, H:i"
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3

globals().update(
    {
        "l j F": "lที่ j F",
        "l j F Y": "lที่ j F Y",
        "D j M": "D j M",
        "j F Y": "j F Y",
        "j F Y, H:i": "j F Y, H:i",
        "j–j F Y": "j–j F Y",
        "j F – j F Y": "j F – j F Y",
        "j F Y – j F Y": "j F Y – j F Y",
    }
)
