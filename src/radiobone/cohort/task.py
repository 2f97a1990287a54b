"""What is predicted: one of two classes, one of several ordered classes, or a number; as frozen settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, Field, field_validator

from radiobone.core.errors import BadSetting
from radiobone.core.settings import Settings, parse_yaml, validate

NAMED_ORDERS: Mapping[str, tuple[str, ...]] = {"who": ("normal", "osteopenia", "osteoporosis")}
"""Orders that have a name: the WHO's classes of bone density."""
BOUNDARY = re.compile(r"\s*(<=|<)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*$")


class Binary(Settings):
    """One of two classes."""

    kind: Literal["binary"] = "binary"


class Ordinal(Settings):
    """One of three or more classes that have an order, such as normal, osteopenia, osteoporosis.

    ``order`` lists the classes from the first to the last, or names a list (``who``). Classes that are numbers, such as
    grades, need none.
    """

    kind: Literal["ordinal"] = "ordinal"
    order: tuple[str, ...] | None = None

    @field_validator("order", mode="before")
    @classmethod
    def _named(cls, content: Any) -> Any:
        """Accept a named order, a list in one text (``normal,osteopenia``), and numbers."""
        if isinstance(content, str):
            content = NAMED_ORDERS.get(content.strip().casefold(), content.split(","))
        return [str(name).strip() for name in content] if isinstance(content, list | tuple) else content

    @field_validator("order")
    @classmethod
    def _each_once(cls, order: tuple[str, ...] | None) -> tuple[str, ...] | None:
        known = [name.casefold() for name in order or ()]
        if order is not None and (len(order) < 3 or len(set(known)) < len(known) or "" in known):
            raise ValueError(
                f"the order {', '.join(map(repr, order))} must name three or more classes, each once; there is also the named "
                f"order 'who' ({', '.join(NAMED_ORDERS['who'])}), and for two classes --task binary"
            )
        return order


class Boundary(Settings):
    """Where a class begins: numbers below ``value``, and ``value`` itself if ``including``, are beyond it."""

    value: float
    including: bool = False

    @property
    def text(self) -> str:
        """As it is written, such as ``<= -2.5``."""
        return f"{'<=' if self.including else '<'} {self.value:g}"

    def beyond(self, numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Return which numbers lie beyond the boundary."""
        return np.asarray(numbers <= self.value if self.including else numbers < self.value, dtype=bool)


def _written(content: Any) -> Any:
    """Accept ``<= -2.5``, ``< -1`` and a bare number, which means below it."""
    if isinstance(content, int | float) and not isinstance(content, bool):
        return {"value": content}
    if not isinstance(content, str):
        return content
    found = BOUNDARY.match(content) or BOUNDARY.match(f"<{content}")
    if found is None:
        raise ValueError(f"{content!r} is no boundary; write '<= -2.5', '< -1', or a number")
    return {"value": float(found[2]), "including": found[1] == "<="}


class Number(Settings):
    """A number, such as a T-score or a bone mineral density.

    ``boundaries`` divide the number into classes; by default those of the WHO for T-scores: below -1 is osteopenia, -2.5
    and below osteoporosis (WHO Technical Report Series 843, 1994).
    """

    kind: Literal["number"] = "number"
    boundaries: tuple[Annotated[Boundary, BeforeValidator(_written)], ...] = (
        Boundary(value=-1.0),
        Boundary(value=-2.5, including=True),
    )

    @field_validator("boundaries")
    @classmethod
    def _descending(cls, boundaries: tuple[Boundary, ...]) -> tuple[Boundary, ...]:
        ordered = tuple(sorted(boundaries, key=lambda one: (-one.value, one.including)))
        if len({one.value for one in ordered}) < len(ordered):
            raise ValueError("two boundaries have the same value; name each once")
        return ordered


OTHER_NAMES: Mapping[str, str] = {"regression": "number"}


def _short_form(content: Any) -> Any:
    """Accept ``ordinal`` for ``{kind: ordinal}``, and ``regression`` for ``number``."""
    named = {"kind": content} if isinstance(content, str) else content
    if isinstance(named, Mapping) and str(named.get("kind")) in OTHER_NAMES:
        return {**named, "kind": OTHER_NAMES[named["kind"]]}
    return named


Task = Annotated[
    Annotated[Binary | Ordinal | Number, Field(discriminator="kind")], BeforeValidator(_short_form)
]
AnyTask = Binary | Ordinal | Number


class _Asked(Settings):
    task: Task


def parse_task(asked: str | Mapping[str, Any] | AnyTask, order: Any = None) -> AnyTask:
    """Read a task: a name (``ordinal``), or written out (``{kind: number, boundaries: [< -1]}``), also as text.

    Parameters
    ----------
    asked : str, mapping or task
    order : str or sequence of str, optional
        Of the classes of ``ordinal``, from the first to the last, or the name of an order.

    Raises
    ------
    BadConfig, BadSetting
    """
    content = parse_yaml(f"task: {asked}", source="task")["task"] if isinstance(asked, str) else asked
    if isinstance(content, Settings):
        content = content.model_dump()
    if order is not None:
        content = _short_form(content)
        if content.get("kind") != "ordinal":
            raise BadSetting(
                f"An order of classes is given, and the task is '{content.get('kind')}', which has none. Say --task ordinal, or "
                "leave --order out."
            )
        content = {**content, "order": list(order) if not isinstance(order, str) else order}
    return validate(_Asked, {"task": content}, source="task").task


def codes_of(numbers: npt.NDArray[np.float64], boundaries: tuple[Boundary, ...]) -> npt.NDArray[np.int64]:
    """Return the class that each number implies: how many boundaries it lies beyond."""
    found = np.zeros(len(numbers), dtype=np.int64)
    for boundary in boundaries:
        found += boundary.beyond(numbers)
    return found
