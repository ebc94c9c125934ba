"""The Celery application: the broker is Valkey, jobs are JSON, and a job may run twice.

A job that a killed worker held comes back after the visibility timeout; whoever can't wait so long
(an AI turn) keeps a lease in a durable row of its own.
"""

import os
import warnings
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import heartbeat_sent, setup_logging

# As root it warns of jobs that carry code; ours are JSON.
warnings.filterwarnings("ignore", module="celery.platforms")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("chatcore")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    # A job is taken off the broker when it is done, not when it is begun.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 1800, "socket_connect_timeout": 2},
    timezone="UTC",
    beat_max_loop_interval=5,
    beat_schedule={
        "create-partitions": {
            "task": "chatcore.create_partitions",
            "schedule": crontab(hour=3, minute=17),
        },
        "forget-outlived-logins": {
            "task": "chatcore.forget_outlived_logins",
            "schedule": crontab(hour=3, minute=47),
        },
        "delete-old-dialogues": {
            "task": "dialogues.delete_old_dialogues",
            "schedule": crontab(hour=4, minute=7),
        },
        "prune-snapshots": {
            "task": "dialogues.prune_snapshots",
            "schedule": crontab(hour=4, minute=27),
        },
        # Answers that nobody works on: the broker was away, or their worker died.
        "sweep-turns": {"task": "dialogues.sweep_turns", "schedule": 15.0},
        "sweep-digests": {"task": "dialogues.sweep_digests", "schedule": 60.0},
        "refresh-analytics": {
            "task": "analytics.refresh_views",
            "schedule": crontab(minute="*/15"),
        },
        # Whoever comes too late for its turn may leave it to the next.
        "read-recent-for-search": {
            "task": "chatcore.read_recent_for_search",
            "schedule": 2.0,
            "options": {"expires": 2},
        },
        "read-behind-for-search": {
            "task": "chatcore.read_behind_for_search",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
        # Safety nets: each is asked for as something happens, too.
        "drain-queue": {"task": "rooms.drain_queue", "schedule": 30.0},
        "plan-rings": {"task": "rooms.plan_rings", "schedule": 300.0},
        "wake-escalations": {"task": "rooms.wake_escalations", "schedule": 60.0},
        "sweep-robot-turns": {"task": "rooms.sweep_robot_turns", "schedule": 15.0},
        "write-digests": {"task": "rooms.write_digests", "schedule": 60.0},
        "send-due-mails": {"task": "rooms.send_due_mails", "schedule": 60.0},
        "dispatch-webhooks": {"task": "rooms.dispatch_webhooks", "schedule": 15.0},
        "prune-deliveries": {"task": "rooms.prune_deliveries", "schedule": 86_400.0},
        "sweep-files": {"task": "rooms.sweep_files", "schedule": 600.0},
        "sweep-imports": {"task": "dialogues.sweep_imports", "schedule": 60.0},
        "sweep-embeddings": {"task": "dialogues.sweep_embeddings", "schedule": 60.0},
    },
)
app.autodiscover_tasks()


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Celery would set up logging of its own; Django's settings have done that."""


@heartbeat_sent.connect
def _note_alive(**_: Any) -> None:
    # Here and not at the top: the settings must be read first.
    from chatcore.health import note_worker_alive

    note_worker_alive()
