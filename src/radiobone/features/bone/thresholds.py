"""Thresholds of L1's trabecular HU for opportunistic screening."""

from __future__ import annotations

from dataclasses import dataclass

SPECIFIC_HU, BALANCED_HU, SENSITIVE_HU = 110.0, 135.0, 160.0
SOURCE = (
    "Pickhardt et al. 2013, doi 10.7326/0003-4819-158-8-201304160-00003: 110 and 160 HU by its abstract, which found "
    "no effect of intravenous contrast; 135 lies between"
)
DEFINITION = (
    "Trabecular HU of L1 against 110 (specific, above 90 %), 135 (balanced) and 160 (sensitive, 90 %): a hint at osteoporosis by DXA, no "
    "diagnosis. Told with tube voltage and contrast, which shift HU."
)
STUDY_KVP = 120.0


@dataclass(frozen=True)
class Screening:
    """Where L1 lies.

    Attributes
    ----------
    group : str
        ``<= 110``, ``110 to 135``, ``135 to 160`` or ``> 160`` HU.
    caution : str
        What shifts HU in this scan, or is not known of it; empty for 120 kVp without contrast.
    """

    group: str
    caution: str


def screen(l1_hu: float, *, kvp: float | None = None, contrast: str | None = None) -> Screening:
    """Compare L1 with the thresholds.

    Parameters
    ----------
    l1_hu : float
        Mean trabecular HU of L1.
    kvp : float, optional
        Tube voltage.
    contrast : str, optional
        ``no``, or anything that names an agent or phase; None if it is not known.
    """
    steps = ((SPECIFIC_HU, "<= 110"), (BALANCED_HU, "110 to 135"), (SENSITIVE_HU, "135 to 160"))
    group = next((name for limit, name in steps if l1_hu <= limit), "> 160")
    return Screening(group, "; ".join(_cautions(kvp, contrast)))


def _cautions(kvp: float | None, contrast: str | None) -> list[str]:
    found = []
    if kvp is None:
        found.append("tube voltage not known")
    elif kvp != STUDY_KVP:
        found.append(
            f"{kvp:g} kVp, and the thresholds are for 120: HU are {'higher' if kvp < STUDY_KVP else 'lower'}"
        )
    if contrast is None:
        found.append("contrast not known")
    elif contrast.strip().casefold() not in ("no", "none", "native"):
        found.append(f"contrast ({contrast.strip()}), which raises HU")
    return found
