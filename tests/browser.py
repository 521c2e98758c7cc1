"""A headless browser that is driven key by key, over the pipe of its own protocol."""

from __future__ import annotations

import json
import os
import select
import subprocess
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

__all__ = ["Page"]

_COMMAND: Final = (
    *("chromium-headless-shell", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"),
    *("--disable-background-networking", "--disable-component-update", "--no-first-run"),
)
_PATIENCE: Final = 60  # seconds without a word, after which the browser is given up
_READS, _WRITES = 3, 4  # the descriptors that the browser reads commands from and writes to
_KEYS: Final = {"Tab": 9, "Enter": 13, "Space": 32, "ArrowRight": 39, "ArrowDown": 40, "/": 191}
_TEXT: Final = {"Enter": "\r", "Space": " ", "/": "/"}


class Page:
    """One page in a browser of its own.

    Args:
        folder: where the browser keeps what it needs.
        script: whether scripts run.
    """

    def __init__(self, folder: Path, *, script: bool = True) -> None:
        down, self._down = os.pipe()
        self._up, up = os.pipe()
        command = [*_COMMAND, f"--user-data-dir={folder / 'browser'}", "about:blank"]
        shell = f'exec "$@" {_READS}<&{down} {_WRITES}>&{up}'
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", shell, "browser", *command],
            pass_fds=(down, up),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(down)
        os.close(up)
        self._number = 0
        self._session: str | None = None
        self._rest = b""
        self._loaded: set[str] = set()
        self.requests: list[str] = []
        self.console: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        found = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = found["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)
        self.call("Emulation.setScriptExecutionDisabled", value=not script)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._down)
        os.close(self._up)

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Return what the browser answers; what it reports meanwhile is kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._down, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                found: dict[str, Any] = answer["result"]
                return found

    def open(self, path: Path) -> None:
        """Load a page, and wait until all of it is there."""
        loader = self.call("Page.navigate", url=path.as_uri())["loaderId"]
        while loader not in self._loaded:
            self._next()

    def press(self, *keys: str) -> None:
        """Press keys, one after the other; other than the known names, each is a character."""
        for key in keys:
            text = _TEXT.get(key, "" if key in _KEYS else key)
            code = _KEYS.get(key, 0)
            name = " " if key == "Space" else key
            both = {"key": name, "windowsVirtualKeyCode": code, "text": text}
            self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **both)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=name, windowsVirtualKeyCode=code)

    def value(self, expression: str) -> Any:  # noqa: ANN401 - of any type that JSON has
        """Return what an expression of JavaScript comes to."""
        how = {"returnByValue": True, "awaitPromise": True}
        found = self.call("Runtime.evaluate", expression=expression, **how)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._up], [], [], _PATIENCE)
            data = os.read(self._up, 1 << 16) if ready else b""
            assert data, "the browser has gone"
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        self._note(message.get("method"), message.get("params", {}))
        return message

    def _note(self, event: str | None, told: dict[str, Any]) -> None:
        if event == "Page.lifecycleEvent" and told["name"] == "load":
            self._loaded.add(told["loaderId"])
        elif event == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif event in {"Log.entryAdded", "Runtime.exceptionThrown"}:
            self.console.append(json.dumps(told))
