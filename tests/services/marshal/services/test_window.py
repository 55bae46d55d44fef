"""The newest candidates in memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from nightdesk_services.marshal.services.window import CandidateWindow

NIGHT = datetime(2026, 1, 1, tzinfo=UTC)


def row(number: int) -> dict[str, Any]:
    return {"_id": str(number), "passed_at": NIGHT + timedelta(minutes=number)}


class Stored:
    """Candidates as the store would give them; counts what was read."""

    def __init__(self, number: int) -> None:
        self.rows = [row(i) for i in range(number)]
        self.read = 0

    async def newest(
        self,
        limit: int,
        *,
        since: datetime | None = None,
        after: datetime | None = None,
        until: datetime | None = None,
    ) -> list[dict[str, Any]]:
        found = [
            r
            for r in reversed(self.rows)
            if (since is None or r["passed_at"] >= since)
            and (after is None or r["passed_at"] > after)
            and (until is None or r["passed_at"] <= until)
        ][:limit]
        self.read += len(found)
        return found


async def ids(window: CandidateWindow, since: int | None = None, until: int | None = None) -> list[int]:
    bounds = [None if n is None else row(n)["passed_at"] for n in (since, until)]
    return sorted(int(r["_id"]) for r in await window.rows(bounds[0], bounds[1]))


async def test_reads_once_and_then_what_is_new() -> None:
    stored = Stored(10)
    window = CandidateWindow(stored, 100)  # type: ignore[arg-type]
    assert await ids(window) == list(range(10))
    assert await ids(window, 3, 5) == [3, 4, 5]
    assert stored.read == 10
    stored.rows.append(row(10))
    assert await ids(window) == list(range(11))
    assert stored.read == 11
    window.add(row(11))
    window.remove("0")
    assert await ids(window) == list(range(1, 12))


async def test_holds_no_more_than_it_may_and_asks_for_what_is_older() -> None:
    stored = Stored(50)
    window = CandidateWindow(stored, 10)  # type: ignore[arg-type]
    assert await ids(window) == list(range(40, 50))
    for number in range(50, 60):
        stored.rows.append(row(number))
        window.add(row(number))
    assert set(range(50, 60)) <= set(await ids(window))
    assert len(await ids(window)) <= 12
    assert await ids(window, 20, 25) == list(range(20, 26))
    assert await ids(window, 46, 53) == list(range(46, 54))
    assert await ids(window, None, 5) == list(range(6))


async def test_forgets_what_may_have_changed() -> None:
    stored = Stored(5)
    window = CandidateWindow(stored, 100)  # type: ignore[arg-type]
    await ids(window)
    del stored.rows[2]
    window.forget()
    assert await ids(window) == [0, 1, 3, 4]
