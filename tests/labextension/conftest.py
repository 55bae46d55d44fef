"""A marshal in memory for the tests of the extension."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.labextension.fake_marshal import FakeMarshal
from tests.support.ports import free_ports


@pytest.fixture
def marshal() -> Iterator[FakeMarshal]:
    """A running marshal with three candidates."""
    fake = FakeMarshal(free_ports(1)[0], number=3)
    fake.start()
    yield fake
    fake.stop()
