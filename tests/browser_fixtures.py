"""A headless browser without a network, for pages; tests that need one are skipped where there is none."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from opened_page import PATIENCE, Opened
from playwright.sync_api import Browser, Error, sync_playwright

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_HOW_TO = (
    "no browser: install Chromium with 'apt-get install chromium' (Debian, Ubuntu) or 'playwright install chromium', "
    "or set SCHEDOPT_BROWSER to the program"
)
_FLAGS = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
_WIDTH, _HEIGHT = 1280, 900


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the browser; skip when there is none."""
    program = os.environ.get("SCHEDOPT_BROWSER") or next(filter(None, map(shutil.which, _PROGRAMS)), None)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        if program is None and not Path(playwright.chromium.executable_path).is_file():
            pytest.skip(_HOW_TO)
        flags = [*_FLAGS, *(["--no-sandbox"] if root else [])]
        try:
            started = playwright.chromium.launch(executable_path=program, args=flags)
        except Error as error:
            pytest.skip(f"the browser does not start: {str(error).splitlines()[0]}; {_HOW_TO}")
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[[Path], Opened]]:
    """Return a function that opens a file offline and waits until it is drawn."""
    context = browser.new_context(viewport={"width": _WIDTH, "height": _HEIGHT})
    context.set_offline(True)

    def open_page(path: Path) -> Opened:
        page = context.new_page()
        found = Opened(page)
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.on("dialog", lambda dialog: found.complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: found.requests.append(request.url))
        page.on(
            "console",
            lambda message: found.complaints.append(message.text) if message.type in ("error", "warning") else None,
        )
        page.goto(path.as_uri())
        page.wait_for_function("document.body.dataset.ready === 'yes'", timeout=PATIENCE)
        found.settle()
        return found

    yield open_page
    context.close()
