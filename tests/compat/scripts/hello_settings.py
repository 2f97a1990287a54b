"""A parameter file, the features that it enables with what they are, and all values."""

import os
import sys

import radiobone.compat as radiomics
from radiobone.compat import featureextractor, getFeatureClasses

imageName, maskName = radiomics.getTestCase("brain1", sys.argv[1])
paramsFile = os.path.abspath(os.path.join("exampleSettings", "Params.yaml"))
extractor = featureextractor.RadiomicsFeatureExtractor(paramsFile)
featureClasses = getFeatureClasses()

print("Active features:")
for cls, features in extractor.enabledFeatures.items():
    if features is None or len(features) == 0:
        features = [
            name for name, deprecated in featureClasses[cls].getFeatureNames().items() if not deprecated
        ]
    for f in features:
        print(f)
        assert getattr(featureClasses[cls], f"get{f}FeatureValue").__doc__

for featureName, value in extractor.execute(imageName, maskName).items():
    print(f"Computed {featureName}: {value}")
