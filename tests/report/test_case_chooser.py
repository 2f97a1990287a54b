"""The chooser of single cases in a real browser, driven over WebDriver's own protocol."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from radiobone.report.build import write_report
from radiobone.report.data import read_result
from radiobone.report.shap_cases import case_shaps
from radiobone.report.shap_units import PROBABILITY

DRIVER, CHROMIUM = shutil.which("chromedriver"), shutil.which("chromium") or shutil.which("google-chrome")
ATTACK = "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'>"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (DRIVER and CHROMIUM), reason="no Chromium with its driver on this machine"),
]
PICK = """
const place = document.querySelector('.chooser'), select = place.querySelector('select');
if (arguments[1] !== null) {
  const search = place.querySelector('input');
  search.value = arguments[1];
  search.dispatchEvent(new Event('input'));
}
if (arguments[0] !== null) {
  select.value = arguments[0];
  select.dispatchEvent(new Event('change'));
}
return {
  options: select.options.length,
  caption: place.querySelector('figcaption').textContent,
  texts: Array.from(place.querySelectorAll('svg text')).map(one => one.textContent),
  bars: place.querySelectorAll('svg rect').length,
  harmed: window.harmed === undefined ? 0 : 1,
  images: place.querySelectorAll('img, script').length,
};
"""


class Browser:
    """One session of a headless browser."""

    def __init__(self, port: int) -> None:
        self._root = f"http://127.0.0.1:{port}"
        options = {
            "binary": CHROMIUM,
            "args": ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"],
        }
        wanted = {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}}
        self._root += f"/session/{self.ask('POST', '/session', wanted)['sessionId']}"

    def ask(self, method: str, path: str, content: Any = None) -> Any:
        """Send a command and return its value."""
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(
            self._root + path, data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def pick(self, number: int | None = None, search: str | None = None) -> dict[str, Any]:
        """Choose a case, or search for one, and tell what is drawn."""
        value = None if number is None else str(number)
        found: dict[str, Any] = self.ask("POST", "/execute/sync", {"script": PICK, "args": [value, search]})
        return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the driver on a free port, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    driver = subprocess.Popen(
        [str(DRIVER), f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        session = Browser(port)
        yield session
        session.ask("DELETE", "")
    finally:
        driver.terminate()
        driver.wait(timeout=30)


@pytest.fixture(scope="module")
def folder(make_result) -> Path:
    """Make a result whose second patient is named to do harm."""
    made: Path = make_result(n=30, hostile=ATTACK, images=False)
    write_report(made)
    return made


def test_the_reader_chooses_a_case_and_a_hostile_one_does_nothing(browser, folder):
    cases = case_shaps(read_result(folder))
    browser.ask("POST", "/url", {"url": (folder / "report.html").as_uri()})
    assert browser.pick()["options"] == len(cases) == 30
    hostile = [case.label for case in cases].index(ATTACK)
    for number in (0, 7, hostile):
        case, shown = cases[number], browser.pick(number)
        assert shown["caption"].startswith(f"{case.label}: in truth {case.truth}.")
        assert f"From {PROBABILITY.total(case.base)} to {PROBABILITY.total(case.total)}" in shown["caption"]
        assert shown["bars"] == len(case.parts) + bool(case.n_rest)
        for part in case.parts:
            assert PROBABILITY.signed(part.shap) in shown["texts"]
        assert shown["harmed"] == shown["images"] == 0


def test_a_search_leaves_the_cases_that_fit(browser, folder):
    browser.ask("POST", "/url", {"url": (folder / "report.html").as_uri()})
    shown = browser.pick(search="bone-007")
    assert shown["options"] == 1
    assert shown["caption"].startswith("bone-007: ")
    assert browser.pick(search="")["options"] == 30
