"""Files that no archive keeps: pipes, links, headers that lie, bombs, and names that break what is careless."""

from __future__ import annotations

import gzip
import os
import shutil
import struct
import subprocess
import sys
import warnings
from pathlib import Path

import pandas as pd
import pytest

import radiobone as rb
from bad_inputs import PLAIN, extracted
from radiobone.core.errors import FileMissing
from radiobone.core.warnings import ConstantRoi, RadioboneWarning
from radiobone.imaging.itk import to_sitk
from radiobone.io.write import write_volume
from radiobone.testing.phantoms import sphere
from raw_files import RAW, metaimage
from small_series import series


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a sound image and its mask."""
    phantom = sphere(6.0)
    write_volume(tmp_path / "image.nii.gz", phantom.image)
    write_volume(tmp_path / "mask.nii.gz", phantom.mask)
    return tmp_path


def one(root: Path, image: str, mask: str = "mask.nii.gz"):
    """Extract one bad case beside a sound one, which must come out."""
    rows = [
        {"patient_id": "bad", "image": image, "mask": mask},
        {"patient_id": "good", "image": "image.nii.gz", "mask": "mask.nii.gz"},
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RadioboneWarning)  # they are in the table of cases
        found = extracted(rows, root, root / "out", modality=None)
    assert found["good"].case["status"] == "done"
    return found["bad"]


def refused(root: Path, image: str, code: str, mask: str = "mask.nii.gz") -> str:
    bad = one(root, image, mask)
    assert (bad.case["status"], bad.case["code"], bad.features) == ("failed", code, {})
    return str(bad.case["message"])


def test_a_pipe_does_not_block(root):
    os.mkfifo(root / "pipe.nii.gz")
    assert "pipe" in refused(root, "pipe.nii.gz", "NotARegularFile")


def test_a_device_is_no_file(root):
    (root / "zero.nii.gz").symlink_to("/dev/zero")
    refused(root, "zero.nii.gz", "PathOutsideRoot")


def test_a_link_to_itself(root):
    (root / "loop.nii.gz").symlink_to(root / "loop.nii.gz")
    refused(root, "loop.nii.gz", "FileMissing")


@pytest.mark.parametrize("kind", ["image", "mask"])
def test_a_link_out_of_the_root(root, kind):
    (root / "out.nii.gz").symlink_to("/etc/passwd")
    files = {"image": ("out.nii.gz", "mask.nii.gz"), "mask": ("image.nii.gz", "out.nii.gz")}
    message = refused(root, files[kind][0], "PathOutsideRoot", files[kind][1])
    assert "root:" not in message  # nothing of the file itself


def test_a_folder_that_is_a_link_out_of_the_root(root, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copy(root / "image.nii.gz", elsewhere)
    (root / "door").symlink_to(elsewhere)
    refused(root, "door/image.nii.gz", "PathOutsideRoot")


def test_voxels_beside_a_header_that_are_a_link_out_of_the_root(root, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "voxels.raw").write_bytes(RAW)
    (root / "voxels.raw").symlink_to(elsewhere / "voxels.raw")
    (root / "image.mhd").write_bytes(metaimage({"ElementDataFile": "voxels.raw"}, b""))
    refused(root, "image.mhd", "PathOutsideRoot")


def test_slices_that_are_links_out_of_the_root(root, tmp_path_factory):
    elsewhere = series(tmp_path_factory.mktemp("elsewhere"))
    (root / "dcm").mkdir()
    for path in elsewhere.iterdir():
        (root / "dcm" / path.name).symlink_to(path)
    refused(root, "dcm", "PathOutsideRoot")


def test_a_file_that_may_not_be_read(root):
    """As a user without rights, since the administrator may read all."""
    shutil.copy(root / "image.nii.gz", root / "secret.nii.gz")
    (root / "secret.nii.gz").chmod(0)
    script = (
        "import os\n"
        "from pathlib import Path\n"
        "from radiobone.core.errors import RadioboneError\n"
        "from radiobone.io.images import read_image\n"
        f"image = read_image(Path({str(root / 'image.nii.gz')!r}))\n"  # what it imports lies in folders of the administrator
        "if os.getuid() == 0: os.seteuid(65534)\n"
        f"try: read_image(Path({str(root / 'secret.nii.gz')!r}))\n"
        "except RadioboneError as error: print(error.code)\n"
    )
    for folder in (root, *root.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path(folder.anchor):
            folder.chmod(folder.stat().st_mode | 0o011)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "FileUnreadable"


def lying_header(path: Path, sizes: tuple[int, int, int], *, packed: bool) -> None:
    """A NIfTI header of that many voxels of int16 with 20 kB behind it."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *sizes, 1, 1, 1, 1)
    struct.pack_into("<2h", header, 70, 4, 16)
    struct.pack_into("<8f", header, 76, 1, 1, 1, 1, 0, 0, 0, 0)
    struct.pack_into("<2f", header, 108, 352, 1)
    struct.pack_into("<2h", header, 252, 1, 0)
    header[344:348] = b"n+1\0"
    content = bytes(header) + bytes(20_000)
    path.write_bytes(gzip.compress(content) if packed else content)


