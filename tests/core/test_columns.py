"""Names of columns: which tell patients apart, and which only look so."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiobone.core.columns import (
    PATIENT_SPELLINGS,
    choose_patient_column,
    names_patients,
    names_region,
    patient_columns,
    plain,
)
from radiobone.core.spelling import Part, is_spelled

SURE = """
    MRN|Pat-Nr|PatNr|Pat.-Nr.|PID|PatientID|Patient ID|patient_no.|Patient Name|pat|Subject ID|subject_code|USUBJID|
    participant_id|hospital number|Hospital_No|Medical Record Number|NHS number|Chart No|Patienten-ID|Patientennummer|
    Probanden-Nr|Numéro patient|N° patient|ID_patient|Identifiant patient|IPP|n° dossier|ID paciente|Nº paciente|
    Número de historia clínica|NHC|Codice paziente|Numero cartella|patiëntnummer|deelnemernummer|proefpersoon|
    Inpatient No.|hospitalization number|anonymized patient id|personnummer|PtID|mouse_id|Patient_ID_anon
"""
WEAK = "Fallnummer|StudyID|Studien-ID|case|Case No.|record_id|ID|Id|ID number|identifiant|dossier|sampleID"
NOBODY = """
    StudyInstanceUID|SeriesInstanceUID|accession|Accession Number|patient_age|PatientSex|patient weight|VoxelNum|
    original_glcm_Id|Idn|Idmn|hospital|hospital_id|hospital_name|clinic_id|site_id|scanner|unit|index|No.|Number|
    study_date|case_status|PT|Mean|V852|grade|target|label|numberofpatients
"""


def listed(names: str) -> list[str]:
    return [name.strip() for name in names.replace("\n", " ").split("|")]


@pytest.mark.parametrize("name", listed(SURE))
def test_names_of_patients(name: str) -> None:
    assert names_patients(name) >= 2
    assert names_patients(name.upper()) >= 2


@pytest.mark.parametrize("name", listed(WEAK))
def test_names_that_may_be_patients(name: str) -> None:
    assert names_patients(name) == 1


@pytest.mark.parametrize("name", listed(NOBODY))
def test_names_of_other_things(name: str) -> None:
    assert names_patients(name) == 0


@pytest.mark.parametrize("name", ["roi", "Vertebra", "Seite", "side", "view", "Structure", "côté"])
def test_names_of_regions(name: str) -> None:
    assert names_region(name)


def test_names_are_compared_without_case_accents_and_punctuation() -> None:
    assert plain(" Número_de-Paciente. ") == "numerodepaciente"
    assert patient_columns(["a", "ID", "MRN", "patient_id"], excluded={"MRN"}) == ["patient_id", "ID"]


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        ({"ID": [1, 2, 3, 4], "case": list("abcd")}, "ID"),  # they agree
        ({"MRN": [7, 7, 8, 8], "ID": [1, 2, 3, 4]}, "MRN"),  # the surer name keeps more together
        ({"MRN": [1, 2, 3, 4], "ID": [7, 7, 8, 8]}, None),
        ({"ID": [1, 2, 3, 4], "case": [7, 7, 8, 8]}, None),
        ({"patient_id": [1, 1, 2, 2], "MRN": [1, 2, 2, 1]}, None),
        ({"patient_id": [1, 1, 2, 2], "subject": [1, 1, 1, 2]}, None),
        ({"patient_id": [1, 2, 3, 4], "subject": [1, 1, 2, 2]}, None),
        ({"patient_id": [1, 1, 2, 2], "subject": [1, 2, 3, 4]}, "patient_id"),
        ({"study_id": ["TRIAL"] * 4, "ID": [1, 2, 3, 4]}, None),
        ({"study_id": ["TRIAL"] * 12, "ID": range(12)}, "ID"),
    ],
)
def test_of_several_columns_one_must_keep_together_what_any_does(columns: dict, chosen: str | None) -> None:
    table = pd.DataFrame(columns)
    assert choose_patient_column(table, patient_columns(list(table))) == chosen


class Watched(str):
    """A name that counts how often it is looked into."""

    looks = 0

    def __getitem__(self, place: object) -> str:
        Watched.looks += 1
        return super().__getitem__(place)


def looks(name: str) -> int:
    Watched.looks = 0
    assert not any(is_spelled(Watched(name), parts) for parts in PATIENT_SPELLINGS)
    return Watched.looks


@pytest.mark.parametrize("repeated", ["della", "delanon", "no", "id", "delavanderdes"])
def test_a_long_name_is_looked_into_in_proportion_to_its_length(repeated: str) -> None:
    """``della`` is also ``del`` and ``la``: tried one by one, the ways to read it double with each."""
    once, twice = looks("patient" + 50 * repeated + "x"), looks("patient" + 100 * repeated + "x")
    assert 0 < twice <= 2 * once


def as_expression(parts: Sequence[Part]) -> str:
    return "".join(
        f"(?:{'|'.join(map(re.escape, sorted(words)))}){'*' if repeated else ''}"
        for words, _, repeated in parts
    )


@given(
    st.lists(
        st.sampled_from(sorted(set().union(*(words for p in PATIENT_SPELLINGS for words, _, _ in p)))),
        max_size=6,
    )
)
def test_words_are_read_as_a_regular_expression_would(words: list[str]) -> None:
    name = "".join(words)
    for parts in PATIENT_SPELLINGS:
        assert is_spelled(name, parts) == (re.fullmatch(as_expression(parts), name) is not None)
