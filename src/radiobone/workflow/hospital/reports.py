"""Which reports of a scored image are to be written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from radiobone.core.errors import BadSetting
from radiobone.workflow.hospital.region import ScoredRegion


@dataclass(frozen=True)
class Reports:
    """Files to write.

    Attributes
    ----------
    dicom, fhir : Path or None
        A DICOM structured report; a bundle of FHIR resources.
    patient_id : str or None
        Identifier of the patient for FHIR; of DICOM images their Patient ID if not given.
    """

    dicom: Path | None = None
    fhir: Path | None = None
    patient_id: str | None = None

    def check_not_asked(self) -> None:
        """Refuse reports of many rows.

        Raises
        ------
        BadSetting
        """
        asked = [
            name
            for name, value in (
                ("--sr", self.dicom),
                ("--fhir", self.fhir),
                ("--patient-id", self.patient_id),
            )
            if value is not None
        ]
        if asked:
            raise BadSetting(
                f"{' and '.join(asked)} are for one image with its mask: a report is of one patient and one region. Score them one "
                "by one: radiobone score MODEL IMAGE MASK."
            )

    def check(self, image: Path, mask: Path) -> None:
        """Refuse, before an image is measured, a report that could not be made of it.

        Raises
        ------
        NotDicom, MissingUid, BadSetting
        """
        if not image.exists():
            return  # told when it is read
        if self.dicom is not None:
            from radiobone.workflow.hospital.dicom_report import report_source

            report_source(image, mask)
        if self.fhir is not None:
            from radiobone.workflow.hospital.dicom_source import dicom_source
            from radiobone.workflow.hospital.fhir import whose

            whose(dicom_source(image, mask), self.patient_id)

    def write(self, scored: ScoredRegion) -> None:
        """Write what is asked for.

        Raises
        ------
        NotDicom, MissingUid, BadSetting, OutputNotWritable, DiskFull
        """
        if self.dicom is not None:
            from radiobone.workflow.hospital.dicom_report import (
                write_dicom_report,  # highdicom, which few need
            )

            write_dicom_report(scored, self.dicom)
        if self.fhir is not None:
            from radiobone.workflow.hospital.fhir import write_fhir

            write_fhir(scored, self.fhir, self.patient_id)


NO_REPORTS = Reports()
