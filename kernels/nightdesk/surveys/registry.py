"""All surveys that are known: those that ship, and a site's own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, MutableMapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from nightdesk.surveys.model import Survey
from nightdesk.surveys.reading import SurveyError, read_survey

DIRECTORY: Final = "NIGHTDESK_SURVEYS_DIR"
"""Names a directory of a site's own surveys, in the environment."""

Entry = tuple[Survey, Path | None]


class Surveys(MutableMapping[str, Survey]):
    """Survey name, as in ``ZTF``, -> survey; sorted by name.

    It is filled when it is first looked into, with the surveys that ship and those of the directory that
    ``NIGHTDESK_SURVEYS_DIR`` names. `include` adds a directory at any time, and a survey that was made in
    Python can be set like an item.
    """

    def __init__(self) -> None:
        self._found: dict[str, Entry] = {}
        self._begun = False

    def __getitem__(self, name: str) -> Survey:
        return self._all()[name][0]

    def __setitem__(self, name: str, survey: Survey) -> None:
        if name != survey.name:
            msg = f"{survey.name} is not {name}"
            raise ValueError(msg)
        self._found = dict(sorted({**self._all(), name: (survey, None)}.items()))

    def __delitem__(self, name: str) -> None:
        del self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return f"<surveys {', '.join(self)}>"

    def file(self, name: str) -> Path | None:
        """Return the file that declares a survey; None for one that was made in Python."""
        return self._all()[name][1]

    def include(self, directory: Path | str | None) -> list[Survey]:
        """Read a site's own surveys, every ``*.toml`` of a directory, beside those that are known.

        A directory that was read before is read again: what has changed takes the place of what was there.

        Parameters
        ----------
        directory
            None or empty: there is none.

        Returns
        -------
        surveys
            Those of the directory, by name.

        Raises
        ------
        SurveyError
            There is no such directory, a file cannot be used, or two files declare the same survey. Nothing
            is added then.
        """
        known = self._all()
        if not directory:
            return []
        place = Path(directory).resolve()
        if not place.is_dir():
            msg = f"{place} is no directory of surveys"
            raise SurveyError(msg)
        others = {
            name: entry for name, entry in known.items() if entry[1] is None or entry[1].parent != place
        }
        own = _read(place, others)
        self._found = dict(sorted({**others, **own}.items()))
        return [survey for survey, _ in own.values()]

    def _all(self) -> dict[str, Entry]:
        if not self._begun:
            with as_file(files(__package__)) as here:
                self._found = _read(Path(here), {})
            self._begun = True
            try:
                self.include(os.environ.get(DIRECTORY))
            except SurveyError:
                # whoever asks next is told again, and not left with half of the surveys
                self._begun = False
                raise
        return self._found


def _read(directory: Path, others: Mapping[str, Entry]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    lower = {name.lower(): entry for name, entry in others.items()}
    wrong: list[str] = []
    for path in sorted(directory.glob("*.toml")):
        try:
            survey = read_survey(path)
        except SurveyError as error:
            wrong.append(str(error))
            continue
        if twice := lower.get(survey.name.lower()):
            wrong.append(f"{path.name}: {survey.name} is declared in {twice[1] or 'Python'} already")
        lower[survey.name.lower()] = found[survey.name] = (survey, path)
    if wrong:
        raise SurveyError("\n".join(wrong))
    return dict(sorted(found.items()))
