"""What the names of columns say: whose row it is, which region, or merely a number that tells rows apart.

Names are compared without case, accents, spaces and punctuation: ``Pat-Nr.``, ``pat_nr`` and ``PatNr`` are one. What is
known: English, German, French, Spanish, Portuguese, Italian and Dutch names, DICOM's, CDISC's, REDCap's and BIDS'
keywords, and the usual translations from Chinese.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from radiobone.core.lazy import lazily
from radiobone.core.spelling import Part, any_of, is_spelled, one_of

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazily("pandas")

MANY_ROWS = 10  # of one patient or of several; more are several
_PERSON = """
    patient patients patienten patientin pat subject subjects subj usubj participant participants proband probanden
    probandin person personen individual donor volunteer cadaver animal mouse rat pt paciente pacientes doente sujeto
    sujet paziente pazienti soggetto deelnemer proefpersoon persoon
"""
_NUMBER = """
    id ids nr no n num numb number nummer numero numer code kode codice codigo key identifier identification
    identifikator identifikation identifiant identificador identificativo identificatie kennung pseudonym uid sn index
    ref reference name initials initialen
"""
_FILLER = """
    anon anonym anonymous anonymized anonymised anonymisiert deidentified pseudo unique study research hospital internal
    dicom new original orig de del du di do da della le la el il van der des the bids
"""
# Words that are a patient's without any other.
_ALONE = """
    patient patients pat subject participant proband person individual pid mrn emrn umrn hn rid eid ipp nip nhc bsn cpr
    pseudonym paciente doente sujeto sujet paziente soggetto deelnemer proefpersoon personnummer persoonsnummer
    codicefiscale usubjid
"""
# A patient's file: its number stands for the patient.
_FILE = """
    medicalrecord medrec mr mrn inpatient outpatient hospitalization hospitalisation nhs chi ipp nip nhc hn zis
    krankenakte krankenakten akten historia historiaclinica hc expediente cartella cartellaclinica prontuario
    dossier dossiermedical dossierpatient registration
"""
_FILE_NUMBER = "id ids nr no n num number nummer numero numer code de del du di della"
# Of these, an "id" or a "name" is the place's; a number is the patient's.
_HELD_BY, _HELD_NUMBER = "hospital hosp clinic chart unit", "nr no num number nummer numero"
# Often a patient, and often a stay, a row or a lesion: they give way to a surer name.
_WEAK = """
    id ids identifier identifiant identificador identificativo identification kennung ident case record fall fallzahl
    dossier historia expediente study encounter specimen
"""
_STAY = """
    case record fall study studien admission aufnahme encounter visit sample specimen enrolment enrollment sub anon
    research pseudo id
"""
_COUNTER = "no nr num number line sn serial serialno serialnumber lfdnr laufendenummer laufnr nummer numero"
_ROW = "index row rowid rownumber rowno rownr unnamed0 unnamed level0 fold split"
_EXAMINATION = """
    studyinstanceuid seriesinstanceuid sopinstanceuid studyuid seriesuid uid accession accessionnumber accessionno
    accessionnr examid examinationid exam scanid scan seriesid series imageid sessionid session visit image mask
    imagepath maskpath file filename path masklabel
"""
_REGION = """
    roi rois region structure structures vertebra vertebrae vertebralevel vertebrallevel level spinelevel labelname
    segment bone side laterality view projection lesion lesionid lesionnr lesionno tumor tumorid finger tooth slice
    struktur wirbel wirbelkorper knochen seite ebene hohe vertebre niveau cote nivel lado lato livello
    wervel kant zijde bodypart
