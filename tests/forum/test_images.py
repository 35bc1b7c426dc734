"""Pictures that people send, and what becomes of them."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from forum import images
from forum.errors import Refusal
from tests import pictures

SIZES = (96, 240)
WHOLE = images.Crop(0, 0)


def cut(content: bytes, crop: images.Crop = WHOLE, kind: str = "jpg", size: int = 240) -> Image.Image:
    """One of the squares that are made of a file."""
    made = {(size, kind): data for size, kind, data in images.squares(io.BytesIO(content), crop, SIZES)}
    return Image.open(io.BytesIO(made[size, kind]))


def is_like(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 30 for a, b in zip(one, other, strict=True))


def colour(picture: Image.Image, across: float, down: float) -> tuple[int, ...]:
    found = picture.convert("RGB").getpixel((int(across * picture.width), int(down * picture.height)))
    assert isinstance(found, tuple)
    return found


# --- what is taken ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "MPO"])
def test_a_photo_is_taken_in_each_kind(kind: str) -> None:
    content = pictures.written(pictures.quarters(), kind)

    size = images.check(ContentFile(content))

    assert size == (600, 400)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_a_picture_is_shown_whatever_its_colours_are_stored_as(mode: str) -> None:
    grey = (
        Image.new("I;16", (300, 300), 40_000)
        if mode == "I;16"
        else Image.new("L", (300, 300), 156).convert(mode)
    )
    content = pictures.written(grey, "JPEG" if mode == "CMYK" else "PNG")

    images.check(ContentFile(content))
    square = cut(content, size=96)

    assert square.mode == "RGB"
    assert is_like(colour(square.resize((1, 1)), 0, 0), (156, 156, 156))


def test_a_photo_of_a_phone_counts_as_it_stands_upright() -> None:
    assert images.check(ContentFile(pictures.from_a_phone(600, 400))) == (600, 400)


def test_a_file_can_be_read_from_its_start_after_the_check() -> None:
    file = ContentFile(pictures.jpeg())

    images.check(file)

    assert file.read(3) == b"\xff\xd8\xff"


# --- what is refused, and in which words -----------------------------------------------------------------------


def truncated(kind: str, part: float) -> bytes:
    content = pictures.written(pictures.quarters(), kind)
    return content[: int(len(content) * part)]


BAD = {
    "nothing": (lambda: b"", "empty"),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "whatever its name says"),
    "html": (lambda: b"<!doctype html><script>alert(1)</script>", "whatever its name says"),
    "pdf": (lambda: b"%PDF-1.7\n1 0 obj", "whatever its name says"),
    "gif": (lambda: pictures.written(pictures.quarters(), "GIF"), "whatever its name says"),
    "tiff": (lambda: pictures.written(pictures.quarters(), "TIFF"), "whatever its name says"),
    "heic": (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
    "only the beginning of a JPEG": (lambda: b"\xff\xd8\xff<script>alert(1)</script>", "damaged"),
    "half a JPEG": (lambda: truncated("JPEG", 0.5), "damaged"),
    "nearly a whole JPEG": (lambda: truncated("JPEG", 0.9), "damaged"),
    "half a PNG": (lambda: truncated("PNG", 0.5), "damaged"),
    "half a WebP": (lambda: truncated("WEBP", 0.5), "damaged"),
    "moving WebP": (lambda: pictures.moving("WEBP"), "moves"),
    "moving PNG": (lambda: pictures.moving("PNG"), "moves"),
    "narrow": (lambda: pictures.jpeg(1000, 239), "at least 240"),
    "too many pixels": (lambda: pictures.png_that_claims(8000, 8000), "60 megapixels"),
    "a bomb": (lambda: pictures.png_that_claims(60_000, 60_000), "60 megapixels"),
    "many passes": (lambda: pictures.jpeg_in_many_passes(500), "unusual"),
}


@pytest.mark.parametrize(("content", "words"), BAD.values(), ids=BAD)
def test_a_file_that_is_no_good_photo_is_refused_with_the_reason(
    content: Callable[[], bytes], words: str
) -> None:
    with pytest.raises(Refusal, match=words):
        images.check(ContentFile(content()))


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(Refusal, match="larger than 15 MB"):
        images.check(ContentFile(pictures.jpeg() + b"\0" * images.MAX_BYTES))


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    content = pictures.written(Image.new("1", (20_000, 20_000)), "PNG")
    before = time.process_time()

    with pytest.raises(Refusal, match="megapixels"):
        images.check(ContentFile(content))

    assert time.process_time() - before < 0.1


# --- what is shown ---------------------------------------------------------------------------------------------


def test_each_size_is_a_square_in_both_kinds() -> None:
    made = list(images.squares(io.BytesIO(pictures.jpeg()), WHOLE, (240, 96)))

    shown = {
        (kind, Image.open(io.BytesIO(content)).format, Image.open(io.BytesIO(content)).size)
        for _s, kind, content in made
    }
    assert shown == {
        ("jpg", "JPEG", (240, 240)),
        ("jpg", "JPEG", (96, 96)),
        ("webp", "WEBP", (240, 240)),
        ("webp", "WEBP", (96, 96)),
    }


@pytest.mark.parametrize("kind", images.KINDS)
def test_what_is_shown_tells_neither_place_nor_camera(kind: str) -> None:
    square = cut(pictures.from_a_phone(), kind=kind)

    assert not square.getexif()
    assert not {"exif", "comment", "xmp", "icc_profile", "photoshop"} & square.info.keys()


def test_what_is_shown_holds_nothing_else_that_the_file_held() -> None:
    hidden = b"<script>alert(document.cookie)</script>"
    made = images.squares(io.BytesIO(pictures.jpeg() + hidden), WHOLE, SIZES)

    assert not any(hidden in content for _size, _kind, content in made)


def test_a_photo_of_a_phone_is_shown_upright() -> None:
    square = cut(pictures.from_a_phone(600, 400), images.Crop.placed("centre", 600, 400))

    corners = [colour(square, across, down) for down in (0.1, 0.9) for across in (0.1, 0.9)]
    expected = [pictures.RED, pictures.GREEN, pictures.BLUE, pictures.YELLOW]
    assert all(map(is_like, corners, expected)), corners


def test_transparent_parts_are_white() -> None:
    picture = Image.new("RGBA", (300, 300), (0, 0, 0, 0))

    square = cut(pictures.written(picture, "PNG"))

    assert is_like(colour(square, 0.5, 0.5), (255, 255, 255))


def test_colours_are_shown_as_their_profile_means_them() -> None:
    red = Image.new("RGB", (300, 300), (255, 0, 0))

    square = cut(pictures.written(red, "PNG", icc_profile=pictures.profile_with_red_as_green()))

    assert is_like(colour(square, 0.5, 0.5), (0, 255, 0))


def test_a_broken_colour_profile_is_ignored() -> None:
    square = cut(pictures.jpeg(icc_profile=b"no profile at all"))

    assert is_like(colour(square, 0.05, 0.05), pictures.RED)


@pytest.mark.parametrize(
    ("place", "expected"),
    [("left", pictures.RED), ("right", pictures.GREEN)],
)
def test_the_side_that_was_chosen_is_shown(place: str, expected: tuple[int, ...]) -> None:
    square = cut(pictures.jpeg(1000, 300), images.Crop.placed(place, 1000, 300))

    assert is_like(colour(square, 0.9, 0.1), expected)
    assert is_like(colour(square, 0.1, 0.1), expected)


def test_the_square_of_a_standing_picture_lies_a_little_above_the_middle() -> None:
    left, top, right, bottom = images.Crop.placed("face", 300, 700).box(300, 700)

    assert (left, right) == (0, 300)
    assert top == pytest.approx(100)
    assert bottom == pytest.approx(400)


@pytest.mark.parametrize(
    "crop", [images.Crop(0.9, 0.9), images.Crop(-3, -3, 9), images.Crop(1, 1, 0), images.Crop(0.2, 0.3, 0.5)]
)
def test_a_square_always_lies_within_the_picture(crop: images.Crop) -> None:
    left, top, right, bottom = crop.box(600, 400)

    assert 0 <= left < right <= 600
    assert 0 <= top < bottom <= 400
    assert right - left == pytest.approx(bottom - top)


# --- what it costs ---------------------------------------------------------------------------------------------


def test_a_photo_of_12_megapixels_is_checked_and_drawn_fast_enough() -> None:
    noise = Image.effect_noise((1000, 750), 60).resize((4000, 3000), Image.Resampling.BICUBIC)
    content = pictures.written(Image.merge("RGB", [noise, noise, noise]), quality=90)

    started = time.process_time()
    images.check(ContentFile(content))
    checked = time.process_time()
    list(images.squares(io.BytesIO(content), images.Crop(0.1, 0.1, 0.5), (96, 240, 480, 960)))
    drawn = time.process_time()

    assert checked - started <= 0.1
    assert drawn - checked <= 1
