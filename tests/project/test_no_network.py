"""Nothing leaves the machine: no source asks for a network, no import and no command opens a connection."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import radiobone
from small_cohort import SmallCohort

SOURCE = Path(radiobone.__file__).parent
NETWORK = frozenset(
    [
        "socket",
        "socketserver",
        "ssl",
        "http",
        "urllib",
        "urllib3",
        "requests",
        "httpx",
        "aiohttp",
        "ftplib",
        "smtplib",
        "poplib",
        "imaplib",
        "telnetlib",
        "xmlrpc",
        "asyncio",
        "boto3",
        "paramiko",
        "webbrowser",
        "fsspec",
        "huggingface_hub",
    ]
)
HARMLESS = {"urllib.parse"}
BY_SCHEDULER = {"dask", "distributed"}  # which the user asks for by an address, --scheduler
BY_ADDRESS = {"core/cluster.py", "core/cluster_worker.py"}
LOCK_OF_A_FOLDER = ("core/output_lock.py", "socket")  # by which name another computer's run is told
MENTIONED = re.compile(rf"\b(?:{'|'.join(sorted(NETWORK | BY_SCHEDULER))})\b")
WATCHED = """
import importlib, json, pkgutil, sys
reached = []
def watch(event, given):
    if event.startswith(("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostby", "socket.bind",
                         "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.")):
        if event != "socket.gethostname" and not isinstance(given[-1] if given else None, (str, bytes)):  # not a UNIX socket
            reached.append(f"{event} {given}")
            raise PermissionError(f"the network was asked for: {event}")
        if event.startswith(("socket.getaddrinfo", "socket.gethostby", "urllib.")):
            reached.append(f"{event} {given}")
            raise PermissionError(f"the network was asked for: {event}")
sys.addaudithook(watch)
"""
IMPORTS = """
import radiobone
extras = ("dask", "distributed", "onnxruntime", "optuna", "fhir", "mrmr", "highdicom")
for module in pkgutil.walk_packages(radiobone.__path__, "radiobone."):
    if module.name == "radiobone.__main__":
        continue
    try:
        importlib.import_module(module.name)
    except ImportError as error:
        if not any(name in str(error) for name in extras):
            raise
"""
COMMANDS = """
from radiobone.cli.app import main
ended = []
for words in json.loads(sys.argv[1]):
    sys.argv = ["radiobone", *words]
    try:
        main()
        ended.append(0)
    except SystemExit as stopped:
        ended.append(stopped.code or 0)
print(json.dumps({"reached": reached, "ended": ended, "cluster": "distributed" in sys.modules}))
"""
PIPELINE = "outer: {folds: 3}\ninner: {folds: 2}\nsteps: [impute, scale]\nmodels:\n  - lr: {C: [1.0]}\n"


def imported(path: Path) -> Iterator[str]:
    text = path.read_text("utf-8")
    if not MENTIONED.search(text):  # most files; to parse them all takes seconds
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in (
            "lazily",
            "import_module",
            "__import__",
        ):
            yield from (str(one.value) for one in node.args[:1] if isinstance(one, ast.Constant))


def test_no_source_asks_for_a_network() -> None:
    found = {
        (path.relative_to(SOURCE).as_posix(), name.split(".")[0])
        for path in SOURCE.rglob("*.py")
        for name in imported(path)
        if name not in HARMLESS and name.split(".")[0] in NETWORK | BY_SCHEDULER
    }
    assert {one for one in found if one[0] not in BY_ADDRESS} == {LOCK_OF_A_FOLDER}
    calls = re.findall(r"socket\.(\w+)", (SOURCE / LOCK_OF_A_FOLDER[0]).read_text("utf-8"))
    assert set(calls) == {"gethostname"}


def watched(code: str, *words: str) -> dict[str, object]:
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WATCHED + code, *words],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        env={**os.environ},
    )
    assert told.returncode == 0, told.stderr[-2000:]
    answer: dict[str, object] = json.loads(told.stdout.splitlines()[-1])
    return answer


def test_the_watch_sees_a_connection() -> None:
    code = """
import socket
for ask in (lambda: socket.getaddrinfo("example.invalid", 80), lambda: socket.socket().connect(("127.0.0.1", 9))):
    try:
        ask()
    except PermissionError:
        pass
print(json.dumps({"n": len(reached)}))
"""
    assert watched(code) == {"n": 2}


@pytest.mark.slow
def test_no_import_and_no_command_reaches_the_network(tmp_path: Path) -> None:
    cohort = SmallCohort(tmp_path)
    for number in range(12):
        cohort.add(f"p{number}", shape=number, sick=number % 2)
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)
    (tmp_path / "settings.yaml").write_text("imageType:\n  Original: {}\nfeatureClass:\n  firstorder:\n")
    chosen = ("--target", "sick", "-p", str(tmp_path / "pipeline.yaml"), "-j", "1")
    folder, result, model = (str(tmp_path / name) for name in ("f", "r", "m.rbm"))
    commands = [
        ["extract", str(cohort.manifest), "-o", folder, "-s", str(tmp_path / "settings.yaml"), "-j", "1"],
        ["evaluate", folder, "-o", result, "--no-shap", *chosen],
        ["report", result],
        ["fit", folder, "-o", model, *chosen],
        ["score", model, folder],
    ]
    answer = watched(IMPORTS + COMMANDS, json.dumps(commands))
    assert answer == {"reached": [], "ended": [0] * len(commands), "cluster": False}
