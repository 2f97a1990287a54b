"""A score as a DICOM structured report: TID 1500, Measurement Report, by highdicom.

Patient and study are those of the images. The report is marked preliminary and unverified, and says that it is for
research. A region that is a segment is referred to as such; of other masks the report holds a tracking identifier and
names the images.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radiobone import __version__
from radiobone.core.errors import NotDicom
from radiobone.core.files import write_bytes
from radiobone.core.lazy import lazily
from radiobone.core.warnings import silenced
from radiobone.workflow.hospital import codes
from radiobone.workflow.hospital.codes import Code
from radiobone.workflow.hospital.dicom_source import DicomSource, dicom_source, segment_number
from radiobone.workflow.hospital.region import NOT_A_DEVICE, ScoredRegion

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

hd = lazily("highdicom")
pydicom = lazily("pydicom")

MANUFACTURER = "The radiobone developers"
SERIES_NUMBER = 9900
MOST_NAMED = 50


def write_dicom_report(scored: ScoredRegion, path: Path) -> None:
    """Write the report as one DICOM file.

    Raises
    ------
    NotDicom
        If the image is not DICOM, so that nothing says whose report it would be.
    MissingUid
        If the images lack UIDs.
    OutputNotWritable, DiskFull
    """
    buffer = io.BytesIO()
    make_dicom_report(scored).save_as(buffer, enforce_file_format=True)
    write_bytes(Path(path), buffer.getvalue())


def report_source(image: Path | None, mask: Path | None) -> DicomSource:
    """Read the headers that a report needs.

    Raises
    ------
    NotDicom
        If the image is not DICOM, so that nothing says whose report it would be.
    MissingUid
        If the images lack UIDs.
    """
    source = dicom_source(image, mask)
    if source is None:
        name = "The image" if image is None else image.name
        raise NotDicom(
            f"{name} is not DICOM. A DICOM report copies patient and study from the images and refers to them, and nothing else "
            "knows whose it would be. Score the DICOM series itself, or ask for FHIR (--fhir) and give the patient's id."
        )
    source.check_uids()
    return source


def make_dicom_report(scored: ScoredRegion) -> Dataset:
    """Make the report.

    Returns
    -------
    highdicom.sr.EnhancedSR

    Raises
    ------
    NotDicom, MissingUid
    """
    source = report_source(scored.image, scored.mask)
    evidence = [*source.images, *([] if source.mask is None else [source.mask])]
    try:
        with silenced(
            UserWarning
        ):  # of values in the source that DICOM would have otherwise: they are copied
            return _document(evidence, _content(scored, source))
    except (ValueError, TypeError, AttributeError) as error:
        raise NotDicom(
            f"{scored.image}: no report can be made from these headers ({error}). Export the series again, or ask for FHIR (--fhir)."
        ) from error


def _document(evidence: list[Any], content: Any) -> Dataset:
    report: Dataset = hd.sr.EnhancedSR(
        evidence=evidence,
        content=content,
        series_instance_uid=hd.UID(),
        series_number=SERIES_NUMBER,
        sop_instance_uid=hd.UID(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name="radiobone",
        software_versions=__version__,
        device_serial_number="none",
        is_complete=True,
        is_final=False,
        is_verified=False,
        specific_character_set="ISO_IR 192",  # UTF-8: names of classes may need it where those of the source do not
        series_description="radiobone: for research, not a medical device",
    )
    report.CodingSchemeIdentificationSequence = [_private_list()]
    return report


def _private_list() -> Dataset:
    """Say what the designator of our own codes stands for."""
    item: Dataset = pydicom.dataset.Dataset()
    item.CodingSchemeDesignator, item.CodingSchemeName = codes.OURS, "Concepts of the program radiobone"
    item.CodingSchemeResponsibleOrganization = MANUFACTURER
    return item


def _content(scored: ScoredRegion, source: DicomSource) -> Any:
    device = hd.sr.DeviceObserverIdentifyingAttributes(
        uid=uid_of(scored.digest),
        name="radiobone",
        manufacturer_name=MANUFACTURER,
        model_name=f"radiobone {__version__}",
        serial_number=scored.digest,
    )
    observer = hd.sr.ObserverContext(pydicom.sr.codedict.codes.DCM.Device, device)
    return hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(observer_device_context=observer),
        procedure_reported=_concept(codes.PROCEDURES.get(source.modality, codes.IMAGING)),
        imaging_measurements=[_group(scored, source)],
    )


def _group(scored: ScoredRegion, source: DicomSource) -> Any:
    site = codes.SITES.get(scored.region)
    common: dict[str, Any] = {
        "tracking_identifier": hd.sr.TrackingIdentifier(hd.UID(), scored.region),
        "finding_type": _concept(codes.REGION),
        "algorithm_id": _algorithm(scored),
        "finding_sites": [] if site is None else [hd.sr.FindingSite(_concept(site))],
        "measurements": list(_measurements(scored)),
        "qualitative_evaluations": list(_evaluations(scored)),
    }
    segment = _segment(scored, source)
    if segment is not None:
        return hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(referenced_segment=segment, **common)
    images = [
        hd.sr.SourceImageForMeasurementGroup(one.SOPClassUID, one.SOPInstanceUID) for one in source.images
    ]
    return hd.sr.MeasurementsAndQualitativeEvaluations(source_images=images, **common)


def _segment(scored: ScoredRegion, source: DicomSource) -> Any:
    """Refer to the segment that was measured, if the mask is a DICOM segmentation."""
    mask = source.mask
    number = None if mask is None else segment_number(mask, scored.label)
    if mask is None or number is None:
        return None
    images = [hd.sr.SourceImageForSegmentation(one.SOPClassUID, one.SOPInstanceUID) for one in source.images]
    return hd.sr.ReferencedSegment(
        mask.SOPClassUID, mask.SOPInstanceUID, segment_number=number, source_images=images
    )


def _algorithm(scored: ScoredRegion) -> Any:
    about = scored.model.about
    return hd.sr.AlgorithmIdentification(
        name=f"radiobone: {about['target']} by {about['model']}",
        version=__version__,
        parameters=[
            f"model content digest {scored.digest}",
            f"features {len(scored.model.needed)}",
            NOT_A_DEVICE,
        ],
        manufacturer=MANUFACTURER,
    )


def _measurements(scored: ScoredRegion) -> Iterable[Any]:
    row, interval = scored.row, scored.interval
    found = [(codes.chance_of(scored.target, name), value) for name, value in scored.chances.items()]
    if not found:
        found.append((codes.PREDICTED, float(row["predicted"])))
    if interval is not None:
        found += zip((codes.LOW, codes.HIGH), interval, strict=True)
    if "threshold" in row:
        found.append((codes.THRESHOLD, float(row["threshold"])))
    found.append((codes.N_OUTSIDE, float(row["outside_range"])))
    found += [(codes.feature_code(name), value) for name, value in scored.features.items()]
    return [_number(code, value) for code, value in found]


def _number(code: Code, value: float) -> Any:
    """Write a number so that its decimal string, of sixteen characters at most, is as near as can be."""
    text = pydicom.valuerep.format_number_as_ds(float(value))
    number = hd.sr.Measurement(name=_concept(code), value=float(text), unit=_concept(codes.NO_UNITS))
    number[0].MeasuredValueSequence[0].FloatingPointValue = float(value)
    return number


def _evaluations(scored: ScoredRegion) -> Iterable[Any]:
    is_open = bool(scored.doubts)
    if is_open or "answer" in scored.row:
        answer = codes.UNCERTAIN_CODE if is_open else codes.class_code(scored.answer)
        yield _said(codes.own("ANSWER", f"{scored.target}: answer of the model"), answer)
    for code, name in zip((codes.LOW, codes.HIGH), scored.classes or (), strict=False):
        yield _said(code, codes.class_code(name))
    for name, text in scored.doubts:
        yield _said(codes.WHY_UNCERTAIN, codes.own(name, text))
    for name in scored.outside[:MOST_NAMED]:
        yield _said(codes.OUTSIDE, codes.feature_code(name))
    yield _said(codes.STATUS, codes.FOR_RESEARCH)


def _said(name: Code, value: Code) -> Any:
    return hd.sr.QualitativeEvaluation(name=_concept(name), value=_concept(value))


def _concept(code: Code) -> Any:
    return hd.sr.CodedConcept(value=code.value, scheme_designator=code.scheme, meaning=code.meaning)


def uid_of(text: str) -> str:
    """Return the UID that stands for a text, always the same, of the kind that needs no registered root."""
    return f"2.25.{int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], 'big')}"
