"""Bodies of `books/`: what a reader sees of a book, and the upload."""

from typing import Any

from rest_framework import serializers

from chatcore.http.serializers import StrictSerializer
from dialogues.models import Book, BookChapter, BookPassage, Character


class BookObject(serializers.ModelSerializer[Book]):
    """A book on the shelf. `slug` is accepted wherever its id is."""

    class Meta:
        model = Book
        fields = [
            "id",
            "slug",
            "title",
            "author",
            "language",
            "description",
            "licence_note",
            "source_format",
            "status",
            "is_knowledge_base",
            "chapter_count",
            "page_count",
            "pages_are_estimated",
            "word_count",
            "passage_count",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class ChapterObject(serializers.ModelSerializer[BookChapter]):
    """Number 0 is what stands before the first chapter."""

    class Meta:
        model = BookChapter
        fields = ["id", "number", "heading", "title", "first_page", "passage_count"]
        read_only_fields = fields


class PassageObject(serializers.ModelSerializer[BookPassage]):
    """A paragraph. Line breaks of the source are folded to single spaces."""

    class Meta:
        model = BookPassage
        fields = [
            "id",
            "position",
            "chapter_number",
            "paragraph_index",
            "page_number",
            "section",
            "text",
        ]
        read_only_fields = fields


class ChapterListObject(serializers.Serializer[Any]):
    results = ChapterObject(many=True)


class ChapterTextObject(ChapterObject):
    """A chapter with its paragraphs."""

    passages = PassageObject(many=True)

    class Meta(ChapterObject.Meta):
        fields = [*ChapterObject.Meta.fields, "passages"]


class FoundObject(serializers.Serializer[Any]):
    """A passage that fits, best first."""

    id = serializers.UUIDField()
    chapter_number = serializers.IntegerField()
    paragraph_index = serializers.IntegerField(help_text="Counted from 1 in the chapter.")
    page_number = serializers.IntegerField(allow_null=True)
    section = serializers.CharField()
    text = serializers.CharField()
    similarity_score = serializers.FloatField(help_text="0 to 1.")


class SearchObject(serializers.Serializer[Any]):
    results = FoundObject(many=True)


class SearchQuery(StrictSerializer):
    """`?q=&limit=&up_to_chapter=`."""

    q = serializers.CharField(max_length=1000, help_text="A question, or a few words.")
    limit = serializers.IntegerField(min_value=1, max_value=100, required=False, default=10)
    up_to_chapter = serializers.IntegerField(
        min_value=0, max_value=100_000, required=False, help_text="Nothing of later chapters."
    )


class CharacterObject(serializers.ModelSerializer[Character]):
    """Somebody of the book whom one can talk with."""

    class Meta:
        model = Character
        fields = ["id", "name", "aliases", "description", "greeting", "avatar_url", "first_chapter"]
        read_only_fields = fields


class CharacterListObject(serializers.Serializer[Any]):
    results = CharacterObject(many=True)


class UploadBody(StrictSerializer):
    """`POST books/` as multipart/form-data; what is left empty is read from the file."""

    file = serializers.FileField(
        max_length=255, help_text="Plain text (UTF-8 best, Project Gutenberg's form) or EPUB."
    )
    title = serializers.CharField(max_length=500, required=False, allow_blank=True)
    author = serializers.CharField(max_length=300, required=False, allow_blank=True)
    language = serializers.CharField(
        max_length=35, required=False, allow_blank=True, help_text="A tag, as in en or pt-BR."
    )
    is_knowledge_base = serializers.BooleanField(required=False, default=False)
