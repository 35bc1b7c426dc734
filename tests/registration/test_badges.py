"""The badge: what it shows, to whom it gives nothing away, and that every name is drawn as it is written."""

from __future__ import annotations

import io
import json
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pikepdf
import pytest
import zxingcpp
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from PIL import Image, ImageChops
from pypdf import PdfReader

from forum import pdf
from forum.writing import han_language, printable
from registration.badges import Badge, Face, badges_pdf
from registration.badges.card import COUNTRY, NAME, ORGANISATION, Line
from tests import make

DATA = Path(__file__).parent.parent / "data"
NAMES = json.loads((DATA / "names.json").read_text(encoding="utf-8"))
SAMPLE = [name for names in NAMES.values() for name in names]
LONG = [
    "W" * 200,
    "王" * 200,
    "ကြွ" * 66,
    "ผู้ใหญ่" * 28,
    "الخطيب " * 28,
    "Maria Antonia Josefa von und zu Lothringen " * 4,
]
# In these, readers of PDF put the letters back in an order of their own, or give a split vowel sign twice.
READ_OTHERWISE = {"Arabic", "Hebrew", "Thaana", "Hanifi Rohingya", "Bengali", "several scripts"}
POINTS_IN_A_MILLIMETRE = 72 / 25.4


def badge(name: str = "Khin Hnin", **fields: Any) -> Badge:
    own = {
        key: fields.pop(key) for key in ("organisation", "country", "country_code", "token") if key in fields
    }
    face = {
        "edition": "Forum on Responsible Sourcing",
        "days": "14–16 November 2017 · Bangkok",
        "group": "Civil society",
        "colour": "#0e7c86",
        "photos": "ask",
        "language": "en",
        "their_language": "en",
        **fields,
    }
    person = {
        "organisation": "River Union",
        "country": "Myanmar",
        "country_code": "MM",
        "token": "q4Zk1mXo0y3n8Jd",
    }
    return Badge(Face(**face), name, **{**person, **own})


def as_boxes(one: Badge) -> bytes:
    """The same badge, but for the QR code, with the wearer's texts laid out by WeasyPrint."""
    name, organisation, country = (
        Line.of(text, space, language)
        for text, space, language in (
            (one.name, NAME, han_language(one.name, one.country_code)),
            (one.organisation, ORGANISATION, han_language(one.organisation, one.country_code)),
            (one.country, COUNTRY, ""),
        )
    )
    texts = (("name", name), ("organisation", organisation), ("country", country))
    person = format_html(
        '<div class="person" dir="{}">{}</div>',
        name.direction,
        format_html_join(
            "",
            '<div class="{} {}" dir="{}" lang="{}">{}</div>',
            ((place, line.style, line.direction, line.language, line.html) for place, line in texts if line),
        ),
    )
    context = {"faces": [one.face.lines("face")], "title": "", "language": "en"}
    page = render_to_string("registration/badge.html", context).replace("<main></main>", person)
    css = one.face.rules("face") + (DATA / "badge_person.css").read_text(encoding="utf-8")
    return pdf.render(page, stylesheets=["css/pdf/badge.css"], css=css)


def text_of(written: bytes) -> str:
    """The text as a reader's search would find it, without white space."""
    told = subprocess.run(["pdftotext", "-raw", "-", "-"], input=written, capture_output=True, check=True)
    return squeezed(told.stdout.decode())


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def glyphs_of(written: bytes) -> Iterator[tuple[str, int]]:
    """Each glyph drawn: its face and its number there, 0 for one that the face lacks (.notdef)."""
    for page in PdfReader(io.BytesIO(written)).pages:
        resources: Any = page["/Resources"]
        for drawing in [page["/Contents"], *resources["/XObject"].values()]:
            face, lacks = "", False
            content = drawing.get_object().get_data()
            for name, codes in re.findall(rb"^/(\w+) [\d.]+ Tf$|<([0-9a-f]+)>", content, re.MULTILINE):
                if name:
                    font = resources["/Font"]["/" + name.decode()]
                    # What a face lacks has a number beyond its last glyph, and an encoding that makes 0 of that.
                    face, lacks = font["/BaseFont"].partition("+")[2], font["/Encoding"] != "/Identity-H"
                for at in range(0, len(codes), 4):
                    yield face, 0 if lacks else int(codes[at : at + 4], 16)


