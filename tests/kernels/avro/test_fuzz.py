"""Made-up schemas, values and damage: equal to fastavro, or refused as it refuses."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nightdesk.avro import Refusal, compile_schema, decode

from tests.kernels.avro.support import assert_as_fastavro, long, outcome, same, schemas, values

QUICK = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)

ODD_NUMBERS = [0, 1, -1, 3, 200, 1 << 20, -(1 << 20), 1 << 40, -(1 << 62), -(1 << 63)]


def mutants(payload: bytes, number: int, seed: int) -> list[bytes]:
    """Copies with bits flipped, bytes overwritten, cut out, put in, and the end cut off."""
    dice = random.Random(seed)
    found = []
    for _ in range(number):
        data = bytearray(payload)
        for _ in range(dice.choice([1, 1, 1, 2, 5])):
            at = dice.randrange(len(data) + 1)
            what = dice.randrange(5)
            if what == 0 and at < len(data):
                data[at] ^= 1 << dice.randrange(8)
            elif what == 1 and at < len(data):
                data[at] = dice.choice([0, 1, 2, 3, 127, 128, 254, 255])
            elif what == 2:
                del data[at:]
            elif what == 3:
                del data[at : at + dice.randrange(1, 4)]
            else:
                number_ = dice.choice(
                    [0, 1, -1, 3, 200, 1 << 20, -(1 << 20), 1 << 40, -(1 << 62), -(1 << 63)]
                )
                data[at:at] = long(number_)
        found.append(bytes(data))
    return found


@settings(QUICK, max_examples=150)
@given(st.data())
def test_any_schema_and_its_damaged_values(data: st.DataObject) -> None:
    schema = data.draw(schemas())
    good = data.draw(st.lists(values(schema, {}), min_size=1, max_size=6))
    assert assert_as_fastavro(schema, good) == len(good)
    seed = data.draw(st.integers(0, 1 << 30))
    assert_as_fastavro(schema, [copy for payload in good for copy in mutants(payload, 12, seed)])


@settings(QUICK, max_examples=60)
@given(st.data())
def test_long_arrays_whose_items_look_alike(data: st.DataObject) -> None:
    """Arrays of records, most of few shapes, which are decoded many at a time; whole and damaged."""
    kinds = st.sampled_from(["int", "long", "float", "double", "boolean", "string", "bytes"])
    named = {"type": "enum", "name": "E", "symbols": ["A", "B"]}
    fixed = {"type": "fixed", "name": "F", "size": 3}
    types: list[Any] = data.draw(st.lists(kinds, min_size=1, max_size=8))
    types = [data.draw(st.sampled_from([kind, ["null", kind], [kind, "null"]])) for kind in types]
    types += data.draw(st.sampled_from([[], [named], [fixed], [["null", named], ["null", fixed]]]))
    record = {
        "type": "record",
        "name": "R",
        "fields": [{"name": f"f{i}", "type": t} for i, t in enumerate(types)],
    }
    kind = data.draw(st.sampled_from(["array", "map"]))
    schema = {"type": kind, "items" if kind == "array" else "values": record}
    few = data.draw(st.lists(values(record, {}), min_size=1, max_size=8))
    dice = random.Random(data.draw(st.integers(0, 1 << 30)))
    payloads = []
    for _ in range(3):
        items = [dice.choice(few) for _ in range(dice.choice([1, 10, 300, 700]))]
        if kind == "map":
            items = [b"\4" + bytes(dice.choices(b"abcd", k=2)) + item for item in items]
        payloads.append(long(len(items)) + b"".join(items) + bytes(dice.choice([1, 1, 12])))
    assert assert_as_fastavro(schema, payloads) == 3
    assert_as_fastavro(
        schema, [copy for payload in payloads for copy in mutants(payload, 8, dice.randrange(1 << 30))]
    )


@settings(QUICK, max_examples=40)
@given(st.data())
def test_noise_never_harms_its_neighbours(data: st.DataObject) -> None:
    schema = data.draw(schemas())
    good = data.draw(values(schema, {}))
    noise = np.random.default_rng(data.draw(st.integers(0, 1 << 30)))
    payloads = [good]
    for _ in range(30):
        payloads += [noise.bytes(int(noise.integers(0, 60))), good]
    tables = decode(compile_schema(schema), payloads)
    found = outcome(tables, len(payloads))
    first = found[0]
    assert not isinstance(first, Refusal)
    assert all(same(found[i], first) for i in range(0, len(payloads), 2))
