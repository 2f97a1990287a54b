"""Every warning that radiobone gives, each with a stable ``code`` (its name).

A warning leaves the numbers right and says what a careful reader would want to know. In a cohort
run warnings are written into the ``warnings`` column of ``cases.csv``. How they are given stands in
``radiobone.core.warned``.
"""

from __future__ import annotations

from radiobone.core.warned import RadioboneWarning as RadioboneWarning
from radiobone.core.warned import collected as collected
from radiobone.core.warned import meaning as meaning
from radiobone.core.warned import silenced as silenced
from radiobone.core.warned import warn as warn


class AcquisitionConfounded(RadioboneWarning):
    """A kernel, scanner or spacing predicts the target."""


class BadHeaderField(RadioboneWarning):
    """A header field is wrong and not needed."""


class BodyUncertain(RadioboneWarning):
    """Where the body of a vertebra ends, found without an outline of its own, is not sure."""


class CoarseVoxels(RadioboneWarning):
    """The voxels are larger than a measurement was made for, and it is less exact."""


class ConstantRoi(RadioboneWarning):
    """Every voxel of the region has one value."""


class DecimalComma(RadioboneWarning):
    """Numbers were written with a decimal comma."""


class DisconnectedRoi(RadioboneWarning):
    """The region is in several pieces."""


class DuplicateRows(RadioboneWarning):
    """Rows of two patients agree in nearly all features, or are closer than by chance."""


class FeatureDropped(RadioboneWarning):
    """A column cannot be used as a feature."""


class GeometrySnapped(RadioboneWarning):
    """The mask's grid differs from the image's by less than the tolerance."""


class BurnedInText(RadioboneWarning):
    """An image says that its pixels hold text, which may name the patient, and pictures would show it."""


class HiddenRows(RadioboneWarning):
    """Rows of a workbook are hidden, and were read like the others."""


class IdentifierLeftOut(RadioboneWarning):
    """A column that tells who a person is was left out beside pseudonyms."""


class KeyMade(RadioboneWarning):
    """A key of pseudonyms was not there, and a new one was made."""


class KeyReadable(RadioboneWarning):
    """Others on the machine may read the key of pseudonyms."""


class ImplausibleRoiIntensity(RadioboneWarning):
    """The intensities of a region are not what is expected of its structure, or of any bone."""


class ImplausibleSpacing(RadioboneWarning):
    """Spacing is possible and unlikely."""


class MeasurementLeftOut(RadioboneWarning):
    """A measurement of bone that image or region do not allow; the other features of the region are there."""


class MissingCode(RadioboneWarning):
    """A number far beyond the others of its column looks like a code for a missing value."""


class MissingViews(RadioboneWarning):
    """Patients lack a view or bone of which others have a vector."""


class Imputed(RadioboneWarning):
    """Missing values are filled in as learned from training rows."""


class InvertedPhotometric(RadioboneWarning):
    """MONOCHROME1 was inverted."""


class LocalizerIgnored(RadioboneWarning):
    """A localizer in the series' folder was left out."""


class MaskLabelAssumed(RadioboneWarning):
    """A column 'label' was taken as the value in the mask, and may be the class."""


class MaskRounded(RadioboneWarning):
    """A mask of floating-point labels was rounded."""


class MaskResampled(RadioboneWarning):
    """The mask did not lie on the image's grid and was resampled onto it, as the settings ask."""


class MissingnessLeak(RadioboneWarning):
    """A feature is missing more often in one class."""


class MixedPixelTypes(RadioboneWarning):
    """Some images hold whole numbers and others decimals, and resampling rounds the former."""


class ModalityAssumed(RadioboneWarning):
    """Nobody said what the images are, and the preset was chosen by their kind."""


class ModalityDoubtful(RadioboneWarning):
    """A single 2D image is measured with settings for volumes."""


class NonFiniteIntensityOutside(RadioboneWarning):
    """NaN or infinity outside the region."""

    code = "NonFiniteIntensity"


class NotHounsfield(RadioboneWarning):
    """The intensities of a CT do not look like Hounsfield units."""


class OtherRegion(RadioboneWarning):
    """A region to score is called by a name that no region of the training had."""


