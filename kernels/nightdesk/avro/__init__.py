"""Avro straight into columns.

A schema is compiled into a table of integers once, and one interpreter in machine code, the same for all
schemas, runs it over many payloads in a call:

>>> program = compile_schema('{"type": "record", "name": "Point", "fields": [{"name": "x", "type": "int"}]}')
>>> decode(program, [bytes([2]), bytes([4]), b""]).root.cells("x")
array([1, 2], dtype=int32)

Every read is checked against the end of the data. A payload that is wrong in any way becomes a `Refusal`
with the byte and the field; the others are not affected. What is read equals what fastavro reads, without
its conversion of logical types. These are refused although fastavro lets them pass: an `int` of more than
32 bits, any integer of more than 64, a negative union branch or enum symbol (which it counts from the end),
more than 65,536 items of no bytes in a payload, values that would take more than 64 times the payload
(plus 1 MiB) in a table, recursive types, a damaged last block of a container file.
"""

from __future__ import annotations

from nightdesk.avro.container import Group, decode_files, read_header
from nightdesk.avro.decode import decode
from nightdesk.avro.errors import FramingError, Refusal, SchemaError
from nightdesk.avro.framed import FramedGroup, decode_framed, schema_id
from nightdesk.avro.program import Program, compile_schema
from nightdesk.avro.tables import Table, Tables

__all__ = [
    "FramedGroup",
    "FramingError",
    "Group",
    "Program",
    "Refusal",
    "SchemaError",
    "Table",
    "Tables",
    "compile_schema",
    "decode",
    "decode_files",
    "decode_framed",
    "read_header",
    "schema_id",
]
