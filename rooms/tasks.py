"""What workers do for rooms. The rows are the truth; each job may run twice."""

from uuid import UUID

from celery import shared_task

from rooms.services import (
    assignment,
    attachments,
    deliveries,
    escalation_care,
    rings,
    robot_answers,
    robot_turns,
    stored_files,
)
from rooms.services import mail as outgoing


@shared_task(name="rooms.drain_queue", ignore_result=True, acks_late=False)
def drain_queue() -> None:
    """Give what waits to whoever is free: on every change of either; every 30 s by beat, to be safe."""
    assignment.drain_queue()


@shared_task(name="rooms.ring_clocks", ignore_result=True, acks_late=False)
def ring_clocks(escalation: str) -> None:
    """A clock of an escalation is nearly over, or over."""
    rings.ring_clocks(UUID(escalation))


@shared_task(name="rooms.plan_rings", ignore_result=True, acks_late=False)
def plan_rings() -> None:
    """Ask for the rings of the next minutes; every 5 minutes by beat."""
    rings.plan_rings()


@shared_task(name="rooms.wake_escalations", ignore_result=True, acks_late=False)
def wake_escalations() -> None:
    """Wake what was snoozed until now; every minute by beat."""
    escalation_care.wake_due()


@shared_task(name="rooms.examine_file", ignore_result=True)
def examine_file(file: str) -> None:
    """Scan an uploaded file, make its small copy, tell its room."""
    attachments.examine_file(UUID(file))


@shared_task(name="rooms.sweep_files", ignore_result=True)
def sweep_files() -> None:
    """Find files that nobody looked at, throw away those that nothing holds; every 10 minutes by beat."""
    stored_files.sweep_files()


@shared_task(name="rooms.answer_room", ignore_result=True, acks_late=False)
def answer_room(room: str) -> None:
    """Answer what robots owe in a room."""
    robot_answers.answer_room(UUID(room))


@shared_task(name="rooms.sweep_robot_turns", ignore_result=True, acks_late=False)
def sweep_robot_turns() -> None:
    """Find the robots' turns that nobody works on; every 15 s by beat."""
    robot_turns.sweep_turns()


@shared_task(name="rooms.send_mail", ignore_result=True)
def send_mail(mail: str) -> None:
    """Write and send a mail that waits."""
    outgoing.send_mail(UUID(mail))


@shared_task(name="rooms.send_due_mails", ignore_result=True)
def send_due_mails() -> None:
    """Ask for the mails that nobody sends; every minute by beat."""
    outgoing.send_due_mails()


@shared_task(name="rooms.write_digests", ignore_result=True)
def write_digests() -> None:
    """Tell the agents who are away what waits for them; every minute by beat."""
    outgoing.write_digests()


@shared_task(name="rooms.dispatch_webhooks", ignore_result=True, acks_late=False)
def dispatch_webhooks() -> None:
    """Find the webhooks that are owed something: on each event; every 15 s by beat, for repeats."""
    deliveries.dispatch_webhooks()


@shared_task(name="rooms.deliver_to", ignore_result=True, acks_late=False)
def deliver_to(endpoint: str) -> None:
    """Send what a webhook is owed."""
    deliveries.deliver_to(UUID(endpoint))


@shared_task(name="rooms.prune_deliveries", ignore_result=True, acks_late=False)
def prune_deliveries() -> None:
    """Delete old lines of the webhooks' log; daily by beat."""
    deliveries.prune_deliveries()