class RepeatedId(RadioboneWarning):
    """A patient and region are in several rows to score."""


class RepeatFailed(RadioboneWarning):
    """A perturbed repeat could not be measured; the region itself and its other repeats are there."""


class RoiNameAssumed(RadioboneWarning):
    """The mask's only structure has another name than the one asked for, and was taken."""


class NoPatientIds(RadioboneWarning):
    """Each row was taken as one patient."""


class NullControlDeparts(RadioboneWarning):
    """On shuffled labels the pipeline does not give an AUC of 0.5."""


class PatientLevelLeftOut(RadioboneWarning):
    """Rows of patients are not pooled, since it is not clear which class the patients are."""


class PossiblePatients(RadioboneWarning):
    """A column called like a patient's repeats, and its rows are not kept together."""


class OneSite(RadioboneWarning):
    """Rows are to be corrected by their site, and all that is learned from are of one."""


class ReferenceLeftOut(RadioboneWarning):
    """A density calibration had to do without one of its tissues."""


class OutsideTrainingRange(RadioboneWarning):
    """Half or more of the features lie outside what the model was trained on; its score means nothing."""


class RoiTouchesBorder(RadioboneWarning):
    """The region is cut by the image border."""


class RowsDropped(RadioboneWarning):
    """Rows without a target were left out."""


class SaturatedIntensity(RadioboneWarning):
    """Many voxels of a region have the highest value of the image, as if what is brighter was cut off."""


class SheetAssumed(RadioboneWarning):
    """A workbook has several sheets, and the first that holds something was read."""


class SimilarIds(RadioboneWarning):
    """Two ids differ in case or spaces only."""


class SingleSliceRoi(RadioboneWarning):
    """The region lies in one slice of a volume."""


class SmallSite(RadioboneWarning):
    """A site has so few training rows that its effect is mostly chance."""


class SiteConfounded(RadioboneWarning):
    """The site predicts the target."""


class SpacingAssumed(RadioboneWarning):
    """The file does not tell the size of a pixel, and 1 mm was taken."""


class SplitsUnchecked(RadioboneWarning):
    """A file of folds holds no digest of its folds."""


class SplitsUneven(RadioboneWarning):
    """Folds that were given do not test every row once."""


class StepOutsideFold(RadioboneWarning):
    """Values were scaled, filled in, harmonised or made up on all rows."""


class StepWithoutEffect(RadioboneWarning):
    """A step of the pipeline changes nothing as it is set."""


class StructureNamesAssumed(RadioboneWarning):
    """The file names no structures, and TotalSegmentator's list was taken."""


class SuspectedLeak(RadioboneWarning):
    """A feature is, or nearly is, the target."""


class TrainingDataReused(RadioboneWarning):
    """A model is validated or monitored on the cases that it was trained on."""


class UndefinedInMap(RadioboneWarning):
    """A feature map is NaN in some voxels of the region."""


class UnfinishedRun(RadioboneWarning):
    """The last run into a folder was not finished; what is there is older."""


class AmbiguousRow(RadioboneWarning):
    """A row of a sheet could be that of several images."""


class ClassMissing(RadioboneWarning):
    """A data set has no image of a class that its card names."""


class CountDiffers(RadioboneWarning):
    """A download holds more or fewer images, patients or rows than its card says."""


class DigestDiffers(RadioboneWarning):
    """A downloaded file is not the one that the card describes."""


class EvenImage(RadioboneWarning):
    """All pixels of an image have one value."""


class ImageCopied(RadioboneWarning):
    """The pixels of one image are in several files."""

    code = "SameImageTwice"


class ImageWithoutRow(RadioboneWarning):
    """An image is in no row of the sheet that describes the images."""


class LargeGroup(RadioboneWarning):
    """One group of copies holds a large part of all images."""


class LayoutDiffers(RadioboneWarning):
    """A download lies in other folders than its card says."""


class RowWithoutImage(RadioboneWarning):
    """A row of a sheet has no image."""


class SheetMissing(RadioboneWarning):
    """No sheet describes the images of a download."""


class UnknownClass(RadioboneWarning):
    """A folder or a cell is called like none of the classes."""


class Unpaired(RadioboneWarning):
    """An image has no mask, or a mask no image."""
