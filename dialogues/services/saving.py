"""Keep a dialogue, and show it to others."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from chatcore.errors import Conflict
from chatcore.models import User
from chatcore.selectors.permissions import require
from dialogues.models import DialogueSession, SavedDialogue

SHARE = "dialogue:session:share"


class AlreadySaved(Conflict):
    code = "already_saved"
    title = "You have saved this dialogue already"


@transaction.atomic
def save_dialogue(
    user: User, session: DialogueSession, *, is_public: bool = False, **columns: Any
) -> SavedDialogue:
    """Keep one of one's own dialogues, once; without a title under the one it has now.

    `columns`: title, notes, tags. Raises AlreadySaved, or Forbidden where a public one is not
    allowed (`dialogue:session:share`).
    """
    saved = SavedDialogue(user=user, session=session, **columns)
    saved.title = saved.title or session.title
    saved.tags = clean_tags(saved.tags)
    if is_public:
        _share(user, saved, session)
    try:
        with transaction.atomic():
            saved.save(force_insert=True)
    except IntegrityError:
        raise AlreadySaved from None
    return saved


@transaction.atomic
def change_saved(
    user: User, saved: SavedDialogue, *, is_public: bool | None = None, **columns: Any
) -> SavedDialogue:
    """Other words about it; `is_public` True shows everything said until now, also once more."""
    for name, value in columns.items():
        setattr(saved, name, clean_tags(value) if name == "tags" else value)
    if is_public:
        publish_saved(user, saved)
    elif is_public is False:
        _unshare(saved)
    saved.save()
    return saved


def publish_saved(user: User, saved: SavedDialogue) -> None:
    """Show it to everybody who is signed in, up to what is said by now. Raises Forbidden."""
    _share(user, saved, DialogueSession.objects.get(pk=saved.session_id))
    saved.save()


def withdraw_saved(saved: SavedDialogue) -> None:
    """Show it to nobody any more."""
    _unshare(saved)
    saved.save()


def forget_saved(saved: SavedDialogue) -> None:
    """It is not kept any more; the dialogue itself stays."""
    saved.delete()


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Without blanks around them, each once, in their order."""
    return list(dict.fromkeys(tag for word in tags if (tag := " ".join(word.split()))))


def _share(user: User, saved: SavedDialogue, session: DialogueSession) -> None:
    require(user, SHARE)
    saved.is_public, saved.shared_up_to, saved.shared_at = True, session.last_seq, timezone.now()


def _unshare(saved: SavedDialogue) -> None:
    saved.is_public, saved.shared_up_to, saved.shared_at = False, None, None
