"""A DICOM report is read back by highdicom, and says of whom, by what, from what and how sure."""

from __future__ import annotations

import shutil
from pathlib import Path

import highdicom as hd
import pydicom
import pytest
from pydicom.sr.codedict import codes
from typer.testing import CliRunner

from hospital_case import PATIENT_ID, PATIENT_NAME, REGION, STUDY_UID, HospitalCase, make_case
from radiobone import __version__
from radiobone.cli.app import app
from radiobone.core.errors import NotDicom
from radiobone.workflow.hospital import codes as ours
from radiobone.workflow.hospital.dicom_report import uid_of, write_dicom_report
from radiobone.workflow.score import load_model


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> HospitalCase:
    """Return a model and a study; tests leave them as they are."""
    return make_case(tmp_path_factory.mktemp("hospital"))


def numbers(group: hd.sr.MeasurementsAndQualitativeEvaluations) -> dict[str, float]:
    """Return every measurement, by its meaning, in double precision."""
    return {
        one.name.meaning: one[0].MeasuredValueSequence[0].FloatingPointValue
        for one in group.get_measurements()
    }


def said(group: hd.sr.MeasurementsAndQualitativeEvaluations) -> dict[str, str]:
    """Return every evaluation, by its meaning."""
    return {one.name.meaning: one.value.meaning for one in group.get_qualitative_evaluations()}


def test_a_segment_s_report_is_read_back(case: HospitalCase, tmp_path: Path) -> None:
    scored = load_model(case.model).score_region(case.series, case.seg, label=REGION)
    write_dicom_report(scored, tmp_path / "report.dcm")
    report = hd.sr.srread(tmp_path / "report.dcm")
    assert (report.PatientID, str(report.PatientName), report.PatientBirthDate) == (
        PATIENT_ID,
        PATIENT_NAME,
        "19500101",
    )
    assert (report.StudyInstanceUID, report.AccessionNumber, report.Modality) == (STUDY_UID, "A17", "SR")
    assert (report.VerificationFlag, report.PreliminaryFlag) == ("UNVERIFIED", "PRELIMINARY")
    assert report.ContentTemplateSequence[0].TemplateIdentifier == "1500"
    (group,) = report.content.get_volumetric_roi_measurement_groups()
    segment = group.referenced_segment[0].ReferencedSOPSequence[0]
    assert (segment.ReferencedSOPInstanceUID, segment.ReferencedSegmentNumber) == ("2.25.91", 2)
    assert group.finding_sites[0].value == codes.SCT.L1Vertebra
    assert group.tracking_identifier == REGION
    row, about = scored.row, scored.model.about
    found = numbers(group)
    assert found["Probability of 'yes' in sick"] == row["probability"]
    assert found["Threshold of the probability"] == row["threshold"]
    assert (found["Lower end of the interval"], found["Upper end of the interval"]) == scored.interval
    for name, value in scored.features.items():
        assert found[ours.feature_code(name).meaning] == value
    told = said(group)
    assert told["sick: answer of the model"] == (
        ours.UNCERTAIN_CODE.meaning if scored.doubts else row["answer"]
    )
    assert told["Status of the result"] == "For Research"
    texts = "\n".join(str(item.value) for item in report.iterall() if item.VR == "UT")
    assert __version__ in texts.splitlines()
    assert scored.model.digest in texts
    assert f"radiobone: sick by {about['model']}" in texts
    assert "Not a medical device" in texts


def test_every_image_and_the_segmentation_are_evidence(case: HospitalCase, tmp_path: Path) -> None:
    write_dicom_report(
        load_model(case.model).score_region(case.series, case.seg, label=2), tmp_path / "r.dcm"
    )
    report = pydicom.dcmread(tmp_path / "r.dcm")
    series = report.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    named = {one.ReferencedSOPInstanceUID for item in series for one in item.ReferencedSOPSequence}
    there = {pydicom.dcmread(path).SOPInstanceUID for path in case.series.iterdir()}
    assert named == there | {"2.25.91"}


@pytest.mark.parametrize(("kind", "label"), [("rtstruct", None), ("rtstruct", 1), ("nifti", 1)])
def test_other_masks_are_tracked_and_the_images_named(
    case: HospitalCase, tmp_path: Path, kind: str, label: int | None
) -> None:
    mask = case.rtstruct if kind == "rtstruct" else case.nifti()[1]
    write_dicom_report(
        load_model(case.model).score_region(case.series, mask, label=label), tmp_path / "r.dcm"
    )
    report = hd.sr.srread(tmp_path / "r.dcm")
    (group,) = report.content.get_image_measurement_groups()
    assert group.tracking_identifier == (REGION if kind == "rtstruct" else "label 1")
    assert len(group.source_images) == len(list(case.series.iterdir()))
    assert "Probability of 'yes' in sick" in numbers(group)


