"""The gate on the demonstration repository: it stops what is wrong, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CLEAN = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "LC_ALL": "C"}


def checked(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make the repository, check it; return what is expected and what is said, by path."""
    environment = {**os.environ, **CLEAN, "PYTHONPATH": str(ROOT / "scripts")}
    make = [sys.executable, "-m", "make_repository", str(folder)]
    subprocess.run(make, check=True, env=environment, stdout=subprocess.DEVNULL)
    check = [sys.executable, "-m", "ailabel", "check", "--format", "json"]
    done = subprocess.run(check, cwd=folder, env=environment, check=False, capture_output=True)
    assert done.returncode == 1, done.stderr.decode()
    expected = json.loads(folder.with_name(folder.name + ".json").read_bytes())
    return expected, {item["path"]: item for item in json.loads(done.stdout)["files"]}


def test_the_gate_stops_every_wrong_file_and_no_other(tmp_path: Path) -> None:
    """Precision and recall are 100 % on 500 files, and each fault is told by its own rule."""
    expected, found = checked(tmp_path / "site")
    faults = [facts["fault"] for facts in expected.values() if "fault" in facts]
    assert (len(expected), len(faults)) == (500, 250)
    assert len(set(faults)) >= 19
    wanted = {name for name, facts in expected.items() if facts["stops"]}
    folders = {name.split("/")[1] for name in wanted if name.startswith("ai/")}
    assert folders == {"texts", "documents", "pictures", "sounds", "films"}
    assert {name for name in expected if found[name]["stops"]} == wanted
    for readme, told in (("README.md", "# {} files stop"), ("README.zh-CN.md", "# 阻止 {} 个文件")):
        assert told.format(len(wanted)) in (ROOT / readme).read_text("utf-8")
    for name, facts in expected.items():
        findings = found[name]["findings"]
        assert {item["rule"] for item in findings if item["stops"]} >= set(facts["stops"]), name
        assert {item["rule"] for item in findings} >= set(facts.get("told", ())), name
