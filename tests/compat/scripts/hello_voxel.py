"""Feature maps by a parameter file with voxelSetting, each written as an image."""

import os
import sys

import SimpleITK as sitk

import radiobone.compat as radiomics
from radiobone.compat import featureextractor

imageName, maskName = radiomics.getTestCase("brain1", sys.argv[1])
paramsFile = os.path.abspath(os.path.join("exampleSettings", "exampleVoxel.yaml"))
extractor = featureextractor.RadiomicsFeatureExtractor(paramsFile)

for featureName, featureValue in extractor.execute(imageName, maskName, voxelBased=True).items():
    if isinstance(featureValue, sitk.Image):
        sitk.WriteImage(featureValue, f"brain1_{featureName}.nrrd")
        array = sitk.GetArrayFromImage(sitk.ReadImage(f"brain1_{featureName}.nrrd"))
        print(f"Computed {featureName}: {array[array == array].sum()}")
    else:
        print(f"Computed {featureName}: {featureValue}")
