"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from dialogues import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("dialogues/new/", views.dialogue_new, name="dialogue_new"),
    path("dialogues/<uuid:dialogue_id>/", views.dialogue, name="dialogue"),
    path("dialogues/<uuid:dialogue_id>/ask/", views.dialogue_ask, name="dialogue_ask"),
    path("books/", views.books, name="books"),
    path("books/<uuid:book_id>/", views.book, name="book"),
    path("books/<uuid:book_id>/chapters/<int:number>/", views.chapter, name="chapter"),
]
