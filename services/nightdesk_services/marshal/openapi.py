"""The API's OpenAPI document, read from the handlers themselves.

A method says with `needs` who may call it, and with ``self.body(Model)`` and ``self.query(Model)`` what it
takes; both are found in its source, so the document cannot lag behind the code.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from tornado.web import RequestHandler

from nightdesk_services.marshal.handlers.routes import Routes

Schema = dict[str, Any]

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_REF: Final = "#/components/schemas/{model}"
_ERRORS: Final = {
    400: "The request does not say what it must; the message names the field.",
    401: "Nobody is known by this token, or there is none.",
    403: "The person is known and may not.",
    404: "No such thing, or none that this person may know of.",
    409: "It contradicts what is there.",
    503: "A part that is needed does not answer now.",
}


def document(routes: Routes, version: str) -> Schema:
    """Return the OpenAPI 3.1 document of some routes, with addresses below ``/api/``."""
    models = sorted({m for _, h in routes for _, f in _functions(h) for m in _models(f).values()}, key=_name)
    mapping, defined = models_json_schema(
        [(model, "validation") for model in models], by_alias=True, ref_template=_REF
    )
    schemas = defined.get("$defs", {})
    paths: dict[str, Schema] = {}
    for pattern, handler in routes:
        for method, function in _functions(handler):
            path, parameters = _path(pattern, function)
            operation = _operation(handler, method, function, parameters)
            for where, model in _models(function).items():
                schema = mapping[model, "validation"]
                if where == "body":
                    content = {"application/json": {"schema": schema}}
                    operation["requestBody"] = {"required": True, "content": content}
                else:
                    whole = schemas[schema["$ref"].rpartition("/")[2]]
                    operation["parameters"] += list(_query(whole))
            paths.setdefault(path, {})[method] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Nightdesk marshal",
            "version": version,
            "description": "Sources, candidates, comments and follow-up in SkyPortal's language. Send a hub "
            "token in the header Authorization: token ...; answers are {status, data}.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas | {"Answer": _ANSWER, "Error": _ERROR},
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "Authorization"}},
        },
        "security": [{"token": []}],
    }


_ANSWER: Final[Schema] = {
    "type": "object",
    "required": ["status", "data"],
    "properties": {"status": {"const": "success"}, "data": {}},
}
_ERROR: Final[Schema] = {
    "type": "object",
    "required": ["status", "message"],
    "properties": {"status": {"const": "error"}, "message": {"type": "string"}, "data": {}},
}


def _functions(handler: type[RequestHandler]) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in _METHODS:
        function = getattr(handler, name)
        if getattr(function, "required_scope", None) is not None:
            yield name, function


def _name(model: type[BaseModel]) -> str:
    return f"{model.__module__}.{model.__qualname__}"


def _models(function: Callable[..., Any]) -> dict[str, type[BaseModel]]:
    """Return the models of a method's body and query, as its source names them."""
    inner = inspect.unwrap(function)
    found: dict[str, type[BaseModel]] = {}
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(inner)))):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="self"), attr="body" | "query" as where), args=[named]
            ):
                model = _resolved(named, inner.__globals__)
                if model is not None:
                    found[where] = model
    return found


def _resolved(node: ast.expr, scope: dict[str, Any]) -> type[BaseModel] | None:
    if isinstance(node, ast.Attribute):
        owner = scope.get(node.value.id) if isinstance(node.value, ast.Name) else None
        found = getattr(owner, node.attr, None)
    else:
        found = scope.get(node.id) if isinstance(node, ast.Name) else None
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def _path(pattern: str, function: Callable[..., Any]) -> tuple[str, list[Schema]]:
    """Return an address with its parameters in braces, named as the method names them."""
    names = [name for name in inspect.signature(function).parameters if name != "self"]
    parameters: list[Schema] = []

    def named(match: re.Match[str]) -> str:
        name = names[len(parameters)] if len(parameters) < len(names) else f"part{len(parameters)}"
        inner = match.group(1)
        schema: Schema = {"type": "string", "pattern": f"^{inner}$"}
        if re.fullmatch(r"\\d(\+|\{\d+,\d+\})", inner):
            schema = {"type": "integer", "minimum": 0, "maximum": 10**15}
        elif re.fullmatch(r"[\w|]+", inner):
            schema = {"type": "string", "enum": inner.split("|")}
        parameters.append({"name": name, "in": "path", "required": True, "schema": schema})
        return f"{{{name}}}"

    # what may be left out is left out
    pattern = re.sub(r"\(\?:[^()]*\)\?", "", pattern)
    return "/api/" + re.sub(r"\(([^()]*)\)", named, pattern).replace("\\", ""), parameters


def _operation(
    handler: type[RequestHandler], method: str, function: Callable[..., Any], parameters: list[Schema]
) -> Schema:
    required, acl = function.required_scope, function.required_acl  # type: ignore[attr-defined]
    about = inspect.getdoc(handler) or handler.__name__
    area = handler.__module__.rpartition(".")[2]
    says = (inspect.getdoc(function) or method).splitlines()[0]
    errors = {
        str(code): {"description": text, "content": {"application/json": {"schema": {"$ref": _of("Error")}}}}
        for code, text in _ERRORS.items()
    }
    return {
        "operationId": f"{area}.{handler.__name__}.{method}.{len(parameters)}",
        "tags": [area],
        "summary": f"{about.splitlines()[0].rstrip('.')}: {says[0].lower()}{says[1:]}",
        "description": f"Scope `{required}`." + (f" ACL *{acl}*." if acl else ""),
        "x-scope": required,
        "x-acl": acl,
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "The answer.",
                "content": {"application/json": {"schema": {"$ref": _of("Answer")}}},
            },
            **errors,
        },
    }


def _of(name: str) -> str:
    return _REF.format(model=name)


def _query(model: Schema) -> Iterator[Schema]:
    required = set(model.get("required", ()))
    for name, schema in model.get("properties", {}).items():
        yield {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": schema,
            # 1,2 and not twice the name
            "style": "form",
            "explode": False,
        }
