"""Canned responses and macros in the console: kept there, shared by right, tried out before saving."""

from __future__ import annotations

from django.test import Client

from rooms.models import CannedResponse, Macro
from rooms.services.replies import add_reply
from tests.conftest import assert_queries
from tests.test_console import page_of, taken_by
from tests.test_web_pages import browser_of
from tests.world import Cast

TEXTS, MACROS = "/console/texts/", "/console/macros/"


def put(browser: Client, path: str, button: str = "save", **form: str) -> tuple[int, str]:
    answer = browser.post(path, form | {button: "1"})
    return answer.status_code, answer.content.decode()


def lines(*given: tuple[str, str, str]) -> dict[str, str]:
    """The lines of a macro's form: place, action, words."""
    form = {"line-TOTAL_FORMS": str(len(given)), "line-INITIAL_FORMS": "0"}
    for number, line in enumerate(given):
        names = ("place", "action", "words")
        form |= {f"line-{number}-{name}": value for name, value in zip(names, line, strict=True)}
    return form


def test_an_agent_keeps_texts_of_their_own(world: Cast) -> None:
    hers, his = browser_of(world.ana), browser_of(world.bela)
    text = "Hello {{customer_name}}"
    assert put(hers, f"{TEXTS}new/", short_code="/Hello", title="A greeting", text=text)[0] == 302
    kept = CannedResponse.objects.get()
    assert (kept.short_code, kept.owner, kept.text) == ("hello", world.ana, text)
    assert "A greeting" in page_of(hers, TEXTS)
    assert "A greeting" not in page_of(his, TEXTS)
    assert his.get(f"{TEXTS}{kept.pk}/").status_code == 404

    assert put(hers, f"{TEXTS}{kept.pk}/", short_code="hi", text="Hi!")[0] == 302
    kept.refresh_from_db()
    assert (kept.short_code, kept.text) == ("hi", "Hi!")
    assert his.post(f"{TEXTS}{kept.pk}/delete/").status_code == 404
    assert hers.post(f"{TEXTS}{kept.pk}/delete/").status_code == 302
    assert not CannedResponse.objects.exists()


def test_what_is_refused_keeps_its_words(world: Cast) -> None:
    hers, new = browser_of(world.ana), f"{TEXTS}new/"
    put(hers, new, short_code="hello", text="Hello!")
    for form, why in (
        ({"short_code": "hello", "text": "Typed with care"}, "There is one of this name already."),
        ({"short_code": "x", "text": "Typed with care {{nobody}}"}, "Nothing fills nobody;"),
        ({"short_code": "/", "text": "Typed with care"}, "At least one letter after the slash."),
        ({"short_code": "", "text": "Typed with care"}, "This field is required."),
        ({"short_code": "a\x00b", "text": "Typed with care"}, "Null characters are not allowed."),
    ):
        status, page = put(hers, new, **form)
        assert status == 200
        assert why in page
        assert "Typed with care" in page
    assert CannedResponse.objects.count() == 1


def test_a_text_is_tried_out_before_it_is_saved(world: Cast) -> None:
    hers, new = browser_of(world.ana), f"{TEXTS}new/"
    form = {"short_code": "", "text": "Dear {{customer_name}}, {{agent_name}} here. {{hm}}"}
    _, page = put(hers, new, "preview", **form)
    assert "Dear Mira Okafor, ana here. {{hm}}" in page
    assert "for an invented customer" in page
    assert "Nothing fills hm." in page
    assert "This field is required" not in page
    taken_by(world.ana, world.otto)
    _, page = put(hers, new, "preview", **form)
    assert f"Dear {world.otto.shown_name}, ana here." in page
    assert not CannedResponse.objects.exists()


