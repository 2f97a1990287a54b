"""One structure of a scan: its measurements, what was left out and why, and what speaks against using it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from radiobone.core.errors import BadSetting, NoGenantLevel, RadioboneError
from radiobone.core.near_names import nearest
from radiobone.core.settings import Settings, validate
from radiobone.core.volume import Volume
from radiobone.core.warnings import collected
from radiobone.features.bone.base import BoneRegion
from radiobone.features.bone.body import find_body
from radiobone.features.bone.density import DensitySettings
from radiobone.features.bone.genant import Deformity, deformity
from radiobone.features.bone.registry import MEASUREMENTS
from radiobone.workflow.bone.anatomy import VERTEBRA, Anatomy

ORDER = tuple(
    f"{VERTEBRA}{part}{number}"
    for part, last in (("C", 7), ("T", 12), ("L", 5))
    for number in range(1, last + 1)
)
GRADED = ORDER[ORDER.index(f"{VERTEBRA}T4") :]
"""Vertebrae of Genant's method (T4 to L4), and L5. S1 is a wedge by nature."""
DENSITY = "density"
METAL, CUT, FRACTURED = "metal", "cut", "fractured"


@dataclass(frozen=True)
class Plan:
    """What is measured, and how.

    Attributes
    ----------
    measurements : tuple of str
        Keys of ``MEASUREMENTS``.
    settings : mapping
        Of each of them.
    density : DensitySettings
        Of the patient's density.
    """

    measurements: tuple[str, ...]
    settings: Mapping[str, Settings]
    density: DensitySettings = field(default_factory=DensitySettings)


@dataclass(frozen=True, eq=False)
class Level:
    """What was found of one structure.

    Attributes
    ----------
    name : str
        As in the mask.
    values : dict of float
        Measurements by name.
    left_out : dict of str
        Why a measurement is missing, by its name: code and message.
    warnings : tuple of str
        Each as ``Code: message``.
    body : {"given", "found", ""}
        Where the body of the vertebra comes from; empty where the whole structure was measured.
    cut : {"body", "posterior elements", "region", ""}
        What the border of the image cuts.
    fracture : Deformity or None
        Of vertebrae whose heights were measured.
    region : BoneRegion or None
        What was measured, for its picture; None once that is drawn.
    """

    name: str
    values: dict[str, float] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    body: str = ""
    cut: str = ""
    fracture: Deformity | None = None
    region: BoneRegion | None = None

    @property
    def flags(self) -> tuple[str, ...]:
        """What speaks against using the level: cut, fractured, metal."""
        found = {
            CUT: self.cut in ("body", "region"),
            FRACTURED: self.fracture is not None and self.fracture.grade >= 1,
            METAL: self.values.get("metal_voxels", 0) > 0,
        }
        return tuple(name for name, true in found.items() if true)

    def row(self) -> dict[str, Any]:
        """Everything as one row of a table."""
        row: dict[str, Any] = {
            "structure": self.name,
            "flags": "; ".join(self.flags),
            "cut": self.cut,
            "body": self.body,
        }
        if self.fracture is not None:
            row |= {
                "genant_grade": self.fracture.grade,
                "genant_kind": self.fracture.kind,
                "height_loss": self.fracture.loss,
                "crush_ratio": self.fracture.crush_ratio,
            }
        row |= self.values
        row["left_out"] = " | ".join(f"{name}: {why}" for name, why in self.left_out.items())
        row["warnings"] = " | ".join(self.warnings)
        return row


def plan_of(
    measurements: Iterable[str] | None = None, settings: Mapping[str, Mapping[str, Any]] | None = None
) -> Plan:
    """Check what is asked for.

    Parameters
    ----------
    measurements : iterable of str, optional
        Default: all.
    settings : mapping, optional
        Settings that differ from the defaults, by measurement.

    Raises
    ------
    BadSetting, BadConfig
        If there is no such measurement or setting.
    """
    chosen = tuple(MEASUREMENTS) if measurements is None else tuple(measurements)
    given = dict(settings or {})
    density = validate(DensitySettings, given.pop(DENSITY, None) or {}, source=f"Settings of '{DENSITY}'")
    for name in (*chosen, *given):
        if name not in MEASUREMENTS:
            near = nearest(name, list(MEASUREMENTS))
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise BadSetting(
                f"There is no measurement of bone called '{name}'.{hint} There are {', '.join(MEASUREMENTS)}; settings may name {DENSITY} too."
            )
    own = {
        name: validate(
            type(MEASUREMENTS[name].settings), given.get(name) or {}, source=f"Settings of '{name}'"
        )
        for name in chosen
    }
    return Plan(chosen, own, density)


