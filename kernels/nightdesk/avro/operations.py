"""The interpreter's instructions and the tables that it shares with its callers.

An instruction is `WORDS` integers. For the scalar kinds they are `op, steps, column, stride, present,
extra`: `steps` values of one type one after another, the first into `column`, each next one `stride`
columns on. `op` is the kind, plus `NULLABLE` for a union with null; then `present` is the byte that
announces a value (2, or 0 where null comes second) and the cell of the union's tag lies one column before.
`extra` is the size of a fixed or the number of an enum's symbols. The others are

* `UNION, branches, column of tags, first of its entries in the table of jumps`
* `JUMP, target`
* `ARRAY, behind the array, column of counts, table of items`: enter the child table
* `BLOCK, behind the array, column of counts, table, least bytes of an item`
* `ITEM, number among the arrays with shapes`: begin of an item that is nothing but scalars
* `NEXT, the array's BLOCK`: end of an item
* `END`: end of a record
"""

from __future__ import annotations

WORDS = 8
FLOAT, DOUBLE, BOOLEAN, INT, LONG, STRING, BYTES, ENUM, FIXED = range(9)
NULLABLE = 16
END, JUMP, UNION, ARRAY, BLOCK, NEXT, ITEM = range(32, 39)

# columns of the table of segments: stretches of records
ADDRESS, START, STOP, RECORDS, ORIGIN, WHOLE = range(6)
# cells of the state in which the interpreter stops
FIRST, FULL_TABLE, ROWS_WANTED = range(3)

MAX_EMPTY_ITEMS = 65_536
"""Items of no bytes that one payload may have, which nothing else would bound."""
