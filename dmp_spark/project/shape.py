"""The shape of a file: which keys its pydantic models know at an address, and what kind of value stands there."""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dmp_spark.project.nodes import Address
from dmp_spark.project.types import SecretMark


def fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model by the key that users write."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def options(annotation: Any) -> Iterator[Any]:
    """The alternatives of a type, one by one: unions are opened, annotations taken off."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from options(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from options(part)
    elif hasattr(annotation, "__value__"):  # `type X = …`
        yield from options(annotation.__value__)
    else:
        yield annotation


def models(annotation: Any) -> list[type[BaseModel]]:
    """The models among the alternatives of a type."""
    return [option for option in options(annotation) if isinstance(option, type) and issubclass(option, BaseModel)]


def below(annotation: Any, part: str | int) -> Iterator[Any]:
    """The types that may stand under a key or at a position."""
    for option in options(annotation):
        if isinstance(option, type) and issubclass(option, BaseModel):
            info = fields(option).get(str(part))
            if info is not None:
                yield Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
        elif is_named(option):
            yield get_args(option)[1]
        elif get_origin(option) in (list, tuple, frozenset, set):
            yield from [argument for argument in get_args(option)[:1] if argument is not Ellipsis]


def is_named(option: Any) -> bool:
    """Whether a type is a mapping from names that the user chose."""
    return get_origin(option) is dict or getattr(get_origin(option), "__name__", "") in ("Mapping", "dict")


def at(shape: Any, address: Address) -> list[Any]:
    """The types that may stand at an address, none where the shape knows no such place."""
    here = [shape]
    for part in address:
        here = [lower for annotation in here for lower in below(annotation, part)]
    return here


def known_keys(shape: Any, address: Address) -> list[str]:
    """The keys that models at an address know."""
    return [key for annotation in at(shape, address) for model in models(annotation) for key in fields(model)]


def is_optional(shape: Any, address: Address) -> bool:
    """Whether the value at an address has a default."""
    owners = [model for annotation in at(shape, address[:-1]) for model in models(annotation)]
    infos = [fields(model).get(str(address[-1])) for model in owners]
    return bool(infos) and all(info is not None and not info.is_required() for info in infos)


def has_names(shape: Any, address: Address) -> bool:
    """Whether the keys at an address are names that the user chose."""
    return any(is_named(option) for annotation in at(shape, address) for option in options(annotation))


def named_thing(shape: Any, address: Address) -> Address | None:
    """The innermost entry of a mapping of names on the way to an address: what is left out when the address is wrong."""
    found = None
    for length in range(1, len(address) + 1):
        if has_names(shape, address[: length - 1]):
            found = address[:length]
    return found


def wants_text(shape: Any, address: Address) -> bool:
    """Whether only a text may stand at an address."""
    kinds = [option for annotation in at(shape, address) for option in options(annotation) if option is not NoneType]
    return bool(kinds) and all(kind is str or _is_text_literal(kind) for kind in kinds)


def _is_text_literal(kind: Any) -> bool:
    return get_origin(kind) is Literal and all(isinstance(value, str) for value in get_args(kind))


def is_secret(shape: Any, address: Address) -> bool:
    """Whether the value at an address is read from a provider of secrets."""
    return any(_has_secret_mark(annotation) for annotation in at(shape, address))


def _has_secret_mark(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        kind, *marks = get_args(annotation)
        return any(isinstance(mark, SecretMark) for mark in marks) or _has_secret_mark(kind)
    if get_origin(annotation) in (Union, UnionType):
        return any(_has_secret_mark(part) for part in get_args(annotation))
    return False
