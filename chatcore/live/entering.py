"""Subscribing: join first, read the snapshot then, so that nothing falls between replay and live."""

from chatcore.errors import Conflict, NotFound
from chatcore.frames import Frame
from chatcore.live.me import MeFollow, followed_topic
from chatcore.live.socket import MOST_TOPICS, Socket
from chatcore.live.subscription import Subscription
from chatcore.live.topics import Entrance, parse_topic


async def enter(socket: Socket, topic: str, after_version: int | None) -> None:
    """Subscribe to a conversation. Raises NotFound for missing and not yours alike."""
    kind, id_ = parse_topic(topic)
    topic = f"{kind.name}:{id_}"
    if topic not in socket.subscriptions and len(socket.subscriptions) >= MOST_TOPICS:
        raise Conflict(f"One socket follows at most {MOST_TOPICS} topics.", code="too_many_topics")
    socket.leave(topic)  # subscribing again asks again
    subscription = Subscription(socket, topic)
    feed = await socket.hub.join(topic, subscription)
    try:
        entrance = await kind.enter(socket.user_id, id_, after_version)
    except BaseException:
        socket.hub.leave(topic, subscription)
        raise
    if subscription not in feed.sinks:  # the right was lost while we asked for it
        raise NotFound
    feed.begin_at(entrance.version)
    socket.follow(topic, subscription, unseen=entrance.unseen)
    await _begin(socket, subscription, entrance, after_version)


async def _begin(
    socket: Socket, subscription: Subscription, entrance: Entrance, after: int | None
) -> None:
    """Write the replay, say that it is over, and let live frames pass."""
    topic, missed = subscription.topic, () if after is None else entrance.missed
    for frame in missed or ():
        await socket.push_patiently(frame.text)
    if socket.subscriptions.get(topic) is not subscription:
        return  # the right was lost meanwhile, and they were told
    body = {"topic": topic, "seq": entrance.seq, "version": entrance.version}
    if missed is None:
        socket.tell({"op": "reset", **body})
    else:
        socket.tell({"op": "subscribed", **body, "replayed": len(missed)})
    subscription.sight = entrance.sight
    subscription.go_live(entrance.version, entrance.running)


async def enter_me(socket: Socket) -> None:
    """Subscribe to what concerns the person, whichever conversation it comes from."""
    socket.leave("me")
    subscription = _MeSubscription(socket, f"user:{socket.user_id}")
    await socket.hub.join(subscription.topic, subscription)
    socket.subscriptions["me"] = subscription
    socket.me = MeFollow(socket.hub, socket)
    await socket.me.start()
    socket.tell({"op": "subscribed", "topic": "me", "seq": 0, "version": 0, "replayed": 0})
    subscription.go_live(0)


class _MeSubscription(Subscription):
    """Also keeps the list of followed conversations in step with the invitations that pass by."""

    def take(self, frame: Frame) -> None:
        super().take(frame)
        socket = self.receiver
        if isinstance(socket, Socket) and socket.me and (change := followed_topic(frame.about)):
            verb, topic = change
            if verb == "follow":
                socket.hub.spawn(socket.me.follow(topic))
            else:
                socket.me.unfollow(topic)
