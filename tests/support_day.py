"""A day of support, compressed: customers ask, agents finish, decline, go away and come back.

Every step is the product's own service, in a thread and on a connection of its own. What happened is
recounted afterwards from the stories that the product wrote.
"""

from __future__ import annotations

import heapq
import itertools
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import connections
from django.utils import timezone

from chatcore.models import AccountType, SupportLevel, User
from chatcore.services.users import create_account
from rooms.models import OPEN, Escalation, EscalationEvent, EscalationStatus
from rooms.services.assignment import drain_queue
from rooms.services.escalation_care import change_profile
from rooms.services.escalation_states import decline_escalation, resolve_escalation
from tests.benchmarks.days import MAX_LOAD, Plan
from tests.support import escalation_of

TAG = "simulated day"
# Levels of agents in turn, and of what comes in by chance, alike; priorities.
LEVELS = ("T1", "T2", "T1", "T3", "T1", "T1", "T2", "T1", "T1", "T2")
PRIORITIES = (1, 2, 2, 3, 3, 3, 3, 4, 4, 5)
Step = Callable[[], object]


def _raise_first(steps: Iterable[Future[None]]) -> None:
    """What one of the finished steps raised: it says more than that the day does not end."""
    for each in steps:
        if each.done():
            each.result()


@dataclass
class Day:
    """`drains`: each step is followed by a draining of its own; else the product's worker does that."""

    plan: Plan
    drains: bool
    agents: list[User] = field(default_factory=list)
    # When who went (False) or came back.
    moves: list[tuple[datetime, UUID, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.plan.seed)
        self._steps: list[tuple[float, int, Step]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._seen: set[tuple[UUID, datetime | None]] = set()
        self._asked = 0
        self.began = timezone.now()

    def run(self) -> None:
        """Until all that came in is done. Raises what a step raised, TimeoutError when it does not end."""
        self.agents = [self._agent(n) for n in range(self.plan.agents)]
        self._plan_day()
        self.began = timezone.now()
        began, done = time.monotonic(), list[Future[None]]()
        with ThreadPoolExecutor(self.plan.threads) as pool:
            while not self._is_over():
                now = time.monotonic() - began
                self._look(now)
                done += [pool.submit(self._do, step) for step in self._due(now)]
                if now > 5 * self.plan.seconds + 180:
                    _raise_first(done)
                    raise TimeoutError("The day does not end.")
                time.sleep(0.02)
        _raise_first(done)

    def _agent(self, number: int) -> User:
        level = LEVELS[number % len(LEVELS)]
        user = create_account(
            username=f"day-agent-{number}",
            email=f"day-agent-{number}@example.test",
            password=None,
            account_type=AccountType.AGENT,
            support_level=SupportLevel(level),
        )
        skills = ["billing"] if (number + number // len(LEVELS)) % 2 == 0 else []
        change_profile(user, availability="online", max_load=MAX_LOAD, skills=skills)
        return user

    def _plan_day(self) -> None:
        day = self.plan.seconds
        customers = [
            create_account(username=f"day-{n}", email=f"day-{n}@example.test", password=None)
            for n in range(10)
        ]
        for n in range(self.plan.escalations):
            # Half of them in the morning.
            peak = n % 2 == 0
            at = self._random.uniform(0.2, 0.4) if peak else self._random.uniform(0, 0.9)
            level = self._random.choice(LEVELS)
            bills = level == "T1" and self._random.random() < 0.3
            ask = partial(
                escalation_of,
                customers[n % len(customers)],
                level,
                priority=self._random.choice(PRIORITIES),
                required_skills=["billing"] if bills else [],
                tags=[TAG],
            )
            self._at(at * day, partial(self._ask, ask))
        for agent in self.agents:
            self._at(self._random.uniform(0.2, 0.8) * day, partial(self._leave, agent))

    def _at(self, when: float, step: Step) -> None:
        with self._lock:
            heapq.heappush(self._steps, (when, next(self._numbers), step))

    def _due(self, now: float) -> Iterator[Step]:
        while self._steps and self._steps[0][0] <= now:
            with self._lock:
                yield heapq.heappop(self._steps)[2]

    def _ask(self, ask: Step) -> None:
        ask()
        self._asked += 1

    def _leave(self, agent: User) -> None:
        """Their return is planned when they have gone, so that it cannot overtake."""
        self._move(agent, here=False)
        now = (timezone.now() - self.began).total_seconds()
        self._at(now + 0.1 * self.plan.seconds, partial(self._move, agent, here=True))

    def _move(self, agent: User, *, here: bool) -> None:
        before = timezone.now()
        change_profile(agent, availability="online" if here else "away")
        # Against us: free from before it was said, away only since it was stored.
        self.moves.append((before if here else timezone.now(), agent.pk, here))

    def _look(self, now: float) -> None:
        """Who was given something begins to work on it; one in twenty-five is declined."""
        given = Escalation.objects.filter(
            status=EscalationStatus.ASSIGNED, assigned_to_user__in=self.agents
        ).select_related("assigned_to_user")
        for each in given:
            if (each.pk, each.assigned_at) in self._seen or each.assigned_to_user is None:
                continue
            self._seen.add((each.pk, each.assigned_at))
            takes = self.plan.handling * self._random.uniform(0.5, 1.5)
            if self._random.random() < 0.04 and each.declined_count == 0:
                self._at(now + takes / 10, partial(_decline, each.pk, each.assigned_to_user))
            else:
                self._at(now + takes, partial(_resolve, each.pk, each.assigned_to_user))

    def _do(self, step: Step) -> None:
        try:
            step()
            if self.drains:
                drain_queue()
        finally:
            connections.close_all()

    def _is_over(self) -> bool:
        if self._asked < self.plan.escalations:
            return False
        return not Escalation.objects.filter(tags=[TAG], status__in=OPEN).exists()


def _decline(escalation: UUID, agent: User) -> None:
    decline_escalation(escalation, by=agent)


def _resolve(escalation: UUID, agent: User) -> None:
    resolve_escalation(escalation, by=agent)


@dataclass
class Recount:
    """What the stories tell. `delays`: how long an agent was free and what they then got was waiting."""

    given: int = 0
    twice: int = 0
    over_load: int = 0
    while_away: int = 0
    delays: list[timedelta] = field(default_factory=list)
    waits: dict[int, list[timedelta]] = field(default_factory=lambda: defaultdict(list))
    # How many each agent was given, among those of the same level and skills.
    shares: dict[tuple[str, ...], list[int]] = field(default_factory=lambda: defaultdict(list))


def recount(day: Day) -> Recount:
    """Play the day again from its stories, with an account of who holds what and who is free."""
    found, books = Recount(), _Books(day)
    for at, play in sorted(_happenings(day), key=lambda each: each[0]):
        play(books, at, found)
    for agent in User.objects.filter(pk__in=[a.pk for a in day.agents]).select_related(
        "support_profile"
    ):
        group = (agent.support_level, *agent.support_profile.skills)
        found.shares[group].append(books.given[agent.pk])
    return found


class _Books:
    def __init__(self, day: Day) -> None:
        self.holder: dict[UUID, UUID] = {}
        self.load: Counter[UUID] = Counter()
        self.given: Counter[UUID] = Counter()
        self.away: set[UUID] = set()
        self.waits_since: dict[UUID, datetime] = {}
        self.free_since = {agent.pk: day.began for agent in day.agents}


Play = Callable[[_Books, datetime, Recount], None]


def _happenings(day: Day) -> Iterator[tuple[datetime, Play]]:
    for at, agent, here in day.moves:
        yield at, partial(_moved, agent=agent, here=here)
    story = EscalationEvent.objects.filter(escalation__tags=[TAG]).select_related("escalation")
    for event in story.order_by("pk"):
        yield event.created_at, partial(_PLAYS.get(event.kind, _nothing), event=event)


def _moved(books: _Books, at: datetime, _found: Recount, *, agent: UUID, here: bool) -> None:
    if here:
        books.away.discard(agent)
        books.free_since[agent] = at
    else:
        books.away.add(agent)


def _created(books: _Books, at: datetime, _found: Recount, *, event: EscalationEvent) -> None:
    books.waits_since[event.escalation_id] = at


def _assigned(books: _Books, at: datetime, found: Recount, *, event: EscalationEvent) -> None:
    key, agent = event.escalation_id, event.to_user_id
    assert agent
    found.given += 1
    found.twice += key in books.holder
    found.over_load += books.load[agent] >= MAX_LOAD
    found.while_away += agent in books.away
    since = books.waits_since[key]
    found.delays.append(at - max(since, books.free_since[agent]))
    found.waits[event.escalation.priority].append(at - since)
    books.holder[key] = agent
    books.load[agent] += 1
    books.given[agent] += 1


def _given_up(books: _Books, at: datetime, _found: Recount, *, event: EscalationEvent) -> None:
    agent = books.holder.pop(event.escalation_id)
    if books.load[agent] == MAX_LOAD:
        books.free_since[agent] = at
    books.load[agent] -= 1
    books.waits_since[event.escalation_id] = at


def _nothing(_books: _Books, _at: datetime, _found: Recount, *, event: EscalationEvent) -> None:
    pass


_PLAYS = {
    "created": _created,
    "assigned": _assigned,
    "declined": _given_up,
    "resolved": _given_up,
}
