"""Apply the rules to a result, and count what they decide."""

from __future__ import annotations

from dataclasses import dataclass

from radiobone.report.checklists.evidence import Evidence
from radiobone.report.checklists.items import Checklist, Item, checklists
from radiobone.report.checklists.rules.registry import RULES
from radiobone.report.data import ResultData
from radiobone.report.facts import Facts

AUTHOR = "for the author"


@dataclass(frozen=True)
class Judged:
    """An item with what its rule found; None where it has no rule, or its facts are not in the folder."""

    item: Item
    evidence: Evidence | None

    @property
    def decision(self) -> str:
        """``yes``, ``no``, ``not applicable`` or ``for the author``."""
        return AUTHOR if self.evidence is None or self.evidence.decision is None else self.evidence.decision


@dataclass(frozen=True)
class Score:
    """A score of the decided items alone.

    Attributes
    ----------
    value, most : float
        What the decided items give, and the most that they could.
    """

    value: float
    most: float

    @property
    def share(self) -> float | None:
        """What they give of the most that they could."""
        return self.value / self.most if self.most else None


@dataclass(frozen=True)
class Filled:
    """A checklist, filled in as far as the run can."""

    checklist: Checklist
    items: tuple[Judged, ...]

    def count(self, decision: str) -> int:
        """Count the items of a decision."""
        return sum(one.decision == decision for one in self.items)

    @property
    def n_decided(self) -> int:
        """Number of items that the run decides: yes, no or not applicable."""
        return len(self.items) - self.count(AUTHOR)

    @property
    def weighted(self) -> Score | None:
        """Weights of the items with a yes, of those with a yes or a no; None for a checklist without weights."""
        weights = {one: one.item.weight or 0.0 for one in self.items}
        if not any(weights.values()):
            return None
        yes = sum(weight for one, weight in weights.items() if one.decision == "yes")
        no = sum(weight for one, weight in weights.items() if one.decision == "no")
        return Score(yes, yes + no)

    @property
    def points(self) -> Score | None:
        """Points of the decided items, and the most that they can give; None for a checklist without points."""
        given = [one for one in self.items if one.item.points is not None]
        if not given:
            return None
        decided = [(one.decision, one.item.points) for one in given if one.decision in ("yes", "no")]
        value = sum(p.when_yes if yes == "yes" else p.when_no for yes, p in decided if p is not None)
        return Score(value, sum(p.most for _, p in decided if p is not None))


def filled_checklists(data: ResultData) -> tuple[Filled, ...]:
    """Fill in every checklist from a result folder."""
    facts = Facts(data)
    found = {name: rule(facts) for name, rule in RULES.items()}
    return tuple(
        Filled(one, tuple(Judged(item, found[item.rule] if item.rule else None) for item in one.items))
        for one in checklists()
    )
