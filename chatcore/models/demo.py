"""What the demo made."""

from django.db import models


class DemoObject(models.Model):
    """One thing that `manage.py demo` made, so that `demo --remove` removes exactly those.

    A table of its own rather than a mark on each row: it costs the other tables nothing, and it
    stays true when somebody who tries things out renames what they find. `key` is how the demo
    calls the thing ("rooms/lounge"), which makes a second run find what the first one made.
    """

    key = models.CharField(primary_key=True, max_length=150)
    model = models.CharField(max_length=100)
    object_id = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "demo_objects"

    def __str__(self) -> str:
        return self.key
