"""The examples of docs/clusters.md are of the syntax and have the options that they should."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer
import yaml
from distributed.cli.dask_scheduler import main as scheduler
from distributed.cli.dask_worker import main as worker

from radiobone.cli.app import app
from radiobone.workflow.extract import extract, extract_files
from small_cohort import QUICK, SmallCohort

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "clusters.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.+?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def options_of(command: Any) -> set[str]:
    return {name for one in command.params for name in (*one.opts, *one.secondary_opts)}


def known(program: str, name: str) -> set[str]:
    if program == "dask":
        return options_of({"scheduler": scheduler, "worker": worker}[name])
    return options_of(typer.main.get_command(app).commands[name])  # type: ignore[attr-defined]


def commands() -> Iterator[list[str]]:
    """Yield every call of radiobone or dask in scripts and manifests."""
    for script in blocks("bash"):
        for line in re.sub(r"\\\n", " ", script).splitlines():
            words = shlex.split(line, comments=True)
            starts = [place for place, word in enumerate(words) if word in ("dask", "radiobone")]
            for start in starts[:1]:
                if words[0] != "pip":
                    yield words[start:]
    for document in manifests():
        spec = document.get("spec", {}).get("template", {}).get("spec", {})
        yield from (container["args"] for container in spec.get("containers", ()))


def manifests() -> list[dict[str, Any]]:
    (text,) = (block for block in blocks("yaml") if "kind: Deployment" in block)
    return list(yaml.safe_load_all(text))


def test_every_option_is_one_of_its_command() -> None:
    seen = set()
    for program, name, *rest in commands():
        given = {word.partition("=")[0] for word in rest if word.startswith("-")}
        assert given <= known(program, name), (program, name)
        seen |= {(program, name)}
    assert seen == {
        ("dask", "scheduler"), ("dask", "worker"), ("radiobone", "extract"), ("radiobone", "evaluate"),
    }  # fmt: skip
    for option in re.findall(r"`(--[a-z-]+)", PAGE):
        everywhere = known("dask", "worker") | known("dask", "scheduler") | known("radiobone", "extract")
        assert option in everywhere | {"--constraint"}, option  # the last is SLURM's


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_scripts_are_of_the_syntax_of_bash() -> None:
    assert len(blocks("bash")) == 3
    for script in blocks("bash"):
        answer = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
        assert answer.returncode == 0, answer.stderr


def test_manifests_of_kubernetes_fit_together() -> None:
    found = manifests()
    assert [one["kind"] for one in found] == ["Deployment", "Service", "Deployment", "Job", "NetworkPolicy"]
    service = found[1]
    assert service["spec"]["selector"] == found[0]["spec"]["template"]["metadata"]["labels"]
    for one in found[:1] + found[2:3]:
        assert one["spec"]["selector"]["matchLabels"] == one["spec"]["template"]["metadata"]["labels"]
    address = f"tcp://{service['metadata']['name']}:{service['spec']['ports'][0]['port']}"
    pods = [found[place]["spec"]["template"]["spec"] for place in (2, 3)]
    assert address in pods[0]["containers"][0]["args"]
    assert pods[1]["containers"][0]["env"] == [{"name": "RADIOBONE_SCHEDULER", "value": address}]
    for pod in pods:
        (mounted,) = pod["containers"][0]["volumeMounts"]
        assert mounted["mountPath"] == "/study"
        assert [volume["name"] for volume in pod["volumes"]] == [mounted["name"]]


def test_the_settings_of_tls_are_read() -> None:
    (text,) = (block for block in blocks("yaml") if "require-encryption" in block)
    from dask import config
    from distributed.security import Security

    whole = config.merge(config.get("distributed"), yaml.safe_load(text)["distributed"])
    with config.set({"distributed": whole}):
        security = Security()
        assert security.require_encryption
        for role in ("scheduler", "worker", "client"):
            assert security.get_tls_config_for_role(role)["ciphers"] is None
            assert getattr(security, f"tls_{role}_cert") == "/secure/node.pem"


def test_python_examples_are_python() -> None:
    assert len(blocks("python")) == 3
    for text in blocks("python"):
        compile(text, "docs/clusters.md", "exec")


def test_joined_shards_are_the_table_of_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, cut, join = blocks("python")
    cohort = SmallCohort(tmp_path)
    for number in range(5):
        cohort.add(f"p{number % 4}", shape=number, label=1 + number // 4, sex="f")
    cohort.manifest.rename(tmp_path / "manifest.csv")
    monkeypatch.chdir(tmp_path)
    run_example(cut.replace("* 100 //", "* 3 //"))
    for shard in sorted(tmp_path.glob("shard-*.csv")):
        extract_files(shard, output=f"shards/{shard.stem}", settings=QUICK, show_progress=False)
    run_example(join)
    whole = extract("manifest.csv", settings=QUICK, show_progress=False)
    assert len(list(tmp_path.glob("shards/*"))) == 3
    pd.testing.assert_frame_equal(pd.read_parquet("features.parquet"), whole.table)


def run_example(text: str) -> None:
    code = compile(text, "docs/clusters.md", "exec")
    exec(code, {})
