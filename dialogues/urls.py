"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from dialogues import (
    companion_views,
    memory_views,
    saved_views,
    task_views,
    usage_views,
    views,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("dialogues/new/", views.dialogue_new, name="dialogue_new"),
    path("dialogues/<uuid:dialogue_id>/", views.dialogue, name="dialogue"),
    path("dialogues/<uuid:dialogue_id>/ask/", views.dialogue_ask, name="dialogue_ask"),
    path("dialogues/<uuid:dialogue_id>/cancel/", views.dialogue_cancel, name="dialogue_cancel"),
    path(
        "dialogues/<uuid:dialogue_id>/messages/<uuid:message_id>/again/",
        views.dialogue_again,
        name="dialogue_again",
    ),
    path("dialogues/<uuid:dialogue_id>/save/", saved_views.dialogue_save, name="dialogue_save"),
    path(
        "dialogues/<uuid:dialogue_id>/unsave/", saved_views.dialogue_unsave, name="dialogue_unsave"
    ),
    path("dialogues/<uuid:dialogue_id>/rate/", saved_views.dialogue_rate, name="dialogue_rate"),
    path(
        "dialogues/<uuid:dialogue_id>/messages/<uuid:message_id>/feedback/",
        saved_views.message_feedback,
        name="message_feedback",
    ),
    path("dialogues/<uuid:dialogue_id>/memory/", memory_views.memory, name="memory"),
    path(
        "dialogues/<uuid:dialogue_id>/memory/forget/",
        memory_views.memory_forget,
        name="memory_forget",
    ),
    path(
        "dialogues/<uuid:dialogue_id>/memory/<uuid:fact_id>/",
        memory_views.memory_fact,
        name="memory_fact",
    ),
    path("saved/", saved_views.saved, name="saved"),
    path("public/", saved_views.shown, name="public_dialogues"),
    path("public/<uuid:saved_id>/", saved_views.shown_dialogue, name="public_dialogue"),
    path("companion/", companion_views.companion, name="companion"),
    path("companion/diary/", companion_views.companion_diary, name="companion_diary"),
    path("companion/personality/", companion_views.personality, name="companion_personality"),
    path("companion/start-over/", companion_views.companion_over, name="companion_over"),
    path("companion/life-events/", companion_views.event_add, name="life_event_add"),
    path(
        "companion/life-events/<uuid:event_id>/",
        companion_views.event_change,
        name="life_event_change",
    ),
    path("dialogues/assistant/", task_views.assistant_new, name="assistant_new"),
    path("tasks/", task_views.tasks, name="tasks"),
    path("tasks/<uuid:task_id>/", task_views.task_change, name="task_change"),
    path("usage/", usage_views.usage, name="usage"),
    path("books/", views.books, name="books"),
    path("books/<uuid:book_id>/", views.book, name="book"),
    path("books/<uuid:book_id>/chapters/<int:number>/", views.chapter, name="chapter"),
]
