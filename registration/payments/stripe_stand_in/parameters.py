"""The form in which Stripe takes parameters, `a[b][0][c]=d`, and the readers that hold them against what is allowed.

A reader takes a value and its name, and returns what it means; it raises Refused in Stripe's words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from registration.payments.stripe_stand_in.errors import Refused

Reader = Callable[[Any, str], Any]
KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
EMAIL = re.compile(r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$")


def decoded(form: str) -> dict[str, Any]:
    """Read a body or query. `a[0]=…`, `a[1]=…` and `a[]=…` become lists, `a[b]=…` an object. Raises Refused."""
    tree: dict[str, Any] = {}
    for key, value in parse_qsl(form, keep_blank_values=True, max_num_fields=2000):
        found = KEY.match(key)
        if not found:
            raise Refused(f"Invalid request: could not parse the parameter name {key!r}.")
        path = [found[1], *re.findall(r"\[([^\[\]]*)\]", found[2])]
        node = tree
        for name, following in zip(path, [*path[1:], None], strict=True):
            name = name or str(len(node))  # `a[]` is the next of a list
            if following is None:
                node[name] = value
            elif not isinstance(node := node.setdefault(name, {}), dict):
                raise Refused(f"Invalid object: {key}", param=path[0])
    return {name: _with_lists(value) for name, value in tree.items()}


def _with_lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(name.isdigit() for name in node):
        return [_with_lists(node[name]) for name in sorted(node, key=int)]
    return {name: _with_lists(value) for name, value in node.items()}


def text(longest: int = 5000) -> Reader:
    """A string that is not empty: for Stripe an empty one means to unset, which most parameters cannot be."""

    def read(value: Any, name: str) -> str:
        if not isinstance(value, str):
            raise Refused(f"Invalid string: {value}", param=name)
        if not value:
            raise Refused(
                f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a "
                f"parameter; however '{name}' cannot be unset. You should remove '{name}' from your request or "
                "supply a non-empty value.",
                code="parameter_invalid_empty",
                param=name,
            )
        if len(value) > longest:
            raise Refused(
                f"Invalid string: {value[:9]}...{value[-9:]}; must be at most {longest} characters",
                param=name,
            )
        return value

    return read


def whole(least: int = 0, most: int = 2**53) -> Reader:
    """A whole number from `least` to `most`."""

    def read(value: Any, name: str) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,18}", value):
            raise Refused(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
        if int(value) < least:
            wanted = "positive integer" if least == 1 else "non-negative integer"
            raise Refused(f"Invalid {wanted}", code="parameter_invalid_integer", param=name)
        if int(value) > most:
            raise Refused(
                f"This value must be less than or equal to {most}.",
                code="parameter_invalid_integer",
                param=name,
            )
        return int(value)

    return read


def choice(*choices: str) -> Reader:
    """One of these words."""

    def read(value: Any, name: str) -> str:
        if value not in choices:
            listed = f"{', '.join(choices[:-1])}, or {choices[-1]}" if len(choices) > 1 else choices[0]
            raise Refused(f"Invalid {name}: must be one of {listed}", param=name)
        return str(value)

    return read


def address(value: Any, name: str) -> str:
    """A URL with its scheme."""
    value = text()(value, name)
    if urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc:
        raise Refused("Not a valid URL", code="url_invalid", param=name)
    return str(value)


def email(value: Any, name: str) -> str:
    """A mail address."""
    value = text(512)(value, name)
    if not EMAIL.match(value):
        raise Refused(f"Invalid email address: {value}", code="email_invalid", param=name)
    return str(value)


def metadata(value: Any, name: str) -> dict[str, str]:
    """At most 50 words of at most 500 characters, under keys of at most 40."""
    if value == "":
        return {}
    if not isinstance(value, dict):
        raise Refused("Invalid object", param=name)
    if len(value) > 50:
        raise Refused("Metadata can have at most 50 keys.", param=name)
    for key, word in value.items():
        if len(key) > 40:
            raise Refused("Metadata keys must be under 40 characters long.", param=name)
        if not isinstance(word, str) or len(word) > 500:
            raise Refused("Metadata values must be strings of under 500 characters.", param=name)
    return {key: word for key, word in value.items() if word}


def many(of: Reader, most: int = 100) -> Reader:
    """A list."""

    def read(value: Any, name: str) -> list[Any]:
        if not isinstance(value, list):
            raise Refused("Invalid array", param=name)
        if len(value) > most:
            raise Refused(f"Array {name} exceeded maximum {most} allowed elements.", param=name)
        return [of(item, f"{name}[{number}]") for number, item in enumerate(value)]

    return read


def shape(fields: Mapping[str, Reader], *, required: tuple[str, ...] = ()) -> Reader:
    """An object of these fields and no others; what is not given is left out."""

    def read(value: Any, name: str) -> dict[str, Any]:
        def full(field: str) -> str:
            return f"{name}[{field}]" if name else field

        if not isinstance(value, dict):
            raise Refused("Invalid object", param=name)
        for field in value:
            if field not in fields:
                raise Refused(
                    f"Received unknown parameter: {full(field)}", code="parameter_unknown", param=full(field)
                )
        for field in required:
            if field not in value:
                raise Refused(
                    f"Missing required param: {full(field)}.", code="parameter_missing", param=full(field)
                )
        return {field: fields[field](given, full(field)) for field, given in value.items()}

    return read


def request(
    fields: Mapping[str, Reader], *, required: tuple[str, ...] = ()
) -> Callable[[Mapping[str, Any]], Any]:
    """The parameters of one kind of request; `expand` is taken by all of them."""
    read = shape({"expand": many(text()), **fields}, required=required)
    return lambda given: read(given, "")
