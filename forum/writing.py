"""What the characters of a text tell about it: which way it runs, whose Han forms it wants, what can be printed, and
where a name stands among others."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

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
# Thai and Lao write these vowels before the consonant that they follow in speech.
VOWELS_IN_FRONT = "เแโใไເແໂໃໄ"
_VOWEL_IN_FRONT = re.compile(f"([{VOWELS_IN_FRONT}])([ก-ฮກ-ຮ])")
# Apostrophes and letters that stand for one, accents of Latin letters, tones and silencing signs of Thai and Lao.
_ASIDE = re.compile("['’\u02b0-\u036f\u0e47-\u0e4c\u0e4e\u0ec8-\u0ecc]")
# Latin letters that Unicode does not take for others with an accent, and vowels of Thai and Lao that it takes apart.
_PLAIN = {
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i",
    "\u0e4d\u0e32": "\u0e33", "\u0ecd\u0eb2": "\u0eb3",
}  # fmt: skip
_NOT_PLAIN = re.compile("|".join(_PLAIN))
_TITLES = {"dr", "mr", "mrs", "ms", "mx", "prof", "professor", "rev", "sir"}
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


def without_titles(name: str) -> list[str]:
    """The words of a name, titles left out."""
    words = [word for word in name.split() if any(sign.isalpha() for sign in word)]
    return [word for word in words if word.rstrip(".").casefold() not in _TITLES] or words


@lru_cache(maxsize=4096)
def place_in_list(name: str) -> tuple[str, str]:
    """What every list of names in many scripts is sorted by: Latin first, from A to Z, then one script after the other.

    Titles, case, accents and tones do not count, nor signs in front. Thai and Lao stand by their consonants, as in
    dictionaries, although some vowels are written before them. What has no letter comes first.
    """
    plain = _ASIDE.sub("", unicodedata.normalize("NFKD", " ".join(without_titles(name)))).casefold()
    plain = _NOT_PLAIN.sub(lambda found: _PLAIN[found[0]], plain)
    letters = next((plain[at:] for at, sign in enumerate(plain) if sign.isalpha()), "")
    return _VOWEL_IN_FRONT.sub(r"\2\1", letters), name


def first_letter(name: str) -> str:
    """The letter that a name is filed under in such a list, in Latin without its accent; “#” when it has none."""
    letters, _name = place_in_list(name)
    return letters[:1].upper() or "#"


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