def lacking(written: bytes) -> set[str]:
    """The faces of which a glyph is lacking."""
    return {face for face, number in glyphs_of(written) if number == 0}


def drawn_with(name: str, face: str, **fields: Any) -> list[int]:
    return [number for used, number in glyphs_of(badge(name, **fields).pdf()) if used == face]


def raster(written: bytes, folder: Path) -> Image.Image:
    (folder / "badge.pdf").write_bytes(written)
    subprocess.run(["pdftoppm", "-r", "150", "-png", "badge.pdf", "badge"], cwd=folder, check=True)
    [picture] = folder.glob("badge-*.png")
    return Image.open(picture).convert("RGB")


def pages_as_pictures(written: bytes, folder: Path, *, resolution: int = 72) -> list[Image.Image]:
    folder.mkdir(exist_ok=True)
    (folder / "badges.pdf").write_bytes(written)
    command = ["pdftoppm", "-r", str(resolution), "-png", "badges.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True)
    return [Image.open(path).convert("L") for path in sorted(folder.glob("page-*.png"))]


def colour_at(picture: Image.Image, left: float, top: float) -> str:
    """The colour at a place, in millimetres from the upper left corner."""
    red, green, blue = picture.getpixel((round(left / 25.4 * 150), round(top / 25.4 * 150)))  # type: ignore[misc]
    return f"#{red:02x}{green:02x}{blue:02x}"


def words_of(written: bytes) -> list[tuple[str, float, float, float]]:
    """Each word with its left and right edge and its foot, in millimetres."""
    told = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=written, capture_output=True, check=True)
    found = re.findall(
        r'<word xMin="(.+)" yMin=".+" xMax="(.+)" yMax="(.+)">(.*)</word>',
        told.stdout.decode(errors="replace"),
    )
    return [(word, *(float(edge) / POINTS_IN_A_MILLIMETRE for edge in edges)) for *edges, word in found]


# --- what it shows ---------------------------------------------------------------------------------------------


def test_a_badge_is_one_page_of_a6() -> None:
    reader = PdfReader(io.BytesIO(badge().pdf()))

    [page] = reader.pages
    millimetres = [
        float(side) / POINTS_IN_A_MILLIMETRE for side in (page.mediabox.width, page.mediabox.height)
    ]
    assert millimetres == pytest.approx([105, 148], abs=0.01)


@pytest.mark.django_db
def test_a_badge_shows_edition_name_organisation_country_and_group() -> None:
    edition = make.edition(name="Forum on Fair Work", city="Bangkok")
    group = make.group(edition, name="Trade unions")
    ticket = make.ticket(
        ticket_type=make.ticket_type(edition),
        group=group,
        name="Khin Hnin",
        organisation="River Union",
        country="MM",
    )

    text = text_of(Badge.of(ticket).pdf())

    for shown in ("Forum on Fair Work", "Bangkok", "Khin Hnin", "River Union", "Myanmar", "Trade unions"):
        assert squeezed(shown) in text


@pytest.mark.django_db
def test_a_badge_with_a_name_of_its_own_does_not_show_the_other_one() -> None:
    ticket = make.ticket(name="Thiri Aung", badge_name="River", email="thiri@example.org")

    written = Badge.of(ticket).pdf()

    read = text_of(written) + str(PdfReader(io.BytesIO(written)).metadata)
    assert "River" in read
    assert "Thiri" not in read
    assert "example.org" not in read


@pytest.mark.django_db
def test_a_group_that_is_shown_as_another_leaves_no_trace_on_the_badge() -> None:
    edition = make.edition()
    shown = make.group(edition, name="Civil society", colour="#0e7c86")
    hidden = make.group(edition, name="Survivors", colour="#aa0011", shown_as=shown)
    kind = make.ticket_type(edition)

    badges = [Badge.of(make.ticket(ticket_type=kind, group=group)) for group in (shown, hidden)]

    assert badges[0].face == badges[1].face
    assert "Survivors" not in text_of(badges[1].pdf())


