"""Burmese: the year, the month, the day, then its name, “2017 နိုဝင်ဘာ 14 အင်္ဂါ” (CLDR, yMMMMEEEEd). Months are never
shortened: what is left of them is not read as a month."""

DATE_FORMAT = "Y F j"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "Y F j, H:i"
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3

globals().update(
    {
        "l j F": "F j l",
        "l j F Y": "Y F j l",
        "D j M": "F j D",
        "j F Y": "Y F j",
        "j F Y, H:i": "Y F j, H:i",
        "j–j F Y": "Y F j–j",
        "j F – j F Y": "Y F j – F j",
        "j F Y – j F Y": "Y F j – Y F j",
    }
)
