"""Where uploads are kept: `STORAGE_URL` turned into Django's settings, in this one place."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured

CONNECT_SECONDS, READ_SECONDS = 5, 20


def media_storage(url: str) -> dict[str, Any]:
    """Return the settings of the storage that `url` names; of the data folder when empty.

    Keys of S3 come from where boto3 looks for them: `AWS_ACCESS_KEY_ID` and
    `AWS_SECRET_ACCESS_KEY`, or the machine's role.

    Raises ImproperlyConfigured: the address is not `s3://bucket[/folder][?endpoint=…&region=…]`.
    """
    if not url:
        return {"BACKEND": "journify.config.whole_files.WholeFileStorage"}
    parts = urlsplit(url)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if parts.scheme != "s3" or not parts.hostname or not set(asked) <= {"endpoint", "region"}:
        raise ImproperlyConfigured(
            "STORAGE_URL must be s3://bucket, or s3://bucket/folder?endpoint=https://…&region=…"
        )
    endpoint = asked.get("endpoint")
    return {
        "BACKEND": "journify.config.buckets.PiecewiseS3Storage",
        "OPTIONS": {
            "bucket_name": parts.hostname,
            "location": parts.path.strip("/"),
            "endpoint_url": endpoint,
            "region_name": asked.get("region"),
            # no rule for one object: a bucket is private, and whoever hears a file asks the app
            "default_acl": None,
            "file_overwrite": False,
            "client_config": _client_config(path_style=endpoint is not None),
        },
    }


def _client_config(*, path_style: bool) -> Any:
    """Short patience, so that a storage that is away keeps no listener waiting for minutes."""
    from botocore.config import Config

    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "max_attempts": 3},
        signature_version="s3v4",
        s3={"addressing_style": "path" if path_style else "virtual"},
        # servers other than Amazon's need not know the newer checksums
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
