"""What is served of the public files, and what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db  # the end of an answer looks after the connections

PHOTO = "speakers/Kd3-_k/240.webp"
LOGO = "partners/Ministry_of_Labour.PNG"


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """The public files of this test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    for path in (PHOTO, LOGO, "speakers/Kd3-_k/240.html", "speakers/Kd3-_k/.hidden.webp", "other/240.webp"):
        (settings.MEDIA_ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (settings.MEDIA_ROOT / path).write_bytes(b"content of " + path.encode())
    (tmp_path / "secret.webp").write_bytes(b"nobody's business")
    return Path(settings.MEDIA_ROOT)


def get(client: Client, path: str, **headers: str) -> Any:
    answer: Any = client.get(f"/media/{path}", headers=headers)
    answer.close()
    return answer


def test_a_photo_may_be_kept_for_good(client: Client, folder: Path) -> None:
    answer: Any = client.get(f"/media/{PHOTO}")

    assert b"".join(answer.streaming_content) == b"content of " + PHOTO.encode()
    assert answer["Content-Type"] == "image/webp"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    answer.close()


def test_a_logo_may_be_kept_for_a_day(client: Client, folder: Path) -> None:
    answer = get(client, LOGO)

    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "public, max-age=86400"


def test_a_picture_cannot_act_as_a_page(client: Client, folder: Path) -> None:
    answer = get(client, PHOTO)

    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_picture_that_did_not_change_is_not_sent_again(client: Client, folder: Path) -> None:
    first = get(client, LOGO)

    second = get(client, LOGO, **{"If-Modified-Since": first["Last-Modified"]})

    assert second.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "speakers/Kd3-_k/240.html",
        "speakers/Kd3-_k/.hidden.webp",
        "speakers/Kd3-_k/",
        "speakers/Kd3-_k/96.webp",
        "other/240.webp",
        "../secret.webp",
        "speakers/../../secret.webp",
        "speakers/%2e%2e/%2e%2e/secret.webp",
        "speakers//etc/240.webp",
        "speakers/Kd3-_k/240.webp/",
        "speakers/Kd3-_k/240.webp%0a",
    ],
)
def test_nothing_else_is_served(client: Client, folder: Path, db: None, path: str) -> None:
    answer = get(client, path)

    assert answer.status_code == 404


def test_nothing_can_be_sent_there(client: Client, folder: Path) -> None:
    assert client.post(f"/media/{PHOTO}").status_code == 405


def test_a_name_longer_than_any_file_system_takes_is_not_found(client: Client) -> None:
    answer = client.get(f"/media/speakers/{'a' * 300}.jpg")

    assert answer.status_code == 404