def test_what_is_shared_is_changed_by_right_and_copied_by_everybody(world: Cast) -> None:
    hers, theirs = browser_of(world.ana), browser_of(world.sven)
    put(theirs, f"{TEXTS}new/", short_code="bye", text="Goodbye!", whose="all")
    put(theirs, f"{TEXTS}new/", short_code="up", text="For T2", whose="T2")
    shared = CannedResponse.objects.get(short_code="bye")
    assert shared.owner is None
    listed = page_of(hers, TEXTS)
    assert "/bye" in listed
    assert "/up" not in listed
    assert "/up" in page_of(browser_of(world.bela), TEXTS)

    page = page_of(hers, f"{TEXTS}{shared.pk}/")
    assert "It is shared (All of support)" in page
    assert put(hers, f"{TEXTS}{shared.pk}/", short_code="bye", text="Mine now")[0] == 200
    hers.post(f"{TEXTS}{shared.pk}/delete/")
    shared.refresh_from_db()
    assert shared.text == "Goodbye!"
    # She cannot share: the choice is not there, and sent all the same it is not heard.
    put(hers, f"{TEXTS}new/?from={shared.pk}", short_code="bye", text="Bye!", whose="all")
    assert CannedResponse.objects.get(text="Bye!").owner == world.ana

    # Who may share takes it back, too.
    put(theirs, f"{TEXTS}{shared.pk}/", short_code="bye", text="Goodbye!", whose="mine")
    shared.refresh_from_db()
    assert shared.owner == world.sven


def test_a_macro_is_written_line_by_line(world: Cast) -> None:
    hers, new = browser_of(world.ana), f"{MACROS}new/"
    written = lines(
        ("2", "snooze", "4 h"),
        ("1", "reply", "We look into it."),
        ("3", "", "left out"),
        ("4", "add_tags", "Slow, export"),
        ("5", "set_priority", "2"),
        ("6", "start", "takes nothing"),
    )
    assert put(hers, new, name="Look into it", **written)[0] == 302
    macro = Macro.objects.get()
    assert macro.actions == [
        {"action": "reply", "text": "We look into it."},
        {"action": "snooze", "minutes": 240},
        {"action": "add_tags", "tags": ["Slow", "export"]},
        {"action": "set_priority", "priority": 2},
        {"action": "start"},
    ]
    page = page_of(hers, f"{MACROS}{macro.pk}/")
    for words in ("We look into it.", "4 h</textarea>", "Slow, export", 'value="Look into it"'):
        assert words in page, words
    assert "Reply · Snooze · Add tags" in page_of(hers, MACROS)


def test_a_macro_that_makes_no_sense_is_refused_with_all_its_lines(world: Cast) -> None:
    hers, new = browser_of(world.ana), f"{MACROS}new/"
    for line, why in (
        (("1", "snooze", "a while"), "Action 1: snooze takes minutes."),
        (("1", "reply", ""), "Write here the words, with variables."),
        (("1", "note", "{{what}} is it"), "nothing fills what"),
        (("1", "fly", "away"), "is not one of the available choices"),
        (("1", "", ""), "A list of 1 to 20 actions."),
    ):
        status, page = put(hers, new, name="Kept by me", **lines(line))
        assert status == 200
        assert why in page, line
        assert 'value="Kept by me"' in page
    _, page = put(hers, new, "more", name="", **lines(("1", "reply", "Still here")))
    assert "Still here" in page
    assert page.count("macro-line") > 4
    for broken in ({}, {"line-TOTAL_FORMS": "x"}, {"line-TOTAL_FORMS": "9" * 30}):
        assert put(hers, new, name="Broken", **broken)[0] == 200
    assert not Macro.objects.exists()


def test_they_are_for_those_who_may(world: Cast) -> None:
    for path in (TEXTS, MACROS, f"{TEXTS}new/", f"{MACROS}new/"):
        assert browser_of(world.ana).get(path).status_code == 200
        assert browser_of(world.mira).get(path).status_code == 403
    assert 'href="/console/texts/"' in page_of(browser_of(world.ana))


def test_the_list_counts_its_queries(world: Cast) -> None:
    hers = browser_of(world.ana)
    for more in (2, 18):
        for number in range(more):
            add_reply(CannedResponse, by=world.ana, short_code=f"c{more}x{number}", text="Hello")
        # 7 queries: session · who asks · what they may · how many · the page with their owners · the
        # numbers of the lists · one's own switch
        with assert_queries(7):
            page_of(hers, TEXTS)
