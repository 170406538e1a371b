"""Who knows one service knows five: the same files, the same README, no file too long to read."""

from __future__ import annotations

import os
import re

import pytest

from contracts import typed
from tests.architecture.house import ROOT, SERVICES, sources

LONGEST = 400
FILES = ("__init__.py", "README.md", "base.py", "service.py", "settings.py", "copies/models.py", "copies/operations.py")
CHAPTERS = ["Owns", "Answers", "Publishes", "Listens to", "Settings"]
_CHAPTER = re.compile(rf"^(?:## |\*\*)({'|'.join(CHAPTERS)})\b", re.MULTILINE)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_files_that_every_service_has(service: str) -> None:
    home = ROOT / "services" / service
    assert [name for name in FILES if not (home / name).is_file()] == []
    assert sorted(path.name[:5] for path in (home / "migrations").glob("0*.py"))[:1] == ["0001_"]
    for elsewhere in (
        f"contracts/calls/{service}.py",
        f"contracts/events/{service}.py",
        f"gateway/api/{service}.py",
        f"requirements/{service}.txt",
    ):
        assert (ROOT / elsewhere).is_file(), elsewhere
    assert list((ROOT / "tests" / "service" / service).glob("test_*.py")), "it has tests of its own"


@pytest.mark.parametrize("service", SERVICES)
def test_each_thing_that_a_service_owns_has_a_folder_with_its_models_or_operations(service: str) -> None:
    home = ROOT / "services" / service
    folders = {path.parent for path in sources(f"services/{service}") if path.parent.parent == home}
    without = [folder.name for folder in folders if not {"models.py", "operations.py"} & set(os.listdir(folder))]
    assert set(without) <= {"migrations"}


@pytest.mark.parametrize("service", SERVICES)
def test_the_readme_of_a_service_has_the_five_chapters(service: str) -> None:
    text = (ROOT / "services" / service / "README.md").read_text()
    assert text.startswith(f"# {service}\n")
    assert _CHAPTER.findall(text) == CHAPTERS


def test_there_are_exactly_these_services() -> None:
    assert {path.parent.name for path in (ROOT / "services").glob("*/service.py")} == set(SERVICES)


def test_no_file_is_too_long_to_read() -> None:
    written = [path for path in sources(".") if path.parent != typed.FOLDER]  # what is generated nobody reads
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in written}
    assert {name: count for name, count in long.items() if count >= LONGEST} == {}


@pytest.mark.parametrize("package", ["contracts", "chassis", "services", "gateway"])
def test_every_module_says_what_it_is_for(package: str) -> None:
    silent = [path for path in sources(package) if path.stat().st_size and not path.read_text().startswith('"""')]
    assert [str(path.relative_to(ROOT)) for path in silent] == []