@pytest.mark.parametrize("packed", [True, False])
def test_a_header_that_claims_terabytes(root, packed):
    name = "lies.nii.gz" if packed else "lies.nii"
    lying_header(root / name, (30_000, 30_000, 2_000), packed=packed)
    message = refused(root, name, "ResourceLimit")
    assert "30000" in message


@pytest.mark.parametrize("kind", ["nrrd", "mha"])
def test_other_headers_that_claim_terabytes(root, kind):
    text = {
        "nrrd": b"NRRD0004\ntype: short\ndimension: 3\nsizes: 30000 30000 2000\nendian: little\nencoding: raw\n\n",
        "mha": b"ObjectType = Image\nNDims = 3\nDimSize = 30000 30000 2000\nElementType = MET_SHORT\n"
        b"ElementSpacing = 1 1 1\nElementDataFile = LOCAL\n",
    }[kind]
    (root / f"lies.{kind}").write_bytes(text + bytes(20_000))
    refused(root, f"lies.{kind}", "ResourceLimit")


NAMES = [
    "my  image (1)", "образец_骨_é", "line\nbreak", "-rf", "a'b\"c;$(touch PWNED)", "x" * 240, "pat.1.2.840", "%s{0}", "CON",
    "a,b;c", "[glob]*?",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_that_break_what_is_careless(root, name):
    shutil.copy(root / "image.nii.gz", root / f"{name}.nii.gz")
    sound = one(root, f"{name}.nii.gz")
    assert sound.case["status"] == "done", sound.case
    assert not (root / "PWNED").exists()
    assert not Path("PWNED").exists()


def test_twenty_thousand_rows_without_an_image_give_one_sentence(tmp_path, capfd):
    rows = [
        [f"P{number:06d}", f"images/{number}.nii.gz", f"masks/{number}.nii.gz"] for number in range(20_000)
    ]
    pd.DataFrame(rows, columns=["patient_id", "image", "mask"]).to_csv(tmp_path / "m.csv", index=False)
    with pytest.raises(FileMissing, match="40000 of the 40000 files") as caught:
        rb.extract(tmp_path / "m.csv", output=tmp_path / "out", modality="ct")
    assert len(str(caught.value)) < 1000
    assert len(capfd.readouterr().err.splitlines()) < 5


def test_the_same_array_is_read_whatever_its_file_is_called(root):
    """The phantom through a name with spaces has the numbers of the array itself."""
    phantom = sphere(6.0)
    shutil.copy(root / "image.nii.gz", root / "my  image (1).nii.gz")
    found = one(root, "my  image (1).nii.gz").features
    with pytest.warns(ConstantRoi):
        own = rb.extract_features(to_sitk(phantom.image), to_sitk(phantom.mask), settings=PLAIN)
    assert {name: found[name] for name in own} == pytest.approx(own, rel=1e-12)
