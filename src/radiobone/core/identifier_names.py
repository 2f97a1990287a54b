"""Names of columns that tell who a person is without being their id: names, birthdays, addresses, numbers to call."""

from __future__ import annotations

import re

from radiobone.core.columns import plain

_WORDS = """
    name names fullname firstname forename givenname middlename lastname surname familyname maidenname birthname nickname
    vorname vornamen nachname nachnamen familienname geburtsname rufname nom nomdefamille prenom prenoms nombre nombres
    apellido apellidos nome cognome sobrenome naam voornaam achternaam
    birthdate dateofbirth birthday dob birth geburtsdatum gebdatum gebdat geburtstag datedenaissance naissance
    fechadenacimiento fechanacimiento nacimiento datadinascita datanascita nascita datadenascimento geboortedatum
    address adresse anschrift street strasse strase postcode zip zipcode postalcode plz wohnort direccion indirizzo endereco
    phone phonenumber telephone tel telefon telefonnummer mobile handy email emailaddress mail fax
    ssn socialsecurity socialsecuritynumber insurancenumber versichertennummer krankenversichertennummer kvnr nhsnumber
    passport taxid iban
    referringphysician physician doctor arzt hausarzt nextofkin relative
    patientsname patientname patientname1 patientsbirthdate patientbirthdate patientaddress patientsaddress
    patienttelephonenumbers othernames otherpatientids otherpatientnames motherbirthname mothersname
    institutionaddress
"""
_NAMES = frozenset(_WORDS.split())
_UIDS = re.compile(
    r"(?:study|series|sop|instance|frameofreference|class)*(?:instance)?uids?|accession(?:no|nr|number|id)?"
)


def names_a_person(name: str) -> bool:
    """Whether a column's name says that it tells who a person is, other than by an id.

    Examples
    --------
    >>> [names_a_person(name) for name in ("Surname", "Geburtsdatum", "date_of_birth", "age", "feature_name")]
    [True, True, True, False, False]
    """
    return plain(name) in _NAMES


def names_an_examination(name: str) -> bool:
    """Whether a column's name says that it holds a number of an examination: a UID, an accession number.

    Examples
    --------
    >>> [names_an_examination(name) for name in ("StudyInstanceUID", "accession_number", "study")]
    [True, True, False]
    """
    return _UIDS.fullmatch(plain(name)) is not None
