"""What a stranger can do to a running server: nothing but be answered."""

from __future__ import annotations

import http.client
import tomllib
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import ROOT, draw
from tests.drawings import DIGITS

SETTINGS = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def ask(
    server: str,
    path: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> tuple[int, bytes]:
    """Status and body, for a path that is sent as it stands."""
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=120)
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        # After a handshake the connection stays open, and there is no body.
        return answer.status, b"" if answer.status == 101 else answer.read()
    finally:
        connection.close()


def test_a_supervisor_is_told_that_the_server_is_healthy(server: str) -> None:
    assert ask(server, "/_stcore/health") == (200, b"ok")


def test_a_page_of_another_site_cannot_talk_to_the_server(server: str) -> None:
    own, foreign = {"Origin": server}, {"Origin": "http://elsewhere.example"}
    assert ask(server, "/_stcore/stream", headers=UPGRADE | own)[0] == 101
    assert ask(server, "/_stcore/stream", headers=UPGRADE | foreign)[0] == 403


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_request_from_another_site_cannot_upload(server: str, method: str) -> None:
    headers = {
        "Content-Type": "multipart/form-data; boundary=x",
        "Origin": "http://elsewhere.example",
    }
    part = b'Content-Disposition: form-data; name="a"; filename="a"'
    body = b"--x\r\n" + part + b"\r\n\r\nhello\r\n--x--\r\n"
    status, _ = ask(server, "/_stcore/upload_file/session/file", method, headers, body)
    assert 400 <= status < 500


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../../../etc/passwd",
        "/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/static/../../../../../../../../etc/passwd",
        "/media/../digit_recognizer.h5",
        "/app/static/../digit_recognizer.h5",
        "/app/static/digit_recognizer.h5",
        "/component/streamlit-drawable-canvas.streamlit_drawable_canvas/../../../../../etc/passwd",
        "/_stcore/bidi-components/streamlit-drawable-canvas.streamlit_drawable_canvas/../__init__.py",
        "/_stcore/bidi-components/streamlit-drawable-canvas.streamlit_drawable_canvas/%2e%2e/__init__.py",
        "/digit_recognizer.h5",
        "/streamlit_app.py",
        "/.streamlit/config.toml",
        "/.git/config",
    ],
)
def test_no_file_of_the_server_can_be_read(server: str, path: str) -> None:
    _, body = ask(server, path)
    for mark in (b"root:", b"\x89HDF", b"import ", b"enableXsrfProtection", b"[core]"):
        assert mark not in body


def test_no_traceback_and_no_statistics_leave_the_server() -> None:
    assert SETTINGS["client"]["showErrorDetails"] == "none"
    assert SETTINGS["browser"]["gatherUsageStats"] is False
    assert SETTINGS["server"]["enableXsrfProtection"] is True
    assert SETTINGS["server"]["maxUploadSize"] <= 200  # what is larger than 10 MB is told so by us


def test_nothing_on_the_page_stops_the_server_or_empties_its_caches(desktop: Page) -> None:
    for key in ("c", "r"):  # Streamlit's shortcuts for those who develop a page
        desktop.keyboard.press(key)
    draw(desktop, DIGITS[1])  # whose answer comes after whatever a key would have done
    expect(desktop.locator(".answer-digit")).to_have_text("1")
    expect(desktop.get_by_role("dialog")).to_have_count(0)
    for power in ("Stop", "Rerun", "Clear cache", "Deploy"):
        expect(desktop.get_by_role("button", name=power)).to_have_count(0)
        expect(desktop.get_by_role("menuitem", name=power)).to_have_count(0)


def test_the_page_asks_no_other_site_for_anything(desktop: Page, server: str) -> None:
    asked: list[str] = []
    desktop.on("request", lambda request: asked.append(request.url))
    desktop.reload()
    desktop.locator("canvas.upper-canvas").wait_for()
    draw(desktop, DIGITS[1])
    expect(desktop.locator(".heatmap")).to_be_visible()
    assert len(asked) > 5
    host = urlsplit(server).netloc
    assert {urlsplit(url).netloc for url in asked if url.startswith("http")} == {host}
