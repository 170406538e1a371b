"""Bytes in a bucket of S3, or of whatever speaks its protocol.

S3 stores an object whole or not at all. It cannot delete one "unless it was written again", so a discarded content is
copied aside first and only the copy of a day ago is deleted for good: what is kept amid a sweep can always be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

import boto3
import smart_open
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chassis import logs
from contracts.errors import Unavailable
from services.documents.files.store import Arriving, BytesMissing, Stored

log = logs.get(__name__)

_MISSING = {"404", "NoSuchKey", "NotFound"}


@dataclass(frozen=True)
class BucketPlace:
    """A bucket, what all keys in it begin with, and the endpoint unless it is Amazon's."""

    name: str
    prefix: str
    endpoint: str | None


class Bucket:
    """A store in a bucket. Credentials and region come as boto3 finds them: environment, files, the machine's role."""

    def __init__(self, place: BucketPlace) -> None:
        self._name = place.name
        self._contents, self._aside = f"{place.prefix}contents/", f"{place.prefix}aside/"
        # Signing the payload makes the server compare what came with its checksum. Others than Amazon serve buckets by
        # path, and not all know the newer kinds of checksum.
        s3 = {"payload_signing_enabled": True, "addressing_style": "path" if place.endpoint else "auto"}
        self._client = boto3.client(
            "s3",
            endpoint_url=place.endpoint,
            config=Config(
                connect_timeout=3,
                read_timeout=20,
                retries={"mode": "standard", "total_max_attempts": 3},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3=s3,
            ),
        )

    @contextmanager
    def receive(self) -> Iterator[Arriving]:
        with TemporaryFile() as file:
            yield Arriving(cast(BinaryIO, file))

    def keep(self, arriving: Arriving) -> Stored:
        stored = arriving.finish()
        arriving.file.seek(0)
        with _answering():
            self._client.put_object(Bucket=self._name, Key=self._contents + stored.checksum, Body=arriving.file)
        return stored

    def open(self, checksum: str) -> BinaryIO:
        key = next((key for key in self._keys(checksum) if self._age_of(key) is not None), None)
        if key is None:
            raise BytesMissing("The content of this file cannot be read at present.")
        url, when_read = f"s3://{self._name}/{key}", {"client": self._client, "defer_seek": True}
        return smart_open.open(url, "rb", transport_params=when_read, compression="disable")

    def older_than(self, instant: float) -> Iterator[str]:
        for prefix in (self._aside, self._contents):
            for found in self._list(prefix):
                if found["LastModified"].timestamp() < instant:
                    yield found["Key"].removeprefix(prefix)

    def discard(self, checksum: str, instant: float) -> bool:
        content, aside = self._keys(checksum)
        discarded = False
        with _answering():
            if self._is_older(aside, instant):
                self._client.delete_object(Bucket=self._name, Key=aside)
                discarded = True
            if self._is_older(content, instant):
                source = {"Bucket": self._name, "Key": content}
                self._client.copy_object(Bucket=self._name, Key=aside, CopySource=source)
                self._client.delete_object(Bucket=self._name, Key=content)
                discarded = True
        return discarded

    def discard_unfinished(self, instant: float) -> int:
        """None: what arrives has no name before it is whole, and the system frees it with the process."""
        return 0

    def _keys(self, checksum: str) -> tuple[str, str]:
        return self._contents + checksum, self._aside + checksum

    def _is_older(self, key: str, instant: float) -> bool:
        age = self._age_of(key)
        return age is not None and age < instant

    def _age_of(self, key: str) -> float | None:
        with _answering():
            try:
                found = self._client.head_object(Bucket=self._name, Key=key)
            except ClientError as error:
                if error.response["Error"]["Code"] in _MISSING:
                    return None
                raise
        return cast(float, found["LastModified"].timestamp())

    def _list(self, prefix: str) -> Iterator[Any]:
        with _answering():
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=prefix):
                yield from page.get("Contents", [])


@contextmanager
def _answering() -> Iterator[None]:
    """`Unavailable` for whatever the bucket refuses or does not answer; why stands in our log."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        log.exception("storage_failed")
        raise Unavailable("The storage of files cannot be used at present.") from error
