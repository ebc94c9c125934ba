"""The addresses of dialogues and books below `/api/v1/`."""

from django.urls import URLPattern, URLResolver, path

from dialogues.api import export, memory, task_list, usage, views
from dialogues.api.book_urls import book_urls
from dialogues.api.companion_urls import companion_urls
from dialogues.api.saved_urls import saved_urls

urlpatterns: list[URLPattern | URLResolver] = [
    *book_urls,
    *saved_urls,
    *companion_urls,
    path("tasks/", task_list.TaskList.as_view()),
    path("tasks/<str:task_id>/", task_list.TaskDetail.as_view()),
    path("usage/", usage.UsageView.as_view()),
    path("dialogues/", views.DialogueList.as_view()),
    path("dialogues/<str:dialogue_id>/", views.DialogueDetail.as_view()),
    path("dialogues/<str:dialogue_id>/messages/", views.MessageList.as_view()),
    path(
        "dialogues/<str:dialogue_id>/messages/<str:message_id>/regenerate/",
        views.RegenerateView.as_view(),
    ),
    path("dialogues/<str:dialogue_id>/cancel/", views.CancelView.as_view()),
    path("dialogues/<str:dialogue_id>/end/", views.EndView.as_view()),
    path("dialogues/<str:dialogue_id>/rating/", views.RatingView.as_view()),
    path("dialogues/<str:dialogue_id>/export/", export.ExportView.as_view()),
    path("dialogues/<str:dialogue_id>/context/", memory.ContextView.as_view()),
    path("dialogues/<str:dialogue_id>/context/facts/", memory.FactList.as_view()),
    path("dialogues/<str:dialogue_id>/context/facts/<str:fact_id>/", memory.FactDetail.as_view()),
]
