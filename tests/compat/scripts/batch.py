"""A CSV of images and masks becomes a CSV of features; a case that fails is logged, and the others go on."""

import collections
import csv
import logging
import os

import SimpleITK as sitk

import radiobone.compat as radiomics
from radiobone.compat import featureextractor


def main():
    outPath = r""
    inputCSV = os.path.join(outPath, "testCases.csv")
    outputFilepath = os.path.join(outPath, "radiomics_features.csv")
    progress_filename = os.path.join(outPath, "pyrad_log.txt")

    rLogger = logging.getLogger("radiomics")
    handler = logging.FileHandler(filename=progress_filename, mode="w")
    handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s: %(message)s"))
    rLogger.addHandler(handler)
    logger = rLogger.getChild("batch")
    radiomics.setVerbosity(logging.INFO)
    logger.info("pyradiomics version: %s", radiomics.__version__)

    with open(inputCSV) as inFile:
        flists = list(csv.DictReader(inFile, lineterminator="\n"))
    logger.info("Patients: %d", len(flists))

    settings = {}
    settings["binWidth"] = 25
    settings["resampledPixelSpacing"] = None
    settings["interpolator"] = sitk.sitkBSpline
    settings["enableCExtensions"] = True
    extractor = featureextractor.RadiomicsFeatureExtractor(**settings)
    logger.info("Enabled input images types: %s", extractor.enabledImagetypes)
    logger.info("Enabled features: %s", extractor.enabledFeatures)
    logger.info("Current settings: %s", extractor.settings)

    headers = None
    for idx, entry in enumerate(flists, start=1):
        logger.info("(%d/%d) Processing Patient (Image: %s)", idx, len(flists), entry["Image"])
        label = entry.get("Label", None)
        label = int(label) if str(label).isdigit() else None
        featureVector = collections.OrderedDict(entry)
        featureVector["Image"] = os.path.basename(entry["Image"])
        featureVector["Mask"] = os.path.basename(entry["Mask"])
        try:
            featureVector.update(extractor.execute(entry["Image"], entry["Mask"], label))
            with open(outputFilepath, "a") as outputFile:
                writer = csv.writer(outputFile, lineterminator="\n")
                if headers is None:
                    headers = list(featureVector.keys())
                    writer.writerow(headers)
                writer.writerow([featureVector.get(h, "N/A") for h in headers])
        except Exception:
            logger.error("FEATURE EXTRACTION FAILED", exc_info=True)


if __name__ == "__main__":
    main()
