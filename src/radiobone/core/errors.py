"""Every error that radiobone raises on purpose, in one tree.

    RadioboneError
      SettingError   the request itself is wrong: settings, study files, options
      PathError      a file is missing, unreadable, outside the folder it must stay in, or cannot be written
      ImageError     an image cannot be trusted
      MaskError      a mask, or a mask and its image together, cannot be trusted
      DicomError     a DICOM series cannot be trusted
      TableError     a table or a manifest cannot be trusted
      StudyError     the cohort cannot answer the question asked of it
      ModelError     a model file cannot be trusted, or does not fit the data
      RunError       the machine failed: disk, memory, worker

Each class has a stable ``code`` (its name), written into ``cases.csv`` and shown in the terminal.
A message says what is wrong, the value found, why it matters and what to do.
The classes stand in one file, though it is long: it is read as a list, and by a code that somebody was shown.
"""

from __future__ import annotations

from typing import ClassVar

from radiobone.core.unquoted import unquoted


class RadioboneError(Exception):
    """Base of every error that radiobone raises on purpose."""

    code: ClassVar[str] = "RadioboneError"

    def __init_subclass__(cls) -> None:
        cls.code = cls.__dict__.get("code", cls.__name__)


class SettingError(RadioboneError):
    """The request itself is wrong."""


class BadConfig(SettingError):
    """A YAML file cannot be understood: syntax, duplicate or unknown keys."""


class BadKey(SettingError):
    """A file is no key of pseudonyms, or pseudonyms were made with another."""


class BadSetting(SettingError):
    """A setting has a value that makes no sense."""


class MissingExtra(SettingError):
    """A package that the settings ask for is not installed."""


class MissingCalibration(SettingError):
    """Nothing says which density a grey value stands for."""


class NotDicom(SettingError):
    """A DICOM report is asked for of an image that is not DICOM, or whose headers allow none."""


class MissingUid(SettingError):
    """A DICOM report is asked for of images without the UIDs that it would refer to."""


class SettingsMismatch(SettingError):
    """Features were extracted with other settings than the model's."""


class PathError(RadioboneError):
    """A file is missing, unreadable, outside the folder it must stay in, or cannot be written."""


class FileMissing(PathError):
    """No file at that path."""


class FileUnreadable(PathError):
    """The file is there and cannot be opened."""


class NotARegularFile(PathError):
    """A directory, pipe or device where a file is needed."""


class NotALocalPath(PathError):
    """A URL where a local path is needed."""


class NotATable(PathError):
    """A folder, an image, a manifest or a study file where a table is needed."""


class PathOutsideRoot(PathError):
    """The path leaves the manifest's root folder."""


class OutputNotWritable(PathError):
    """Results cannot be written where they were asked for."""


class OutputLocked(PathError):
    """Another run is writing into the output folder."""


class OutputTaken(PathError):
    """The output folder holds results of another kind, which would be spoiled."""


class UnsafeArchive(PathError):
    """An archive has members outside its folder, or grows beyond its cap."""


class ImageError(RadioboneError):
    """An image cannot be trusted."""


class UnreadableImage(ImageError):
    """No reader understands the file, or it is truncated or damaged."""


class BadSpacing(ImageError):
    """Spacing is zero, negative or not finite."""


class AmbiguousOrientation(ImageError):
    """The header gives two orientations that disagree."""


class NonOrthogonalGrid(ImageError):
    """The image axes are not at right angles."""


class VoxelTooLarge(ImageError):
    """The voxels are larger than a measurement can be trusted with."""


class DimensionMismatch(ImageError):
    """Not two or three spatial dimensions, or image and mask differ in number."""


class VectorImage(ImageError):
    """Several values per voxel, such as RGB."""


class NonFiniteIntensity(ImageError):
    """NaN or infinity inside the region."""


class ImplausibleIntensity(ImageError):
    """Intensities cannot be what the modality says."""


class MaskError(RadioboneError):
    """A mask, or a mask and its image together, cannot be trusted."""


class EmptyMask(MaskError):
    """No voxel is in the region."""


class LabelNotFound(MaskError):
    """The mask has no such label or structure."""


class GeometryMismatch(MaskError):
    """Image and mask do not lie on the same grid."""


class MaskLooksLikeImage(MaskError):
    """The mask has far too many values to be labels."""


class ProbabilisticMask(MaskError):
    """The mask holds fractions, not labels."""


class VectorMask(MaskError):
    """Several values per voxel in the mask."""


class RoiTooSmall(MaskError):
    """The region has too few voxels or dimensions for the features."""


class RegionCut(MaskError):
    """The region is cut by the image border, and what is measured needs all of it."""


class BodyNotFound(MaskError):
    """The body of a vertebra cannot be told from its posterior elements."""


class NotABone(MaskError):
    """A structure that is no bone by its name, of which measurements of bone were asked for."""


class NoGenantLevel(MaskError):
    """Heights and Genant's grade are defined for the vertebrae T4 to L5, and this is another."""


