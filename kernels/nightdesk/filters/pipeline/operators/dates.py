"""Parts of dates, in UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from nightdesk.filters.pipeline.errors import PipelineError
from nightdesk.filters.pipeline.nodes import Node, Operation
from nightdesk.filters.pipeline.operators.rowwise import OperatorError, by_rows
from nightdesk.filters.pipeline.parsing import Parser, builder, text
from nightdesk.filters.pipeline.python import ABSENT
from nightdesk.filters.pipeline.values import Values

_ZONES: Final = ("UTC", "GMT", "+00:00", "Z")


def _of_date(name: str, part: Callable[[dt.datetime], int]) -> None:
    def function(value: Any) -> Any:
        if value is None or value is ABSENT:
            return None
        if not isinstance(value, dt.datetime):
            msg = f"{name} takes a date"
            raise OperatorError(msg)
        return part(value)

    @builder(name)
    def build(parser: Parser, spec: Any, place: str) -> Node:
        given, at = spec, place
        if isinstance(spec, Mapping) and "date" in spec:
            parser.options(name, spec, place, ("date",), ("timezone",))
            if spec.get("timezone", "UTC") not in _ZONES:
                raise PipelineError(f"{name} knows the time zone UTC only", place)
            given, at = spec["date"], f"{place}.date"

        def operator(values: list[Values], n: int) -> Values:
            return by_rows(function, values)

        return Operation(operator, parser.arguments(name, given, at), text({name: spec}))


_of_date("$year", lambda date: date.year)
_of_date("$month", lambda date: date.month)
_of_date("$dayOfMonth", lambda date: date.day)
_of_date("$hour", lambda date: date.hour)
_of_date("$minute", lambda date: date.minute)
_of_date("$second", lambda date: date.second)
_of_date("$millisecond", lambda date: date.microsecond // 1000)
_of_date("$dayOfWeek", lambda date: date.isoweekday() % 7 + 1)
_of_date("$dayOfYear", lambda date: date.timetuple().tm_yday)
_of_date("$isoDayOfWeek", lambda date: date.isoweekday())
_of_date("$isoWeek", lambda date: date.isocalendar().week)
_of_date("$isoWeekYear", lambda date: date.isocalendar().year)
