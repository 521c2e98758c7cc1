"""Every sample, labelled once for the whole run."""

from __future__ import annotations

import pytest

from oracles.demo import Demo, label_all


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Label every sample of samples/index.toml through the public API."""
    return label_all(tmp_path_factory.mktemp("oracles"))
