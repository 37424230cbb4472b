"""Checks an answer against the API's description: the few words of JSON Schema that the description uses."""

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import bot.web

DESCRIPTION: Final[dict[str, Any]] = json.loads((Path(bot.web.__path__[0]) / "openapi.json").read_text("utf-8"))
TYPES: Final = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}
KNOWN: Final = frozenset(
    {"$ref", "type", "const", "enum", "pattern", "maxLength", "format", "anyOf", "items", "description"}
    | {"properties", "required", "additionalProperties"}
)


def schema_of(path: str, status: int) -> dict[str, Any]:
    """What the description promises for an answer in JSON."""
    answer = resolved(DESCRIPTION["paths"][path]["get"]["responses"][str(status)])
    return answer["content"]["application/json"]["schema"]


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the description, with its reference followed."""
    if "$ref" not in part:
        return part
    found: Any = DESCRIPTION
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def faults(value: Any, schema: dict[str, Any], at: str = "") -> list[str]:
    """Where a value is not as described."""
    assert schema.keys() <= KNOWN, f"{at}: this check does not know {schema.keys() - KNOWN}"
    schema = resolved(schema)
    if "anyOf" in schema:
        return [] if any(not faults(value, one, at) for one in schema["anyOf"]) else [f"{at}: none of them: {value!r}"]
    named = schema.get("type", [])
    types = [TYPES[name] for name in ([named] if isinstance(named, str) else named)]
    if types and type(value) not in types:
        return [f"{at}: {value!r} is no {named}"]
    if isinstance(value, str):
        return [f"{at}: {value!r} is not as {schema}"] if not _is_text(value, schema) else []
    if isinstance(value, list):
        return [found for i, item in enumerate(value) for found in faults(item, schema["items"], f"{at}[{i}]")]
    if isinstance(value, dict) and "properties" in schema:
        return _record(value, schema, at)
    return []


def _is_text(value: str, schema: dict[str, Any]) -> bool:
    match schema.get("format"):
        case "date":
            date.fromisoformat(value)
        case "date-time":
            assert datetime.fromisoformat(value).utcoffset() is not None
        case _:
            pass
    fits = value in schema.get("enum", [value]) and value == schema.get("const", value)
    return fits and re.search(schema.get("pattern", ""), value) is not None


def _record(value: dict[str, Any], schema: dict[str, Any], at: str) -> list[str]:
    found = [f"{at}.{name}: is missing" for name in schema["required"] if name not in value]
    found += [f"{at}.{name}: is not described" for name in value if name not in schema["properties"]]
    for name, part in schema["properties"].items():
        if name in value:
            found += faults(value[name], part, f"{at}.{name}")
    return found
