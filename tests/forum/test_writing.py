"""What the characters of a text tell about it."""

from __future__ import annotations

import pytest

from forum import writing


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("  Anna \t\n Müller ", "Anna Müller"),
        ("Mu\u0308ller", "Müller"),
        ("\u202eAnna\u202c", "Anna"),
        ("An\u0000na\u0007", "Anna"),
        ("\u2066Anna\u2069", "Anna"),
        ("Sam 🎉 👩🏽‍💻 Star", "Sam Star"),
        ("葛\U000e0100城", "葛城"),
        ("ශ්‍රියානි", "ශ්‍රියානි"),
        ("می‌خواهم", "می‌خواهم"),
        ("ᏣᎳᎩ", "ᏣᎳᎩ"),
        ("Ärzte & Cie. ™ №1", "Ärzte & Cie. ™ №1"),
    ],
)
def test_a_text_is_printed_in_one_line_without_what_harms_its_neighbours(typed: str, printed: str) -> None:
    assert writing.printable(typed) == printed


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("Anna", "ltr"),
        ("ליאת Liat", "rtl"),
        ("(2) محمد", "rtl"),
        ("Liat ליאת", "ltr"),
        ("123", "ltr"),
        ("", "ltr"),
    ],
)
def test_a_text_runs_the_way_of_its_first_letter(text: str, direction: str) -> None:
    assert writing.direction(text) == direction


@pytest.mark.parametrize(
    ("text", "country", "language"),
    [
        ("高橋 はづき", "", "ja"),
        ("高橋", "JP", "ja"),
        ("高橋", "TW", "zh-Hant"),
        ("高橋", "", "zh-Hant"),
        ("欧阳晓雨", "", "zh-Hans"),
        ("李堃", "HK", "zh-HK"),
        ("南宮 하늘", "CN", "ko"),
        ("Anna", "JP", ""),
    ],
)
def test_han_characters_take_the_forms_of_kana_or_hangul_beside_them_then_of_the_country(
    text: str, country: str, language: str
) -> None:
    assert writing.han_language(text, country) == language


def test_only_scripts_without_spaces_could_be_broken_within_a_name() -> None:
    assert all(map(writing.is_unspaced, ("王小明", "สมหญิง", "ခင်နှင်း", "ສົມ", "សុខា", "하늘")))
    assert not any(map(writing.is_unspaced, ("Anna", "Ελένη", "ليلى", "कृष्णा", "ნინო", "ሰላም")))


@pytest.mark.parametrize(
    "wanted",
    [
        ["Ahmed", "Ámbar", "amina", "Zoë"],  # case and accents do not count
        ["Larsen", "Łukasz", "Lynn", "Ødegaard", "Olga"],
        ["“Beth”", "Carla"],  # nor signs in front
        ["Zoe", "Борис", "سمير", "สมชาย", "ခင်", "王小明"],  # one script after the other
        ["กมล", "เกศ", "โกวิท", "ขวัญ", "แขไข", "ไพลิน", "สมชาย"],  # Thai by its consonants
        ["กำแพง", "กิตติ", "ขวัญ"],  # and each vowel has its place
        ["ชาติ", "ช่าย", "ชาลี"],  # which tones do not change
        ["ກຳປູນ", "ເກດ", "ແກ້ວ", "ຂຽວ"],  # Lao like Thai
        ["Dr Aoife", "Prof. Bo", "Carla", "Sir Dan"],  # titles do not count
        ["O’Brien", "O'Dell", "Oskar"],
        ["7", "“”", "Anna", "สมชาย"],  # what has no letter comes first
        ["Anna", "anna"],  # and alike, the same way each time
    ],
)
def test_a_list_of_names_is_sorted_as_people_look_through_it(wanted: list[str]) -> None:
    muddled = wanted[1::2] + wanted[0::2]

    assert sorted(muddled, key=writing.place_in_list) == wanted


@pytest.mark.parametrize("text", ["", "–", "1", "เ", "\u0301"])
def test_what_holds_no_letter_has_a_place_too(text: str) -> None:
    assert writing.place_in_list(text)[1] == text


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("Đoàn Minh Anh", "D"),
        ("Ðóra", "D"),
        ("Dr Aoife", "A"),
        ("Ångström", "A"),
        ("Ægir", "A"),
        ("Þóra", "T"),
        ("ßeta", "S"),
        ("กมล", "ก"),
        ("เกศ", "ก"),
        ("ไพลิน", "พ"),
        ("ເກດ", "ກ"),
        ("ဦးအောင်", "ဥ"),
        ("李堃", "李"),
        ("7", "#"),
        ("", "#"),
    ],
)
def test_a_name_is_filed_under_its_first_letter_without_title_and_accent(name: str, letter: str) -> None:
    assert writing.first_letter(name) == letter
