"""The card of a data set: what it holds, who may use it, how it was labelled, and what is wrong with it."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from radiobone.core.data_layouts import AnyLayout
from radiobone.core.settings import Settings

FOR_THE_AUTHOR = "(for the author)"
Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]
Modality = Literal["ct", "mr", "xr", "dxa", "pet", "oct", "table", "unknown"]
AccessKind = Literal["open", "account", "website", "registration", "local"]
Fact = Literal["counts", "label", "licence", "access", "layout", "faults", "citation"]
FACTS: tuple[Fact, ...] = get_args(Fact)
CheckedBy = Literal["publisher", "third party", "review", "own files", "not checked"]


class DataClass(Settings):
    """One class of the label.

    Attributes
    ----------
    name : str
        As it is written into manifests.
    images, subjects : int or None
        How many there are; None where nobody says.
    folders : tuple of str
        Other names of its folder, or spellings in a sheet.
    """

    name: Text
    images: Count | None = None
    subjects: Count | None = None
    folders: tuple[Text, ...] = ()


class Access(Settings):
    """How to get it.

    Attributes
    ----------
    kind : str
        ``open``: anybody; ``account``: with a free account; ``website``: from a page without terms;
        ``registration``: on application; ``local``: the user's own.
    where : str
        Address, or words.
    note : str
    """

    kind: AccessKind
    where: Text
    note: str = ""


class Citation(Settings):
    """What to cite.

    Attributes
    ----------
    text : str
    doi : str
        Without the resolver.
    url : str
    """

    text: Text
    doi: str = ""
    url: str = ""


class StatedCount(Settings):
    """One count that a source gives."""

    count: Count
    source: Text


class Disagreement(Settings):
    """A count of which sources say different things.

    Attributes
    ----------
    of : str
        What is counted.
    stated : tuple of StatedCount
        Two at least, that differ.
    """

    of: Text
    stated: tuple[StatedCount, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if len({one.count for one in self.stated}) < 2:
            raise ValueError(f"the counts of {self.of} agree")
        return self


class KnownFile(Settings):
    """A file of the download that can be told.

    Attributes
    ----------
    name : str
        Of the archive or file.
    bytes : int or None
    sha256 : str
        Of its content, in hexadecimal digits; empty where nobody published it.
    source : str
        Who says so.
    """

    name: Text
    bytes: Count | None = None
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    source: Text


class Checked(Settings):
    """How far facts of a card were looked up.

    Attributes
    ----------
    of : tuple of str
        Facts, of ``FACTS``.
    by : str
        ``publisher``: what its makers wrote; ``third party``: what others who have it wrote; ``review``: what an overview
        tells of it; ``own files``: counted in files; ``not checked``: repeated, and looked up nowhere.
    where : str
        What was read; only ``not checked`` has none.
    """

    of: tuple[Fact, ...] = Field(min_length=1)
    by: CheckedBy
    where: str = ""

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if (self.by == "not checked") == bool(self.where):
            raise ValueError(
                f"'where' says what was read: {self.by} {'has none' if self.where else 'needs it'}"
            )
        return self


class DataCard(Settings):
    """Everything that a reader of a study must know of its data set.

    Attributes
    ----------
    name : str
        How the card is asked for.
    title : str
    about : str
        One or two sentences.
    modality : tuple of str
    region : str
        Of the body.
    osteoporosis : bool
        Whether its label is about the density of bone.
    subjects, images : int or None
        None where nobody says.
    classes : tuple of DataClass
    target : str
        What the label's column is called in the manifest that the loader writes, or in the table.
    label_source : str
        How the label came about.
    licence, splits : str
    access : Access
    patient_ids : str
        Whether images of one patient can be told.
    sites : dict of str to int
        Images per hospital or scanner, where that is known.
    spacing_mm : str
        Size of a pixel or voxel, in words; empty where it is not known.
    faults : tuple of str
        What is known to be wrong with it.
    disagreements : tuple of Disagreement
    files : tuple of KnownFile
    layout : AnyLayout
    sources : tuple of str
        Where the card's facts are from.
    checked : tuple of Checked
        How far each was looked up.
    citation : tuple of Citation
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    title: Text
    about: Text
    modality: tuple[Modality, ...] = Field(min_length=1)
    region: Text
    osteoporosis: bool
    subjects: Count | None
    images: Count | None
    classes: tuple[DataClass, ...] = ()
    target: str = "diagnosis"
    label_source: Text
    licence: Text
    access: Access
    splits: Text
    patient_ids: Text
    sites: dict[str, Count] = Field(default_factory=dict)
    spacing_mm: str = ""
    faults: tuple[Text, ...]
    disagreements: tuple[Disagreement, ...] = ()
    files: tuple[KnownFile, ...] = ()
    layout: AnyLayout
    sources: tuple[Text, ...] = Field(min_length=1)
    checked: tuple[Checked, ...] = ()
    citation: tuple[Citation, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _classes_fit(self) -> Self:
        names = [one.name for one in self.classes]
        if len(names) != len(set(names)):
            raise ValueError("two classes have one name")
        for total, counts in (
            (self.images, [one.images for one in self.classes]),
            (self.subjects, [one.subjects for one in self.classes]),
        ):
            known = [count for count in counts if count is not None]
            if total is not None and counts and len(known) == len(counts) and sum(known) != total:
                raise ValueError(f"the classes add up to {sum(known)}, and the whole is said to be {total}")
        return self

    @model_validator(mode="after")
    def _no_fact_is_checked_twice(self) -> Self:
        named = [fact for one in self.checked for fact in one.of]
        twice = sorted({fact for fact in named if named.count(fact) > 1})
        if twice:
            raise ValueError(f"'checked' names {', '.join(twice)} twice")
        return self

    @property
    def open_questions(self) -> tuple[str, ...]:
        """What a drafted card leaves to its author."""
        plain = self.model_dump(mode="json")
        return tuple(name for name, value in plain.items() if FOR_THE_AUTHOR in str(value))
