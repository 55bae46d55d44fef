"""Tables as HDF5 files that `pandas.HDFStore` reads and writes.

Such files hold pickles, which may run whatever their author likes; PyTables and pandas load them at sight.
A file that somebody sends is therefore read here with h5py, which does not, and of pickles only those that
name nothing: lists, dictionaries, words and numbers. What points into other files is refused.
"""

from __future__ import annotations

import io
import pickle
from typing import Any, Final

import h5py
import numpy as np

from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.series.tables import MOST_BYTES, Column, Table, checked

KEY: Final = "phot_series"


def read(body: bytes) -> tuple[Table, dict[str, Any]]:
    """Return the table of a file and what stands in its attribute ``metadata``.

    Raises
    ------
    Invalid
        If it is no file of one table that `pandas.HDFStore` wrote.
    """
    try:
        with h5py.File(io.BytesIO(body), "r") as file:
            names = list(file)
            if len(names) != 1:
                raise Invalid(f"data: the HDF5 file must hold one table, not {len(names)}")
            group = _member(file, names[0], h5py.Group)
            kind = _text(group.attrs.get("pandas_type"))
            if kind == "frame_table":
                table = _of_rows(_member(group, "table", h5py.Dataset))
            elif kind == "frame":
                table = _of_blocks(group)
            else:
                raise Invalid("data: the HDF5 file holds no table of pandas.HDFStore")
            return checked(table), _metadata(group)
    except Invalid:
        raise
    except Exception as error:
        # h5py raises nearly anything at a broken file
        raise Invalid(f"data: the HDF5 file cannot be read: {error}") from error


def write(table: Table, metadata: dict[str, Any]) -> bytes:
    """Return a file with a table in `pandas.HDFStore`'s format ``table``; the same for the same table."""
    stored = {name: _storable(values) for name, values in table.items()}
    fields = {f"values_block_{i}": values for i, values in enumerate(stored.values())}
    count = len(next(iter(stored.values())))
    kinds = [("index", np.dtype(np.int64), ()), *((f, v.dtype, (1,)) for f, v in fields.items())]
    rows = np.zeros(count, dtype=np.dtype([(name, kind, shape) for name, kind, shape in kinds]))
    rows["index"] = np.arange(count)
    for field, values in fields.items():
        rows[field][:, 0] = values
    out = io.BytesIO()
    with h5py.File(out, "w", libver=("earliest", "v110")) as file:
        _note(file, CLASS="GROUP", PYTABLES_FORMAT_VERSION="2.1", TITLE="", VERSION="1.0")
        group = file.create_group(KEY)
        _note(group, CLASS="GROUP", TITLE="", VERSION="1.0", pandas_type="frame_table")
        _note(group, table_type="appendable_frame", encoding="UTF-8", errors="strict", nan_rep="nan")
        _note(group, levels=1, data_columns=[], index_cols=[(0, "index")], info={})
        _note(group, non_index_axes=[(1, list(stored))], values_cols=list(fields), metadata=metadata)
        dataset = group.create_dataset("table", data=rows, compression="gzip", chunks=True, maxshape=(None,))
        _note(dataset, CLASS="TABLE", TITLE="", VERSION="2.7", NROWS=count, index_kind="integer")
        for i, (field, kind, _) in enumerate(kinds):
            _note(dataset, **{f"FIELD_{i}_NAME": field})
            dataset.attrs[f"FIELD_{i}_FILL"] = np.zeros((), kind)[()]
        for field, (name, values) in zip(fields, table.items(), strict=True):
            letter = values.dtype.kind
            size = stored[name].dtype.itemsize * 8
            word = "bool" if letter == "b" else f"bytes{size}" if letter == "U" else values.dtype.name
            _note(dataset, **{f"{field}_kind": [name], f"{field}_dtype": word})
            _note(dataset, **{f"{field}_meta": "str" if letter == "U" else None})
    return out.getvalue()