"""


def _words(text: str) -> str:
    return "|".join(sorted(set(text.split()), key=lambda word: (-len(word), word)))


_NUMBERS = f"(?:{_words(_NUMBER)})"
_ONE_PERSON, _ONE_NUMBER, _ANY = one_of(_PERSON), one_of(_NUMBER), any_of(_NUMBER + _FILLER)
PATIENT_SPELLINGS: tuple[tuple[Part, ...], ...] = (
    (one_of(_ALONE),),
    (one_of(_HELD_BY), one_of(_HELD_NUMBER)),
    (_ANY, _ONE_PERSON, _ANY, _ONE_NUMBER, _ANY),
    (_ANY, _ONE_NUMBER, _ANY, _ONE_PERSON),
    (one_of(_FILE), one_of(_FILE_NUMBER)),
    (one_of(_FILE_NUMBER), any_of(_FILE_NUMBER), one_of(_FILE)),
)
_WEAKER = re.compile(
    rf"(?!idn$)(?:{_words(_WEAK)}|(?:{_words(_STAY)}){_NUMBERS}|{_NUMBERS}(?:{_words(_STAY)}))"
)
COUNTER_NAMES = frozenset(_COUNTER.split())
ROW_NAMES = frozenset(_ROW.split())
EXAMINATION_NAMES = frozenset(_EXAMINATION.split())
REGION_NAMES = frozenset(_REGION.split())
# Names of places and machines: their numbers end in "id" too, and they hold many patients.
_PLACE = re.compile(
    r"(?:hospital|hosp|clinic|site|cent(?:er|re)|institution|institute|scanner|device|station|reader|observer|rater"
    r"|physician|radiologist|operator|manufacturer|vendor|model|kernel|protocol|ward|department|country|city"
    r"|sex|gender|race|ethnicity)(?:id|name|code|type|model|modelname)?s?"
)
_ID_ENDING = re.compile(
    r"(?:.*[^A-Za-z]|.*[a-z])?(?:ID|Id|UID|Nr|NR|MRN)\.?|(?:.*[^A-Za-z])?(?:id|uid|nr|mrn)\.?"
)


def plain(name: str) -> str:
    """Return a column's name without case, accents, spaces and punctuation.

    Examples
    --------
    >>> plain("Pat-Nr."), plain("Número de Paciente")
    ('patnr', 'numerodepaciente')
    """
    letters = unicodedata.normalize("NFKD", str(name).replace("°", "o").replace("№", "no"))
    return "".join(letter for letter in letters.casefold() if letter.isalnum())


def names_patients(name: str) -> int:
    """Return how surely a name says that the column tells patients apart: 3 ``patient_id``, 2, 1 (``ID``), or 0.

    Examples
    --------
    >>> [names_patients(name) for name in ("PatientID", "MRN", "record_id", "StudyInstanceUID", "patient_age")]
    [3, 2, 1, 0, 0]
    """
    bare = plain(name)
    if bare == "patientid":
        return 3
    if bare in COUNTER_NAMES | ROW_NAMES | EXAMINATION_NAMES | REGION_NAMES or _PLACE.fullmatch(bare):
        return 0
    if _WEAKER.fullmatch(bare):
        return 1
    return 2 if any(is_spelled(bare, parts) for parts in PATIENT_SPELLINGS) else 0


def names_region(name: str) -> bool:
    """Whether a name says that the column tells regions, sides or views of one patient apart."""
    return plain(name) in REGION_NAMES


def names_place(name: str) -> bool:
    """Whether a name says that the column holds places, machines or people who read: each has many patients."""
    return _PLACE.fullmatch(plain(name)) is not None


def names_no_feature(name: str) -> bool:
    """Whether a name says that the column holds no measurement: an id, a path, a row's number, a region."""
    return names_patients(name) > 0 or plain(name) in ROW_NAMES | EXAMINATION_NAMES | REGION_NAMES


def names_label(name: str) -> bool:
    """Whether a column is called ``label``: a value in the mask or a class, and in neither case a measurement."""
    return plain(name) == "label"


def ends_like_id(name: str) -> bool:
    """Whether a name ends like that of an id, as ``ScanID`` and ``lesion_nr`` do; ``original_glcm_Id`` does too."""
    return _ID_ENDING.fullmatch(str(name).strip()) is not None


def patient_columns(names: Sequence[str], *, excluded: Collection[str | None] = ()) -> list[str]:
    """Return the columns that may tell patients apart, the surest names first."""
    found = [name for name in names if names_patients(name) and name not in excluded]
    return sorted(found, key=lambda name: -names_patients(name))


def choose_patient_column(table: pd.DataFrame, candidates: Sequence[str]) -> str | None:
    """Choose the column of patients; None if the candidates disagree on which rows belong together.

    Those agree that put the same rows together. A surer name (``MRN``) also wins against a weaker one (``ID``) that
    merely divides its patients further, since taking it divides nobody. A column with one value in many rows (a
    study's acronym, a name taken out) does not count beside others.

    Parameters
    ----------
    table : pandas.DataFrame
        Has the candidates as columns.
    candidates : sequence of str
        As ``patient_columns`` gives them.
    """
    varied = [name for name in candidates if table[name].nunique() > 1]
    several = varied if varied and len(table) >= MANY_ROWS else list(candidates)
    codes = {name: pd.factorize(table[name].astype(str))[0].tolist() for name in several}

    def yields(other: str, name: str) -> bool:
        surer = names_patients(name) > names_patients(other)
        return _holds_together(codes[name], codes[other]) and (
            surer or _holds_together(codes[other], codes[name])
        )

    return next((name for name in several if all(yields(other, name) for other in several)), None)


def _holds_together(coarse: Sequence[int], fine: Sequence[int]) -> bool:
    """Whether rows that share a value of ``fine`` share one of ``coarse``."""
    return len(set(zip(coarse, fine, strict=True))) == len(set(fine))
