"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from dialogues import saved_views, task_views, usage_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("dialogues/new/", views.dialogue_new, name="dialogue_new"),
    path("dialogues/<uuid:dialogue_id>/", views.dialogue, name="dialogue"),
    path("dialogues/<uuid:dialogue_id>/ask/", views.dialogue_ask, name="dialogue_ask"),
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
    path("saved/", saved_views.saved, name="saved"),
    path("public/", saved_views.shown, name="public_dialogues"),
    path("public/<uuid:saved_id>/", saved_views.shown_dialogue, name="public_dialogue"),
    path("dialogues/assistant/", task_views.assistant_new, name="assistant_new"),
    path("tasks/", task_views.tasks, name="tasks"),
    path("tasks/<uuid:task_id>/", task_views.task_change, name="task_change"),
    path("usage/", usage_views.usage, name="usage"),
    path("books/", views.books, name="books"),
    path("books/<uuid:book_id>/", views.book, name="book"),
    path("books/<uuid:book_id>/chapters/<int:number>/", views.chapter, name="chapter"),
]
