"""Pseudonyms: the same from the same key, nothing without it, no two alike, and no id left in a table."""

from __future__ import annotations

import hmac
import os
import pickle
import stat
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiobone.core import pseudonym_key
from radiobone.core.concealed import Concealed
from radiobone.core.errors import BadKey, EmptyTable, OutputNotWritable, PseudonymCollision
from radiobone.core.pseudonym_key import SHAPE, PseudonymKey, read_key
from radiobone.core.pseudonymising import pseudonymise, pseudonymising
from radiobone.core.pseudonyms import Pseudonyms
from radiobone.core.tables import read_text_table
from radiobone.core.warnings import IdentifierLeftOut, KeyMade, KeyReadable, SimilarIds

KEY, OTHER = PseudonymKey(b"k" * 32), PseudonymKey(b"o" * 32)
IDS = st.text(min_size=1).map(str.strip).filter(bool)


@given(IDS)
def test_one_key_gives_one_pseudonym_and_another_key_another(name: str) -> None:
    made = KEY.pseudonym(name)
    assert SHAPE.fullmatch(made)
    assert KEY.pseudonym(f" {name}\t") == made
    assert OTHER.pseudonym(name) != made
    assert name not in made or len(name) < 4


@given(IDS)
def test_a_key_knows_its_own_and_makes_no_pseudonym_of_a_pseudonym(name: str) -> None:
    made = KEY.pseudonym(name)
    assert KEY.is_own(made)
    assert Pseudonyms(KEY).of(made) == made


def test_a_key_knows_hardly_any_of_another_keys() -> None:
    wrong = sum(KEY.is_own(OTHER.pseudonym(str(number))) for number in range(4000))
    assert wrong < 20  # 4 are expected: the check has ten bits


def test_the_pseudonym_is_hmac_sha256_of_the_id() -> None:
    number = int.from_bytes(hmac.digest(b"k" * 32, b"id\0P001", sha256))
    letters = "".join(pseudonym_key.LETTERS[number >> 5 * place & 31] for place in range(10))
    assert KEY.pseudonym("P001").removeprefix("P-").replace("-", "")[:10] == letters


def test_a_hundred_thousand_ids_have_pseudonyms_of_their_own() -> None:
    pseudonyms = Pseudonyms(KEY)
    assert len({pseudonyms.of(number) for number in range(100_000)}) == 100_000


