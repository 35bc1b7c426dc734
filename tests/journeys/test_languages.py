"""Texts in scripts that write no spaces between words: lines end where words do, and nothing is wider than a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from forum.models import Edition
from tests import make

# Sentences as their words; a line may end between any two of them.
THAI = "ผู้|ที่|ทำงาน|พูด|ก่อน|ใน|ทุก|ห้อง|ประชุม|และ|ทุก|คน|ฟัง|ด้วย|ความ|เคารพ"
KHMER = "ខ្ញុំ|រៀន|ភាសា|ខ្មែរ|នៅ|សាលា|ក្នុង|ទីក្រុង|ភ្នំពេញ|យើង|រៀន|ជាមួយ|គ្នា"
BURMESE = "အလုပ်သမားများ|သည်|အစည်းအဝေး|တိုင်း|တွင်|ဦးစွာ|ပြောဆို|ကြသည်"
LONG = {
    "th": THAI.replace("|", "") * 4,
    "my": BURMESE.replace("|", "") * 4,
    "en": KHMER.replace("|", "") * 4,  # what somebody wrote in Khmer, in an edition that is not offered in it
}

LINES = """element => {
    const lines = [], walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let top = null;
    for (let node = walker.nextNode(); node; node = walker.nextNode())
        for (let at = 0; at < node.length; at++) {
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            const place = range.getBoundingClientRect();
            if (top === null || place.top - top > place.height / 2) { lines.push(""); top = place.top; }
            lines[lines.length - 1] += node.data[at];
        }
    return lines;
}"""


@pytest.fixture
def edition(transactional_db: None) -> Edition:
    """A forum all of whose texts are long and have no spaces."""
    edition = make.edition(
        languages=["en", "th", "my"], name=LONG, tagline=LONG, about=LONG, brings=LONG, place=LONG, city=LONG
    )
    group = make.group(edition, name=LONG, description=LONG)
    people = [
        make.speaker(
            edition,
            name=text[:190],
            role=text[:190],
            organisation=text[:190],
            bio=text,
            group=group,
            is_featured=True,
        )
        for text in LONG.values()
    ]
    for number in (1, 2, 3):
        make.day(edition, number, focus=LONG, description=LONG)
    fields: dict[str, Any] = {
        "track": make.track(edition, name=LONG),
        "format": make.format(edition, name=LONG),
    }
    session = make.session(
        edition,
        title=LONG,
        abstract=LONG,
        speakers=people,
        interpreted_languages=["th", "my", "km"],
        **fields,
    )
    make.slot(session, room=make.room(edition, name=LONG, directions=LONG))
    make.slot(edition=edition, title=LONG, at="12:00")
    make.ticket_type(edition, name=LONG, description=LONG, price=25000)
    make.page(edition, "words", title=LONG, body=LONG, in_menu=True)
    make.release(edition)
    return edition


@pytest.mark.parametrize("language", ["th", "my", "en"])
def test_long_texts_without_spaces_are_never_wider_than_a_phone(
    language: str, edition: Edition, page_at: Callable[..., Page]
) -> None:
    page = page_at(390)
    session, speaker = edition.sessions.get(), edition.speakers.first()
    too_wide = []

    for path in ("", "agenda/", f"agenda/{edition.starts_on}/", f"sessions/{session.slug}/", "speakers/",
                 f"speakers/{speaker.slug}/", "register/", "words/", "interest/", "account/login/code/"):  # fmt: skip
        page.goto(f"/{language}/{path}")
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            too_wide.append(path)

    assert not too_wide


def lines_at(text: Locator, width: int) -> list[str]:
    text.evaluate("(element, width) => { element.style.width = `${width}px`; }", width)
    lines: list[str] = text.evaluate(LINES)
    return lines


@pytest.mark.parametrize(("language", "sentence"), [("th", THAI), ("en", KHMER)], ids=["Thai", "Khmer"])
def test_a_line_in_thai_or_khmer_ends_where_a_word_does(
    language: str, sentence: str, page_at: Callable[..., Page], transactional_db: None
) -> None:
    edition = make.edition(languages=["en", "th"])
    make.page(edition, "words", body={language: sentence.replace("|", "")})
    page = page_at(390)
    page.goto(f"/{language}/words/")
    text = page.locator(".prose p")
    words = sentence.split("|")
    ends = {"".join(words[:number]) for number in range(len(words) + 1)}

    for width in range(120, 300, 30):
        lines = lines_at(text, width)

        assert "".join(lines) == "".join(words)
        assert len(lines) > 1
        assert all("".join(lines[:number]) in ends for number in range(len(lines))), (width, lines)


def test_a_line_in_burmese_never_begins_in_the_middle_of_a_syllable(
    page_at: Callable[..., Page], transactional_db: None
) -> None:
    edition = make.edition(languages=["en", "my"])
    make.page(edition, "words", body={"my": BURMESE.replace("|", "")})
    page = page_at(390)
    page.goto("/my/words/")
    # A syllable begins with a letter that is not silenced and has none above it (Unicode, chapter 16.3).
    begins = re.compile("[\u1000-\u102a\u103f\u104c-\u104f](?![\u103a\u1039])")

    for width in range(180, 330, 30):  # no word is longer: one that is may be broken anywhere
        lines = lines_at(page.locator(".prose p"), width)

        assert len(lines) > 1
        assert all(begins.match(line) for line in lines), (width, lines)


@pytest.mark.parametrize("language", ["th", "my", "km"])
def test_lines_in_scripts_with_marks_above_and_below_stand_further_apart(
    language: str, page_at: Callable[..., Page], transactional_db: None
) -> None:
    make.page(make.edition(), "words", body="One line\n\nAnother line")
    page = page_at()
    page.goto("/en/words/")
    apart = """element => {
        const style = getComputedStyle(element);
        return parseFloat(style.lineHeight) / parseFloat(style.fontSize);
    }"""
    text, title = page.locator(".prose"), page.locator("h1")

    assert round(text.evaluate(apart), 2) == 1.6
    text.evaluate("(element, language) => { element.lang = language; }", language)
    title.evaluate("(element, language) => { element.lang = language; }", language)

    assert text.evaluate(apart) >= 1.75
    assert title.evaluate(apart) >= 1.39
    assert title.evaluate("element => getComputedStyle(element).letterSpacing") in {"normal", "0px"}
