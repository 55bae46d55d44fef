"""Loads and stores at plain addresses, of any alignment, little endian as Avro is.

Nothing here checks bounds: the interpreter does, before it comes here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

# untyped: an intrinsic is called without the typing context that it is written with
_intrinsic: Any = intrinsic
WORD = ir.IntType(64)


def _load(bits: int) -> Any:
    def load(typing: Any, address: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            number = ir.IntType(bits)
            value = builder.load(builder.inttoptr(args[0], number.as_pointer()), align=1)
            return value if bits == 64 else builder.zext(value, WORD)

        return types.int64(types.int64), code

    return _intrinsic(load)


def _store(bits: int) -> Any:
    def store(typing: Any, address: Any, value: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            number = ir.IntType(bits)
            value = args[1] if bits == 64 else builder.trunc(args[1], number)
            builder.store(value, builder.inttoptr(args[0], number.as_pointer()), align=1)
            return context.get_dummy_value()

        return types.void(types.int64, types.int64), code

    return _intrinsic(store)


load8, load32, load64 = _load(8), _load(32), _load(64)
store8, store32, store64 = _store(8), _store(32), _store(64)


def _trailing_zeros(typing: Any, word: Any) -> Any:
    """Number of zero bits below the lowest one bit of a 64-bit word."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.int64), code


trailing_zeros = _intrinsic(_trailing_zeros)


def _element(builder: Any, bits: int, args: Any) -> Any:
    pointer = builder.inttoptr(args[0], ir.IntType(bits).as_pointer())
    return builder.gep(pointer, [args[1]])


def _peek(bits: int, widened: Callable[[Any, Any], Any]) -> Any:
    """Load the cell so many cells after an address: in this form LLVM vectorises a loop."""

    def peek(typing: Any, address: Any, index: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return widened(builder, builder.load(_element(builder, bits, args), align=1))

        return types.int64(types.int64, types.int64), code

    return _intrinsic(peek)


def _as_double(builder: Any, bits: Any) -> Any:
    return builder.bitcast(builder.fpext(builder.bitcast(bits, ir.FloatType()), ir.DoubleType()), WORD)


peek8 = _peek(8, lambda builder, bits: builder.zext(bits, WORD))
peek32 = _peek(32, lambda builder, bits: builder.sext(bits, WORD))
peek_float = _peek(32, _as_double)
"""A 32-bit float as the bits of the equal 64-bit one."""
peek64 = _peek(64, lambda builder, bits: bits)


def _poke(bits: int) -> Any:
    def poke(typing: Any, address: Any, index: Any, value: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            number = args[2] if bits == 64 else builder.trunc(args[2], ir.IntType(bits))
            builder.store(number, _element(builder, bits, args), align=1)
            return context.get_dummy_value()

        return types.void(types.int64, types.int64, types.int64), code

    return _intrinsic(poke)


poke8, poke32, poke64 = _poke(8), _poke(32), _poke(64)
