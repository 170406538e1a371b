"""A server that speaks S3 on loopback, with one empty bucket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import requests
from moto.server import ThreadedMotoServer

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "coachworks",
    "AWS_SECRET_ACCESS_KEY": "a secret of the tests",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@contextmanager
def bucket() -> Iterator[tuple[str, dict[str, str]]]:
    """Its STORAGE_URL, and what must stand in the environment beside it."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        key, secret, region = CREDENTIALS.values()
        client = boto3.client(
            "s3", endpoint_url=endpoint, aws_access_key_id=key, aws_secret_access_key=secret, region_name=region
        )
        requests.post(f"{endpoint}/moto-api/reset", timeout=10)  # all servers of a process hold the same
        client.create_bucket(Bucket="files")
        yield f"s3://files/of/documents?endpoint={endpoint}", CREDENTIALS
    finally:
        server.stop()
