"""The addresses of books below `/api/v1/`."""

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import IntConverter

from dialogues.api import books


class ChapterNumber(IntConverter):
    """A number that fits the column; anything longer is no address."""

    regex = "[0-9]{1,9}"


register_converter(ChapterNumber, "chapter")

book_urls: list[URLPattern | URLResolver] = [
    path("books/", books.BookList.as_view()),
    path("books/<str:book_id>/", books.BookDetail.as_view()),
    path("books/<str:book_id>/chapters/", books.ChapterList.as_view()),
    path("books/<str:book_id>/chapters/<chapter:number>/", books.ChapterDetail.as_view()),
    path("books/<str:book_id>/search/", books.BookSearch.as_view()),
    path("books/<str:book_id>/characters/", books.CharacterList.as_view()),
]
