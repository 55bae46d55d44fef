"""``python -m nightdesk.surveys FILE.toml [PACKET ...]``: check a survey's file, also against packets."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nightdesk.surveys.checking import problems, sample
from nightdesk.surveys.reading import SurveyError, read_survey


def main(words: list[str] | None = None) -> int:
    """Check a file; return 0 if it will do."""
    parser = argparse.ArgumentParser(prog="python -m nightdesk.surveys", description="Check a survey's file.")
    parser.add_argument("file", type=Path, help="the survey's file")
    parser.add_argument("packet", type=Path, nargs="*", help="packets or schemas (.avsc) that it should fit")
    given = parser.parse_args(words)
    wrong: list[str] = []
    try:
        survey = read_survey(given.file)
        for path in given.packet:
            wrong += [f"{path.name}: {problem}" for problem in problems(survey, *sample(path, survey))]
    except (SurveyError, ValueError, OSError) as error:
        wrong.append(str(error))
    else:
        if not wrong:
            print(f"{given.file.name} declares {survey.name} and fits {len(given.packet)} files")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