class OnePhase(MaskError):
    """All voxels of the region lie on one side of the threshold between bone and marrow."""


class NotCalibrated(ImageError):
    """A scan, or a value in it, for which a calibration of density does not hold."""


class ReferenceMissing(MaskError):
    """Tissues that a density calibration rests on are not in the image."""


class TooManyGrayLevels(MaskError):
    """The bin width gives more grey levels than can be held or than make sense."""


class DicomError(RadioboneError):
    """A DICOM series cannot be trusted."""


class MissingSlices(DicomError):
    """A gap in the slice positions."""


class DuplicateSlices(DicomError):
    """Two slices at one position."""


class NonUniformSpacing(DicomError):
    """Slice distances differ."""


class GantryTilt(DicomError):
    """Slices are sheared against each other."""


class MixedSeries(DicomError):
    """Slices of several series in one folder."""


class MixedPatients(DicomError):
    """Slices of several patients in one folder."""


class MissingRescale(DicomError):
    """CT without rescale slope and intercept has no Hounsfield units."""


class TableError(RadioboneError):
    """A table or a manifest cannot be trusted."""


class BadEncoding(TableError):
    """The text is not UTF-8 or another encoding that can be told apart."""


class PseudonymCollision(TableError):
    """Two ids have one pseudonym."""


class RaggedRow(TableError):
    """A row has more or fewer fields than the header."""


class EmptyTable(TableError):
    """No rows."""


class MissingColumn(TableError):
    """A column that is needed is not there."""


class DuplicateColumn(TableError):
    """Two columns of one name."""


class MissingId(TableError):
    """A row has no patient id."""


class DuplicateId(TableError):
    """One patient and region twice."""


class SameImageTwice(TableError):
    """Two patients share one image file."""


class ConflictingLabel(TableError):
    """One patient has two values of a patient-level target, or one image two labels."""


class MixedLabels(TableError):
    """One class is spelled in several ways."""


class NotNumeric(TableError):
    """Words where numbers are needed."""


class BadTime(TableError):
    """A date or time that is missing or cannot be put in order."""


class DuplicateRows(TableError):
    """Rows of different patients agree in nearly all features, or are closer than by chance."""


class TableOfRepeats(TableError):
    """Rows are repeats of the same regions, where each must be a region of its own."""


class NonFiniteFeature(TableError):
    """A feature value that is infinite, or too large to compute with."""


class StudyError(RadioboneError):
    """The cohort cannot answer the question asked of it."""


class OneClass(StudyError):
    """The target has one value only."""


class NotBinary(StudyError):
    """The target has more than two values."""


class TooFewRows(StudyError):
    """Too few rows to learn and test anything."""


class TooFewPerClass(StudyError):
    """A class has fewer patients than there are folds."""


class PatientInTrainAndTest(StudyError):
    """One patient has rows on both sides of a split."""


class SplitsMismatch(StudyError):
    """A file of folds does not belong to the table."""


class DerivedRow(StudyError):
    """A row made from another one is on another side of a split than that one, or its parent is not known."""


class UnseenSite(StudyError):
    """Rows are from a site that training did not have, or too little of."""


class TargetAsCovariate(StudyError):
    """The target, or a copy of it, is named as what harmonisation must keep."""


class ConfoundedCovariate(StudyError):
    """A covariate cannot be told from the sites, so neither's effect can be estimated."""


class ModelError(RadioboneError):
    """A model file cannot be trusted, or does not fit the data."""


class UntrustedModel(ModelError):
    """A model file that was tampered with or holds types that are not on the list."""


class UnsafeNetwork(ModelError):
    """A network reads other files, or uses operators that are not ONNX's own."""


class FeatureMismatch(ModelError):
    """The table lacks features that the model needs."""


class NoTrainingReference(ModelError):
    """A model file does not keep how its training values spread."""


class RunError(RadioboneError):
    """The machine failed: disk, memory, worker."""


class DiskFull(RunError):
    """No space is left for a file."""


class ResourceLimit(RunError):
    """More memory or time than the limit allows."""


class ServiceBusy(RunError):
    """A scoring service has as many requests at work as it takes."""


class WorkerDied(RunError):
    """A worker process ended without an answer."""


class SchedulerLost(RunError):
    """The scheduler of a cluster cannot be reached, or it has no workers."""


class WorkerMismatch(RunError):
    """A worker of a cluster has other versions, other settings or another file system than the process that asks."""


class BenchFailed(RunError):
    """A program that was to be timed could not be run."""


class UnexpectedError(RunError):
    """A defect of radiobone itself, recorded so that the cohort goes on."""

    @classmethod
    def of(cls, error: Exception) -> UnexpectedError:
        """Name the defect and ask for a report; what the message quotes may be a header's, and is left out."""
        return cls(
            f"{type(error).__name__}: {unquoted(str(error))}. This is a defect of radiobone, not of your data; please report it."
        )
