"""No line of the package runs what a file says: no pickle, no YAML of objects, no eval, no shell."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "radiobone"
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "jsonpickle", "pty"}
CALLS = {
    "eval", "exec", "__import__", "os.system", "os.popen", "os.startfile", "pd.read_pickle", "pandas.read_pickle", "pd.read_hdf",
    "pd.eval", "joblib.load", "joblib.dump", "torch.load", "yaml.safe_load", "yaml.full_load", "yaml.unsafe_load", "yaml.load_all",
    "skops.io.load", "subprocess.getoutput", "subprocess.getstatusoutput", "tempfile.mktemp", "shutil.unpack_archive",
}  # fmt: skip
METHODS = {"extractall", "to_pickle", "read_pickle", "unsafe_load"}
WITH_ARGUMENT = {  # a call, and the argument without which it is not safe
    "np.load": "allow_pickle=False",
    "np.save": "allow_pickle=False",
    "yaml.load": "Loader=StrictLoader",
    "skops.io.loads": "trusted=list(TRUSTED_TYPES)",
}
OF_THEIR_OWN = {  # objects of the same process, or through a pipe between a process and its child; no file is opened
    ("testing/contracts.py", "joblib.dump"),
    ("testing/contracts.py", "joblib.load"),
}


def unsafe_calls(text: str) -> list[str]:
    """What a source must not have."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [one.name for one in node.names if one.name.partition(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in MODULES:
            found.append(str(node.module))
        elif isinstance(node, ast.Call):
            found += _of_call(node)
    return found


def _of_call(node: ast.Call) -> list[str]:
    name = ast.unparse(node.func)
    given = {f"{one.arg}={ast.unparse(one.value)}" for one in node.keywords}
    if name in CALLS or (isinstance(node.func, ast.Attribute) and node.func.attr in METHODS):
        return [name]
    if name in WITH_ARGUMENT and WITH_ARGUMENT[name] not in given:
        return [f"{name} without {WITH_ARGUMENT[name]}"]
    return ["shell=True"] if "shell=True" in given else []


def test_no_source_runs_what_a_file_says():
    found = {
        (path.relative_to(SOURCE).as_posix(), call)
        for path in sorted(SOURCE.rglob("*.py"))
        for call in unsafe_calls(path.read_text(encoding="utf-8"))
    }
    assert found - OF_THEIR_OWN == set()
    assert found >= OF_THEIR_OWN  # else the list is out of date


@pytest.mark.parametrize(
    "line",
    [
        "import pickle", "from pickle import loads", "import dill as d", "eval('1')", "yaml.safe_load(x)", "yaml.load(x)",
        "yaml.load(x, Loader=yaml.Loader)", "np.load(path)", "np.load(path, allow_pickle=True)", "joblib.load(path)",
        "subprocess.run(x, shell=True)", "pd.read_pickle(path)", "frame.to_pickle(path)", "archive.extractall(path)",
        "skops.io.loads(data, trusted=True)", "os.system('ls')",
    ],
)  # fmt: skip
def test_each_of_them_would_be_found(line):
    assert unsafe_calls(line)
