"""Feature classes one by one, on an image that is cropped and filtered by hand."""

import sys

import numpy as np
import SimpleITK as sitk

from radiobone.compat import firstorder, getTestCase, glcm, glrlm, glszm, imageoperations, shape

imageName, maskName = getTestCase("brain1", sys.argv[1])
image, mask = sitk.ReadImage(imageName), sitk.ReadImage(maskName)
settings = {"binWidth": 25, "interpolator": sitk.sitkBSpline, "resampledPixelSpacing": [3, 3, 3]}

interpolator, spacing = settings.get("interpolator"), settings.get("resampledPixelSpacing")
if interpolator is not None and spacing is not None:
    image, mask = imageoperations.resampleImage(image, mask, **settings)

bb, correctedMask = imageoperations.checkMask(image, mask)
if correctedMask is not None:
    mask = correctedMask
image, mask = imageoperations.cropToTumorMask(image, mask, bb)

firstOrderFeatures = firstorder.RadiomicsFirstOrder(image, mask, **settings)
firstOrderFeatures.enableFeatureByName("Mean", True)
for f in firstOrderFeatures.enabledFeatures:
    assert getattr(firstOrderFeatures, f"get{f}FeatureValue").__doc__
for key, val in firstOrderFeatures.execute().items():
    print("Calculated", key, ":", val)

for features in (
    shape.RadiomicsShape(image, mask, **settings),
    glcm.RadiomicsGLCM(image, mask, **settings),
    glrlm.RadiomicsGLRLM(image, mask, **settings),
    glszm.RadiomicsGLSZM(image, mask, **settings),
):
    features.enableAllFeatures()
    for key, val in features.execute().items():
        print("Calculated", key, ":", val)

sigmaValues = np.arange(5.0, 0.0, -2.0)[::1]
for logImage, imageTypeName, inputKwargs in imageoperations.getLoGImage(image, mask, sigma=sigmaValues):
    logFeatures = firstorder.RadiomicsFirstOrder(logImage, mask, **inputKwargs)
    logFeatures.enableAllFeatures()
    for key, val in logFeatures.execute().items():
        print("Calculated", f"{imageTypeName}_{key}", ":", val)

for waveletImage, name, inputKwargs in imageoperations.getWaveletImage(image, mask):
    waveletFeatures = firstorder.RadiomicsFirstOrder(waveletImage, mask, **inputKwargs)
    for key, val in waveletFeatures.execute().items():
        print("Calculated", f"{name}_{key}", ":", val)
