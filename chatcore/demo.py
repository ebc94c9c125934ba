"""The demo's registry: each app brings its own part, since the kernel knows no rooms or books.

A part makes its things through the services that people's own things go through, and takes them
away again. `chatcore.services.demo` runs the parts; `manage.py demo` is the door.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from pghistory.core import event_models

from chatcore.models import DemoObject, User

_BATCH = 5_000


@dataclass(slots=True)
class Demo:
    """One run: the demo's people by their short names, what is remembered, what is told at the end.

    `later` runs after commit. `kept` holds sentences about what a removal had to leave, and `stay`
    the people who cannot go because something of other people stands on them.
    """

    people: Mapping[str, User]
    made: list[str] = field(default_factory=list)
    later: list[Callable[[], None]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    stay: set[UUID] = field(default_factory=set)

    @property
    def people_ids(self) -> list[UUID]:
        return [person.pk for person in self.people.values()]

    def once(self, key: str, make: Callable[[], Model]) -> Model | None:
        """Make a thing unless an earlier run did; None then, even if it is gone by now."""
        if DemoObject.objects.filter(pk=key).exists():
            return None
        thing = make()
        self.remember(key, thing)
        return thing

    def remember(self, key: str, thing: Model) -> None:
        DemoObject.objects.create(key=key, model=thing._meta.label_lower, object_id=thing.pk)
        self.made.append(key)


@dataclass(frozen=True, slots=True)
class DemoPart:
    """What an app brings. Parts are made in the order of `order` and removed in the reverse."""

    name: str
    order: int
    make: Callable[[Demo], None]
    remove: Callable[[Demo], None]


_parts: dict[str, DemoPart] = {}


def register_demo(part: DemoPart) -> None:
    _parts[part.name] = part


def demo_parts() -> list[DemoPart]:
    return sorted(_parts.values(), key=lambda part: part.order)


def remembered(model: type[Model]) -> list[UUID]:
    """The ids of the demo's things of a model."""
    rows = DemoObject.objects.filter(model=model._meta.label_lower)
    return list(rows.values_list("object_id", flat=True))


def delete_without_trace(rows: QuerySet[Any]) -> int:
    """Delete rows and what the history tables hold of them; for a run that ignores triggers."""
    total = 0
    # Not `objects`, which may hide what is soft-deleted.
    everything = rows.model._base_manager  # noqa: SLF001 - Django's own name for it
    histories: list[Any] = list(event_models(tracks_model=rows.model))
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        for history in histories:
            history.objects.filter(pgh_obj__in=keys).delete()
        everything.filter(pk__in=keys).delete()
        total += len(keys)
    return total
