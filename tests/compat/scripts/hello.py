"""A first script: a test case, settings as arguments, two features."""

import logging
import sys

import SimpleITK as sitk

import radiobone.compat as radiomics
from radiobone.compat import featureextractor

imageName, maskName = radiomics.getTestCase("brain1", sys.argv[1])
if imageName is None or maskName is None:
    sys.exit("no test case")

logger = radiomics.logger
logger.setLevel(logging.DEBUG)
handler = logging.FileHandler(filename="testLog.txt", mode="w")
handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s: %(message)s"))
logger.addHandler(handler)

settings = {}
settings["binWidth"] = 25
settings["resampledPixelSpacing"] = None
settings["interpolator"] = sitk.sitkBSpline
settings["verbose"] = True

extractor = featureextractor.RadiomicsFeatureExtractor(**settings)
extractor.disableAllFeatures()
extractor.enableFeaturesByName(firstorder=["Mean", "Skewness"])
featureVector = extractor.execute(imageName, maskName)

for featureName in featureVector.keys():
    print(f"Computed {featureName}: {featureVector[featureName]}")
