"""A headless Chromium, driven over its DevTools protocol: what a page looks like, asks for and complains of.

Usage: python -m tests.system.browser PAGE.html PICTURE.png WIDTH HEIGHT light|dark [SECTION], which keeps a picture of a
page from its top, or from a section on.
"""

import asyncio
import base64
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run",
    "--disable-features=NetworkTimeServiceQuerying,OptimizationHints", "--host-resolver-rules=MAP * ~NOTFOUND",
    "--disable-component-update", "--disable-default-apps", "--hide-scrollbars", "--remote-debugging-port=0",
)  # fmt: skip
SECONDS = 30


@cache
def executable() -> str | None:
    """The browser of this machine; None where there is none. Each is really run: a shim may be there and start nothing."""
    found = (place for name in NAMES if (place := shutil.which(name)))
    return next((place for place in found if subprocess.run([place, "--version"], capture_output=True).returncode == 0), None)


@dataclass
class Tab:
    """A page that was opened: its answers to commands, and what it asked for and said meanwhile."""

    socket: aiohttp.ClientWebSocketResponse
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    loaded: int = 0
    _number: int = 0

    async def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of a command; what happens before it comes is noted."""
        self._number += 1
        await self.socket.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            message = await self.socket.receive_json(timeout=SECONDS)
            if message.get("id") == self._number:
                assert "error" not in message, message
                return dict(message["result"])
            self._note(message)

    async def look(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        result = await self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    async def open(self, file: Path, width: int, height: int, scheme: str) -> None:
        """Open a file in a window of this size, for eyes that like it light or dark."""
        await self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        await self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        before = self.loaded
        await self.send("Page.navigate", url=file.as_uri())
        while self.loaded == before:
            self._note(await self.socket.receive_json(timeout=SECONDS))

    async def picture(self, file: Path, whole: bool = False) -> None:
        """Keep what is seen, or the whole page, as a PNG."""
        shown = await self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(shown["data"]))

    def _note(self, message: dict[str, Any]) -> None:
        method, said = message.get("method", ""), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Page.loadEventFired":
            self.loaded += 1
        elif method in ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Page.javascriptDialogOpening"):
            self.complaints.append(json.dumps(said))


@asynccontextmanager
async def tab(folder: Path) -> AsyncIterator[Tab]:
    """A new browser with a profile of its own in `folder`, closed at the end."""
    profile, program = folder / "profile", executable()
    assert program is not None
    started = subprocess.Popen(
        [program, *FLAGS, f"--user-data-dir={profile}", f"--log-net-log={folder / 'net.json'}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = _port(profile / "DevToolsActivePort", started)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [target for target in await answer.json() if target["type"] == "page"]
            async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                opened = Tab(socket)
                for part in ("Page", "Network", "Log", "Runtime"):
                    await opened.send(f"{part}.enable")
                yield opened
                await socket.send_json({"id": 0, "method": "Browser.close"})
        started.wait(timeout=SECONDS)
    finally:
        if started.poll() is None:
            started.kill()
            started.wait(timeout=SECONDS)


def _port(file: Path, started: subprocess.Popen[bytes]) -> int:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and started.poll() is None:
        if file.exists() and (lines := file.read_text().splitlines()):
            return int(lines[0])
        time.sleep(0.05)
    raise AssertionError(f"the browser did not start (exit {started.poll()})")


def run(work: Any) -> Any:
    """The result of an asynchronous function."""
    return asyncio.run(work)


async def main(page: str, picture: str, width: str, height: str, scheme: str, section: str = "") -> None:
    """Keep one picture of a page."""
    with tempfile.TemporaryDirectory() as folder:
        async with tab(Path(folder)) as opened:
            await opened.open(Path(page).absolute(), int(width), int(height), scheme)
            if section:
                await opened.look("document.documentElement.style.scrollBehavior = 'auto'")
                await opened.look(f"document.getElementById({section!r}).scrollIntoView()")
            await opened.picture(Path(picture))


if __name__ == "__main__":
    run(main(*sys.argv[1:]))
