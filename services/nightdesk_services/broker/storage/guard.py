"""Telling a store that cannot take a write now from a document that it will never take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bson.errors import InvalidDocument
from pymongo.errors import BulkWriteError, DocumentTooLarge, InvalidOperation, OperationFailure, PyMongoError

from nightdesk_services.broker.models.errors import StoreUnavailableError

DUPLICATE_KEY = 11000

# BadValue, FailedToParse, TypeMismatch, DollarPrefixedFieldName, NotSingleValueField,
# BSONObjectTooLarge (three codes): the document is at fault, so trying again is no use
_AT_FAULT = frozenset({2, 9, 14, 52, 54, 10334, 17280, 17419, 17420})


@contextmanager
def guarded() -> Iterator[None]:
    """Turn what a later attempt may cure into `StoreUnavailableError`, and let the rest through."""
    try:
        yield
    except (InvalidDocument, DocumentTooLarge, InvalidOperation):
        raise
    except BulkWriteError as error:
        codes = {e.get("code") for e in (error.details or {}).get("writeErrors", [])}
        if codes and codes <= _AT_FAULT:
            raise
        raise StoreUnavailableError(str(error)) from error
    except OperationFailure as error:
        if error.code in _AT_FAULT:
            raise
        raise StoreUnavailableError(str(error)) from error
    except PyMongoError as error:
        raise StoreUnavailableError(str(error)) from error
