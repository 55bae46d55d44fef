"""The quarantine browser: what is shown, and what a person asks of it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ClassVar

import panel as pn
import param
from nightdesk.surveys import SURVEYS
from panel.custom import JSComponent

from nightdesk_services.monitor.broker import BrokerClient, BrokerError
from nightdesk_services.monitor.gate import Viewer

Document = dict[str, Any]

ROWS = 8
"""Packets in one page."""
_HERE = Path(__file__).parent


class QuarantineTable(JSComponent):
    """The table in the browser; shows `view`, and sends what a person clicks."""

    view = param.Dict(default={}, doc="All that is shown.")

    _esm = _HERE / "quarantine.js"
    _stylesheets: ClassVar[list[str]] = [(_HERE / "quarantine.css").read_text()]

    def __init__(self, on_wish: Callable[[Document], Coroutine[Any, Any, None]], **params: Any) -> None:
        super().__init__(**params)  # type: ignore[no-untyped-call]
        self._on_wish = on_wish

    def _handle_msg(self, msg: Any) -> None:
        if isinstance(msg, dict):
            pn.state.execute(lambda: self._on_wish(msg), schedule=True)


class QuarantineBrowser:
    """What one person sees of the quarantine."""

    def __init__(self, broker: BrokerClient, viewer: Viewer | None, base: str) -> None:
        self._broker = broker
        self._viewer = viewer
        self._asked: Document = {"survey": "", "kind": "", "skip": 0}
        self._note, self._failed, self._away = "", False, False
        self._view: Document = {
            "entries": [],
            "total": 0,
            "matching": 0,
            "retrying": 0,
            "kinds": [],
            "surveys": [*SURVEYS, "unknown"],
            "limit": ROWS,
            "may_write": bool(viewer and viewer.may_write),
            "base": base,
            "loaded": False,
            "busy": False,
        }
        self.table = QuarantineTable(self.wish, view=self._whole(), sizing_mode="stretch_width")

    async def refresh(self) -> None:
        """Ask the broker for the page that is shown."""
        try:
            found = await self._broker.quarantine(**self._asked, limit=ROWS)
        except BrokerError as error:
            self._away = True
            self._say(f"{error}".capitalize() + ".", failed=True)
        else:
            if self._away:
                self._away = False
                self._say("")
            if not found["entries"] and self._asked["skip"]:
                self._asked["skip"] = 0
            self._view |= found | {"loaded": True}
        self._show()

    async def wish(self, message: Document) -> None:
        """Do what a person asked for."""
        act = message.get("act")
        if act == "page":
            self._asked = {
                "survey": str(message.get("survey", "")),
                "kind": str(message.get("kind", "")),
                "skip": max(0, int(message.get("skip", 0))),
            }
        elif act in ("retry", "delete"):
            await self._change(act, [str(one) for one in message.get("ids", [])])
        await self.refresh()

    async def _change(self, act: str, ids: list[str]) -> None:
        if self._viewer is None or not self._viewer.may_write or not ids:
            self._say("Your role may look, not change.", failed=True)
            return
        self._view["busy"] = True
        self._show()
        try:
            if act == "retry":
                done = await self._broker.retry(ids, self._viewer.token)
                self._say(_retried(done), failed=bool(done["refused"]))
            else:
                done = await self._broker.delete(ids, self._viewer.token)
                self._say(f"{_packets(done['deleted'])} deleted.")
        except BrokerError as error:
            self._say(f"{error}".capitalize() + ".", failed=True)
        finally:
            self._view["busy"] = False

    def _say(self, note: str, failed: bool = False) -> None:
        self._note, self._failed = note, failed

    def _whole(self) -> Document:
        return {**self._view, **self._asked, "note": self._note, "failed": self._failed}

    def _show(self) -> None:
        wanted = self._whole()
        if wanted != self.table.view:
            self.table.view = wanted


def _packets(number: int) -> str:
    return "1 packet" if number == 1 else f"{number} packets"


def _retried(done: Document) -> str:
    said = f"{_packets(done['sent'])} sent to the stream again." if done["sent"] else ""
    if done["refused"]:
        said += f" {_packets(len(done['refused']))} cannot be: {done['refused'][0]['reason']}."
    return said.strip()
