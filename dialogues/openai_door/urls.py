"""Addresses below `/v1/`, without a slash at the end, as OpenAI's clients write them."""

from django.urls import path

from dialogues.openai_door import views

urlpatterns = [
    path("models", views.ModelsView.as_view()),
    path("models/<path:name>", views.ModelView.as_view()),
    path("chat/completions", views.CompletionsView.as_view()),
]
