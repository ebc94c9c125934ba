"""The assistant without a model: a small grammar, and honest words about it."""

from __future__ import annotations

import pytest

from dialogues.answerers.command_grammar import call_in
from dialogues.models import DialogueMessage, DialogueSession, Task
from dialogues.services.task_list import add_task
from tests.dialogues import asked_and_answered, dialogue_of, lighthouse
from tests.world import Cast

LIST = {"number": 2}


@pytest.mark.parametrize(
    ("sentence", "tool", "arguments"),
    [
        ("Add buy groceries to my list", "add_task", {"title": "Buy groceries"}),
        ("Add task to buy groceries", "add_task", {"title": "Buy groceries"}),
        ("please put “walk the dog” on my to-do list, thanks!", "add_task", {"title": "Walk the dog"}),
        ("Add a new task: call Ana", "add_task", {"title": "Call Ana"}),
        ("remind me to call Ana.", "add_task", {"title": "Call Ana"}),
        ("Add milk", "add_task", {"title": "Milk"}),
        ("show my tasks", "list_tasks", {}),
        ("What's on my list?", "list_tasks", {}),
        ("Show my open tasks", "list_tasks", {"completed": False}),
        ("list completed tasks", "list_tasks", {"completed": True}),
        ("complete task 2", "complete_task", LIST),
        ("Could you please mark task #2 as done?", "complete_task", LIST),
        ("task 2 is done", "complete_task", LIST),
        ("I've finished task 2", "complete_task", LIST),
        ("reopen task 2", "update_task", {"number": 2, "completed": False}),
        ("mark 2 as not done", "update_task", {"number": 2, "completed": False}),
        ("rename task 2 to buy bread", "update_task", {"number": 2, "title": "Buy bread"}),
        ("update task 2 to 'buy 3 rolls'", "update_task", {"number": 2, "title": "Buy 3 rolls"}),
        ("describe task 2 as six of them", "update_task", {"number": 2, "description": "Six of them"}),
        ("delete task 2", "delete_task", LIST),
        ("Remove #2 from my list", "delete_task", LIST),
    ],
)  # fmt: skip
def test_it_understands(sentence: str, tool: str, arguments: dict[str, object]) -> None:
    found = call_in(sentence)
    assert found
    assert (found.tool, found.arguments) == (tool, arguments)


@pytest.mark.parametrize(
    "sentence",
    ["Hello?", "Why is the Hatter mad?", "delete everything", "add to my list", "", "!" * 9_000,
     "complete buy milk", "task", "add " + "x" * 9_000],
)  # fmt: skip
def test_it_does_not_pretend_to_understand(sentence: str) -> None:
    assert call_in(sentence) is None


@pytest.fixture
def assistant(world: Cast) -> DialogueSession:
    return dialogue_of(world.mira)


def reply_to(session: DialogueSession, content: str) -> DialogueMessage:
    asked_and_answered(session, content)
    replies = DialogueMessage.objects.filter(session=session, role="assistant")
    found: DialogueMessage = replies.order_by("seq").reverse()[0]
    return found


def test_a_whole_day_with_the_list(assistant: DialogueSession) -> None:
    said = [
        reply_to(assistant, sentence).content
        for sentence in (
            "Add buy groceries to my list",
            "Add buy bread to my list",
            "Complete task 1",
            "Rename task 2 to buy rolls",
            "Show my tasks",
            "Delete task 2",
            "Show my open tasks",
        )
    ]
    assert said == [
        "✅ I've created a new task: 'Buy groceries' (Task #1)",
        "✅ I've created a new task: 'Buy bread' (Task #2)",
        "✅ Done: 'Buy groceries' (Task #1)",
        "✏️ I've updated task #2: 'Buy rolls'",
        "Your tasks:\n[1] ✅ Buy groceries\n[2] ⬜ Buy rolls",
        "🗑️ I've deleted task #2: 'Buy rolls'",
        "You have no open tasks.",
    ]


def test_a_task_that_is_not_there_is_said_so(assistant: DialogueSession) -> None:
    reply = reply_to(assistant, "complete task 9")
    assert reply.content == "There is no task #9 on the list."
    assert (reply.error_code, reply.metadata["tools_used"]) == ("", ["complete_task"])
    tool = DialogueMessage.objects.get(session=assistant, role="tool")
    assert '"ok":false' in tool.content


def test_nobody_reaches_another_persons_task_by_its_number(world: Cast) -> None:
    add_task(world.otto, title="Otto's")
    assert "no task #1" in reply_to(dialogue_of(world.mira), "delete task 1").content
    assert Task.objects.get().user == world.otto


def test_it_says_what_it_understands(assistant: DialogueSession) -> None:
    reply = reply_to(assistant, "Sing me a song")
    assert "I am a list of commands, not a mind." in reply.content
    assert "Add buy groceries to my list" in reply.content
    assert (reply.model_used, reply.tool_calls) == ("commands", None)


def test_what_is_no_command_is_looked_up_in_the_books_of_general_knowledge(
    assistant: DialogueSession,
) -> None:
    book = lighthouse()
    book.is_knowledge_base = True
    book.save()
    reply = reply_to(assistant, "What did Marten carry on a string around his neck?")
    assert "a brass key on a string" in reply.content


def test_a_title_too_long_is_told_and_not_kept(assistant: DialogueSession) -> None:
    reply = reply_to(assistant, "Add " + "x" * 201)
    assert "at most 200 characters" in reply.content
    assert not Task.objects.exists()


def test_a_book_keeps_no_list(world: Cast) -> None:
    reply = reply_to(dialogue_of(world.mira, lighthouse()), "Add milk to my list")
    assert reply.tool_calls is None
    assert not Task.objects.exists()


def test_a_long_list_is_read_out_in_parts(assistant: DialogueSession) -> None:
    for n in range(32):
        add_task(assistant.user, title=f"{n} " + "long “title” " * 15)
    reply = reply_to(assistant, "show my tasks")
    assert reply.content.count("⬜") == 20
    assert reply.content.endswith("… and more, from #21 on.")
