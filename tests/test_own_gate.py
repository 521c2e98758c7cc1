"""The project's own samples, sounds and documents pass its own gate."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from corpus import ROOT


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="the sources stand in no repository")
def test_the_repository_passes_its_own_gate() -> None:
    """What was made with AI is declared and labelled in both ways, and nothing else stops."""
    command = [sys.executable, "-m", "ailabel", "check", "--no-cache", "--format", "json"]
    clean = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
    }
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **clean}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    files = {item["path"]: item for item in json.loads(done.stdout)["files"]}
    voice = files["src/ailabel/assets/voice/prompt-zh.wav"]
    assert (voice["ai"], voice["explicit"], voice["findings"]) == ("yes", "required", [])
    assert files["samples/pictures/landscape.png"]["ai"] == "no"
