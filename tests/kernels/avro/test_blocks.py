"""Memory that is used again."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from nightdesk.avro import blocks
from nightdesk.avro.blocks import LOOSE, PATIENCE, SMALLEST, Blocks

LARGE = 4 * SMALLEST


def address(array: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> int:
    return array.ctypes.data


def test_a_block_is_used_again_when_the_last_array_on_it_is_gone() -> None:
    pool = Blocks()
    block = pool.take(LARGE)
    block[:] = 7
    part, where = block[10:20], address(block)
    del block
    assert pool.idle == 0
    assert (part == 7).all()
    del part
    assert pool.idle >= LARGE
    assert address(again := pool.take(LARGE - 1000)) == where
    assert pool.idle == 0
    assert len(again) >= LARGE - 1000


def test_two_that_are_in_use_are_different() -> None:
    pool = Blocks()
    first, second = pool.take(LARGE), pool.take(LARGE)
    first[:], second[:] = 1, 2
    assert (first == 1).all()


def test_the_smallest_that_fits_is_used_and_none_much_too_large() -> None:
    pool = Blocks()
    held = [pool.take(size) for size in (LARGE, LARGE + LARGE // 2, 8 * LARGE)]
    middle = address(held[1])
    held.clear()
    taken = pool.take(LARGE + 1)
    assert address(taken) == middle
    before = pool.idle
    other = pool.take(8 * LARGE // LOOSE - 1)
    assert pool.idle == before
    assert len(other) < 8 * LARGE


def test_small_ones_are_not_kept() -> None:
    pool = Blocks()
    assert len(pool.take(SMALLEST - 1)) == SMALLEST - 1
    assert pool.idle == 0


def test_what_suits_nobody_goes_back_to_the_system() -> None:
    pool = Blocks()
    pool.take(64 * LARGE)
    assert pool.idle >= 64 * LARGE
    for _ in range(PATIENCE + 1):
        pool.take(LARGE)
    assert LARGE <= pool.idle < 2 * LARGE


def test_no_more_is_kept_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST_IDLE", 3 * LARGE)
    pool = Blocks()
    held = [pool.take(LARGE) for _ in range(5)]
    held.clear()
    assert pool.idle == 3 * LARGE


def test_threads_never_share_a_block() -> None:
    pool, wrong = Blocks(), []

    def work(number: int) -> None:
        for _ in range(300):
            block = pool.take(SMALLEST + number)
            block[::4096] = number
            if (block[::4096] != number).any():
                wrong.append(number)
            del block

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert pool.idle <= 5 * 2 * SMALLEST
