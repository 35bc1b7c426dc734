"""Pictures that people send: looked at before they are trusted, and made into squares that are fit to show.

Nothing of what was sent reaches a visitor: what is shown is drawn anew, without metadata.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _
from PIL import Image, ImageCms

from forum.errors import Refusal

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 60_000_000
MIN_SIDE = 240
FORMATS = ("JPEG", "PNG", "WEBP")
KINDS = ("webp", "jpg")

# A JPEG of a few kilobytes can ask for thousands of passes over the whole picture; honest ones have about ten.
_MAX_SCANS = 100
_START_OF_SCAN = b"\xff\xda"
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.createProfile("sRGB")

# Pillow compares the size that a file claims with this before it decodes, and we let no warning pass.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Crop:
    """A square of an upright picture.

    `left` and `top` say where it begins, as fractions of the picture's width and height; `size` is its side as a
    fraction of the shorter side. What lies outside is moved and shrunk into the picture.
    """

    left: float
    top: float
    size: float = 1.0

    @classmethod
    def placed(cls, place: str, width: int, height: int) -> Crop:
        """The largest square at the `top`, `bottom`, `left`, `right` or `centre` of a picture; for any other word a
        little above the centre, where faces are."""
        side = min(width, height)
        across, down = (width - side) / width, (height - side) / height
        left = {"left": 0.0, "right": 1.0}.get(place, 0.5) * across
        top = {"top": 0.0, "bottom": 1.0, "centre": 0.5, "left": 0.5, "right": 0.5}.get(place, 0.25) * down
        return cls(left, top)

    def box(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Left, top, right and bottom in pixels, within a picture of this size."""
        side = min(width, height) * min(max(self.size, 0.05), 1.0)
        left = min(max(self.left * width, 0.0), width - side)
        top = min(max(self.top * height, 0.0), height - side)
        return left, top, left + side, top + side