@pytest.mark.parametrize("answer", ["yes", "ask", "no"])
def test_the_answer_about_photos_is_said_by_its_colour_and_by_its_words(answer: str, tmp_path: Path) -> None:
    colours = {"yes": "#1c6a3c", "ask": "#ffc72c", "no": "#a3262a"}
    words = {"yes": "Photos are fine", "ask": "Ask me first", "no": "No photos"}

    written = badge(photos=answer).pdf()

    assert colour_at(raster(written, tmp_path), 94, 120) == colours[answer]
    assert squeezed(words[answer]) in text_of(written)


@pytest.mark.parametrize(("colour", "words"), [("#123456", "#ffffff"), ("#f2c14e", "#24211d")])
def test_a_group_has_its_colour_and_its_name_in_whichever_ink_reads_on_it(
    colour: str, words: str, tmp_path: Path
) -> None:
    written = badge(group="I" * 40, colour=colour).pdf()

    band = raster(written, tmp_path)
    assert colour_at(band, 103, 146) == colour
    assert words in {colour_at(band, left / 10, 138) for left in range(80, 970)}
    assert "I" * 40 in text_of(written)


def test_the_qr_code_holds_the_token_and_nothing_else(tmp_path: Path) -> None:
    picture = raster(badge(token="Zq_4-opaque-token-0123").pdf(), tmp_path)

    [code] = zxingcpp.read_barcodes(picture)

    assert code.format == zxingcpp.BarcodeFormat.QRCode
    assert code.text == "Zq_4-opaque-token-0123"


def test_a_badge_tells_a_screen_reader_its_language_title_and_structure() -> None:
    reader = PdfReader(io.BytesIO(badge("ခင်နှင်း", language="en").pdf()))

    assert reader.trailer["/Root"]["/Lang"] == "en"  # type: ignore[index]
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert reader.metadata is not None
    assert reader.metadata.title == "Badge: ခင်နှင်း"


# --- names -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLE)
def test_no_letter_of_a_name_is_lacking(name: str) -> None:
    assert not lacking(badge(name).pdf())


def test_a_letter_that_no_face_has_is_drawn_as_an_empty_box_not_left_out() -> None:
    name = printable("ᏣᎳᎩ Ama")

    assert name == "ᏣᎳᎩ Ama"
    assert lacking(badge(name).pdf())


@pytest.mark.parametrize(
    "name", [name for script in sorted(NAMES.keys() - READ_OTHERWISE) for name in NAMES[script]]
)
def test_a_name_can_be_searched_and_copied(name: str) -> None:
    assert squeezed(name) in text_of(badge(name).pdf())


@pytest.mark.parametrize(
    ("letters", "face", "glyphs"),
    [
        ("لا", "Noto-Sans-Arabic-Bold", 1),
        ("क्ष", "Noto-Sans-Devanagari-Bold", 1),
        ("শ্র", "Noto-Sans-Bengali-Bold", 1),
        ("ஸ்ரீ", "Noto-Sans-Tamil-Bold", 1),
        ("ක්‍ෂ", "Noto-Sans-Sinhala-Bold", 1),
        ("ക്ഷ", "Noto-Sans-Malayalam-Bold", 1),
        ("ទ្រ", "Noto-Sans-Khmer-Bold", 2),
    ],
)
def test_letters_that_join_are_drawn_joined(letters: str, face: str, glyphs: int) -> None:
    assert len(drawn_with(letters, face)) == glyphs


def test_a_burmese_sign_that_is_written_after_its_letter_stands_before_it() -> None:
    [letter] = drawn_with("မ", "Noto-Sans-Myanmar-Bold")

    assert drawn_with("မေ", "Noto-Sans-Myanmar-Bold")[1:] == [letter]


def test_a_han_character_has_the_form_of_its_country() -> None:
    countries = ("CN", "HK", "JP", "TW")

    forms = {drawn_with("返", "Noto-Sans-Han-Bold", country_code=country)[0] for country in countries}

    assert len(forms) == 4