def test_a_collision_is_an_error_and_never_one_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PseudonymKey, "pseudonym", lambda _self, _name: "P-000000-000000")
    pseudonyms = Pseudonyms(KEY)
    pseudonyms.of("P001")
    with pytest.raises(PseudonymCollision, match="taken for one") as found:
        pseudonyms.of("P002")
    assert "P002" not in str(found.value)


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "key.txt"
    with pytest.warns(KeyMade, match="keep it apart"):
        first = read_key(path)
    assert read_key(path) == first
    assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.warns(KeyMade):
        assert read_key(tmp_path / "another") != first
    assert first.secret.hex() not in f"{first!r} {Pseudonyms(first)!r}"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_key_that_others_may_read_is_told(tmp_path: Path) -> None:
    with pytest.warns(KeyMade):
        read_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o644)
    with pytest.warns(KeyReadable, match="chmod 600"):
        read_key(tmp_path / "key")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"secret",
        b"\xff\xfe",
        b"a\nb\n",
        f"{pseudonym_key.FIRST_LINE}\n00ff\n".encode(),
        f"{pseudonym_key.FIRST_LINE}\n{'00' * 40_000}\n".encode(),
    ],
)
def test_another_file_is_no_key_and_stays(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(BadKey, match="left as it is"):
        read_key(tmp_path / "key")
    assert (tmp_path / "key").read_bytes() == content


def test_every_column_of_ids_is_replaced_and_nothing_else() -> None:
    table = pd.DataFrame(
        {
            "patient_id": ["KH-1001", "KH-1002", None],
            "MRN": [71.0, 72.0, 73.0],
            "AccessionNumber": ["A1", "A2", "A3"],
            "surname": ["Meier", "Doe", "Roe"],
            "date_of_birth": ["1940", "1950", "1960"],
            "note": ["as KH-1001_b", "KH-1001", "71"],
            "image": ["KH-1001/ct.nii.gz", "KH-1002/ct.nii.gz", "x.nii.gz"],
            "fall": ["yes", "no", "no"],
            "original_glcm_Id": [0.1, 0.2, 0.3],
            "site": ["A", "B", "B"],
        }
    )
    with pytest.warns(IdentifierLeftOut, match="'surname', 'date_of_birth'"):
        found = Pseudonyms(KEY).table(table)
    name = KEY.pseudonym
    assert found["patient_id"].tolist() == [name("KH-1001"), name("KH-1002"), None]
    assert found["MRN"].tolist() == [name("71"), name("72"), name("73")]
    assert found["AccessionNumber"].tolist() == [name("A1"), name("A2"), name("A3")]
    assert found["note"].tolist() == [f"as {name('KH-1001')}_b", name("KH-1001"), name("71")]
    for same in ("image", "fall", "original_glcm_Id", "site"):
        assert found[same].tolist() == table[same].tolist()
    assert list(found.columns) == [
        "patient_id",
        "MRN",
        "AccessionNumber",
        "note",
        "image",
        "fall",
        "original_glcm_Id",
        "site",
    ]


def test_ids_that_differ_in_case_are_told_of_by_their_pseudonyms() -> None:
    with pytest.warns(SimilarIds) as told:
        Pseudonyms(KEY).table(pd.DataFrame({"patient_id": ["p 1", "P1", "x"]}))
    assert KEY.pseudonym("p 1") in str(told[0].message)
    assert "p 1" not in str(told[0].message)


def test_pseudonyms_of_another_key_are_refused() -> None:
    table = pd.DataFrame({"patient_id": [OTHER.pseudonym("a"), OTHER.pseudonym("b")]})
    with pytest.raises(BadKey, match="another key"):
        Pseudonyms(KEY).table(table)


@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.KeyMade")
def test_tables_read_inside_the_block_have_pseudonyms_and_outside_ids(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("patient_id,x\n007,1\n=2,2\n")
    pd.DataFrame({"patient_id": ["007", "=2"]}).to_parquet(tmp_path / "t.parquet")
    with pseudonymising(tmp_path / "key", output=tmp_path / "out", linking_table=tmp_path / "links.csv"):
        assert read_text_table(tmp_path / "t.csv")["patient_id"].tolist() == pseudonymise(
            ["007", "=2"], tmp_path / "key"
        )
    assert read_text_table(tmp_path / "t.csv")["patient_id"].tolist() == ["007", "=2"]
    with pseudonymising(tmp_path / "key", linking_table=tmp_path / "links.csv") as pseudonyms:
        assert pseudonyms is not None
        pseudonyms.of("new")
    links = read_text_table(tmp_path / "links.csv")
    assert links["pseudonym"].tolist() == pseudonymise(links["id"], tmp_path / "key")
    assert set(links["id"]) == {"007", "=2", "new"}
    assert os.name == "nt" or stat.S_IMODE((tmp_path / "links.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize("which", ["key", "linking_table"])
def test_what_links_ids_never_lies_among_results(tmp_path: Path, which: str) -> None:
    places = {"key": tmp_path / "key", "linking_table": tmp_path / "links.csv"}
    places[which] = tmp_path / "out" / "deep" / "private"
    with (
        pytest.raises(OutputNotWritable, match="among the results"),
        pseudonymising(output=tmp_path / "out", **places),
    ):
        pass
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "key").exists()


@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.KeyMade")
def test_errors_of_the_block_name_no_id(tmp_path: Path) -> None:
    with pytest.raises(EmptyTable) as found, pseudonymising(tmp_path / "key") as pseudonyms:
        assert pseudonyms is not None
        made = pseudonyms.of("KH-1001")
        try:
            raise ValueError("kh-1001 and 21")
        except ValueError as error:
            raise EmptyTable("of KH-1001: 21 rows") from error
    assert str(found.value) == f"of {made}: 21 rows"
    assert found.value.__cause__ is None


def test_messages_of_a_case_name_neither_files_nor_ids(tmp_path: Path) -> None:
    series = tmp_path / "Doe^John" / "series of P7"
    series.mkdir(parents=True)
    (series / "doe_0001.dcm").touch()
    hidden = Concealed(
        {"P7": "P-X"}, {"image": series, "mask": tmp_path / "Doe^John" / "mask_P7.nii.gz"}, tmp_path
    )
    hidden = pickle.loads(pickle.dumps(hidden))  # noqa: S301 - our own bytes
    message = (
        f"{series}: doe_0001.dcm of P7 (p7, P70) and mask_P7.nii.gz in Doe^John below {tmp_path}; 12 slices."
    )
    assert hidden.text(message) == (
        "<image>: <file of the image> of P-X (P-X, P70) and <mask> in <folder> below <root>; 12 slices."
    )
    assert "P7" not in repr(hidden)
