"""The admin: every page of every model, what it costs, and who gets in."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from pytest_django.fixtures import Settings
from time_machine import travel

from analytics.services.refreshing import refresh_all
from chatcore.models import (
    AccountStatus,
    AccountType,
    DemoObject,
    Job,
    Login,
    PermissionGrant,
    StaffReading,
    User,
)
from chatcore.services.api_keys import create_key, revoke_key
from chatcore.services.jobs import create_job, fail_job, job_progress
from chatcore.services.logins import open_login
from chatcore.services.partitions import create_partitions
from chatcore.services.permissions import grant
from chatcore.services.users import create_account
from dialogues.models import (
    Book,
    Budget,
    DialogueMessage,
    DialogueSession,
    ModelPrice,
    Spending,
)
from dialogues.services.book_imports import run_import
from dialogues.services.characters import put_character
from dialogues.services.feedback import give_feedback
from dialogues.services.life_events import change_event, log_event
from dialogues.services.messages import edit_message
from dialogues.services.saving import change_saved, save_dialogue
from dialogues.services.sessions import rate_dialogue
from dialogues.services.task_list import add_task, complete_task
from dialogues.services.templates import change_template
from rooms.models import (
    ChatRoom,
    IncomingMail,
    OutgoingMail,
    RobotSpending,
    RoomMessage,
    RoomStatus,
    WebhookAttempt,
    WebhookDelivery,
)
from rooms.services import messages as room_messages
from rooms.services.robots import change_robot
from rooms.services.rooms import update_room
from rooms.services.supervision import end_observation, observe
from rooms.services.webhooks import change_webhook, create_webhook
from tests.dialogues import (
    LIGHTHOUSE,
    asked_and_answered,
    dialogue_of,
    fact_of,
    lighthouse,
    template_of,
)
from tests.robots import answered, robot_of, room_with
from tests.rooms import access_to, room_of, said, sent_file
from tests.support import full_support
from tests.world import PASSWORD, Cast

MESSAGE_TABLES = ("dialogue_messages", "room_messages")


@pytest.fixture
def full(world: Cast) -> Cast:
    """The cast, and something in every table that the admin shows."""
    create_partitions(1)
    book = lighthouse()
    put_character(book, {"name": "Marten"}, by=world.ada)
    session = dialogue_of(world.mira, book)
    asked = asked_and_answered(session, "What did Marten carry around his neck?")
    edit_message(session, asked.message["id"], "What is on the string?")
    rate_dialogue(session, 5)
    fact_of(session.messages.get(seq=1))
    _kept_and_judged(world, session, asked.session_id)
    complete_task(add_task(world.mira, title="Buy milk"), by=world.mira)
    event = log_event(world.mira, event_type="meal", energy_level=60, stress_level=20)
    change_event(event, by=world.mira, energy_level=70)
    room = room_of(world.mira, world.otto, name="Tea")
    sent_file(room, world.mira)
    observe(room=room, by=world.sven, reason="a complaint")
    end_observation(room=room, by=world.sven)
    appended = said(room, world.mira)
    room_messages.edit_message(user=world.mira, room=room.pk, message=appended.id, content="hi")
    update_room(access=access_to(room, world.mira), changes={"name": "Coffee"})
    open_login(world.mira)
    revoke_key(create_key(world.mira, name="A script").key)
    grant("chat:room:create", world.otto, by=world.ada)
    world.otto.groups.add(Group.objects.create(name="choir"))
    fail_job(create_job("test", created_by=world.ada).pk, error="It broke.")
    Authenticator.objects.create(user=world.mira, type="totp", data={"secret": "s3cr3t"})
    every = IntervalSchedule.objects.create(every=1, period="days")
    DemoObject.objects.create(key="people/nobody", model="chatcore.user", object_id=uuid4())
    PeriodicTask.objects.create(name="daily", task="x.y", interval=every)
    CrontabSchedule.objects.create(minute="1")
    SolarSchedule.objects.create(event="sunset", latitude=1, longitude=1)
    ClockedSchedule.objects.create(clocked_time=world.ada.created_at)
    _priced_and_spent(world.mira, "parrot")
    full_support(world)
    _robots_webhooks_and_mail(world)
    StaffReading.objects.create(reader=world.ada, model="rooms.RoomMessage")
    refresh_all()
    return world


def _robots_webhooks_and_mail(world: Cast) -> None:
    """A robot that answered, a webhook with a delivery that failed, a mail out and one in."""
    webhook = create_webhook(
        by=world.ada, name="Ours", url="https://192.0.2.1/", event_types=["message.created"]
    ).webhook
    change_webhook(webhook, by=world.ada, changes={"name": "Theirs"})
    robot = robot_of()
    room = room_with(robot, room_of(world.mira, name="Help", room_type="support"))
    answered(room, world.mira, "What did Marten carry around his neck?")
    change_robot(robot, by=world.ada, changes={"name": "Robbie"})
    RobotSpending.objects.create(robot=robot, day=date(2026, 1, 1))
    delivery = WebhookDelivery.objects.first()
    WebhookAttempt.objects.create(delivery=delivery, error="refused", duration_ms=1)
    address = world.mira.email
    OutgoingMail.objects.create(kind="transcript", to_address=address, user=world.mira, room=room)
    IncomingMail.objects.create(key="0" * 64, from_address=address, user=world.mira, room=room)


def _priced_and_spent(user: User, model: str) -> None:
    """A price, a budget and a spending, the first two changed once for their history."""
    day = date(2026, 1, 1)
    price = ModelPrice.objects.create(
        model=model, valid_from=day, prompt_price=Decimal(1), completion_price=Decimal(2)
    )
    budget = Budget.objects.create(user=user)
    price.prompt_price, budget.month_usd = Decimal(3), Decimal(5)
    price.save()
    budget.save()
    Spending.objects.create(id=uuid4(), user=user, month=day, tokens=1)


def _kept_and_judged(world: Cast, session: DialogueSession, session_id: Any) -> None:
    """A template, a saved dialogue and feedback, each changed once for its history."""
    template = template_of(world.ada)
    change_template(template, description="For any book.")
    saved = save_dialogue(world.mira, session, notes="Read again.")
    change_saved(world.mira, saved, tags=["sea"], is_public=True)
    answer = DialogueMessage.objects.get(session=session_id, role="assistant").pk
    for words in ("No.", "It was a string."):
        give_feedback(world.mira, session, answer, feedback_type="incorrect", feedback_text=words)


@pytest.fixture
def as_admin(full: Cast) -> Client:
    return signed_in(full.ada)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def models() -> list[type[Model]]:
    return list(admin.site._registry)


def page(model: type[Model], name: str = "changelist", *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def staff_account(*permissions: str, group: str = "") -> User:
    user = create_account(
        username=f"staff-{uuid4().hex[:6]}",
        password=None,
        account_type=AccountType.STAFF,
        is_staff=True,
    )
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def counts_over_messages(seen: CaptureQueriesContext) -> list[str]:
    return [
        query["sql"]
        for query in seen.captured_queries
        if "COUNT(" in query["sql"].upper()
        and any(f'"{table}"' in query["sql"] for table in MESSAGE_TABLES)
    ]


def test_every_page_of_every_model_opens_without_counting_messages(
    as_admin: Client, full: Cast
) -> None:
    with CaptureQueriesContext(connection) as seen:
        for model in models():
            assert as_admin.get(page(model)).status_code == 200, page(model)
            assert as_admin.get(page(model), {"_facets": 1}).status_code in (200, 302), model
            row = model._base_manager.order_by("pk").first()
            assert row is not None, f"the test has no {model._meta.label}"
            assert as_admin.get(page(model, "change", row.pk)).status_code == 200, row
            history = as_admin.get(page(model, "history", row.pk), follow=True)
            assert history.status_code == 200, row
            here, request = admin.site.get_model_admin(model), _request(full.ada)
            may_add = 200 if here.has_add_permission(request) else 403
            assert as_admin.get(page(model, "add")).status_code == may_add, page(model, "add")
            may_delete = 200 if here.has_delete_permission(request, row) else 403
            assert as_admin.get(page(model, "delete", row.pk)).status_code == may_delete, row
    assert not counts_over_messages(seen)


def _request(user: User) -> Any:
    from django.test import RequestFactory

    request = RequestFactory().get("/admin/")
    request.user = user
    return request


def test_a_list_costs_the_same_with_two_rows_and_with_twenty(as_admin: Client, full: Cast) -> None:
    as_admin.get(reverse("admin:index"))  # warms what is asked once per process
    few = {model: _cost(as_admin, page(model)) for model in models()}
    book = Book.objects.get()
    for number in range(18):
        _one_more_of_everything(full, book, number)
    many = {model: _cost(as_admin, page(model)) for model in models()}
    grown = {m._meta.label: (few[m], many[m]) for m in models() if many[m] > few[m]}
    assert not grown


def _one_more_of_everything(cast: Cast, book: Book, number: int) -> None:
    user = create_account(username=f"reader-{number}", email=f"r{number}@e.test", password=None)
    session = dialogue_of(user, book)
    asked = asked_and_answered(session, "What did Marten carry around his neck?")
    template_of(cast.ada, name=f"Template {number}")
    save_dialogue(user, session)
    answer = DialogueMessage.objects.get(reply_to_message=asked.message["id"])
    give_feedback(user, session, answer.pk, feedback_type="incorrect")
    room = room_of(cast.mira, user, name=f"Room {number}")
    sent_file(room, cast.mira)
    appended = said(room, cast.mira)
    room_messages.edit_message(user=cast.mira, room=room.pk, message=appended.id, content="hi")
    open_login(user)
    grant("chat:room:create", user, by=cast.ada)
    create_job("test", created_by=user)
    put_character(book, {"name": f"Sailor {number}"}, by=user)
    complete_task(add_task(user, title="Buy milk"), by=user)
    Authenticator.objects.create(user=user, type="totp", data={})
    every = IntervalSchedule.objects.create(every=number + 2, period="days")
    PeriodicTask.objects.create(name=f"task {number}", task="x.y", interval=every)
    Group.objects.create(name=f"group {number}")
    _priced_and_spent(user, f"parrot-{number}")


def _cost(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_the_page_of_a_room_or_a_book_costs_the_same_with_many_rows_below_it(
    as_admin: Client, full: Cast
) -> None:
    room, book = room_of(full.mira, full.otto), Book.objects.get()
    urls = [page(type(room), "change", room.pk), page(Book, "change", book.pk)]
    few = [
        (_cost(as_admin, url), _cost(as_admin, url))[1] for url in urls
    ]  # the first one warms up
    crowd = [create_account(username=f"guest-{n}", password=None).pk for n in range(10)]
    from rooms.services.participants import invite

    for person in crowd:
        invite(access=access_to(room, full.mira), user_id=person)
        put_character(book, {"name": f"Character {person}"})
    assert [_cost(as_admin, url) for url in urls] == few


def test_staff_without_rights_get_nothing(full: Cast) -> None:
    client = signed_in(staff_account())
    index = client.get(reverse("admin:index"))
    assert index.status_code == 200
    assert "Nothing is open to you here yet" in index.content.decode()
    pages = [page(model) for model in models()]
    pages += [reverse(f"admin:{name}") for name in ("partitions", "why", "dialogues_book_upload")]
    got = {url: client.get(url).status_code for url in pages}
    assert {url for url, status in got.items() if status != 403} == set()


def test_members_do_not_get_in(world: Cast) -> None:
    answer = signed_in(world.mira).get(page(User), follow=True)
    assert answer.status_code == 403


def test_one_signs_in_by_the_page_that_asks_for_the_second_factor(world: Cast) -> None:
    for method in ("get", "post"):
        answer = getattr(Client(), method)(
            "/admin/login/", {"username": "ada", "password": PASSWORD}
        )
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login"))
    changed = signed_in(world.ada).get(reverse("admin:password_change"))
    assert changed["Location"] == reverse("account_change_password")


def test_the_group_staff_may_look_and_change_nothing(full: Cast) -> None:
    client = signed_in(staff_account(group="staff"))
    for model in (User, Login, Job, Book, DialogueSession, DialogueMessage, RoomMessage):
        assert client.get(page(model)).status_code == 200, model
    change = client.post(page(User, "change", full.otto.pk), {"username": "changed"})
    assert change.status_code == 403
    assert client.get(page(User, "add")).status_code == 403
    client.post(page(User), _action("suspend", full.otto))
    full.otto.refresh_from_db()
    assert full.otto.account_status == AccountStatus.ACTIVE


def _action(name: str, *rows: Model) -> dict[str, Any]:
    return {"action": name, "_selected_action": [str(row.pk) for row in rows]}


def test_an_account_is_suspended_and_signed_out_by_its_service(
    as_admin: Client, full: Cast
) -> None:
    open_login(full.otto)
    as_admin.post(page(User), _action("suspend", full.otto))
    full.otto.refresh_from_db()
    assert full.otto.account_status == AccountStatus.SUSPENDED
    assert not Login.objects.filter(user=full.otto, revoked_at=None).exists()
    as_admin.post(page(User), _action("reactivate", full.otto))
    full.otto.refresh_from_db()
    assert full.otto.account_status == AccountStatus.ACTIVE


def test_a_single_account_is_signed_out_after_a_question(as_admin: Client, full: Cast) -> None:
    url = reverse("admin:chatcore_user_sign_out_one", args=[full.mira.pk])
    assert Login.objects.filter(user=full.mira, revoked_at=None).exists()
    assert as_admin.get(url).status_code == 200  # only asks
    assert Login.objects.filter(user=full.mira, revoked_at=None).exists()
    assert as_admin.post(url, {"_form_submitted": "true"})["HX-Redirect"]
    assert not Login.objects.filter(user=full.mira, revoked_at=None).exists()


def test_nobody_suspends_themselves(as_admin: Client, full: Cast) -> None:
    answer = as_admin.post(page(User), _action("suspend", full.ada), follow=True)
    assert "This is your own account." in answer.content.decode()
    full.ada.refresh_from_db()
    assert full.ada.account_status == AccountStatus.ACTIVE


def test_staff_make_neither_themselves_nor_others_powerful(full: Cast) -> None:
    helper = staff_account("view_user", "change_user")
    client = signed_in(helper)
    fields = {"username": "otto", "language": "en", "chat_preferences": "{}"}
    powers = {"is_superuser": "on", "is_staff": "on", "account_type": "staff"}
    client.post(page(User, "change", full.otto.pk), {**fields, **powers, "display_name": "O."})
    full.otto.refresh_from_db()
    assert full.otto.display_name == "O."
    assert (full.otto.is_superuser, full.otto.is_staff) == (False, False)
    assert full.otto.account_type == AccountType.MEMBER
    # And a superuser is out of their reach.
    assert client.post(page(User, "change", full.ada.pk), fields).status_code == 403
    client.post(page(User), _action("suspend", full.ada))
    full.ada.refresh_from_db()
    assert full.ada.account_status == AccountStatus.ACTIVE


def test_an_added_account_is_active_and_its_address_verified(as_admin: Client) -> None:
    fields = {
        "username": "vera",
        "email": "Vera@Example.test",
        "account_type": "agent",
        "support_level": "T1",
        "password": "a-long-first-password",
    }
    assert as_admin.post(page(User, "add"), fields).status_code == 302
    vera = User.objects.get(username="vera")
    assert vera.may_sign_in
    assert vera.check_password("a-long-first-password")
    assert vera.emailaddress_set.get().verified  # type: ignore[attr-defined]


def test_a_weak_first_password_is_refused(as_admin: Client) -> None:
    fields = {"username": "vera", "account_type": "member", "support_level": "none"}
    answer = as_admin.post(page(User, "add"), {**fields, "password": "12345678"})
    assert answer.status_code == 200
    assert "too common" in answer.content.decode()
    assert not User.objects.filter(username="vera").exists()


def test_pages_show_no_secret(as_admin: Client, full: Cast) -> None:
    from chatcore.models import RefreshToken

    token, factor = RefreshToken.objects.get(), Authenticator.objects.get()
    urls = [
        page(RefreshToken), page(RefreshToken, "change", token.pk),
        page(Login, "change", token.login_id), page(Authenticator, "change", factor.pk),
        page(User, "change", full.mira.pk),
    ]  # fmt: skip
    for url in urls:
        shown = as_admin.get(url).content.decode()
        assert token.token_sha256 not in shown, url
        assert "s3cr3t" not in shown, url
        assert full.mira.password not in shown, url


@pytest.mark.parametrize("term", ["id", "code", "conversation", "conversation code", "name"])
def test_a_dialogue_message_is_found_by_key_or_person(
    as_admin: Client, full: Cast, term: str
) -> None:
    message = DialogueMessage.objects.get(role="user")
    noise = asked_and_answered(dialogue_of(full.otto, Book.objects.get()), "Who rowed out?")
    terms = {
        "id": str(message.pk),
        "code": message.code,
        "conversation": str(message.session_id),
        "conversation code": message.session.session_id,
        "name": "MIRA@example.test",
    }
    found = as_admin.get(page(DialogueMessage), {"q": terms[term]}).context["cl"].result_list
    keys = {row.pk for row in found}
    assert message.pk in keys
    assert str(noise.message["id"]) not in {str(key) for key in keys}


def test_words_in_quotes_are_found_through_the_index(as_admin: Client) -> None:
    with CaptureQueriesContext(connection) as seen:
        answer = as_admin.get(page(DialogueMessage), {"q": '"on the string"'})
    assert "user" in [row.role for row in answer.context["cl"].result_list]
    assert not any("LIKE" in query["sql"] for query in seen.captured_queries)


def test_a_field_that_completes_ends_with_its_last_page(as_admin: Client, full: Cast) -> None:
    for model, field, term in (
        (RoomMessage, "room", "Coff"),
        (RoomMessage, "sender", "mira"),
        (DialogueMessage, "session", "mira"),
        (DialogueSession, "book", "Lamp"),
    ):
        names = {"app_label": model._meta.app_label, "model_name": model._meta.model_name or ""}
        query = {**names, "field_name": field, "term": term}
        told = as_admin.get(reverse("admin:autocomplete"), query).json()
        assert len(told["results"]) == 1, (field, told)
        assert not told["pagination"]["more"]


def test_a_month_is_a_range_of_ids(as_admin: Client) -> None:
    message = RoomMessage.objects.get(message_type="chat", room__name="Coffee")
    month = f"{message.created_at:%Y_%m}"
    with CaptureQueriesContext(connection) as seen:
        answer = as_admin.get(page(RoomMessage), {"month": month})
    assert message in answer.context["cl"].result_list
    assert any('"room_messages"."id" >= ' in query["sql"] for query in seen.captured_queries)
    empty = as_admin.get(page(RoomMessage), {"month": "1999_01"})
    assert list(empty.context["cl"].result_list) == []


def test_a_message_is_deleted_by_its_service_and_leaves_its_place(
    as_admin: Client, full: Cast
) -> None:
    message = DialogueMessage.objects.get(role="user")
    before = message.session.version
    as_admin.post(page(DialogueMessage), _action("delete_softly", message))
    message.refresh_from_db()
    message.session.refresh_from_db()
    assert message.deleted_at
    assert message.session.version == message.version > before


def test_staff_close_a_room_and_take_a_message_back(as_admin: Client, full: Cast) -> None:
    message = RoomMessage.objects.get(message_type="chat", room__name="Coffee")
    before = message.room.version
    as_admin.post(page(RoomMessage), _action("delete_softly", message))
    as_admin.post(page(ChatRoom), _action("close", message.room))
    message.refresh_from_db()
    message.room.refresh_from_db()
    assert message.deleted_at
    assert message.room.status == RoomStatus.CLOSED
    assert message.room.version == before + 2
    as_admin.post(page(ChatRoom), _action("delete_softly", message.room))
    message.room.refresh_from_db()
    assert message.room.deleted_at


def test_reading_what_people_said_is_noted(as_admin: Client, full: Cast) -> None:
    message = DialogueMessage.objects.first()
    assert message
    for address in (page(DialogueMessage, "change", message.pk), page(RoomMessage) + "?q=mira"):
        as_admin.get(address)
    one, several = list(StaffReading.objects.order_by("id"))[-2:]
    assert (one.reader_id, one.object_id) == (full.ada.pk, str(message.pk))
    assert (several.model, several.query) == ("rooms.RoomMessage", "q=mira")
    assert one.address == "127.0.0.1"


def test_the_reason_for_looking_stands_beside_every_look(
    as_admin: Client, full: Cast, settings: Settings
) -> None:
    list_page, give = page(RoomMessage), reverse("admin:reading_reason")
    assert "Why do you look?" in as_admin.get(list_page).content.decode()
    settings.STAFF_SAY_WHY = True
    asked, looks = as_admin.get(list_page), StaffReading.objects.count()
    assert "Say first why you look" in asked.content.decode()
    assert as_admin.post(give, {"reason": "x", "next": list_page}).status_code == 302
    as_admin.get(list_page)
    assert StaffReading.objects.count() == looks, "nothing was read"

    back = as_admin.post(give, {"reason": "ticket 7", "next": list_page})
    assert back["Location"] == list_page
    assert "Say first why" not in as_admin.get(list_page).content.decode()
    assert StaffReading.objects.latest("id").reason == "ticket 7"
    away = as_admin.post(give, {"reason": "ticket 7", "next": "https://elsewhere.test/"})
    assert away["Location"] == reverse("admin:index")
    assert signed_in(full.mira).post(give, {"reason": "ticket 7"}).status_code == 302
    with travel(timezone.now() + timedelta(hours=2), tick=False):
        assert "Say first why" in as_admin.get(list_page).content.decode(), "it holds for an hour"


def test_the_history_of_a_thing_is_one_click_from_it(as_admin: Client, full: Cast) -> None:
    room = ChatRoom.objects.get(name="Coffee")
    shown = as_admin.get(page(ChatRoom, "history", room.pk), follow=True)
    assert shown.request["QUERY_STRING"] == f"q={room.pk}"
    assert len(shown.context["cl"].result_list) == 2  # made, and called otherwise


def test_an_uploaded_book_is_a_job_whose_page_shows_how_far_it_is(
    as_admin: Client, full: Cast
) -> None:
    text = LIGHTHOUSE.replace("Gull Rock", "Puffin Rock").encode()
    upload = SimpleUploadedFile("puffin.txt", text)
    begun = as_admin.post(reverse("admin:dialogues_book_upload"), {"file": upload, "title": "P."})
    job = Job.objects.get(kind="book.import")
    assert begun["Location"] == page(Job, "change", job.pk)
    fragment = reverse("admin:job_progress", args=[job.pk])

    job_progress(job.pk, done=1, total=4, note="Storing")
    running = as_admin.get(fragment).content.decode()
    assert "25 %" in running
    assert "hx-trigger" in running

    Job.objects.filter(pk=job.pk).update(state="queued")
    run_import(job.pk)
    done = as_admin.get(fragment).content.decode()
    assert "hx-trigger" not in done
    assert page(Book, "change", Book.objects.get(title="P.").pk) in done


def test_an_empty_upload_is_refused_in_the_form(as_admin: Client) -> None:
    url = reverse("admin:dialogues_book_upload")
    answer = as_admin.post(url, {"file": SimpleUploadedFile("e.txt", b"")})
    assert answer.status_code == 200
    assert "empty" in answer.content.decode()
    assert not Job.objects.filter(kind="book.import").exists()


def test_the_partitions_are_listed_with_their_sizes(as_admin: Client) -> None:
    shown = as_admin.get(reverse("admin:partitions")).content.decode()
    for table in MESSAGE_TABLES:
        assert f"{table}_default" in shown
    assert "DEFAULT is empty" in shown
    assert "KB" in shown


def test_the_page_why_answers(as_admin: Client, full: Cast) -> None:
    url = reverse("admin:why")
    yes = as_admin.get(url, {"user": "otto", "permission": "chat:room:create"}).content.decode()
    assert "is granted to the account itself" in yes
    no = as_admin.get(url, {"user": "otto", "permission": "chat:robot:manage"}).content.decode()
    assert "may not" in no
    nobody = as_admin.get(url, {"user": "nobody", "permission": "a:b:c"}).content.decode()
    assert "No account has this name" in nobody


def test_a_grant_tells_who_gave_it(as_admin: Client, full: Cast) -> None:
    domain = PermissionGrant.objects.get(user=full.otto).domain
    fields = {"domain": str(domain.pk), "action": "invite", "user": str(full.otto.pk)}
    assert as_admin.post(page(PermissionGrant, "add"), fields).status_code == 302
    assert PermissionGrant.objects.get(action="invite", user=full.otto).granted_by == full.ada


def test_an_action_that_does_not_exist_is_not_granted(as_admin: Client, full: Cast) -> None:
    domain = PermissionGrant.objects.get(user=full.otto).domain
    fields = {"domain": str(domain.pk), "action": "fly", "user": str(full.otto.pk)}
    answer = as_admin.post(page(PermissionGrant, "add"), fields)
    assert "and * for all of them" in answer.content.decode()
    assert not PermissionGrant.objects.filter(action="fly").exists()


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
