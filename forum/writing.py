"""What the characters of a text tell about it: which way it runs, whose Han forms it wants, what can be printed."""

from __future__ import annotations

import re
import unicodedata

from forum import pdf

# Arabic with its Persian, Urdu and Kurdish letters, and Burmese with Shan, Mon and Karen: deep below the line.
_DEEP = re.compile(
    "[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f\ufb50-\ufdff\ufe70-\ufeff]"
)
# The other scripts that write signs above and below the letters, from Thaana to Khmer.
_TALL = re.compile("[\u0700-\u074f\u0780-\u0fff\u1780-\u18ff\ua8e0-\ua8ff\U00010d00-\U00010d3f]")
# Scripts in which a line may end within a name, as between the letters of a Chinese one.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_HAN = re.compile("[\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_HANGUL = re.compile("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")
# Latin letters that Unicode does not take for others with an accent.
_PLAIN = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
        "Œ": "Oe",
        "ı": "i",
    }
)
_VOWEL_IN_FRONT = re.compile("([\u0e40-\u0e44\u0ec0-\u0ec4])(.)")
_JOINERS = "\u200c\u200d"

_HAN_OF_COUNTRY = {
    "CN": "zh-Hans", "SG": "zh-Hans", "MY": "zh-Hans", "TW": "zh-Hant", "HK": "zh-HK", "MO": "zh-HK", "JP": "ja",
    "KR": "ko", "KP": "ko",
}  # fmt: skip
_HAN_OF_CODEC = {"gb2312": "zh-Hans", "big5": "zh-Hant", "shift_jis": "ja", "euc_kr": "ko"}


def printable(text: object) -> str:
    """Make one line of `text` that is safe to print among others.

    Line breaks become spaces. Control characters, marks that turn the direction of what follows, variation selectors
    and symbols that no face of ours draws (emoji) are dropped; letters never are. The result is in NFC.
    """
    line = " ".join(unicodedata.normalize("NFC", str(text)).split())
    kept = "".join(sign for sign in line if _is_kept(sign))
    return " ".join(word for word in kept.split() if word.strip(_JOINERS))


def place_in_list(text: str) -> tuple[str, str]:
    """What a list of names in many scripts is sorted by: Latin first, from A to Z, then one script after the other.

    Case and accents do not count, nor signs in front. Thai and Lao stand by their consonants, as in dictionaries,
    although some vowels are written before them.
    """
    plain = "".join(
        sign
        for sign in unicodedata.normalize("NFKD", text.translate(_PLAIN))
        if not "\u0300" <= sign <= "\u036f"
    )
    letters = next((plain[at:] for at, sign in enumerate(plain) if sign.isalnum()), plain)
    return _VOWEL_IN_FRONT.sub(r"\2\1", letters.casefold()), text


def _is_kept(sign: str) -> bool:
    category = unicodedata.category(sign)
    if category[0] == "C":
        return sign in _JOINERS
    if 0xFE00 <= ord(sign) <= 0xFE0F or ord(sign) >= 0xE0000:
        return False
    return category[0] != "S" or ord(sign) in pdf.drawable()


def direction(text: str) -> str:
    """“rtl” or “ltr”, by the first letter that has a direction (rule P2 of the Unicode Bidirectional Algorithm)."""
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in {"R", "AL"}:
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def leading(text: str) -> float | None:
    """The height of a line that sets `text` well, in ems; None is the one that its face asks for."""
    if _DEEP.search(text):
        return 1.65  # the faces ask for more than 2.1, to be ready for what no name stacks
    return None if _TALL.search(text) else 1.2


def is_unspaced(text: str) -> bool:
    """Whether a line of `text` could end within a word, its script having no spaces between words."""
    return bool(_UNSPACED.search(text))


def han_language(text: str, country: str = "") -> str:
    """The language tag (BCP 47) whose forms of Han characters fit `text`, or "" when it has none to fit.

    `country` (ISO 3166-1 alpha-2) decides before the characters themselves do, which cannot always tell.
    """
    if _KANA.search(text):
        return "ja"
    if _HANGUL.search(text):
        return "ko"
    han = "".join(_HAN.findall(text))
    if not han:
        return ""
    if country.upper() in _HAN_OF_COUNTRY:
        return _HAN_OF_COUNTRY[country.upper()]
    for codec, language in _HAN_OF_CODEC.items():
        try:
            han.encode(codec)
        except UnicodeEncodeError:
            continue
        return language
    return "zh-Hans"
