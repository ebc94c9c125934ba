"""Staff's looks at what people said in private: each is a row that nobody changes."""

from django.conf import settings
from django.db import models

from chatcore.ids import uuid7

REASON_LEAST = 3
REASON_MOST = 300


class StaffReading(models.Model):
    """Who looked at which page of the admin that shows private words, when, from where and why.

    Written before the page is made. `object_id` is empty for a list; `query` says which. `reason` is empty
    where none was given, which `STAFF_SAY_WHY` does not allow.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # It outlives its reader.
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    model = models.CharField(max_length=100)
    object_id = models.CharField(max_length=64, blank=True, default="")
    query = models.CharField(max_length=500, blank=True, default="")
    reason = models.CharField(max_length=REASON_MOST, blank=True, default="")
    address = models.GenericIPAddressField(null=True)
    read_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "staff_readings"
        indexes = [
            # What one of the staff has looked at, latest first: the admin's list by reader.
            models.Index(fields=["reader", "-id"], name="staff_readings_reader"),
            # Who has looked at this one thing.
            models.Index(fields=["object_id", "-id"], name="staff_readings_object"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"
