"""What is wrong with a filter, and where."""

from __future__ import annotations


class FilterError(ValueError):
    """A filter that cannot be used; its text shows the place.

    Parameters
    ----------
    message
        What is wrong.
    source
        Text of the filter.
    position
        Offset of the wrong part in the text, in characters.
    """

    def __init__(self, message: str, source: str = "", position: int = 0) -> None:
        self.message = message
        self.source = source
        self.position = max(0, min(position, len(source)))
        super().__init__(message, source, self.position)

    def __str__(self) -> str:
        before, _, _ = self.source[: self.position].rpartition("\n")
        start = len(before) + 1 if "\n" in self.source[: self.position] else 0
        line = self.source[start:].partition("\n")[0]
        if not line.strip():
            return self.message
        return f"{self.message}\n    {line}\n    {' ' * (self.position - start)}^"
