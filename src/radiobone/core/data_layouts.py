"""How a data set lies on disk once it was downloaded: what a loader has to look for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from radiobone.core.settings import Settings

Names = tuple[str, ...]


class Layout(Settings):
    """What all layouts share.

    Attributes
    ----------
    known_from : str
        Who says that the files lie like this; empty if nobody was found who does.
    """

    known_from: str = ""


class ClassFolders(Layout):
    """Images in folders that are called like their class, at any depth, and perhaps a sheet of their patients.

    Attributes
    ----------
    sheet_id : tuple of str
        Names that the sheet's column of image names may have; without it a sheet is not looked for.
    split_folders : tuple of str
        Names of folders above the classes that are parts of a split, such as ``train``.
    patient_in_name : str
        Regular expression with a group: the patient in a file's name. Empty: every image counts as a patient.
    """

    kind: Literal["class_folders"] = "class_folders"
    sheet_id: Names = ()
    split_folders: Names = ("train", "training", "test", "testing", "val", "valid", "validation")
    patient_in_name: str = ""


class SheetAndImages(Layout):
    """A sheet with a row per image, and the images anywhere below.

    Attributes
    ----------
    file_columns, label_columns, patient_columns : tuple of str
        Names that these columns may have, the likeliest first; case and separators do not count.
    """

    kind: Literal["sheet_and_images"] = "sheet_and_images"
    file_columns: Names = ("image", "file", "filename", "file name", "image name", "path", "id")
    label_columns: Names = ("label", "class", "diagnosis", "category", "group")
    patient_columns: Names = ("patient id", "patient", "subject id", "subject", "id")


class OneTable(Layout):
    """A table of measured features, a row per patient.

    Attributes
    ----------
    target_columns : tuple of str
        Names that the column of the class may have.
    """

    kind: Literal["table"] = "table"
    target_columns: Names = ("label", "class", "diagnosis", "osteoporosis", "target", "group")


class TableSize(Settings):
    """Rows and features of one table, without the columns of id and target."""

    rows: int = Field(gt=0)
    features: int = Field(gt=0)


class ManyTables(Layout):
    """A folder of tables, each with a column of ids and one of the target."""

    kind: Literal["tables"] = "tables"
    id_column: str
    target_column: str
    tables: dict[str, TableSize]


class PairOfFiles(Settings):
    """One image with its mask, as ends of their paths."""

    patient_id: str
    image: str
    mask: str
    roi: str = ""


class ImagesAndMasks(Layout):
    """Images with masks: found by their names, or the pairs that are known.

    Attributes
    ----------
    pairs : tuple of PairOfFiles
        Known pairs. Empty: images and masks are paired by their names, as ``radiobone manifest`` does.
    roi : str
        Region, or pattern of regions, in masks that hold several.
    """

    kind: Literal["images_and_masks"] = "images_and_masks"
    pairs: tuple[PairOfFiles, ...] = ()
    roi: str = ""


class NoLoader(Layout):
    """Nothing that could be read here: what a user gets differs with the request.

    Attributes
    ----------
    reason : str
    """

    kind: Literal["none"] = "none"
    reason: str


AnyLayout = Annotated[
    ClassFolders | SheetAndImages | OneTable | ManyTables | ImagesAndMasks | NoLoader,
    Field(discriminator="kind"),
]