def test_what_is_left_open_is_said_to_be(case: HospitalCase, tmp_path: Path) -> None:
    scorer = load_model(case.model, grey_zone=(0.0, 1.0))
    write_dicom_report(scorer.score_region(case.series, case.seg, label=REGION), tmp_path / "r.dcm")
    (group,) = hd.sr.srread(tmp_path / "r.dcm").content.get_volumetric_roi_measurement_groups()
    evaluations = [(one.name.value, one.value.value) for one in group.get_qualitative_evaluations()]
    assert ("ANSWER", "UNCERTAIN") in evaluations
    assert ("WHY-UNCERTAIN", "GreyZone") in evaluations
    assert not any(value.startswith("CLASS:") for _, value in evaluations)


def test_headers_of_pseudonymised_images_suffice(case: HospitalCase, tmp_path: Path) -> None:
    series = tmp_path / "ct"
    shutil.copytree(case.series, series)
    for path in series.iterdir():
        header = pydicom.dcmread(path)
        for name in (
            "PatientName",
            "PatientBirthDate",
            "PatientSex",
            "AccessionNumber",
            "StudyID",
            "StudyTime",
            "ReferringPhysicianName",
        ):
            delattr(header, name)
        header.save_as(path)
    write_dicom_report(
        load_model(case.model).score_region(series, case.seg, label=REGION), tmp_path / "r.dcm"
    )
    report = hd.sr.srread(tmp_path / "r.dcm")
    assert (report.PatientID, str(report.PatientName)) == (PATIENT_ID, "")


def test_an_image_that_is_not_dicom_has_no_report(case: HospitalCase, tmp_path: Path) -> None:
    files = [str(one) for one in case.nifti()]
    with pytest.raises(NotDicom, match=r"p03\.nii\.gz is not DICOM.*--fhir"):
        write_dicom_report(load_model(case.model).score_region(*files, label=1), tmp_path / "r.dcm")
    command = ["score", str(case.model), *files, "--label", "1", "--sr", str(tmp_path / "r.dcm")]
    answer = CliRunner().invoke(app, command)
    assert isinstance(answer.exception, NotDicom)
    assert not (tmp_path / "r.dcm").exists()


def test_the_command_writes_the_report(case: HospitalCase, tmp_path: Path) -> None:
    files = [str(case.series), str(case.seg), "--label", REGION, "--sr", str(tmp_path / "r.dcm")]
    answer = CliRunner().invoke(app, ["score", str(case.model), *files, "--json"])
    assert answer.exit_code == 0, answer.output
    assert hd.sr.srread(tmp_path / "r.dcm").PatientID == PATIENT_ID
    assert (
        CliRunner().invoke(app, ["score", str(case.model), *files[:-1], str(tmp_path / "r.txt")]).exit_code
        != 0
    )


def test_codes_are_those_of_the_public_lists() -> None:
    """Against the lists that come with pydicom."""
    for part, listed in ours.VERTEBRAE.items():
        for number, value in enumerate(listed, start=1):
            assert getattr(codes.SCT, f"{part}{number}Vertebra").value == value
    assert codes.SCT.Sacrum.value == ours.SITES["sacrum"].value
    assert codes.DCM.Probability.value == ours.PROBABILITY.value
    assert codes.DCM.ForResearch.value == ours.FOR_RESEARCH.value
    assert codes.SCT.ImagingProcedure.value == ours.IMAGING.value
    known = {
        "CT": "CTUnspecifiedBodyRegion",
        "MR": "MRIUnspecifiedBodyRegion",
        "DX": "XRUnspecifiedBodyRegion",
    }
    for modality, keyword in known.items():
        assert getattr(codes.LN, keyword).value == ours.PROCEDURES[modality].value
    assert ours.feature_code("original_shape_MeshVolume")[:2] == (codes.IBSI.VolumeOfMesh.value, "IBSI")
    assert ours.feature_code("wavelet-LLH_glcm_Contrast")[:2] == ("wavelet-LLH_glcm_Contrast", ours.OURS)
    assert ours.feature_code("original_firstorder_Kurtosis").scheme == ours.OURS  # 3 more than IBSI has it
    assert all(len(ours.own("X", text).meaning.encode()) <= 64 for text in ("a" * 65, "ü" * 40, "€" * 64))
    assert uid_of("a") == uid_of("a") != uid_of("b")
    assert pydicom.uid.UID(uid_of("a")).is_valid