@pytest.mark.parametrize("name", [*LONG, *SAMPLE])
def test_a_name_however_long_stays_in_its_place_on_the_one_page(name: str) -> None:
    written = badge(name, organisation="Verein für Menschenrechte und Beschaffung " * 4).pdf()

    words = words_of(written)
    begin, end = (
        [word for word, *_ in words].index("Bangkok") + 1,
        [word for word, *_ in words].index("Verein"),
    )
    assert len(PdfReader(io.BytesIO(written)).pages) == 1
    assert all(left > 7.5 and right < 97.5 for _, left, right, _ in words)
    assert begin < end
    assert all(foot < 79 for *_, foot in words[begin:end])  # the organisation stands below
    assert all(foot < 99 for _, left, _, foot in words[end:] if left < 30 and foot < 128)  # the QR code, too


def test_what_somebody_types_into_a_name_stays_text() -> None:
    name = printable("<img src='static:img/favicon.png'><b>x</b> {{ secret }}")

    written = badge(name).pdf()

    assert squeezed(name) in text_of(written)
    assert not PdfReader(io.BytesIO(written)).pages[0].images


def test_a_sign_in_a_name_that_turns_the_direction_turns_nothing() -> None:
    name = printable("\u202eRiver\u2067 Union\u0007\x00")

    text = text_of(badge(name, group="Civil society").pdf())

    assert name == "River Union"
    assert "RiverUnion" in text
    assert "Civilsociety" in text


def test_a_screen_reader_is_told_the_name_as_the_heading_and_then_the_rest_in_its_order() -> None:
    root: Any = PdfReader(io.BytesIO(badge("สมชาย").pdf())).trailer["/Root"]

    [document] = root["/StructTreeRoot"]["/K"]
    [card] = document["/K"]
    by_mark = root["/StructTreeRoot"]["/ParentTree"]["/Nums"][1]
    assert [part["/S"] for part in card["/K"]] == ["/Div", "/Div", "/Part", "/Div", "/Div"]
    assert [(one["/S"], by_mark[one["/K"]] == one) for one in card["/K"][2]["/K"]] == [
        ("/H1", True),
        ("/P", True),
        ("/P", True),
    ]


def test_no_letter_of_one_badge_is_in_the_file_of_the_next() -> None:
    badge("王小明", organisation="สมชาย").pdf()

    written = badge("Anna", organisation="").pdf()

    assert written == badge("Anna", organisation="").pdf()
    assert {face for face, _number in glyphs_of(written)} == {"Noto-Sans", "Noto-Sans-Bold"}


def test_what_is_drawn_by_hand_looks_as_a_layout_of_boxes_would_have_it(tmp_path: Path) -> None:
    organisations = ("River Union", "Verein für Menschenrechte " * 3, "องค์กรแรงงาน", "مؤسسة النهر", "")
    people = [
        badge(name, organisation=organisations[number % 5], country_code=("CN", "JP", "TW")[number % 3])
        for number, name in enumerate([*SAMPLE[::4], *LONG])
    ]

    drawn = [pages_as_pictures(one.pdf(), tmp_path / f"drawn-{at}")[0] for at, one in enumerate(people)]
    boxes = [pages_as_pictures(as_boxes(one), tmp_path / f"boxes-{at}")[0] for at, one in enumerate(people)]

    for one, by_hand, by_layout in zip(people, drawn, boxes, strict=True):
        by_hand.paste(255, (20, 275, 95, 352))  # the QR code
        unlike = sum(ImageChops.difference(by_hand, by_layout).histogram()[64:])
        assert unlike < 0.01 * by_hand.width * by_hand.height, one.name


# --- many at once ----------------------------------------------------------------------------------------------


def test_badges_of_several_groups_are_printed_in_order_each_on_its_own_page() -> None:
    people = [
        badge("Khin Hnin", group="Civil society", token="token-of-khin-hnin"),
        badge("สมชาย", group="Trade unions", colour="#8a3b12", token="token-of-somchai"),
        badge("王小明", group="Civil society", token="token-of-xiaoming"),
    ]

    written = badges_pdf(people)

    pages = PdfReader(io.BytesIO(written)).pages
    assert not lacking(written)
    assert [page.extract_text().count("Civil society") for page in pages] == [1, 0, 1]
    assert ["王小明" in page.extract_text() for page in pages] == [False, False, True]


