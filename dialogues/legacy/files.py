"""Tables in files: `messages.csv`, `messages.jsonl`, or `messages.json` with an array; one or a folder."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from dialogues.legacy.json_files import NotJson, array_items
from dialogues.legacy.records import Row, SourceUnreadable
from dialogues.legacy.report import Report
from dialogues.legacy.tables import TABLES, USERS, Found, Table
from dialogues.legacy.values import ValueUnreadable

SUFFIXES = (".csv", ".jsonl", ".ndjson", ".json")
_KNOWN = {table.name: table for tables in TABLES.values() for table in tables} | {"users": USERS}
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# One field may hold a whole conversation; the csv module's own bound is 128 KiB.
csv.field_size_limit(1 << 30)


class FileTables:
    """`path`: a folder with files named as the tables, or one file (`table` says which it is)."""

    def __init__(self, path: Path, *, table: str = "", encoding: str = "utf-8") -> None:
        self._encoding = encoding
        self._files = _files(path, table)

    def names(self) -> set[str]:
        return set(self._files)

    def columns(self, table: str) -> Sequence[str]:
        path = self._files[table]
        if path.suffix.lower() == ".csv":
            return self._header(path, _KNOWN.get(table))
        return _KNOWN[table].columns  # each line of JSON names its own

    def rows(self, table: Table, columns: Sequence[str], report: Report) -> Iterator[Found]:
        path = self._files[table.name]
        read = {".csv": self._csv, ".json": self._array}.get(path.suffix.lower(), self._lines)
        for row, place in read(path, report):
            if lacking := [name for name in table.needed if name not in row]:
                report.skip("unreadable", place, detail=f"without {', '.join(lacking)}")
            else:
                yield Found({name: row[name] for name in columns if name in row}, place)

    def _header(self, path: Path, table: Table | None) -> list[str]:
        with _open(path, self._encoding, None) as file:
            first = [name.strip() for name in next(csv.reader(file), [])]
        if table and not set(first) & set(table.columns):
            raise SourceUnreadable(
                f"{path.name} does not begin with the names of its columns but with “{_shown(first)}”.",
                f"Put a first line there: {','.join(table.columns)} (in the order of its columns).",
            )
        return first

    def _csv(self, path: Path, report: Report) -> Iterator[tuple[Row, str]]:
        with _open(path, self._encoding, report) as file:
            reader = csv.reader(file)
            header = [name.strip() for name in next(reader, [])]
            start = reader.line_num + 1
            while True:
                try:
                    fields = next(reader, None)
                except csv.Error as error:
                    report.skip("unreadable", f"{path.name}:{reader.line_num}", detail=str(error))
                    continue
                place, start = f"{path.name}:{start}", reader.line_num + 1
                if fields is None:
                    return
                if len(fields) == len(header):
                    yield {n: f or None for n, f in zip(header, fields, strict=True)}, place
                elif fields:
                    detail = f"{len(fields)} fields instead of {len(header)}"
                    report.skip("unreadable", place, detail=detail)

    def _lines(self, path: Path, report: Report) -> Iterator[tuple[Row, str]]:
        with _open(path, self._encoding, report) as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                place = f"{path.name}:{number}"
                try:
                    yield _object(json.loads(line, strict=False)), place
                except (ValueError, RecursionError) as error:
                    report.skip("unreadable", place, detail=str(error))

    def _array(self, path: Path, report: Report) -> Iterator[tuple[Row, str]]:
        with _open(path, self._encoding, report) as file:
            try:
                for number, item in enumerate(array_items(file), 1):
                    try:
                        yield _object(item), f"{path.name}[{number}]"
                    except ValueUnreadable as error:
                        report.skip("unreadable", f"{path.name}[{number}]", detail=str(error))
            except NotJson as error:
                raise SourceUnreadable(
                    f"{path.name} is no JSON array: {error}",
                    "One object a line is read from a file that ends in .jsonl.",
                ) from None


def _files(path: Path, table: str) -> dict[str, Path]:
    if not path.exists():
        raise SourceUnreadable(
            f"There is no {path}.", "Give a file, a folder or a postgres:// URL."
        )
    if path.is_file():
        if path.suffix.lower() not in SUFFIXES:
            raise SourceUnreadable(
                f"{path.name} is none of {', '.join(SUFFIXES)}.", "Rename it to what it is."
            )
        return {table or path.stem: path}
    found: dict[str, Path] = {}
    for file in sorted(path.iterdir()):
        if file.suffix.lower() in SUFFIXES and file.stem in _KNOWN:
            if file.stem in found:
                raise SourceUnreadable(
                    f"{path} holds {found[file.stem].name} and {file.name}.",
                    "Which of them is it? Take the other one away.",
                )
            found[file.stem] = file
    return found


class _Mended:
    """Lines of text out of bytes; a line that is broken is mended and reported by its number."""

    def __init__(self, file: io.BufferedReader, name: str, encoding: str, report: Report | None):
        self._file, self._name, self._encoding, self._report = file, name, encoding, report
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._file.readline()
        if not line:
            raise StopIteration
        self._number += 1
        try:
            return line.decode(self._encoding)
        except UnicodeDecodeError as error:
            if self._report:
                detail = f"byte {error.start + 1} is no {self._encoding}; --encoding names another"
                self._report.change("mended_text", f"{self._name}:{self._number}", detail=detail)
            return line.decode(self._encoding, "replace")


def _open(path: Path, encoding: str, report: Report | None) -> Any:
    """A text file whose lines are read one by one; UTF-16 is recognised by its mark."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise SourceUnreadable(f"{path} cannot be read: {error.strerror}.") from None
    mark = file.peek(4)[:4]
    if mark.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        file.close()
        raise SourceUnreadable(f"{path.name} is compressed.", "Unpack it first.")
    for bom, name in _BOMS:
        if mark.startswith(bom):
            return io.TextIOWrapper(file, name, errors="replace", newline="")
    if path.suffix.lower() == ".json":  # an array is read by the piece, not by the line
        return io.TextIOWrapper(file, encoding, errors="replace", newline="")
    return _Mended(file, path.name, encoding, report)


def _object(value: Any) -> Row:
    if not isinstance(value, dict):
        raise ValueUnreadable("not a JSON object")
    return value


def _shown(fields: Sequence[str]) -> str:
    return ",".join(fields)[:80]
