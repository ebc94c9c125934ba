"""The addresses of templates, saved and public dialogues and feedback below `/api/v1/`."""

from django.urls import URLPattern, URLResolver, path

from dialogues.api import saved, templates

saved_urls: list[URLPattern | URLResolver] = [
    path("templates/", templates.TemplateList.as_view()),
    path("templates/<str:template_id>/", templates.TemplateDetail.as_view()),
    path("saved/", saved.SavedList.as_view()),
    path("saved/<str:saved_id>/", saved.SavedDetail.as_view()),
    path("public/dialogues/", saved.PublicList.as_view()),
    path("public/dialogues/<str:saved_id>/", saved.PublicDetail.as_view()),
    path(
        "dialogues/<str:dialogue_id>/messages/<str:message_id>/feedback/",
        saved.FeedbackView.as_view(),
    ),
]
