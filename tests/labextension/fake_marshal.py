"""A marshal in memory, with the routes and fields that the panels use."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from datetime import UTC, datetime
from typing import Any

from tornado import web
from tornado.httpserver import HTTPServer
from tornado.websocket import WebSocketHandler

from tests.labextension import objects

TOKEN = "the-hub-token-of-the-server"
ME = {"id": 7, "username": "ada"}
TYPES = {"class": "Supernova", "subclasses": [{"class": "Ia"}, {"class": "II"}]}
TAXONOMY = {
    "id": 1,
    "name": "Time-domain",
    "hierarchy": {
        "class": "Time-domain Source",
        "subclasses": [
            {"class": "Transient", "subclasses": [TYPES]},
            {"class": "Variable", "subclasses": [{"class": "RR Lyrae"}]},
        ],
    },
}


def now() -> str:
    return datetime.now(UTC).isoformat()


class Night:
    """What the marshal knows; every change is told to the sockets."""

    def __init__(self, number: int) -> None:
        self.sockets: set[Events] = set()
        self.clear()
        for index in range(number):
            self.add(index, minutes_ago=3 * index + 2)

    def clear(self) -> None:
        self.index: dict[str, int] = {}
        self.cards: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, list[dict[str, Any]]] = {}
        self.classifications: dict[str, list[dict[str, Any]]] = {}
        self.listing: dict[int, str] = {}
        self.selection: list[str] = []
        self.requests: list[tuple[str, str, str | None]] = []
        self.ids = itertools.count(1)
        self.failing: set[str] = set()

    def add(self, index: int, minutes_ago: float = 0.0) -> str:
        card = objects.card(index, minutes_ago)
        self.index[card["id"]], self.cards[card["id"]] = index, card
        self.tell("candidate", "insert", card["id"], card)
        return str(card["id"])

    def say(self, obj_id: str, text: str, author: dict[str, Any]) -> dict[str, Any]:
        comment = {
            "id": next(self.ids),
            "obj_id": obj_id,
            "text": text,
            "author": author,
            "created_at": now(),
        }
        self.comments.setdefault(obj_id, []).append(comment)
        self.counted(obj_id)
        self.tell("comment", "insert", obj_id, comment)
        return comment

    def counted(self, obj_id: str) -> None:
        found = self.comments.get(obj_id, [])
        self.cards[obj_id] |= {"comments": found[::-1][:3], "n_comments": len(found)}

    def tell(self, kind: str, action: str, obj_id: str, data: Any = None) -> None:
        message = {"type": kind, "action": action, "obj_id": obj_id, "data": data, "at": now()}
        for socket in self.sockets:
            socket.write_message(json.dumps(message))


class Base(web.RequestHandler):
    @property
    def night(self) -> Night:
        return self.settings["night"]

    def prepare(self) -> None:
        self.night.requests.append(
            (self.request.method or "", self.request.path, self.request.headers.get("Cookie"))
        )
        if self.request.headers.get("Authorization") != f"token {TOKEN}":
            self.set_status(401)
            self.finish({"status": "error", "message": "unknown token"})
        elif any(part in self.request.path for part in self.night.failing):
            self.set_status(500)
            self.finish({"status": "error", "message": "the store is away"})

    @property
    def sent(self) -> dict[str, Any]:
        return json.loads(self.request.body)

    def answer(self, data: Any = None) -> None:
        self.finish({"status": "success", "data": data})

    def fail(self, status: int, message: str) -> None:
        self.set_status(status)
        self.finish({"status": "error", "message": message})


class Simple(Base):
    def get(self, what: str) -> None:
        self.answer(
            {
                "internal/profile": ME,
                "groups": {"user_groups": list(objects.GROUPS.values())},
                "filters": list(objects.FILTERS.values()),
                "taxonomy": [TAXONOMY],
            }[what]
        )


class Candidates(Base):
    def get(self) -> None:
        ask = self.get_query_argument
        group, least = ask("groupIDs", ""), float(ask("minScore", "0"))
        found = [
            card
            for card in self.night.cards.values()
            if (not group or int(group) in card["passing_group_ids"])
            and (not ask("filterIDs", "") or int(ask("filterIDs")) in card["filter_ids"])
            and card["score"] >= least
            and not (ask("listNameReject", "") and card["rejected"])
            and not (ask("savedStatus", "all") != "all" and card["is_source"])
        ]
        by = ask("sortBy", "passed_at")
        found.sort(key=lambda card: card[by], reverse=ask("sortOrder", "desc") == "desc")
        page, size = int(ask("pageNumber", "1")), int(ask("numPerPage", "25"))
        shown = found[(page - 1) * size : page * size]
        self.answer({"candidates": shown, "totalMatches": len(found), "pageNumber": page, "numPerPage": size})


class Candidate(Base):
    def get(self, obj_id: str) -> None:
        if obj_id in self.night.cards:
            self.answer(self.night.cards[obj_id])
        else:
            self.fail(404, f"no candidate {obj_id}")


class Sources(Base):
    def post(self) -> None:
        card = self.night.cards[self.sent["id"]]
        for group in self.sent["group_ids"]:
            if objects.GROUPS[group] not in card["saved_groups"]:
                card["saved_groups"] = [*card["saved_groups"], objects.GROUPS[group]]
        card["is_source"] = True
        self.night.tell("source", "update", card["id"])
        self.answer({"id": card["id"]})


class Source(Base):
    def get(self, obj_id: str) -> None:
        if obj_id not in self.night.cards:
            self.fail(404, f"no source {obj_id}")
            return
        card = self.night.cards[obj_id]
        place = {name: card[name] for name in ("ra", "dec")} | {"gal_lon": 123.4, "gal_lat": 45.6}
        alias = ["SN 2026abc"] if obj_id == objects.name_of(0) else []
        self.answer(place | {"id": obj_id, "groups": card["saved_groups"], "alias": alias})

    def delete(self, obj_id: str) -> None:
        card = self.night.cards[obj_id]
        left = [one for one in card["saved_groups"] if one["id"] != int(self.get_query_argument("group_id"))]
        card |= {"saved_groups": left, "is_source": bool(left)}
        self.night.tell("source", "update", obj_id)
        self.answer()


class Photometry(Base):
    def get(self, obj_id: str) -> None:
        if obj_id in self.night.index:
            self.answer(objects.photometry(self.night.index[obj_id]))
        else:
            self.fail(404, f"no object {obj_id}")


class Comments(Base):
    def get(self, obj_id: str) -> None:
        self.answer(self.night.comments.get(obj_id, []))

    def post(self, obj_id: str) -> None:
        self.answer({"comment_id": self.night.say(obj_id, self.sent["text"], ME)["id"]})


class Comment(Base):
    def put(self, obj_id: str, number: str) -> None:
        for comment in self.night.comments[obj_id]:
            if comment["id"] == int(number):
                comment["text"] = self.sent["text"]
        self.changed(obj_id)

    def delete(self, obj_id: str, number: str) -> None:
        left = [one for one in self.night.comments[obj_id] if one["id"] != int(number)]
        self.night.comments[obj_id] = left
        self.changed(obj_id)

    def changed(self, obj_id: str) -> None:
        self.night.counted(obj_id)
        self.night.tell("comment", "update", obj_id)
        self.answer()


class Classifications(Base):
    def get(self, obj_id: str) -> None:
        self.answer(self.night.classifications.get(obj_id, []))


class Classify(Base):
    def post(self) -> None:
        made = {**self.sent, "id": next(self.night.ids), "author_name": ME["username"]}
        self.night.classifications.setdefault(made["obj_id"], []).append(made)
        self.night.tell("classification", "insert", made["obj_id"], made)
        self.answer({"classification_id": made["id"]})


class Annotations(Base):
    def get(self, obj_id: str) -> None:
        self.answer([{"id": 1, "origin": "nightdesk:broker", "data": {"n_det": 12, "peak_mag": 18.42}}])


class Listings(Base):
    def get(self) -> None:
        self.answer([{"id": number, "obj_id": obj_id} for number, obj_id in self.night.listing.items()])

    def post(self) -> None:
        number, obj_id = next(self.night.ids), self.sent["obj_id"]
        self.night.listing[number] = obj_id
        self.night.cards[obj_id]["rejected"] = True
        self.answer({"id": number})

    def delete(self, number: str) -> None:
        obj_id = self.night.listing.pop(int(number))
        self.night.cards[obj_id]["rejected"] = False
        self.answer()


class Alerts(Base):
    def get(self, obj_id: str) -> None:
        if obj_id not in self.night.cards:
            self.fail(404, f"no object {obj_id}")
            return
        card = self.night.cards[obj_id]
        seen = [point for point in objects.photometry(self.night.index[obj_id]) if point["candid"]]
        alerts = [
            {
                "candid": str(int(card["passing_alert_id"]) - number),
                "objectId": obj_id,
                "jd": point["mjd"] + objects.MJD_OF_JD,
                "candidate": {
                    "magpsf": point["mag"], "drb": card["score"], "diffmaglim": point["limiting_mag"],
                    "ra": card["ra"] + (number % 5 - 2) * 3e-5, "dec": card["dec"] + (number % 3 - 1) * 3e-5,
                },
            }
            for number, point in enumerate(reversed(seen))
        ]  # fmt: skip
        self.answer(
            {
                "alerts": alerts,
                "aux": {"cross_matches": card["cross_matches"], "ra": card["ra"], "dec": card["dec"]},
            }
        )


class Cutout(Base):
    def get(self, survey: str, candid: str, kind: str) -> None:
        self.set_header("Content-Type", "image/png")
        self.set_header("Cache-Control", "private, max-age=3600")
        self.finish(objects.cutout((int(candid) + 400) // 1000 % 10**6, kind))


class Selection(Base):
    def put(self) -> None:
        self.night.selection = self.sent["ids"]
        self.answer({"ids": self.night.selection})


class Echo(Base):
    """Shows what arrives, for tests of the relay."""

    def get(self, path: str) -> None:
        self.answer({"path": self.request.uri, "headers": dict(self.request.headers)})

    def patch(self, path: str) -> None:
        self.set_status(202)
        self.set_header("Content-Type", "application/fits")
        self.finish(self.request.body[::-1])


class Events(WebSocketHandler):
    def prepare(self) -> None:
        if self.request.headers.get("Authorization") != f"token {TOKEN}":
            raise web.HTTPError(401)

    def open(self) -> None:
        self.settings["night"].sockets.add(self)
        self.write_message(json.dumps({"type": "hello", "user": ME}))

    def on_message(self, message: str | bytes) -> None:
        said = json.loads(message)
        if said["type"] == "looking":
            for obj_id in said["obj_ids"]:
                told = {
                    "type": "presence",
                    "obj_id": obj_id,
                    "data": {"people": [ME, {"id": 2, "username": "ben"}]},
                }
                self.write_message(json.dumps(told))

    def on_close(self) -> None:
        self.settings["night"].sockets.discard(self)


def application(night: Night) -> web.Application:
    routes: list[Any] = [
        (r"(internal/profile|groups|filters|taxonomy)", Simple),
        (r"candidates", Candidates),
        (r"candidates/([^/]+)", Candidate),
        (r"sources", Sources),
        (r"sources/([^/]+)", Source),
        (r"sources/([^/]+)/photometry", Photometry),
        (r"sources/([^/]+)/comments", Comments),
        (r"sources/([^/]+)/comments/(\d+)", Comment),
        (r"sources/([^/]+)/classifications", Classifications),
        (r"sources/([^/]+)/annotations", Annotations),
        (r"classification", Classify),
        (r"listing", Listings),
        (r"listing/(\d+)", Listings),
        (r"alerts/([^/]+)", Alerts),
        (r"cutouts/(\w+)/(\d+)/(\w+)/png", Cutout),
        (r"desk/selection", Selection),
        (r"echo/(.*)", Echo),
        (r"events", Events),
    ]
    return web.Application(
        [(f"/services/marshal/api/{path}", handler) for path, handler in routes], night=night
    )


class FakeMarshal:
    """The application in a thread of its own, so that a test may drive a browser beside it."""

    def __init__(self, port: int, number: int = 0) -> None:
        self.port = port
        self.night = Night(number)
        self.url = f"http://127.0.0.1:{port}/services/marshal"

    def start(self) -> None:
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()

        def run() -> None:
            asyncio.set_event_loop(self.loop)
            self.server = HTTPServer(application(self.night))
            self.server.listen(self.port, "127.0.0.1")
            ready.set()
            self.loop.run_forever()

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()
        assert ready.wait(10)

    def do(self, act: Any, *arguments: Any) -> Any:
        """Run a function of the night in its own thread and return what it returns."""

        async def call() -> Any:
            return act(*arguments)

        return asyncio.run_coroutine_threadsafe(call(), self.loop).result(10)

    def stop(self) -> None:
        async def close() -> None:
            self.server.stop()
            for socket in list(self.night.sockets):
                socket.close()
            await asyncio.wait_for(self.server.close_all_connections(), 5)

        asyncio.run_coroutine_threadsafe(close(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()
