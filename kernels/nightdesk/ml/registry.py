"""The models that there are: the shipped ones, and a site's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from nightdesk.ml.errors import ModelError
from nightdesk.ml.model import Model
from nightdesk.surveys import Survey

SHIPPED: Final = Path(__file__).with_name("models")
"""Where the models are that come with Nightdesk."""


class Registry:
    """Models by name, each one a ``<name>.toml`` with its ONNX file beside it.

    Parameters
    ----------
    directories
        A site's own. A model there takes the place of a shipped one of the same name.
    shipped
        Whether to load those that come with Nightdesk.

    Raises
    ------
    ModelError
        If a directory does not exist, a model cannot be used, or a site has two of one name.

    Examples
    --------
    >>> [model.name for model in Registry().of("ZTF")]
    ['realbogus']
    """

    def __init__(self, *directories: str | Path, shipped: bool = True) -> None:
        self._models = {model.name: model for model in _load(SHIPPED)} if shipped else {}
        own: dict[str, Model] = {}
        for directory in directories:
            for model in _load(Path(directory)):
                if model.name in own:
                    msg = f"{model.file}: model {model.name} is also declared by {own[model.name].file}"
                    raise ModelError(msg)
                own[model.name] = model
        self._models |= own

    def __iter__(self) -> Iterator[Model]:
        return iter(self._models.values())

    def __len__(self) -> int:
        return len(self._models)

    def __getitem__(self, name: str) -> Model:
        """Return a model by its name.

        Raises
        ------
        KeyError
            If there is none; the message names those there are.
        """
        if name not in self._models:
            msg = f"no model {name!r}; there are {', '.join(self._models) or 'none'}"
            raise KeyError(msg)
        return self._models[name]

    def of(self, survey: Survey | str) -> tuple[Model, ...]:
        """Return the models for a survey's alerts."""
        name = survey if isinstance(survey, str) else survey.name
        return tuple(model for model in self if name in model.declaration.surveys)


def _load(directory: Path) -> list[Model]:
    if not directory.is_dir():
        msg = f"{directory}: there is no such directory of models"
        raise ModelError(msg)
    return [Model(file) for file in sorted(directory.glob("*.toml"))]
