"""The same in several processes, which log through the package's logger and make an extractor each."""

import csv
import logging
import os
import threading
from collections import OrderedDict
from multiprocessing import Pool

import SimpleITK as sitk

import radiobone.compat as radiomics
from radiobone.compat.featureextractor import RadiomicsFeatureExtractor

ROOT = os.getcwd()
PARAMS = os.path.join(ROOT, "exampleSettings", "Params.yaml")

rLogger = radiomics.logger
logHandler = logging.FileHandler(filename=os.path.join(ROOT, "log.txt"), mode="a")
logHandler.setLevel(logging.INFO)
rLogger.addHandler(logHandler)
outputhandler = rLogger.handlers[0]  # prints
outputhandler.setFormatter(logging.Formatter("[%(asctime)-.19s] (%(threadName)s) %(name)s: %(message)s"))
outputhandler.setLevel(logging.INFO)


def run(case):
    ptLogger = logging.getLogger("radiomics.batch")
    feature_vector = OrderedDict(case)
    try:
        threading.current_thread().name = str(case["Patient"])
        extractor = RadiomicsFeatureExtractor(PARAMS)
        feature_vector.update(extractor.execute(case["Image"], case["Mask"], label=None))
        ptLogger.info("Patient %s processed", case["Patient"])
    except Exception:
        ptLogger.error("Feature extraction failed!", exc_info=True)
    return feature_vector


if __name__ == "__main__":
    sitk.ProcessObject_SetGlobalDefaultNumberOfThreads(1)
    with open(os.path.join(ROOT, "testCases.csv")) as inFile:
        cases = [{"Patient": number, **row} for number, row in enumerate(csv.DictReader(inFile), start=1)]
    pool = Pool(2)
    results = pool.map(run, cases)
    with open(os.path.join(ROOT, "radiomics_features.csv"), mode="w") as outputFile:
        writer = csv.DictWriter(
            outputFile, fieldnames=list(results[0].keys()), restval="", lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(results)
