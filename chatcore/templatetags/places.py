"""`{% places "bar" as places %}`: where the person of this request may go."""

from typing import Any

from django import template

from chatcore.models import User
from chatcore.places import Place, Where, places_for

register = template.Library()


@register.simple_tag(takes_context=True)
def places(context: dict[str, Any], where: Where) -> list[Place]:
    """In their order; nothing for whoever has not signed in."""
    user = context["request"].user
    return places_for(user, where) if isinstance(user, User) else []
