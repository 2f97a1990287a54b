"""Selectors that learn once and can be cut at another number of columns without looking at the rows again."""

from __future__ import annotations

from abc import abstractmethod
from copy import copy
from typing import Any, ClassVar, Self


class Recut:
    """Mix in before ``BaseEstimator``: what ``fit`` learns is cut to columns by a last and cheap part.

    A subclass names the parameters that only this last part reads, and writes it. A search over them then fits the
    selector once per fold and cuts it for each value; the result is that of fitting anew, to the last bit.

    Attributes
    ----------
    cut_parameters : frozenset of str
        Parameters that only the cut reads.
    learned_up_to : str or None
        The one of them up to whose value ``fit`` learns, if there is one: a longer choice can be cut to a shorter one.
    """

    cut_parameters: ClassVar[frozenset[str]]
    learned_up_to: ClassVar[str | None] = None

    def recut(self, **params: Any) -> Self:
        """Return what fitting with other cut parameters on the same rows would have given.

        Parameters
        ----------
        **params
            Values of some of ``cut_parameters``.

        Raises
        ------
        BadSetting
            If a value is out of range.
        """
        other = copy(self)
        for name, value in params.items():
            setattr(other, name, value)
        other._check_parameters()
        other._cut()
        return other

    def covers(self, params: dict[str, Any]) -> bool:
        """Tell whether enough was learned for a cut with these parameters."""
        name = self.learned_up_to
        return name is None or params[name] <= getattr(self, name)

    @abstractmethod
    def _check_parameters(self) -> None:
        """Refuse parameters that are out of range."""

    @abstractmethod
    def _cut(self) -> None:
        """Set what depends on the cut, from what was learned."""
