"""Codes of what a report says: of public lists where one has the concept, else of radiobone's own.

DICOM calls a private list by a designator that begins with 99. FHIR names a list by a URI; of the public ones the URIs are
those that FHIR gives, the private one has a fixed UUID.
"""

from __future__ import annotations

from typing import NamedTuple

from radiobone.core.feature_meanings import meaning_of
from radiobone.core.ibsi_names import ibsi_name

OURS = "99RADIOBONE"
SYSTEMS = {
    OURS: "urn:uuid:9cddcad8-aac0-54b9-8d52-51da652621a1",
    "DCM": "http://dicom.nema.org/resources/ontology/DCM",
    "SCT": "http://snomed.info/sct",
    "LN": "http://loinc.org",
    "UCUM": "http://unitsofmeasure.org",
    "IBSI": "urn:oid:1.2.840.10008.2.16.13",
}
MEANING_LENGTH = 64  # DICOM counts characters, and some of its readers bytes


class Code(NamedTuple):
    """A coded concept: value, list, meaning."""

    value: str
    scheme: str
    meaning: str


PROBABILITY = Code("122157", "DCM", "Probability")
FOR_RESEARCH = Code("113009", "DCM", "For Research")
IMAGING = Code("363679005", "SCT", "Imaging procedure")
PROCEDURES = {
    "CT": Code("25045-6", "LN", "CT unspecified body region"),
    "MR": Code("25056-3", "LN", "MRI unspecified body region"),
    **dict.fromkeys(("CR", "DX"), Code("43468-8", "LN", "XR unspecified body region")),
}
NO_UNITS = Code("1", "UCUM", "no units")
PERCENT = Code("%", "UCUM", "percent")
ANSWER = Code("ANSWER", OURS, "Answer of the model")
UNCERTAIN_CODE = Code("UNCERTAIN", OURS, "Uncertain: the model does not answer")
WHY_UNCERTAIN = Code("WHY-UNCERTAIN", OURS, "Why uncertain")
STATUS = Code("STATUS", OURS, "Status of the result")
PREDICTED = Code("PREDICTED", OURS, "Predicted value")
LOW = Code("INTERVAL-LOW", OURS, "Lower end of the interval")
HIGH = Code("INTERVAL-HIGH", OURS, "Upper end of the interval")
THRESHOLD = Code("THRESHOLD", OURS, "Threshold of the probability")
N_OUTSIDE = Code("N-OUTSIDE", OURS, "Features outside the training range")
OUTSIDE = Code("OUTSIDE", OURS, "Feature outside the training range")
REGION = Code("REGION", OURS, "Region of interest")
FEATURES = Code("FEATURES", OURS, "Radiomic features")
VERTEBRAE = {
    "C": ("14806007", "39976000", "113205007", "5329002", "36978003", "36054005", "87391001"),
    "T": (
        "64864005", "53733008", "1626008", "73071006", "56401006", "45296009", "62487009", "11068009", "82687006",
        "7610001", "12989004", "23215003",
    ),
    "L": ("66794005", "14293000", "36470004", "11994002", "49668003"),
}  # fmt: skip
SITES = {
    "sacrum": Code("54735007", "SCT", "Sacrum"),
    **{
        f"vertebrae_{part}{number}": Code(code, "SCT", f"{part}{number} vertebra")
        for part, listed in VERTEBRAE.items()
        for number, code in enumerate(listed, start=1)
    },
}


def own(value: str, meaning: str) -> Code:
    """Return a code of radiobone's own list, its meaning cut to what DICOM allows."""
    return Code(value, OURS, _cut(meaning))


def chance_of(target: str, name: str) -> Code:
    """Return the code of the probability of a class; DICOM's own concept says nothing of what is probable."""
    return own(f"PROBABILITY:{name}", f"Probability of '{name}' in {target}")


def class_code(name: str) -> Code:
    """Return the code of a class of the target."""
    return own(f"CLASS:{name}", name)


def feature_code(name: str) -> Code:
    """Return IBSI's code of a feature of the unfiltered image, or our own; the name of the feature is the value there."""
    tag = ibsi_name(name)
    if tag is not None:
        return Code(tag.code, "IBSI", _cut(tag.title))
    image, _, rest = name.partition("_")
    meaning = meaning_of(*rest.split("_", 1)) if image == "original" and "_" in rest else None
    if meaning is not None and meaning.code and not meaning.differs:
        return Code(meaning.code, "IBSI", _cut(meaning.title))
    return own(name, name)


def _cut(meaning: str) -> str:
    if len(meaning.encode()) <= MEANING_LENGTH:
        return meaning
    return meaning.encode()[: MEANING_LENGTH - 3].decode(errors="ignore") + "..."
