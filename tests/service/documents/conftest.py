"""The documents service on both databases, its bytes in a folder of the test."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from tests.service.documents.house import House
from tests.support.harness import Harness, service_harness

documents_anywhere = service_harness("services.documents.service", storage=Path("/nowhere"))


@pytest.fixture
def documents(documents_anywhere: Harness, tmp_path: Path) -> Harness:
    settings: Any = documents_anywhere.runtime.settings
    documents_anywhere.runtime.settings = dataclasses.replace(settings, storage=tmp_path / "files")
    return documents_anywhere


@pytest.fixture
def house(documents: Harness) -> House:
    return House(documents)
