"""What documents needs from the environment, beside what every service needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from environs import Env, EnvError

from chassis.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """`storage` is the folder of all bytes (`STORAGE_URL`, `file:///folder`); every replica must see the same one."""

    storage: Path

    @classmethod
    def extra(cls, env: Env) -> dict[str, Any]:
        return {"storage": _folder(env.str("STORAGE_URL"))}


def _folder(url: str) -> Path:
    parts = urlsplit(url)
    folder = Path(unquote(parts.path))
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or not folder.is_absolute():
        raise EnvError(f'Environment variable "STORAGE_URL" must be file:///an/absolute/folder, not {url!r}.')
    return folder
