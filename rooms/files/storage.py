"""Where the bytes lie: a folder of this machine, or S3 where a bucket is configured."""

from django.core.files.storage import Storage, storages

ALIAS = "attachments"


def attachment_storage() -> Storage:
    return storages[ALIAS]
