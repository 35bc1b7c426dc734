"""Printing: our own fonts and images, nothing else of the machine or the network."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image, ImageFile
from pypdf import PdfReader

from forum import pdf
from forum.pdf_fit import Space


def page(body: str) -> str:
    return f'<html lang="en"><title>A page</title>{body}'


def images_of(written: bytes) -> int:
    return sum(len(page.images) for page in PdfReader(io.BytesIO(written)).pages)


def test_an_image_of_ours_is_printed() -> None:
    written = pdf.render(page('<img src="static:img/favicon.png">'))

    assert images_of(written) == 1


@pytest.mark.parametrize(
    "address", ["file://{}/x.png", "{}/x.png", "static:../{}/x.png", "static://{}/x.png"]
)
def test_a_file_of_the_machine_is_never_read(address: str, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), "red").save(tmp_path / "x.png")

    written = pdf.render(page(f'<img src="{address.format(tmp_path)}">'))

    assert images_of(written) == 0


def test_a_stylesheet_of_the_machine_is_never_read(tmp_path: Path) -> None:
    (tmp_path / "x.css").write_text("p { display: none }")

    written = pdf.render(page(f'<link rel="stylesheet" href="file://{tmp_path}/x.css"><p>hello'))

    assert "hello" in PdfReader(io.BytesIO(written)).pages[0].extract_text()


def test_nothing_is_asked_of_the_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)

        pdf.render(page(f'<img src="http://127.0.0.1:{server.getsockname()[1]}/x.png">'))

        with pytest.raises(TimeoutError):
            server.accept()


def test_a_machine_without_fonts_or_a_home_prints_the_same_and_says_nothing(tmp_path: Path) -> None:
    program = (
        "import sys, django; django.setup(); from forum import pdf; "
        "sys.stdout.buffer.write(pdf.render(sys.stdin.read()))"
    )
    bare = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "FONTCONFIG_PATH": "/nonexistent",
        "DEMO": "1",
        "DATA_DIR": str(tmp_path / "not" / "there"),
        "DJANGO_SETTINGS_MODULE": "forum.settings",
    }
    text = page("<p>Anna ခင်နှင်း 王小明 สมหญิง")

    there = subprocess.run(
        [sys.executable, "-c", program],
        input=text.encode(),
        capture_output=True,
        env=bare,
        cwd=settings.BASE_DIR,
    )

    assert there.stderr.decode() == ""
    assert there.stdout == pdf.render(text)


def test_several_threads_print_the_same_document_alike() -> None:
    text = page("<h1>ခင်နှင်း 王小明</h1><p>" + "word " * 500)

    with ThreadPoolExecutor(4) as threads:
        written = list(threads.map(lambda _: pdf.render(text), range(8)))

    assert len(set(written)) == 1


def test_the_environment_of_programs_started_later_is_left_alone() -> None:
    pdf.render(page("<p>hello"))

    assert "FONTCONFIG_FILE" not in os.environ


@pytest.mark.parametrize("family", pdf.FAMILIES)
def test_every_family_in_the_stack_is_shipped_in_bold(family: str) -> None:
    assert (pdf.FONTS / f"{family.replace(' ', '')}-Bold.ttf").is_file()


def test_every_face_that_is_shipped_is_in_the_stack() -> None:
    shipped = {path.name.rpartition("-")[0] for path in pdf.FONTS.glob("*.ttf")}

    assert shipped == {family.replace(" ", "") for family in pdf.FAMILIES}


def test_a_short_text_takes_the_largest_size_and_a_long_one_a_smaller() -> None:
    space = Space((40, 20, 10), width=89, height=20, bold=True)

    assert space.fit("Jo").size == 40
    assert space.fit("Maximilian von und zu Lothringen").size == 20
    assert space.fit("Maximilian von und zu Lothringen " * 20).size == 10


def test_words_that_may_not_be_broken_make_a_text_smaller() -> None:
    space = Space((44, 40, 36, 32), width=89, height=38, bold=True)

    assert space.fit("艾达科妮莉亚", leading=1.2).size == 44
    assert space.fit("艾达科妮莉亚", leading=1.2, whole=True).size == 40


def test_printing_leaves_pillow_as_strict_with_broken_pictures_as_it_was() -> None:
    pdf.render(page("Anything"))

    assert not ImageFile.LOAD_TRUNCATED_IMAGES
