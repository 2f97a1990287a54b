"""A score as FHIR resources: a bundle of a device, observations and a risk assessment, as plain JSON.

Only elements are used that R4 and R5 have alike. Results are preliminary. The patient and the study are named by
identifiers alone; no name, no date of birth. Probabilities of ``RiskAssessment`` are percentages, as its definition has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from radiobone import __version__
from radiobone.core.errors import BadSetting
from radiobone.core.files import write_json
from radiobone.workflow.hospital import codes
from radiobone.workflow.hospital.codes import Code
from radiobone.workflow.hospital.dicom_report import MANUFACTURER
from radiobone.workflow.hospital.dicom_source import DicomSource, dicom_source
from radiobone.workflow.hospital.region import NOT_A_DEVICE, ScoredRegion

Plain = dict[str, Any]
STATUS = "preliminary"
PERCENT_DIGITS = 4  # six of the probability: more than any calibration tells


def write_fhir(scored: ScoredRegion, path: Path, patient_id: str | None = None) -> None:
    """Write the bundle; see ``make_fhir``.

    Raises
    ------
    BadSetting
    OutputNotWritable, DiskFull
    """
    write_json(Path(path), make_fhir(scored, patient_id))


def make_fhir(scored: ScoredRegion, patient_id: str | None = None) -> Plain:
    """Make a bundle of one scored region.

    Parameters
    ----------
    scored : ScoredRegion
    patient_id : str, optional
        Identifier of the patient; of DICOM images their Patient ID if not given.

    Raises
    ------
    BadSetting
        If nothing says whose score it is.
    """
    source = dicom_source(scored.image, scored.mask)
    who = whose(source, patient_id)
    made = _Made(scored, source, {"type": "Patient", "identifier": {"value": who}})
    device, chance, features = made.device(), made.chance(), made.features()
    assessed = [made.assessment(chance)] if scored.chances else []
    entries = [device, chance, *([features] if scored.features else []), *assessed]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": made.time,
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in entries],
    }


def whose(source: DicomSource | None, patient_id: str | None) -> str:
    """Return the identifier of the patient.

    Raises
    ------
    BadSetting
        If nothing says it.
    """
    who = patient_id or ("" if source is None else source.patient_id)
    if not who.strip():
        raise BadSetting(
            "Nothing says whose score it is: the image has no Patient ID, and none was given. A FHIR resource without a subject "
            "would be taken for anybody's. Give it: --patient-id ID."
        )
    return who.strip()


class _Made:
    """Resources of one region that refer to each other."""

    def __init__(self, scored: ScoredRegion, source: DicomSource | None, subject: Plain) -> None:
        self.scored, self.source, self.subject = scored, source, subject
        self.time = scored.made.isoformat(timespec="seconds")
        self.device_id = str(uuid4())

    def device(self) -> Plain:
        """Name the program and its model, by the digest of its content."""
        return {
            "resourceType": "Device",
            "id": self.device_id,
            "identifier": [{"system": f"{codes.SYSTEMS[codes.OURS]}", "value": self.scored.digest}],
            "manufacturer": MANUFACTURER,
            "modelNumber": f"radiobone: {self.scored.target} by {self.scored.model.about['model']}",
            "version": [{"value": __version__}],
            "note": [{"text": NOT_A_DEVICE}, {"text": str(self.scored.model.about["intended_use"])}],
        }

    def chance(self) -> Plain:
        """Say what is predicted: answer or that it is left open, interval, threshold and doubts."""
        scored, row = self.scored, self.scored.row
        answer: Plain = {"valueCodeableConcept": _concept(codes.class_code(scored.answer))}
        if scored.doubts:
            answer = {"valueCodeableConcept": _concept(codes.UNCERTAIN_CODE)}
        elif "answer" not in row:
            answer = {"valueQuantity": {"value": float(row["predicted"])}}
        parts = [
            _part(codes.chance_of(scored.target, name), _percent(value))
            for name, value in scored.chances.items()
        ]
        if "answer" not in row:
            parts.append(_part(codes.PREDICTED, {"value": float(row["predicted"])}))
        ends = zip((codes.LOW, codes.HIGH), scored.interval or (), strict=False)
        parts += [_part(code, self._in_unit(value)) for code, value in ends]
        if "threshold" in row:
            parts.append(_part(codes.THRESHOLD, _percent(float(row["threshold"]))))
        parts.append(_part(codes.N_OUTSIDE, {"value": int(row["outside_range"])}))
        return {
            **self._observation(codes.own("ANSWER", f"{scored.target}: answer of the model")),
            **answer,
            "component": [*parts, *self._codes()],
        }

    def features(self) -> Plain:
        """List the measured values that the score depends on."""
        measured = [
            _part(codes.feature_code(name), {"value": float(value)}, name)
            for name, value in self.scored.features.items()
        ]
        return {**self._observation(codes.FEATURES), "component": measured}

    def assessment(self, basis: Plain) -> Plain:
        """Say the risk; without a prediction where the model leaves the answer open."""
        scored = self.scored
        predictions = [
            {
                "outcome": _concept(codes.class_code(name)),
                "probabilityDecimal": _percent(value)["value"],
                "rationale": self._rationale(),
            }
            for name, value in scored.chances.items()
        ]
        return {
            "resourceType": "RiskAssessment",
            "id": str(uuid4()),
            "status": STATUS,
            "method": {"text": f"radiobone {__version__}, model content digest {scored.digest}"},
            "subject": self.subject,
            "occurrenceDateTime": self.time,
            "performer": self._by(),
            "basis": [{"reference": f"urn:uuid:{basis['id']}"}],
            **({} if scored.doubts else {"prediction": predictions}),
            "note": self._notes(),
        }

    def _observation(self, code: Code) -> Plain:
        images = [_study(self.source)] if self.source is not None and self.source.study_uid else []
        site = codes.SITES.get(self.scored.region)
        return {
            "resourceType": "Observation",
            "id": str(uuid4()),
            "status": STATUS,
            "category": [
                {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                            "code": "imaging",
                        }
                    ]
                }
            ],
            "code": _concept(code),
            "subject": self.subject,
            "issued": self.time,
            "device": self._by(),
            "bodySite": {"text": self.scored.region} if site is None else _concept(site),
            **({"derivedFrom": images} if images else {}),
            "note": self._notes(),
        }

    def _codes(self) -> list[Plain]:
        """Doubts, and features outside the training range, as components."""
        doubts = [
            {
                "code": _concept(codes.WHY_UNCERTAIN),
                "valueCodeableConcept": _concept(codes.own(name, text), text),
            }
            for name, text in self.scored.doubts
        ]
        outside = [
            {
                "code": _concept(codes.OUTSIDE),
                "valueCodeableConcept": _concept(codes.feature_code(name), name),
            }
            for name in self.scored.outside
        ]
        ends = [
            {"code": _concept(code), "valueCodeableConcept": _concept(codes.class_code(name))}
            for code, name in zip((codes.LOW, codes.HIGH), self.scored.classes or (), strict=False)
        ]
        return [*ends, *doubts, *outside]

    def _notes(self) -> list[Plain]:
        open_ = [f"uncertain: {name}: {text}" for name, text in self.scored.doubts]
        return [{"text": text} for text in (NOT_A_DEVICE, *open_)]

    def _rationale(self) -> str:
        if self.scored.interval is None:
            return "No interval is known."
        low, high = (100 * one for one in self.scored.interval)
        return f"Between {low:.1f} % and {high:.1f} %."

    def _in_unit(self, value: float) -> Plain:
        return _percent(value) if self.scored.chances else {"value": value}

    def _by(self) -> Plain:
        return {"reference": f"urn:uuid:{self.device_id}"}


def _study(source: DicomSource) -> Plain:
    return {
        "type": "ImagingStudy",
        "identifier": {"system": "urn:dicom:uid", "value": f"urn:oid:{source.study_uid}"},
    }


def _concept(code: Code, text: str | None = None) -> Plain:
    coding: Mapping[str, str] = {
        "system": codes.SYSTEMS[code.scheme],
        "code": code.value,
        "display": code.meaning,
    }
    return {"coding": [coding], "text": text or code.meaning}


def _part(code: Code, quantity: Plain, text: str | None = None) -> Plain:
    return {"code": _concept(code, text), "valueQuantity": quantity}


def _percent(share: float) -> Plain:
    unit = codes.PERCENT
    return {
        "value": round(100 * share, PERCENT_DIGITS),
        "unit": unit.value,
        "system": codes.SYSTEMS[unit.scheme],
        "code": unit.value,
    }