def check(file: Any) -> tuple[int, int]:
    """Make sure that `file` (with a `size`, at any position) is a still picture that we can take, without ever
    decoding more than is safe, and give its width and height in pixels as it stands upright.

    Raises Refusal, with what is wrong and what to do, for one that is too large, too small, animated, damaged, or no
    JPEG, PNG or WebP, whatever its name says.
    """
    if file.size > MAX_BYTES:
        size = _(
            "This file is larger than %(limit)s MB. Choose a smaller one, or save the photo with less quality."
        )
        raise Refusal(size % {"limit": MAX_BYTES // 1024**2})
    if file.size == 0:
        raise Refusal(_("This file is empty. Choose the photo again."))
    _refuse_other_kinds(file)
    try:
        width, height = _read_through(file)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refusal(_too_many_pixels()) from None
    except Refusal:
        raise
    except Exception as fault:
        raise _unreadable(fault) from fault
    finally:
        file.seek(0)
    if min(width, height) < MIN_SIDE:
        small = _(
            "This picture has %(width)s × %(height)s pixels. Choose one with at least %(least)s on each side."
        )
        raise Refusal(small % {"width": width, "height": height, "least": MIN_SIDE})
    return width, height


def _refuse_other_kinds(file: Any) -> None:
    file.seek(0)
    start = file.read(32)
    if start[4:8] == b"ftyp" and start[8:12] in _HEIF_BRANDS:
        raise Refusal(
            _("This is a HEIC photo, which few browsers can show. Save it as JPEG and choose that file.")
        )
    is_picture = start[:3] == b"\xff\xd8\xff" or start[:8] == b"\x89PNG\r\n\x1a\n" or start[8:12] == b"WEBP"
    if not is_picture:
        raise Refusal(
            _("This file is not a JPEG, PNG or WebP picture, whatever its name says. Choose another one.")
        )


def _read_through(file: Any) -> tuple[int, int]:
    with _opened(file) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise Refusal(_too_many_pixels())
        is_jpeg = picture.format not in {"PNG", "WEBP"}
        if not is_jpeg and picture.is_animated:
            raise Refusal(_("This picture moves. Choose a still one."))
        picture.verify()  # all checksums of a PNG, all parts of a WebP; it cannot be used afterwards
    if is_jpeg:
        _read_jpeg(file)
    with _opened(file) as picture:
        lies = _orientation(picture) >= 5
        return (picture.height, picture.width) if lies else (picture.width, picture.height)


def _read_jpeg(file: Any) -> None:
    file.seek(0)
    if file.read().count(_START_OF_SCAN) > _MAX_SCANS:
        raise Refusal(
            _("This picture is stored in an unusual way. Save it once more as JPEG and choose that.")
        )
    with _opened(file) as picture:
        picture.draft(None, (1, 1))  # an eighth of the size: every byte is read, and little is computed
        picture.load()


def _opened(file: IO[bytes]) -> Any:
    file.seek(0)
    return Image.open(file, formats=FORMATS)


def _too_many_pixels() -> str:
    many = _("This picture has more than %(limit)s megapixels. Save it in a smaller size and choose that.")
    return many % {"limit": MAX_PIXELS // 1_000_000}


def _unreadable(fault: Exception) -> Exception:
    # A decoder raises anything on a file that was made to break it; only faults of this machine pass by themselves.
    if isinstance(fault, MemoryError) or (isinstance(fault, OSError) and fault.errno):
        return fault
    return Refusal(_("This picture is damaged or incomplete. Save it once more, or choose another one."))


def _orientation(picture: Image.Image) -> int:
    if picture.format == "PNG" and "exif" not in picture.info:
        return 1  # Pillow would decode all of it in search of a chunk at its end
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # cameras write EXIF that no reader understands; the picture is fine without
        return 1


def squares(file: IO[bytes], crop: Crop, sizes: tuple[int, ...]) -> Iterator[tuple[int, str, bytes]]:
    """Cut a square out of a picture that was checked, and give it in each of `sizes` (pixels) and each of `KINDS`:
    size, kind, content. Upright, in sRGB, on white where it was transparent, without any metadata.

    Raises Refusal when it turns out to be damaged after all.
    """
    try:
        picture = _square(file, crop, max(sizes))
    except Exception as fault:
        raise _unreadable(fault) from fault
    for size in sorted(sizes, reverse=True):
        if size != picture.width:
            picture = picture.resize((size, size), Image.Resampling.LANCZOS)
        for kind in KINDS:
            yield size, kind, _written(picture, kind)


def _square(file: IO[bytes], crop: Crop, size: int) -> Image.Image:
    with _opened(file) as picture:
        left, _top, right, _bottom = crop.box(picture.width, picture.height)
        enough = min(size / (right - left), 1.0)
        picture.draft(None, (int(picture.width * enough), int(picture.height * enough)))
        picture.load()
        profile, turn = picture.info.get("icc_profile"), _UPRIGHT.get(_orientation(picture))
        whole: Image.Image = _plain(picture)
    if turn is not None:
        whole = whole.transpose(turn)
    square = whole.resize(
        (size, size), Image.Resampling.LANCZOS, box=crop.box(whole.width, whole.height), reducing_gap=3.0
    )
    return _on_white(square, profile)


def _plain(picture: Image.Image) -> Image.Image:
    """The same picture in a mode that can be resized: no palette, no 16 bits."""
    if picture.mode in {"RGB", "RGBA", "L", "CMYK"} and "transparency" not in picture.info:
        return picture.copy()
    if picture.mode.startswith("I"):  # 16 bits of grey
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _on_white(picture: Image.Image, profile: bytes | None) -> Image.Image:
    result = Image.new("RGB", picture.size, "white")
    opacity = picture.getchannel("A") if picture.mode == "RGBA" else None
    colours = picture.convert("RGB") if opacity else picture
    result.paste(_in_srgb(colours, profile), mask=opacity)
    return result


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(picture, own, _SRGB, outputMode="RGB") or picture.convert("RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that is broken or meant for another mode: browsers ignore it too
    return picture.convert("RGB")


def _written(picture: Image.Image, kind: str) -> bytes:
    content = io.BytesIO()
    if kind == "webp":
        picture.save(content, "WEBP", quality=80, method=4)
    else:
        picture.save(content, "JPEG", quality=82, optimize=True, progressive=True)
    return content.getvalue()
