"""Documents by what a field of theirs is: what is asked at about the same time is one question to the store.

A question costs the marshal three times what its answer costs, and a page asks a dozen of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pymongo
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

Document = dict[str, Any]
Key = str | int
Projection = Mapping[str, int] | Sequence[str] | None
"""Fields that are wanted, or with 0 those that are not; None for all."""

_FEW: Final = 10
"""Keys of a question that others go along with: the answer to all is one document, of 16 MB at the most."""
_CHUNK: Final = 1000
"""Keys of one question."""
_PATIENCE: Final = 30.0
"""Seconds that an answer may take, whoever asks."""
_TURNS: Final = 3
"""Of the event loop that a question waits for others: as deep as a page's parts have parts."""


@dataclass(frozen=True)
class _Question:
    collection: str
    field: str
    keys: tuple[Key, ...]
    fields: Projection
    answer: asyncio.Future[list[Document]]

    @property
    def wanted(self) -> tuple[str, str, tuple[Key, ...]]:
        """What is asked."""
        return self.collection, self.field, self.keys


class Together:
    """Asks the store once for what several callers want to know."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._database = database
        self._waiting: list[_Question] = []
        self._sending: set[asyncio.Task[None]] = set()

    async def among(
        self, collection: str, field: str, keys: Collection[Key], fields: Projection = None
    ) -> list[Document]:
        """Return the documents of a collection whose field is, or holds, one of some keys; in any order.

        Parameters
        ----------
        fields
            What is needed of them; they may have more.
        """
        if not keys:
            return []
        question = _Question(
            collection,
            field,
            tuple(sorted(set(keys))),
            fields,
            asyncio.get_running_loop().create_future(),
        )
        if len(question.keys) > _FEW:
            return await self._alone(question)
        self._waiting.append(question)
        if len(self._waiting) == 1:
            sending = asyncio.create_task(self._send())
            self._sending.add(sending)
            sending.add_done_callback(self._sending.discard)
        return await question.answer

    async def _send(self) -> None:
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        questions, self._waiting = self._waiting, []
        try:
            # whoever asked first may wait for ever, the others may not
            with pymongo.timeout(_PATIENCE):
                answers = await self._answers(questions)
        except Exception as error:
            for question in questions:
                if not question.answer.done():
                    question.answer.set_exception(error)
        except BaseException:
            for question in questions:
                question.answer.cancel()
            raise
        else:
            for question, answer in zip(questions, answers, strict=True):
                if not question.answer.done():
                    question.answer.set_result(answer)

    async def _answers(self, questions: list[_Question]) -> list[list[Document]]:
        if len(questions) > 1:
            try:
                return await self._joined(questions)
            except OperationFailure as error:
                if error.timeout:
                    raise
                # as of an answer that is too large: each by itself then
        return list(await asyncio.gather(*map(self._alone, questions)))

    async def _joined(self, questions: list[_Question]) -> list[list[Document]]:
        # the same may be wanted by several: an object's versions by its counts and by its light curve
        names = {one.wanted: f"q{i}" for i, one in enumerate(questions)}
        keys = {name: list(wanted[2]) for wanted, name in names.items()}
        lookups: list[Document] = [
            {"$lookup": {"from": collection, "localField": name, "foreignField": field, "as": name}}
            for (collection, field, _), name in names.items()
        ]
        found = await (await self._database.aggregate([{"$documents": [keys]}, *lookups])).to_list()
        return [[dict(document) for document in found[0][names[one.wanted]]] for one in questions]

    async def _alone(self, question: _Question) -> list[Document]:
        found: list[Document] = []
        for start in range(0, len(question.keys), _CHUNK):
            part = {question.field: {"$in": list(question.keys[start : start + _CHUNK])}}
            found += await self._database[question.collection].find(part, question.fields).to_list()
        return found
