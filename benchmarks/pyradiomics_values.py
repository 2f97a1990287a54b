"""Values of pyradiomics for one request per line; runs in an interpreter that has pyradiomics and nothing of ours.

A request is a JSON object on one line of standard input: image, mask (paths), label, parameters (the content of a
parameter file). The answer is one line of JSON: values, or the error that pyradiomics raised.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from typing import Any

import numpy
import SimpleITK
from radiomics import __version__, featureextractor


def main() -> None:
    """Answer requests until standard input ends; the first line tells the versions."""
    warnings.simplefilter("ignore")
    logging.getLogger("radiomics").setLevel(logging.CRITICAL)
    SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
    versions = {"pyradiomics": __version__, "numpy": numpy.__version__, "SimpleITK": SimpleITK.__version__}
    print(json.dumps(versions), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Measure one region."""
    try:
        extractor = featureextractor.RadiomicsFeatureExtractor(request["parameters"])
        extractor.settings["additionalInfo"] = False
        values = extractor.execute(request["image"], request["mask"], label=request["label"])
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        return {"error": f"{type(error).__name__}: {error}"}
    return {"values": {name: float(value) for name, value in values.items()}}


if __name__ == "__main__":
    main()
