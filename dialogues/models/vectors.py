"""What passages mean, as vectors of an embedding model (where one is configured)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from chatcore.ids import uuid7
from dialogues.models.books import BookPassage


class PassageVector(models.Model):
    """A passage's vector: float32, little-endian, of length 1. Its id is a reference's `vector_id`.

    A book never changes, so a vector is computed once for each model and stays true. Derived, and
    computed again by `manage.py embed_books`, so there is nothing to administer.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # By passage: the unique key below serves.
    passage = models.ForeignKey(
        BookPassage, on_delete=models.CASCADE, related_name="vectors", db_index=False
    )
    model = models.CharField(max_length=200)
    vector = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "passage_vectors"
        constraints: ClassVar = [
            # Also serves reading all vectors of a book, passage by passage.
            models.UniqueConstraint(fields=["passage", "model"], name="passage_vectors_once"),
            models.CheckConstraint(name="passage_vectors_model_given", condition=~Q(model="")),
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.passage_id}"
