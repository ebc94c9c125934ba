"""Books over HTTP: the shelf, the text, the search, the upload."""

from __future__ import annotations

from dataclasses import asdict

from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.api.serializers.jobs import JobBody
from chatcore.http.limits import Rule
from chatcore.http.paging import IdPagination
from chatcore.http.permissions import Requires, signed_in
from chatcore.http.serializers import valid, valid_query
from chatcore.http.uploads import UploadParser
from dialogues.answerers.ranking import ranked_passages
from dialogues.api import book_serializers as bodies
from dialogues.api.filters import BookFilter
from dialogues.models import Book
from dialogues.selectors.books import (
    book_for,
    books_for,
    chapter_of,
    chapters_of,
    characters_of,
    passages_of,
)
from dialogues.services.book_imports import BookTooLarge, start_import

MayRead = Requires("dialogue:book:view")
MayImport = Requires("dialogue:book:import")


class BookUploadParser(UploadParser):
    most = "BOOK_UPLOAD_MAX_BYTES"
    too_large = BookTooLarge


class BookList(GenericAPIView[Book]):
    queryset = Book.objects.none()  # tells the OpenAPI document what is filtered
    serializer_class = bodies.BookObject
    pagination_class = IdPagination
    filterset_class = BookFilter
    parser_classes = (BookUploadParser,)
    rules = {"POST": Rule.UPLOAD}

    def get_permissions(self) -> list[BasePermission]:
        return [MayImport() if self.request.method == "POST" else MayRead()]

    @extend_schema(operation_id="books_list", responses=bodies.BookObject(many=True))
    def get(self, request: Request) -> Response:
        """The shelf, the newest first."""
        books = self.filter_queryset(books_for(signed_in(request)))
        page = self.paginate_queryset(books) or []
        return self.get_paginated_response(bodies.BookObject(page, many=True).data)

    @extend_schema(request={"multipart/form-data": bodies.UploadBody}, responses={202: JobBody})
    def post(self, request: Request) -> Response:
        """Upload a book. The answer is a job to watch; its result names the book."""
        body = valid(bodies.UploadBody, request.data)
        job = start_import(by=signed_in(request), **body)
        location = request.build_absolute_uri(f"/api/v1/jobs/{job.pk}/")
        return Response(JobBody(job).data, status=202, headers={"Location": location})


class BookDetail(APIView):
    permission_classes = (MayRead,)

    @extend_schema(responses=bodies.BookObject)
    def get(self, request: Request, book_id: str) -> Response:
        """One book."""
        return Response(bodies.BookObject(book_for(signed_in(request), book_id)).data)


class ChapterList(APIView):
    permission_classes = (MayRead,)

    @extend_schema(operation_id="books_chapters_list", responses=bodies.ChapterListObject)
    def get(self, request: Request, book_id: str) -> Response:
        """The book's contents."""
        book = book_for(signed_in(request), book_id)
        return Response(bodies.ChapterListObject({"results": chapters_of(book)}).data)


class ChapterDetail(APIView):
    permission_classes = (MayRead,)

    @extend_schema(operation_id="books_chapters_retrieve", responses=bodies.ChapterTextObject)
    def get(self, request: Request, book_id: str, number: int) -> Response:
        """A chapter's paragraphs."""
        chapter = chapter_of(book_for(signed_in(request), book_id), number)
        head = bodies.ChapterObject(chapter).data
        text = bodies.PassageObject(passages_of(chapter), many=True).data
        return Response({**head, "passages": text})


class BookSearch(APIView):
    permission_classes = (MayRead,)
    rules = {"GET": Rule.SEARCH}

    @extend_schema(parameters=[bodies.SearchQuery], responses=bodies.SearchObject)
    def get(self, request: Request, book_id: str) -> Response:
        """The passages that fit a question, best first."""
        query = valid_query(bodies.SearchQuery, request)
        book = book_for(signed_in(request), book_id)
        found = ranked_passages(
            query["q"], [book], limit=query["limit"], up_to_chapter=query.get("up_to_chapter")
        )
        return Response(bodies.SearchObject({"results": [asdict(one) for one in found]}).data)


class CharacterList(APIView):
    permission_classes = (MayRead,)

    @extend_schema(operation_id="books_characters_list", responses=bodies.CharacterListObject)
    def get(self, request: Request, book_id: str) -> Response:
        """Who of this book can be talked with."""
        book = book_for(signed_in(request), book_id)
        return Response(bodies.CharacterListObject({"results": characters_of(book)}).data)