def measure_level(anatomy: Anatomy, name: str, mask: Volume, bodies: Anatomy | None, plan: Plan) -> Level:
    """Measure one structure; a measurement that is refused is left out with its reason.

    Parameters
    ----------
    anatomy : Anatomy
        The scan.
    name : str
        Of the structure; a vertebra is measured by its body.
    mask : Volume
        The structure as 0 and 1.
    bodies : Anatomy or None
        Where the bodies of vertebrae are outlined, if they are.
    plan : Plan
        What is measured.
    """
    with collected() as told:
        whole = BoneRegion.of(anatomy.image, mask)
        if not name.startswith(VERTEBRA):
            level = _measured(Level(name, cut="region" if whole.is_cut else ""), whole, plan)
        else:
            level = _measured_vertebra(name, whole, bodies, plan)
    return replace(level, warnings=tuple(f"{one.code}: {one}" for one in told))


def _measured_vertebra(name: str, whole: BoneRegion, bodies: Anatomy | None, plan: Plan) -> Level:
    try:
        body, origin = _body(name, whole, bodies)
    except RadioboneError as error:
        why = f"{error.code}: {error}"
        cut = "body" if whole.is_cut else ""  # which part is cut is not known
        return Level(name, left_out=dict.fromkeys(plan.measurements, why), cut=cut, region=whole)
    cut = "body" if body.is_cut else "posterior elements" if whole.is_cut else ""
    level = _measured(Level(name, body=origin, cut=cut), body, plan)
    values = whole.hu[whole.mask]
    own = {
        "vertebra_volume_cm3": float(values.size) * whole.voxel_volume_mm3 / 1000,
        "vertebra_mean_hu": float(values.mean()),
    }
    return replace(level, values={**own, **level.values})


def _body(name: str, whole: BoneRegion, bodies: Anatomy | None) -> tuple[BoneRegion, str]:
    given = None if bodies is None else _given_body(name, bodies)
    if given is not None:
        inside = given.array[whole.box.slices] != 0
        if name not in _names(bodies):
            inside = inside & whole.mask
        if inside.any():
            return whole.part(inside), "given"
    return whole.part(find_body(whole)), "found"


def _names(bodies: Anatomy | None) -> tuple[str, ...]:
    return () if bodies is None else bodies.structures()


def _given_body(name: str, bodies: Anatomy) -> Volume | None:
    """Return the body of one vertebra, or of all: a structure of that name, the one called a body, or the first."""
    names = bodies.structures()
    called = [
        name,
        *(one for one in names if "body" in one.casefold() or "bodies" in one.casefold()),
        *names[:1],
    ]
    return next((found for one in called if (found := bodies.find(one)) is not None), None)


def _measured(level: Level, region: BoneRegion, plan: Plan) -> Level:
    values: dict[str, float] = {}
    left_out: dict[str, str] = {}
    for name in plan.measurements:
        measurement = MEASUREMENTS[name]
        if measurement.of_bodies and not level.body:
            continue
        if measurement.of_bodies and level.name not in GRADED:
            left_out[name] = _no_genant_level(level.name)
            continue
        try:
            values |= measurement.measure(region, plan.settings[name])
        except RadioboneError as error:
            left_out[name] = f"{error.code}: {error}"
    return replace(level, values=values, left_out=left_out, region=region)


def _no_genant_level(name: str) -> str:
    return (
        f"{NoGenantLevel.code}: Heights and Genant's grade are defined for T4 to L5, and '{name.removeprefix(VERTEBRA)}' is not "
        "named as one of them: another shape would be taken for a fracture. Its other measurements hold."
    )


def with_fractures(levels: Mapping[str, Level]) -> dict[str, Level]:
    """Grade every vertebra of T4 to L5 whose heights are known, against its neighbours of these."""
    graded = {}
    for name, level in levels.items():
        graded[name] = level
        if "height_middle_mm" in level.values:
            beside = [levels[one].values for one in neighbours(name) if one in levels]
            known = [values for values in beside if "height_middle_mm" in values]
            graded[name] = replace(level, fracture=deformity(level.values, known))
    return graded


def neighbours(name: str) -> tuple[str, ...]:
    """Names of the vertebrae directly above and below."""
    if name not in ORDER:
        return ()
    place = ORDER.index(name)
    return ORDER[max(place - 1, 0) : place] + ORDER[place + 1 : place + 2]
