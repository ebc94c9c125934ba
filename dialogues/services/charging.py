"""What a model took beside the answers, as for its notes: charged where answers are, without a message."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from chatcore.ids import uuid7
from dialogues.answerers.port import Usage
from dialogues.models import DialogueSession
from dialogues.models.sessions import TOTAL_COST_MAX
from dialogues.selectors.budgets import month_of
from dialogues.services.billing import cost_of
from dialogues.services.changes import change

# As the append does with a message's: `dialogues.services.timeline`.
_TO_SESSION = """
UPDATE dialogue_sessions SET
  total_tokens_used = least(total_tokens_used::bigint + %(tokens)s, 2147483647),
  exact_cost = exact_cost + %(cost)s,
  total_cost = least(round(exact_cost + %(cost)s, 4), %(most)s)
WHERE id = %(session)s"""
_TO_PERSON = """
INSERT INTO spendings (id, user_id, month, tokens, cost)
SELECT %(id)s, s.user_id, %(month)s, %(tokens)s, %(cost)s
FROM dialogue_sessions s WHERE s.id = %(session)s
ON CONFLICT (user_id, month) DO UPDATE
  SET tokens = spendings.tokens + excluded.tokens, cost = spendings.cost + excluded.cost"""


@transaction.atomic
def charge(session_id: UUID, usage: Usage) -> DialogueSession | None:
    """Add it to what the dialogue took and to what its person spent this month, and tell; None: the
    dialogue is gone. Where the model's price is not known, its tokens count alone."""
    now = timezone.now()
    about: dict[str, Any] = {
        "id": uuid7(),
        "session": session_id,
        "month": month_of(now),
        "tokens": usage.prompt + usage.completion,
        "most": TOTAL_COST_MAX,
        "cost": cost_of([usage], now.date()) or Decimal(0),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TO_SESSION, about)
        if not cursor.rowcount:
            return None
        cursor.execute(_TO_PERSON, about)
    return change(session_id)
