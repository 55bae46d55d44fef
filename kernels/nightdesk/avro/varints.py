"""Avro's integers of variable length, and text."""

from __future__ import annotations

from nightdesk.avro.errors import LONG_VARINT, TRUNCATED
from nightdesk.avro.memory import load8, load64
from nightdesk.jit import inlined, jit

HIGH_BITS = -0x7F7F7F7F7F7F7F80  # 0x8080808080808080
LOW_BITS = 0x7F7F7F7F7F7F7F7F
MOST = 0x7FFFFFFFFFFFFFFF


@inlined
def zigzag(number: int) -> int:
    """The signed integer that an unsigned one stands for."""
    return ((number >> 1) & MOST) ^ -(number & 1)


@inlined
def gather7(word: int) -> int:
    """Eight groups of seven bits, each in a byte, as one integer of 56 bits."""
    word = (word & 0x007F007F007F007F) | ((word & 0x7F007F007F007F00) >> 1)
    word = (word & 0x00003FFF00003FFF) | ((word & 0x3FFF00003FFF0000) >> 2)
    return (word & 0x000000000FFFFFFF) | ((word & 0x0FFFFFFF00000000) >> 4)


@jit
def varint(at: int, end: int) -> tuple[int, int]:
    """An integer and the address after it, or what is wrong with it as a negative address."""
    number, shift = 0, 0
    while True:
        if at >= end:
            return 0, -TRUNCATED
        byte = load8(at)
        at += 1
        if shift == 63 and byte > 1:
            return 0, -LONG_VARINT
        number |= (byte & 127) << shift
        if byte < 128:
            return zigzag(number), at
        shift += 7


@jit
def utf8(at: int, end: int) -> bool:
    """Whether the bytes are UTF-8 as Python understands it: no surrogates, nothing in overlong form."""
    while at < end:
        if at + 8 <= end and load64(at) & HIGH_BITS == 0:
            at += 8
            continue
        byte = load8(at)
        at += 1
        if byte < 0x80:
            continue
        if 0xC2 <= byte <= 0xDF:
            more, low, high = 1, 0x80, 0xBF
        elif 0xE0 <= byte <= 0xEF:
            more = 2
            low = 0xA0 if byte == 0xE0 else 0x80
            high = 0x9F if byte == 0xED else 0xBF
        elif 0xF0 <= byte <= 0xF4:
            more = 3
            low = 0x90 if byte == 0xF0 else 0x80
            high = 0x8F if byte == 0xF4 else 0xBF
        else:
            return False
        if at + more > end:
            return False
        for _ in range(more):
            byte = load8(at)
            at += 1
            if byte < low or byte > high:
                return False
            low, high = 0x80, 0xBF
    return True
