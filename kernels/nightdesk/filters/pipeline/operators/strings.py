"""Text."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from nightdesk.filters.pipeline.errors import PipelineError
from nightdesk.filters.pipeline.nodes import Node, Operation
from nightdesk.filters.pipeline.operators.conversion import as_text
from nightdesk.filters.pipeline.operators.rowwise import OperatorError, by_rows
from nightdesk.filters.pipeline.parsing import Parser, builder, strict, text
from nightdesk.filters.pipeline.python import ABSENT
from nightdesk.filters.pipeline.values import Values

_SPACE: Final = (
    "\x00\t\n\x0b\x0c\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
)
_FLAGS: Final = {"i": re.I, "m": re.M, "s": re.S, "x": re.X}


def nullish(*values: Any) -> bool:
    """Tell whether a value is null or missing."""
    return any(value is None or value is ABSENT for value in values)


def need_text(name: str, *values: Any) -> None:
    """Refuse what is no text.

    Raises
    ------
    OperatorError
        If a value is something else.
    """
    if not all(isinstance(value, str) for value in values):
        msg = f"{name} takes text"
        raise OperatorError(msg)


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        msg = f"{name} takes whole numbers"
        raise OperatorError(msg)
    return int(value)


def _simple(name: str, function: Callable[..., Any], least: int = 1, most: int | None = 1) -> None:
    @strict(name, least, most)
    def operator(values: list[Values], n: int) -> Values:
        return by_rows(function, values)


def _concat(*parts: Any) -> Any:
    for part in parts:
        if nullish(part):
            return None
        need_text("$concat", part)
    return "".join(parts)


def _case(name: str, change: Callable[[str], str]) -> None:
    _simple(name, lambda value: change(as_text(value, name)))


def _upper(value: str) -> str:
    # MongoDB changes ASCII letters only
    return re.sub("[a-z]+", lambda found: found[0].upper(), value)


def _lower(value: str) -> str:
    return re.sub("[A-Z]+", lambda found: found[0].lower(), value)


def _casecmp(a: Any, b: Any) -> int:
    left, right = _upper(as_text(a, "$strcasecmp")), _upper(as_text(b, "$strcasecmp"))
    return (left > right) - (left < right)


def _split(value: Any, by: Any) -> Any:
    if nullish(value, by):
        return None
    need_text("$split", value, by)
    if not by:
        msg = "$split takes a separator that is not empty"
        raise OperatorError(msg)
    return value.split(by)


def _length(value: Any) -> int:
    need_text("$strLenCP", value)
    return len(value)


def _bytes(value: Any) -> int:
    need_text("$strLenBytes", value)
    return len(value.encode())


def _part(value: Any, start: Any, count: Any) -> str:
    given = as_text(value, "$substrCP")
    first, much = _whole("$substrCP", start), _whole("$substrCP", count)
    if first < 0 or much < 0:
        msg = "$substrCP takes no negative number"
        raise OperatorError(msg)
    return given[first : first + much]


def _part_bytes(value: Any, start: Any, count: Any) -> str:
    given = as_text(value, "$substrBytes").encode()
    first, much = _whole("$substrBytes", start), _whole("$substrBytes", count)
    if first < 0:
        msg = "$substrBytes takes no negative start"
        raise OperatorError(msg)
    try:
        return (given[first:] if much < 0 else given[first : first + much]).decode()
    except UnicodeDecodeError as error:
        msg = "$substrBytes within a character"
        raise OperatorError(msg) from error


def _index(name: str, *, in_bytes: bool) -> Callable[..., Any]:
    def function(value: Any, wanted: Any, start: Any = 0, end: Any = ABSENT) -> Any:
        if nullish(value):
            return None
        need_text(name, value, wanted)
        given, part = (value.encode(), wanted.encode()) if in_bytes else (value, wanted)
        first = 0 if nullish(start) else _whole(name, start)
        last = len(given) if nullish(end) else min(_whole(name, end), len(given))
        if first < 0 or last < 0:
            msg = f"{name} takes no negative bound"
            raise OperatorError(msg)
        return given.find(part, first, last) if first <= last else -1

    return function


_simple("$concat", _concat, 0, None)
_case("$toUpper", _upper)
_case("$toLower", _lower)
_simple("$strcasecmp", _casecmp, 2, 2)
_simple("$split", _split, 2, 2)
_simple("$strLenCP", _length)
_simple("$strLenBytes", _bytes)
_simple("$substrCP", _part, 3, 3)
_simple("$substrBytes", _part_bytes, 3, 3)
_simple("$substr", _part_bytes, 3, 3)
_simple("$indexOfCP", _index("$indexOfCP", in_bytes=False), 2, 4)
_simple("$indexOfBytes", _index("$indexOfBytes", in_bytes=True), 2, 4)


def _named(
    name: str, required: tuple[str, ...], optional: tuple[str, ...], function: Callable[..., Any]
) -> None:
    @builder(name)
    def build(parser: Parser, spec: Any, place: str) -> Node:
        parser.options(name, spec, place, required, optional)
        used = [part for part in (*required, *optional) if part in spec]
        nodes = tuple(parser.parse(spec[part], f"{place}.{part}") for part in used)
        if isinstance(spec.get("regex"), str) and not spec["regex"].startswith("$"):
            try:
                pattern(spec["regex"], spec.get("options") or "")
            except OperatorError as error:
                raise PipelineError(str(error), place) from error

        def operator(values: list[Values], n: int) -> Values:
            return by_rows(lambda *row: function(**dict(zip(used, row, strict=True))), values)

        return Operation(operator, nodes, text({name: spec}))


def _trimmer(name: str, trim: Callable[[str, str], str]) -> None:
    def function(input: Any, chars: Any = _SPACE) -> Any:
        if nullish(input, chars):
            return None
        need_text(name, input, chars)
        return trim(input, chars)

    _named(name, ("input",), ("chars",), function)


_trimmer("$trim", str.strip)
_trimmer("$ltrim", str.lstrip)
_trimmer("$rtrim", str.rstrip)


def _replacer(name: str, count: int) -> None:
    def function(input: Any, find: Any, replacement: Any) -> Any:
        if nullish(input, find, replacement):
            return None
        need_text(name, input, find, replacement)
        return input.replace(find, replacement, count)

    _named(name, ("input", "find", "replacement"), (), function)


_replacer("$replaceOne", 1)
_replacer("$replaceAll", -1)


@lru_cache(maxsize=512)
def pattern(regex: str, options: str) -> re.Pattern[str]:
    """Return a compiled regular expression.

    Raises
    ------
    OperatorError
        If it is none.
    """
    if wrong := set(options) - set(_FLAGS):
        msg = f"no option of a regular expression: {''.join(sorted(wrong))}"
        raise OperatorError(msg)
    try:
        return re.compile(regex, sum(_FLAGS[one] for one in set(options)))
    except re.error as error:
        msg = f"no regular expression: {regex!r}: {error}"
        raise OperatorError(msg) from error


def _matches(name: str, input: Any, regex: Any, options: Any) -> list[re.Match[str]] | None:
    if nullish(input) or nullish(regex):
        return None
    need_text(name, input, regex)
    return list(pattern(regex, "" if nullish(options) else options).finditer(input))


def _found(match: re.Match[str]) -> dict[str, Any]:
    return {"match": match[0], "idx": match.start(), "captures": list(match.groups())}


def _regex_match(input: Any, regex: Any, options: Any = None) -> bool:
    return bool(_matches("$regexMatch", input, regex, options))


def _regex_find(input: Any, regex: Any, options: Any = None) -> Any:
    return next((_found(match) for match in _matches("$regexFind", input, regex, options) or ()), None)


def _regex_find_all(input: Any, regex: Any, options: Any = None) -> Any:
    return [_found(match) for match in _matches("$regexFindAll", input, regex, options) or ()]


_named("$regexMatch", ("input", "regex"), ("options",), _regex_match)
_named("$regexFind", ("input", "regex"), ("options",), _regex_find)
_named("$regexFindAll", ("input", "regex"), ("options",), _regex_find_all)
