"""The dialogues app."""

from django.apps import AppConfig


class DialoguesConfig(AppConfig):
    """Wires what the app registers with the kernel."""

    name = "dialogues"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # After the models are loaded.
        from chatcore.live.topics import register_topic_kind
        from chatcore.places import Place, register_place
        from chatcore.robots import register_robot_skill
        from chatcore.search import register_searchable
        from chatcore.selectors.message_search import register_message_source
        from chatcore.shelves import register_shelf
        from dialogues import demo  # noqa: F401 - registers itself
        from dialogues.robot import LibrarianRobot
        from dialogues.search import SearchableBooks, SearchableDialogues
        from dialogues.selectors.search import DIALOGUE_SOURCE
        from dialogues.services import companion_tools, task_tools  # noqa: F401 - register their tools
        from dialogues.shelf import dialogue_shelf, may_begin
        from dialogues.topic import DialogueTopic

        register_topic_kind(DialogueTopic())
        register_robot_skill("librarian", LibrarianRobot())
        register_place(Place("books", "Library", order=10))
        register_place(Place("companion", "Companion", order=20, allowed=may_begin))
        register_place(Place("saved", "Saved", order=30))
        register_place(Place("tasks", "Tasks", order=40))
        register_place(Place("usage", "Usage", order=50, where="sheet"))
        register_shelf("dialogues", dialogue_shelf, order=10)
        register_message_source("dialogues", DIALOGUE_SOURCE)
        register_searchable("dialogues", SearchableDialogues(), order=10)
        register_searchable("books", SearchableBooks(), order=30)
