"""A speaker's photo: kept in private, drawn by a worker, shown only while its owner agrees."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connections, transaction
from django.test import Client
from PIL import Image
from pytest_django import Settings

from forum import images
from forum.models import Job
from forum.tasks import run_job
from speakers import photos
from speakers.models import PhotoState, Speaker
from speakers.tasks import sweep_photos
from tests import make, pictures
from tests.speakers.slow_disk import SlowDisk

pytestmark = pytest.mark.django_db(transaction=True)

WHOLE = {"left": 0.0, "top": 0.0, "size": 1.0}


def sent(speaker: Speaker, content: bytes = b"", crop: dict[str, float] = WHOLE) -> Job:
    """A photo that has arrived and waits for a worker."""
    return speaker.keep_photo(ContentFile(content or pictures.jpeg()), crop)


def shown(speaker: Speaker, content: bytes = b"") -> Speaker:
    """A photo that a worker has drawn."""
    run_job(sent(speaker, content).pk)
    return anew(speaker)


def anew(speaker: Speaker) -> Speaker:
    return Speaker.objects.get(pk=speaker.pk)


def files(root: str = "MEDIA_ROOT") -> list[str]:
    """What lies in the public folder of photos, or in the private one."""
    folder = Path(getattr(settings, root)) / "speakers"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def expected(speaker: Speaker) -> list[str]:
    return sorted(f"{speaker.photo_key}/{size}.{kind}" for size in photos.SIZES for kind in images.KINDS)


# --- from the original to the sizes ----------------------------------------------------------------------------


def test_a_photo_is_shown_in_all_sizes_and_both_kinds() -> None:
    speaker = shown(make.speaker())

    assert speaker.photo_state == PhotoState.SHOWN
    assert files() == expected(speaker)
    for size, webp, jpeg in speaker.photo.pictures:
        for address, kind in ((webp, "WEBP"), (jpeg, "JPEG")):
            with Image.open(Path(settings.MEDIA_ROOT) / address.removeprefix("/media/")) as picture:
                assert (picture.format, picture.size) == (kind, (size, size))


def test_nothing_of_a_photo_that_waits_is_public() -> None:
    speaker = make.speaker()

    sent(speaker)

    assert speaker.photo_state == PhotoState.PREPARING
    assert not speaker.photo
    assert files() == []


def test_the_original_is_served_to_nobody(client: Client) -> None:
    speaker = shown(make.speaker())

    name = speaker.photo_original.name or ""

    assert not Path(settings.MEDIA_ROOT, name).exists()
    assert client.get(f"/media/{name}").status_code == 404
    assert client.get(f"/media/{name}.jpg").status_code == 404


def test_the_old_photo_stays_until_the_new_one_is_ready() -> None:
    speaker = shown(make.speaker())
    old = speaker.photo_key

    job = sent(speaker)
    while_it_waits = anew(speaker).photo_key, anew(speaker).photo_state
    run_job(job.pk)

    assert while_it_waits == (old, PhotoState.PREPARING)
    assert anew(speaker).photo_key not in {"", old}


def test_of_a_photo_that_was_replaced_nothing_is_left() -> None:
    speaker = shown(shown(make.speaker()))

    assert files() == expected(speaker)
    assert len(files("PRIVATE_ROOT")) == 2, "the original and the person's own view of it"


def test_the_square_that_was_drawn_is_shown() -> None:
    speaker = make.speaker()

    run_job(sent(speaker, pictures.jpeg(600, 600), {"left": 0.5, "top": 0.5, "size": 0.5}).pk)

    with Image.open(Path(settings.MEDIA_ROOT) / anew(speaker).photo.path(240)) as picture:
        corner: Any = picture.getpixel((5, 5))
    assert all(abs(a - b) < 30 for a, b in zip(corner, pictures.YELLOW, strict=True))


def test_a_photo_that_cannot_be_drawn_after_all_says_so_and_leaves_the_old_one() -> None:
    speaker = shown(make.speaker())
    old = speaker.photo_key
    job = sent(speaker)
    Path(speaker.photo_original.path).write_bytes(b"a disk that forgets")

    run_job(job.pk)

    assert anew(speaker).photo_state == PhotoState.FAILED
    assert anew(speaker).photo_key == old
    assert files() == expected(anew(speaker))


def test_a_photo_is_drawn_later_when_its_disk_is_away_for_a_while() -> None:
    speaker = make.speaker()
    job = sent(speaker)
    original = Path(speaker.photo_original.path)
    away = original.rename(original.with_suffix(".away"))

    run_job(job.pk)
    state = anew(speaker).photo_state
    away.rename(original)
    job.refresh_from_db()
    job.again()
    run_job(job.pk)

    assert state == PhotoState.PREPARING
    assert anew(speaker).photo_state == PhotoState.SHOWN


def test_a_speaker_deleted_meanwhile_needs_no_photo() -> None:
    speaker = make.speaker()
    job = sent(speaker)

    speaker.delete()
    run_job(job.pk)

    job.refresh_from_db()
    assert job.status == Job.Status.DONE
    assert files() == []


# --- workers that die, and workers at once ---------------------------------------------------------------------


def test_a_worker_that_died_in_the_middle_leaves_nothing_behind() -> None:
    speaker = make.speaker()
    job = sent(speaker)
    abandoned = photos.Photo.publish([(96, "webp", b"half of it")])
    long_ago(Path(settings.MEDIA_ROOT) / "speakers" / abandoned.key)

    run_job(job.pk)
    sweep_photos()

    assert files() == expected(anew(speaker))


def test_a_photo_drawn_twice_is_shown_once() -> None:
    speaker = make.speaker()
    sent(speaker)

    anew(speaker).draw_photo()
    anew(speaker).draw_photo()

    assert files() == expected(anew(speaker))


def test_a_worker_that_was_overtaken_takes_its_files_away(settings: Settings) -> None:
    speaker = make.speaker()
    overtaken = sent(speaker)
    while_saving(settings, lambda: run_job(sent(anew(speaker)).pk))

    run_job(overtaken.pk)

    assert files() == expected(anew(speaker))


def while_saving(settings: Settings, meanwhile: Callable[[], object]) -> None:
    """Let something happen while a worker writes the public sizes."""
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "tests.speakers.slow_disk.SlowDisk"}}
    SlowDisk.meanwhile = meanwhile


def test_two_workers_at_once_leave_one_photo() -> None:
    speaker = make.speaker()
    sent(speaker)
    rivals = [anew(speaker) for _ in range(4)]
    start = threading.Barrier(len(rivals))

    def draw(rival: Speaker) -> None:
        start.wait()
        try:
            rival.draw_photo()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=draw, args=[rival]) for rival in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert files() == expected(anew(speaker))


def test_the_sweep_leaves_what_is_in_use_and_what_is_new() -> None:
    speaker = shown(make.speaker())
    for path in (
        Path(settings.MEDIA_ROOT) / "speakers" / speaker.photo_key,
        Path(speaker.photo_original.path),
    ):
        long_ago(path)
    new = photos.Photo.publish([(96, "webp", b"a worker is at it")])
    before = files(), files("PRIVATE_ROOT")

    sweep_photos()

    assert (files(), files("PRIVATE_ROOT")) == before
    assert f"{new.key}/96.webp" in files()


def test_the_sweep_deletes_an_original_that_belongs_to_nobody() -> None:
    speaker = make.speaker()
    sent(speaker)
    Speaker.objects.update(photo_original="")
    long_ago(Path(speaker.photo_original.path))

    sweep_photos()

    assert files("PRIVATE_ROOT") == []


def long_ago(path: Path) -> None:
    yesterday = time.time() - 24 * 3600
    os.utime(path, (yesterday, yesterday))


# --- who must not be seen --------------------------------------------------------------------------------------


def test_a_photo_without_agreement_is_public_nowhere() -> None:
    speaker = shown(make.speaker(listed=False))

    assert speaker.photo_state == PhotoState.PRIVATE
    assert files() == []
    preview = speaker.open_preview()
    assert preview
    preview.close()


def test_withdrawing_the_agreement_takes_the_files_away() -> None:
    speaker = shown(make.speaker())

    speaker.withdraw("listed")

    assert files() == []
    assert anew(speaker).photo_state == PhotoState.PRIVATE


def test_agreeing_again_shows_the_photo_again() -> None:
    speaker = shown(make.speaker())
    speaker.withdraw("listed")

    speaker.agree("listed")
    run_job(Job.objects.latest("pk").pk)

    assert files() == expected(anew(speaker))


@pytest.mark.parametrize("what", ["withdraw", "remove_photo", "delete"])
def test_a_photo_that_somebody_takes_back_while_it_is_drawn_is_not_shown(
    what: str, settings: Settings
) -> None:
    speaker = make.speaker()
    job = sent(speaker)
    ways = {
        "withdraw": lambda: speaker.withdraw("listed"),
        "remove_photo": speaker.remove_photo,
        "delete": speaker.delete,
    }
    while_saving(settings, ways[what])

    run_job(job.pk)

    assert files() == []


def test_a_photo_that_is_removed_is_gone() -> None:
    speaker = shown(make.speaker())

    speaker.remove_photo()

    assert anew(speaker).photo_state == PhotoState.NONE
    assert files() == files("PRIVATE_ROOT") == []


@pytest.mark.parametrize("how", ["one by one", "as a list", "with their edition"])
def test_the_photo_goes_with_its_speaker(how: str) -> None:
    speaker = shown(make.speaker())

    if how == "one by one":
        speaker.delete()
    elif how == "as a list":
        Speaker.objects.all().delete()
    else:
        speaker.edition.delete()

    assert files() == files("PRIVATE_ROOT") == []


def test_a_photo_stays_when_its_deletion_is_undone() -> None:
    speaker = shown(make.speaker())

    with transaction.atomic():
        speaker.remove_photo()
        transaction.set_rollback(True)

    assert files() == expected(anew(speaker))
