"""Pictures for tests, drawn on the spot: what cameras send, and what nobody should."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms

RED, GREEN, BLUE, YELLOW = (220, 20, 20), (20, 160, 60), (30, 60, 220), (240, 220, 40)
GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F


def quarters(width: int = 600, height: int = 400) -> Image.Image:
    """Red and green above, blue and yellow below: one sees what was cut and turned."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    picture.paste(YELLOW, (width // 2, height // 2, width, height))
    return picture


def written(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The picture as a file."""
    content = io.BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


def jpeg(width: int = 600, height: int = 400, **options: Any) -> bytes:
    """The quarters as a JPEG."""
    return written(quarters(width, height), quality=90, **options)


def from_a_phone(width: int = 600, height: int = 400) -> bytes:
    """As a phone held upright stores it: lying, with a note to turn it, the place, and the maker's name."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[MAKER] = "Camera of somebody"
    exif.get_ifd(GPS).update({1: "N", 2: (13.0, 45.0, 0.0), 3: "E", 4: (100.0, 30.0, 0.0)})
    lying = quarters(width, height).transpose(Image.Transpose.ROTATE_90)
    return written(lying, quality=90, exif=exif, comment=b"taken at home")


def moving(kind: str) -> bytes:
    """Two frames, as WebP or PNG."""
    return written(quarters(), kind, save_all=True, append_images=[quarters().rotate(180)], duration=200)


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that say they are an enormous picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def jpeg_in_many_passes(passes: int) -> bytes:
    """A JPEG that asks its reader to go over the whole picture again and again."""
    content = jpeg(progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * passes + b"\xff\xd9"


def profile_with_red_as_green() -> bytes:
    """A colour profile in which red and green have changed places: who minds it shows another picture."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for tag in (b"XYZ", b"TRC"):
        red, green = profile.index(b"r" + tag), profile.index(b"g" + tag)
        profile[red], profile[green] = profile[green], profile[red]
    return bytes(profile)
