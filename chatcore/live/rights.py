"""The second look at rights: who was allowed to read when they subscribed may not be any more."""

from collections.abc import Iterable
from uuid import UUID

from chatcore.live.feed import Feed
from chatcore.live.subscription import Subscription
from chatcore.live.topics import kinds


async def renew_rights(feeds: Iterable[Feed]) -> list[Subscription]:
    """Ask again what each subscriber may read, one query per kind of topic: what of it
    is noted, and who may read nothing any more is returned."""
    lost: list[Subscription] = []
    for name, pairs in _by_kind(feeds).items():
        allowed = await kinds()[name].allowed(list(pairs))
        for pair, subscriptions in pairs.items():
            if pair not in allowed:
                lost += subscriptions
            for subscription in subscriptions:
                subscription.sight = allowed.get(pair, subscription.sight)
    return lost


def _by_kind(
    feeds: Iterable[Feed],
) -> dict[str, dict[tuple[UUID, UUID], list[Subscription]]]:
    found: dict[str, dict[tuple[UUID, UUID], list[Subscription]]] = {}
    for feed in feeds:
        name, _, id_ = feed.topic.partition(":")
        if name not in kinds():
            continue
        for sink in feed.sinks:
            if isinstance(sink, Subscription):
                pair = (sink.receiver.user_id, UUID(id_))
                found.setdefault(name, {}).setdefault(pair, []).append(sink)
    return found
