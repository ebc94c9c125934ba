"""Where the bytes lie: a folder of this machine, or S3 where a bucket is configured."""

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.storage import Storage, storages

ALIAS = "attachments"
# What a storage raises when it is away, full, or refuses us.
STORAGE_ERRORS = (OSError, BotoCoreError, ClientError)


def attachment_storage() -> Storage:
    return storages[ALIAS]
