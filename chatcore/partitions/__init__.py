"""Monthly partitions of the message tables, by range on the UUIDv7 id.

The only door to django-postgres-extra's partitioning: its own time strategy keeps the present hour in
a month's start, so bounds are computed here, in UTC, as the smallest UUIDv7 of the month's first
millisecond.
"""