def _of_rows(dataset: h5py.Dataset) -> Table:
    _bounded(dataset)
    rows, made = dataset[:], {}
    for field in dataset.dtype.names or ():
        if field == "index":
            continue
        values = rows[field]
        kind = dataset.attrs.get(f"{field}_kind")
        names = [field] if kind is None else _unpickled(kind)
        is_bool = _text(dataset.attrs.get(f"{field}_dtype")) == "bool"
        columns = values.reshape(len(rows), -1)
        for name, column in zip(names, columns.T, strict=True):
            made[str(name)] = _loaded(column, is_bool=is_bool)
    return made


def _of_blocks(group: h5py.Group) -> Table:
    made = {}
    for i in range(int(group.attrs["nblocks"])):
        items = _member(group, f"block{i}_items", h5py.Dataset)
        values = _member(group, f"block{i}_values", h5py.Dataset)
        _bounded(items)
        if values.dtype.kind == "O":
            raise Invalid(
                "data: words in the format fixed are pickled; write the HDF5 file with format='table'"
            )
        _bounded(values)
        columns = values[:]
        # pandas stores a block turned, unless it says otherwise
        columns = columns.T if values.attrs.get("transposed", 0) else columns
        for name, column in zip(items[:], columns, strict=True):
            made[_text(name)] = _loaded(column, is_bool=_text(values.attrs.get("value_type")) == "bool")
    return made


def _member(group: h5py.Group, name: str, kind: type) -> Any:
    link = group.get(name, getlink=True)
    found = group[name] if isinstance(link, h5py.HardLink) else None
    if not isinstance(found, kind):
        raise Invalid(f"data: the HDF5 file has no {kind.__name__.lower()} {name} of its own")
    return found


def _bounded(dataset: h5py.Dataset) -> None:
    """Refuse a dataset that lies elsewhere, or that would unfold beyond all bounds."""
    if dataset.is_virtual or dataset.external:
        raise Invalid("data: the HDF5 file points to other files")
    if dataset.dtype.hasobject or dataset.size * dataset.dtype.itemsize > MOST_BYTES:
        raise Invalid(f"data: more than {MOST_BYTES // 1_000_000} MB, or not plain columns")


def _metadata(group: h5py.Group) -> dict[str, Any]:
    given = group.attrs.get("metadata")
    if given is None:
        return {}
    found = _unpickled(given)
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise Invalid("data: metadata in the HDF5 file must be a dictionary")
    return found


class _Plain(pickle.Unpickler):
    """Reads pickles that name no function and no class."""

    def find_class(self, module: str, name: str) -> Any:
        raise Invalid(f"data: the HDF5 file holds a pickle of {module}.{name}; only plain values are read")


def _unpickled(value: Any) -> Any:
    body = value.tobytes() if isinstance(value, np.ndarray) else bytes(value)
    return _Plain(io.BytesIO(body)).load()


def _loaded(values: Column, *, is_bool: bool) -> Column:
    if values.dtype.kind == "S":
        return np.array([_text(word) for word in values.tolist()], dtype=np.str_)
    if is_bool:
        return values.astype(bool)
    if values.dtype.kind == "f":
        return values.astype(np.float64)
    if values.dtype.kind in "iu":
        return values.astype(np.int64)
    if values.dtype.kind == "b":
        return values
    raise Invalid(f"data: a column of type {values.dtype} cannot be read")


def _storable(values: Column) -> Column:
    if values.dtype.kind == "U":
        return np.char.encode(values, "utf-8")
    return values.astype(np.uint8) if values.dtype.kind == "b" else values


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _note(node: Any, **attributes: Any) -> None:
    """Set attributes as PyTables does: words as bytes, lists and dictionaries as pickles of protocol 0."""
    for name, value in attributes.items():
        if value == "":
            node.attrs[name] = h5py.Empty("S1")
        elif isinstance(value, str):
            body = value.encode()
            node.attrs.create(name, body, dtype=h5py.string_dtype("utf-8", len(body)))
        elif isinstance(value, int) and not isinstance(value, bool):
            node.attrs[name] = np.int64(value)
        else:
            node.attrs[name] = np.bytes_(pickle.dumps(value, 0))
