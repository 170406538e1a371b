"""What the processes' logs say that a person at the terminal should see."""

from __future__ import annotations

import json
import re
from pathlib import Path

_WORTH_SAYING = re.compile(r"\b(WARNING|ERROR|CRITICAL|Traceback)\b|^\w*(Error|Exception)\b")
_LEVELS = {"warning", "error", "critical"}


def readable(line: str) -> str:
    """A log line in words: of a JSON line its event and what belongs to it, without the plumbing."""
    entry = _parsed(line)
    if entry is None:
        return line.strip().removeprefix("Error: ")
    said = [str(entry.get("event", ""))]
    plumbing = {"event", "level", "logger", "timestamp", "process", "exception", "request_id", "trace_id"}
    said += [f"{name}={value}" for name, value in entry.items() if name not in plumbing and value not in (None, "")]
    last_line = str(entry.get("exception", "")).strip().rpartition("\n")[2]
    return " ".join([*said, last_line]).strip()


def is_worth_saying(line: str) -> bool:
    """Whether it is a warning or worse."""
    entry = _parsed(line)
    return bool(_WORTH_SAYING.search(line)) if entry is None else entry.get("level") in _LEVELS


def _parsed(line: str) -> dict[str, object] | None:
    if not line.startswith("{"):
        return None
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


class Tail:
    """Follows a log file from where it ends now."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._place = log.stat().st_size if log.exists() else 0
        self._rest = b""

    def warnings(self) -> list[str]:
        """The warnings and errors written since the last call, in words."""
        if not self._log.exists():
            return []
        with self._log.open("rb") as file:
            file.seek(self._place)
            new = file.read()
        self._place += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        texts = [line.decode(errors="replace") for line in lines]
        return [readable(text) for text in texts if is_worth_saying(text)]
