"""What documents needs from the environment, beside what every service needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from environs import Env, EnvError

from chassis.settings import ServiceSettings
from services.documents.files.bucket import Bucket, BucketPlace
from services.documents.files.folder import Folder, contents_in
from services.documents.files.store import Store


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """`storage` is where all bytes lie (`STORAGE_URL`); every replica must see the same place.

    `file:///an/absolute/folder`, or `s3://bucket/prefix`, with `?endpoint=https://…` where it is not Amazon's.
    """

    storage: Path | BucketPlace

    @classmethod
    def extra(cls, env: Env) -> dict[str, Any]:
        return {"storage": _place(env.str("STORAGE_URL"))}


def open_store(storage: Path | BucketPlace) -> Store:
    """The store of all bytes that the setting names."""
    return Bucket(storage) if isinstance(storage, BucketPlace) else Folder(storage)


def folder_of_contents(settings: ServiceSettings) -> Path | None:
    """Where all bytes lie beside each other; None for a bucket, which is kept safe by whoever runs it."""
    assert isinstance(settings, Settings)
    return contents_in(settings.storage) if isinstance(settings.storage, Path) else None


def _place(url: str) -> Path | BucketPlace:
    parts = urlsplit(url)
    folder = Path(unquote(parts.path))
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and folder.is_absolute() and not parts.query:
        return folder
    query = parse_qs(parts.query)
    endpoints = query.pop("endpoint", [])
    if parts.scheme == "s3" and parts.netloc and not query and len(endpoints) < 2 and all(map(_is_web, endpoints)):
        prefix = parts.path.strip("/")
        return BucketPlace(parts.netloc, f"{prefix}/" if prefix else "", endpoints[0] if endpoints else None)
    raise EnvError(
        'Environment variable "STORAGE_URL" must be file:///an/absolute/folder or s3://bucket/prefix, the latter with '
        f"?endpoint=https://host where it is not Amazon's, not {url!r}."
    )


def _is_web(url: str) -> bool:
    return urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
