"""A small HTTP service that scores studies below one folder with one model, on this machine.

    python examples/scoring_service.py MODEL.rbm FOLDER [--port 8090]

    curl http://127.0.0.1:8090/health
    curl -d '{"image": "ct", "mask": "seg.dcm", "label": "vertebrae_L1"}' http://127.0.0.1:8090/score

It stands for the part that a hospital writes itself: who may ask, encryption and a queue belong in front of it. It
listens on this machine alone, takes paths below FOLDER and small requests, and logs neither path nor patient.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import radiobone as rb
from radiobone.core.errors import BadSetting, PathOutsideRoot, RadioboneError
from radiobone.workflow.hospital.fhir import make_fhir

LARGEST_REQUEST = 64 * 1024  # bytes
KNOWN = {"image", "mask", "label", "clinical", "patient_id", "fhir"}
STATUS = {
    "ok": 200,
    "ServiceBusy": 503,
    "ResourceLimit": 503,
    "UnexpectedError": 500,
}  # all else: the request, 422


def below(folder: Path, path: Any) -> Path:
    """Return a path below the folder, after links are followed."""
    if not isinstance(path, str) or not path.strip() or "\0" in path:
        raise BadSetting("'image' and 'mask' are paths below the service's folder.")
    found = (folder / path).resolve()
    if not found.is_relative_to(folder):
        raise PathOutsideRoot("The path leads out of the service's folder.")
    return found


def answer(service: rb.ScoringService, folder: Path, asked: Any) -> tuple[str, dict[str, Any]]:
    """Score what was asked for; return the outcome's code and its content."""
    try:
        if not isinstance(asked, dict) or not set(asked) <= KNOWN:
            raise BadSetting(f"A request is an object with {', '.join(sorted(KNOWN))}, and nothing else.")
        image, mask = below(folder, asked.get("image")), below(folder, asked.get("mask"))
        label, clinical = asked.get("label"), asked.get("clinical", {})
        if not isinstance(label, int | str | None) or not isinstance(clinical, dict):
            raise BadSetting("'label' is a number or a name, and 'clinical' an object such as {\"age\": 71}.")
        if not isinstance(asked.get("patient_id"), str | None) or {"image", "mask", "label"} & set(clinical):
            raise BadSetting(
                "'patient_id' is a text, and no clinical variable is called image, mask or label."
            )
        outcome = service.score(image, mask, label=label, **clinical)
        if outcome.code == "LabelNotFound" and isinstance(label, str) and label.isdecimal():
            outcome = service.score(image, mask, label=int(label), **clinical)
        content = outcome.plain()
        if outcome.scored is not None and asked.get("fhir"):
            content["fhir"] = make_fhir(outcome.scored, asked.get("patient_id"))
        return outcome.code, content
    except RadioboneError as error:
        return error.code, {"ok": False, "code": error.code, "message": str(error)}
    except Exception:  # noqa: BLE001 - the next request must find the service as it was
        message = "The request could not be answered."
        return "UnexpectedError", {"ok": False, "code": "UnexpectedError", "message": message}


def shown(content: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return an answer whose texts name paths from the service's folder on: where it lies is no concern of those who ask."""
    begin = re.compile(rf"(?<![\w./\\-]){re.escape(str(folder))}[/\\]")
    texts = {name: begin.sub("", content[name]) for name in ("message", "warnings") if name in content}
    return {**content, **texts}


def handler(service: rb.ScoringService, folder: Path) -> type[BaseHTTPRequestHandler]:
    """Make the class that answers requests."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 30  # seconds that a silent client is waited for
        server_version = "radiobone"
        sys_version = ""

        def do_GET(self) -> None:
            if self.path != "/health":
                return self.reply(404, {"ok": False, "code": "NotFound"})
            model = service.scorer.model
            told = {
                "ok": True,
                "model_digest": model.digest,
                "target": model.about["target"],
                "version": rb.__version__,
            }
            return self.reply(200, told)

        def do_POST(self) -> None:
            start = time.monotonic()
            length = self.headers.get("Content-Length", "")
            if self.path != "/score":
                return self.reply(404, {"ok": False, "code": "NotFound"})
            if not length.isdigit() or int(length) > LARGEST_REQUEST:
                self.close_connection = True
                return self.reply(413, {"ok": False, "code": "ResourceLimit"})
            try:
                asked = json.loads(self.rfile.read(int(length)))
            except (ValueError, RecursionError):
                return self.reply(
                    400, {"ok": False, "code": "BadSetting", "message": "The request is not JSON."}
                )
            code, content = answer(service, folder, asked)
            print(f"score {code} {time.monotonic() - start:.2f} s", file=sys.stderr, flush=True)
            return self.reply(STATUS.get(code, 422), shown(content, folder))

        def reply(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content, allow_nan=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Log no line of the request: it could name a patient."""

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=8090, help="0: any that is free")
    parser.add_argument("--at-once", type=int, default=2)
    options = parser.parse_args()
    folder = options.folder.resolve(strict=True)
    with rb.ScoringService(options.model, at_once=options.at_once) as service:
        gc.freeze()  # Python's collector need not look again and again at all that was imported
        server = ThreadingHTTPServer(("127.0.0.1", options.port), handler(service, folder))
        server.daemon_threads = True
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.server_close()


if __name__ == "__main__":
    main()
