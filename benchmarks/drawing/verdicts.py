"""What two programs' answers to the same request say about each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

RELATIVE = 1e-9
ABSOLUTE = 1e-9  # near zero
Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """How the two sides of one draw compare.

    Attributes
    ----------
    verdict : str
        ``agrees``, ``both refuse``, ``we refuse a part`` (the rest agrees), ``we refuse``, ``they refuse`` or
        ``differs``.
    reason : str
        Of a refusal, or what only one side has.
    values : int
        How many were compared.
    worst_relative : float
        Greatest relative difference of those that are not near zero.
    worst_feature : str
    differing : dict
        Feature to (ours, theirs) where they do not agree.
    missing, extra : tuple of str
        Features that only they, or only we have.
    """

    verdict: str
    reason: str = ""
    values: int = 0
    worst_relative: float = 0.0
    worst_feature: str = ""
    differing: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "values": self.values,
            "worst_relative": self.worst_relative,
            "worst_feature": self.worst_feature,
            "differing": len(self.differing),
            "missing": len(self.missing),
            "extra": len(self.extra),
        }

    def line(self) -> str:
        """Return it in one line."""
        sides = f"{self.values} values, worst {self.worst_relative:.1e} {self.worst_feature}"
        wrong = f", {len(self.differing)} differ, {len(self.missing)} missing, {len(self.extra)} extra"
        return f"{self.verdict}: {sides}{wrong if self.verdict == 'differs' else ''} {self.reason}"

    def details(self) -> list[str]:
        """Return every value that differs, one per line."""
        lines = [f"  {name}: {one!r} {other!r}" for name, (one, other) in self.differing.items()]
        lines += [f"  missing {', '.join(self.missing)}"] if self.missing else []
        return lines + ([f"  extra {', '.join(self.extra)}"] if self.extra else [])


def judge(parameters: dict[str, Any], measure: Callable[[dict[str, Any]], tuple[Answer, Answer]]) -> Verdict:
    """Compare our answer (first) with theirs under the same parameters.

    Where we refuse and they have values, the part that we refuse is left out on both sides, and the rest compared.
    """
    one, other = measure(parameters)
    if "error" not in one and "error" not in other:
        return compare(one["values"], other["values"])
    if "error" in one and "error" in other:
        return Verdict("both refuse", f"{one['error']} | {other['error']}")
    if "error" in other:
        return Verdict("they refuse", other["error"])
    for without, rest in _smaller(parameters, other["values"]):
        one_rest, other_rest = measure(rest)
        if "error" not in one_rest and "error" not in other_rest:
            compared = compare(one_rest["values"], other_rest["values"])
            verdict = "we refuse a part" if compared.verdict == "agrees" else "differs"
            return replace(compared, verdict=verdict, reason=f"{one['error']} | {without}")
    return Verdict("we refuse", one["error"])


def _smaller(parameters: dict[str, Any], theirs: Mapping[str, float]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield parameters without what they lack themselves, and what that is."""
    images = parameters["imageType"]
    n_sigmas = len({name.split("_")[0] for name in theirs if name.startswith("log-sigma")})
    if len(images.get("LoG", {}).get("sigma", [])) > n_sigmas and len(images) > 1:
        kept = {name: custom for name, custom in images.items() if name != "LoG"}
        yield "they leave LoG out in silence", {**parameters, "imageType": kept}
    undefined = {name.split("_", 1)[1] for name, value in theirs.items() if not math.isfinite(value)}
    if undefined:
        classes: dict[str, list[str]] = {}
        for name in dict.fromkeys(name.split("_", 1)[1] for name in theirs):
            if name not in undefined:
                classes.setdefault(name.split("_")[0], []).append(name.split("_")[1])
        yield f"their {', '.join(sorted(undefined))} is NaN", {**parameters, "featureClass": classes}


def compare(one: Mapping[str, float], other: Mapping[str, float]) -> Verdict:
    """Compare values by name."""
    shared = [name for name in other if name in one and math.isfinite(other[name])]
    undefined = [name for name in other if name in one and not math.isfinite(other[name])]
    relative = {name: _relative(one[name], other[name]) for name in shared}
    worst = max(relative, key=lambda name: relative[name], default="")
    differing = {name: (one[name], other[name]) for name in shared if relative[name] > RELATIVE}
    missing = tuple(name for name in other if name not in one)
    extra = tuple(name for name in one if name not in other)
    flat = [name for name in extra if "_shape2D_" in name]
    notes = [f"theirs is NaN: {', '.join(undefined)}"] if undefined else []
    notes += ["they leave shape2D out: their check of the plane asks another axis"] if flat else []
    return Verdict(
        "differs" if differing or missing or len(extra) > len(flat) else "agrees",
        reason="; ".join(notes),
        values=len(shared),
        worst_relative=relative.get(worst, 0.0),
        worst_feature=worst,
        differing=differing,
        missing=missing,
        extra=extra,
    )


def _relative(one: float, other: float) -> float:
    """Relative difference; 0 near zero, infinite if one is not a number."""
    if not (math.isfinite(one) and math.isfinite(other)):
        return math.inf
    difference = abs(one - other)
    return 0.0 if difference <= ABSOLUTE and abs(other) < 1 else difference / max(abs(one), abs(other))
