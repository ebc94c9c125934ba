"""The rooms app."""

from django.apps import AppConfig


class RoomsConfig(AppConfig):
    """Registers what the kernel asks of rooms."""

    name = "rooms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # After the models are loaded.
        from chatcore.live.express import register_express
        from chatcore.live.seen import register_arrival
        from chatcore.live.topics import register_topic_kind
        from chatcore.places import Place, register_place
        from chatcore.robots import register_robot_skill
        from chatcore.search import register_searchable
        from chatcore.selectors.message_search import register_message_source
        from chatcore.shelves import register_shelf
        from rooms import demo, demo_robot, demo_support  # noqa: F401 - register themselves
        from rooms.express import read_messages
        from rooms.search import SearchableRooms
        from rooms.selectors.escalation_access import works_in_support
        from rooms.selectors.search import ROOM_SOURCE
        from rooms.services.escalation_care import welcome_agents
        from rooms.shelf import room_shelf
        from rooms.topic import RoomTopic
        from rooms.webhook_robot import WebhookRobot

        register_topic_kind(RoomTopic())
        register_robot_skill("webhook", WebhookRobot())
        register_arrival(welcome_agents)
        register_express("/api/v1/rooms/{id}/messages/", read_messages)
        register_shelf("rooms", room_shelf, order=20)
        register_message_source("rooms", ROOM_SOURCE)
        register_searchable("rooms", SearchableRooms(), order=20)
        register_place(Place("console", "Console", order=60, allowed=works_in_support))
