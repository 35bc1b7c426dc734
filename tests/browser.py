"""Chromium as a visitor has it: finding it, opening it at a width and in a colour scheme, judging a page in it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any, cast

from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.servers import Missing

NAMES = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "chrome"]
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def executable() -> str | None:
    """The machine's own Chromium, or None: then the one that Playwright may have downloaded is tried.

    Ubuntu's /usr/bin/chromium-browser is but a script that asks for a snap, so each one found is asked its version.
    """
    for name in [os.environ.get("CHROMIUM"), *NAMES]:
        path = name and shutil.which(name)
        if path and subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0:
            return path
    return None


@contextmanager
def launched() -> Iterator[Browser]:
    """A running Chromium. Raises Missing when there is none on this machine."""
    with sync_playwright() as playwright:
        # Playwright's synchronous calls run an event loop in this thread, in which Django would refuse its database.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        try:
            browser = playwright.chromium.launch(executable_path=executable(), args=QUIET)
        except PlaywrightError as error:
            raise Missing(
                "No Chromium was found: install the package chromium, or run "
                f"`python -m playwright install --with-deps chromium`.\n{error.message}"
            ) from error
        try:
            yield browser
        finally:
            browser.close()
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@contextmanager
def visitor(browser: Browser, address: str, width: int, scheme: str, **options: Any) -> Iterator[Page]:
    """A page of a browser without cookies. Raises AssertionError at the end when the browser complained."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # A page that was asked for and is missing (404) is the test's own business; see `notice` for the rest.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    def notice(response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            complaints.append(f"{response.status} for {response.url}")

    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": 900},
        color_scheme=cast(Any, scheme),
        reduced_motion="reduce",
        locale="en-GB",
        **{"timezone_id": "Asia/Bangkok", **options},
    )
    context.set_default_timeout(20_000)
    try:
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("response", notice)
        yield page
    finally:
        context.close()
    assert not complaints, "The browser complained:\n" + "\n".join(complaints)


def assert_accessible(page: Page) -> None:
    """Let axe-core look at the page as it is now. Raises AssertionError with each fault, where and why."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(resources.files("axe_playwright_python").joinpath("axe.min.js").read_text())
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations'], preload: false})", WCAG_22_AA
    )
    faults = [
        f"{violation['id']}: {violation['help']} ({violation['helpUrl']})\n"
        + "\n".join(
            f"    {' '.join(map(str, node['target']))}: {node['failureSummary'].replace(chr(10), ' ')}"
            for node in violation["nodes"]
        )
        for violation in found["violations"]
    ]
    assert not faults, f"axe-core found in {page.url}:\n" + "\n".join(faults)


def assert_fits(page: Page) -> None:
    """Raises AssertionError when the page is wider than the window: nobody should have to scroll sideways."""
    page.wait_for_load_state()  # a press may still be leading there
    page_width, window_width = page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert page_width <= window_width, f"{page.url} is {page_width} px wide in a window of {window_width} px"
