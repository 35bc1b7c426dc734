"""A speaker who is signed in, and files that go with each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client

from forum.models import User
from speakers.models import Speaker
from tests import make


@pytest.fixture(autouse=True)
def _no_files_left() -> Iterator[None]:
    """Each test finds no pictures and leaves none."""
    forget_files()
    yield
    forget_files()


def forget_files() -> None:
    for folder in (settings.MEDIA_ROOT, settings.PRIVATE_ROOT):
        shutil.rmtree(Path(folder) / "speakers", ignore_errors=True)


def somebody(email: str, *, verified: bool = True) -> User:
    """A person who signs in by codes sent to `email`; `verified` once they have entered one."""
    user = make.user(email)
    EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    return user


@pytest.fixture
def speaker(db: None) -> Speaker:
    """A speaker with an account of their own, in an edition in two languages."""
    edition = make.edition(languages=["en", "th"])
    return make.speaker(
        edition, name="Amara Okafor", email="amara@example.org", user=somebody("amara@example.org")
    )


@pytest.fixture
def own(speaker: Speaker, client: Client) -> str:
    """The address of their profile; `client` is signed in as they are."""
    assert speaker.user
    client.force_login(speaker.user)
    return f"/en/speaker/{speaker.edition.slug}/{speaker.slug}/"
