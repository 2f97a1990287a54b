"""Paths in manifests that lead elsewhere, or nowhere: each row gets its own named error, and a sound one comes through."""

from __future__ import annotations

import os
import shutil

import pytest

from radiobone.core.errors import RadioboneError
from radiobone.io.case import check_case_files
from radiobone.io.manifest import read_manifest

ELSEWHERE = {
    "PathOutsideRoot": ["../x.nii", "sub/../../x.nii", "/etc/passwd", "//server/share/x.nii", "link/i.nii", "link/../i.nii", "..", "/", "/dev/zero", "out.nii"],
    "NotALocalPath": ["http://a/b.nii", "HTTPS://a/b", "s3://b/c", "gs://b", "ftp:/x", "file:///etc/passwd", "FILE:/etc/passwd", "ssh://x/y"],
    "FileMissing": [
        "~/x.nii", "~root/x", "$HOME/x.nii", "%TEMP%/x", "i*.nii", "none.nii", "I.NII", "x" * 300, "x/" * 3000 + "i.nii", "i\0.nii", "loop", "loop/i.nii",
        "i.nii/x", "\\\\server\\share\\x", "C:\\x\\i.nii", "\\etc\\passwd", "nan", "-", "'i.nii'", "i\u200b.nii", "|ls", "`ls`", "",
    ],
    "NotARegularFile": ["pipe.nii"],
}  # fmt: skip
HERE = [
    "i.nii",
    "./i.nii",
    "sub/../i.nii",
    "i.nii ",
    " i.nii",
    "i.nii\n",
    "back/i.nii",
    "sub//i.nii",
    "{root}/i.nii",
]


@pytest.fixture
def root(tmp_path):
    """A folder with two images, links into it and out of it, and a pipe."""
    folder, outside = tmp_path / "root", tmp_path / "outside"
    for made in (folder / "sub", outside):
        made.mkdir(parents=True)
    for path in (folder / "i.nii", folder / "m.nii", folder / "sub" / "i.nii", outside / "i.nii"):
        path.write_bytes(b"x")
    (folder / "link").symlink_to(outside)
    (folder / "back").symlink_to(folder / "sub")
    (folder / "out.nii").symlink_to(outside / "i.nii")
    (folder / "loop").symlink_to(folder / "loop")
    os.mkfifo(folder / "pipe.nii")
    return folder


def case_of(root, image):
    cell = '"' + image.replace('"', '""') + '"'
    (root / "m.csv").write_text(f"patient_id,image,mask\nP1,{cell},m.nii\nP2,sub/i.nii,m.nii\n")
    return read_manifest(root / "m.csv", shared_images=True).cases[0]


@pytest.mark.parametrize(
    ("code", "path"), [(code, path) for code, paths in ELSEWHERE.items() for path in paths]
)
def test_a_path_that_leads_elsewhere(root, code, path):
    case = case_of(root, path)
    with pytest.raises(RadioboneError) as caught:
        check_case_files(case)
    assert caught.value.code == code


@pytest.mark.parametrize("path", HERE)
def test_a_path_that_leads_here(root, path):
    case = case_of(root, path.format(root=root))
    check_case_files(case)
    assert case.image.resolve().is_relative_to(root)


@pytest.mark.skipif(shutil.which("subst") is not None, reason="names ignore case there")
def test_names_keep_their_case(root):
    (root / "I.nii").write_bytes(b"y")
    if (root / "i.nii").read_bytes() != b"x":
        pytest.skip("this file system ignores case")
    assert case_of(root, "I.nii").image.read_bytes() == b"y"