def test_a_badge_looks_the_same_in_a_batch_as_alone(tmp_path: Path) -> None:
    organisations = (
        "River Union",
        "Verein für Menschenrechte und Beschaffung " * 2,
        "องค์กรแรงงาน",
        "مؤسسة النهر",
        "",
    )
    people = [
        badge(
            name, organisation=organisations[number % 5].strip(), country_code=("CN", "JP", "TW")[number % 3]
        )
        for number, name in enumerate([*SAMPLE, *LONG])
    ]
    people = [one for number, one in enumerate(people) if number % 3 == 0 or one.name in LONG]

    batch = pages_as_pictures(badges_pdf(people), tmp_path / "batch")
    alone = [pages_as_pictures(one.pdf(), tmp_path / str(number))[0] for number, one in enumerate(people)]

    assert len(batch) == len(people)
    for one, together, apart in zip(people, batch, alone, strict=True):
        unlike = sum(ImageChops.difference(together, apart).histogram()[64:])
        assert unlike < 0.01 * together.width * together.height, one.name


def test_each_badge_of_a_batch_has_the_code_of_its_wearer(tmp_path: Path) -> None:
    people = [badge(f"Attendee {number}", token=f"token-{number:016}") for number in range(12)]

    pictures = pages_as_pictures(badges_pdf(people), tmp_path, resolution=150)

    read = [[code.text for code in zxingcpp.read_barcodes(picture)] for picture in pictures]
    assert read == [[one.token] for one in people]


def test_a_batch_is_a_sound_file_that_names_nobody_in_its_title() -> None:
    written = badges_pdf([badge(name) for name in SAMPLE])

    with pikepdf.open(io.BytesIO(written)) as document:
        assert document.check_pdf_syntax() == []
        assert len(document.pages) == len(SAMPLE)
    assert PdfReader(io.BytesIO(written)).metadata == {"/Producer": ANY, "/Title": "Badges"}


def test_a_page_of_a_batch_holds_the_text_of_its_wearer_and_of_nobody_else() -> None:
    written = badges_pdf([badge("Khin Hnin"), badge("สมชาย", organisation="")])

    first, second = (page.extract_text() for page in PdfReader(io.BytesIO(written)).pages)

    assert "Khin Hnin" in first
    assert "River Union" in first
    assert squeezed("สมชาย") in squeezed(second)
    assert "Khin Hnin" not in second
    assert "River Union" not in second
    assert squeezed("สมชาย") not in squeezed(first)


def test_a_batch_tells_how_many_badges_are_done() -> None:
    told: list[int] = []

    badges_pdf([badge() for _ in range(3)], tell=told.append)

    assert told == [1, 2, 3]


def test_a_long_word_that_is_broken_gets_no_hyphen_that_nobody_wrote() -> None:
    written = badges_pdf([badge("W" * 200), badge()])

    assert squeezed(PdfReader(io.BytesIO(written)).pages[0].extract_text()).count("W") == 200
    assert "W-" not in squeezed(PdfReader(io.BytesIO(written)).pages[0].extract_text())


def test_printing_no_badge_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="no badge"):
        badges_pdf([])


def test_the_library_that_makes_badges_fast_is_here() -> None:
    assert pdf.missing_libraries() == []


# --- real names ------------------------------------------------------------------------------------------------


def test_no_letter_is_lacking_in_names_of_150_locales(shared_data: Path) -> None:
    cldr = json.loads((shared_data / "names" / "cldr-sample-names.json").read_text(encoding="utf-8"))
    faker = json.loads((shared_data / "names" / "faker-names-by-locale.json").read_text(encoding="utf-8"))
    locales = [
        *faker.values(),
        *([" ".join(parts.values()) for parts in forms.values()] for forms in cldr.values()),
    ]
    names = [printable(name) for locale in locales for name in locale]

    all_of_them = pdf.render(
        format_html(
            "<html lang=en><title>Names</title>{}", format_html_join("", "<h1>{}</h1>", ((n,) for n in names))
        ),
        tagged=False,
    )
    one_of_each = badges_pdf([badge(printable(locale[0])) for locale in locales])

    assert len(names) > 4000
    assert not lacking(all_of_them)
    assert not lacking(one_of_each)
