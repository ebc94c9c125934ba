"""Sources for the import of old conversations: the seeds' own tables, files, a ChatGPT export."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import call_command
from psycopg.sql import SQL, Identifier

from tests.live import own_environment

Json = dict[str, Any]

# As the seeds write them; of 004's only the INDEX lines, which PostgreSQL does not know, are left out.
SEED_001 = """
CREATE TABLE user_conversations (
    user_id UUID PRIMARY KEY,
    title VARCHAR,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP,
    last_activity TIMESTAMP WITH TIME ZONE,
    total_messages INTEGER DEFAULT 0,
    personality_settings JSON,
    conversation_summary TEXT
);
CREATE TABLE conversation_messages (
    id UUID DEFAULT gen_random_uuid() PRIMARY KEY,
    user_id UUID NOT NULL,
    role INTEGER NOT NULL, -- 0=system, 1=human, 2=ai
    content TEXT NOT NULL,
    message_type INTEGER DEFAULT 0, -- 0=text
    message_metadata JSON,
    context_snapshot JSON, -- Mental state + events at message time
    timestamp TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP,
    response_time_ms INTEGER,

    FOREIGN KEY (user_id) REFERENCES user_conversations(user_id) ON DELETE CASCADE
);
CREATE TABLE conversation_context (
    user_id UUID PRIMARY KEY,
    facts JSON,
    personality_insights JSON,
    communication_style JSON,
    context_themes JSON,
    mental_state_summary TEXT,
    recent_events_summary TEXT,
    conversation_memory JSON,
    personality_state JSON,
    last_updated TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP,

    FOREIGN KEY (user_id) REFERENCES user_conversations(user_id) ON DELETE CASCADE
);
CREATE TABLE chat_messages (
    id UUID DEFAULT gen_random_uuid() PRIMARY KEY,
    user_id UUID NOT NULL,
    role VARCHAR NOT NULL,
    content TEXT NOT NULL,
    message_type VARCHAR DEFAULT 'TEXT',
    attachments JSON DEFAULT '[]',
    message_metadata JSON,
    context_snapshot JSON,
    response_time_ms INTEGER,
    timestamp TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP
);"""

SEED_002 = """
CREATE TABLE users (id VARCHAR(255) PRIMARY KEY, email TEXT, name TEXT);
CREATE TABLE conversations (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id VARCHAR(255) NOT NULL,
    title VARCHAR(200),
    created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT NOW(),
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT NOW(),

    CONSTRAINT fk_conversations_user
        FOREIGN KEY (user_id)
        REFERENCES users(id)
        ON DELETE CASCADE
);
CREATE TABLE messages (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    conversation_id UUID NOT NULL,
    role VARCHAR(20) NOT NULL,
    content TEXT NOT NULL,
    metadata JSONB,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT NOW(),

    CONSTRAINT fk_messages_conversation
        FOREIGN KEY (conversation_id)
        REFERENCES conversations(id)
        ON DELETE CASCADE,

    CONSTRAINT check_role CHECK (role IN ('user', 'assistant'))
);"""

SEED_004 = """
CREATE TABLE conversations (
    id SERIAL PRIMARY KEY,
    user_id VARCHAR(255) NOT NULL,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE messages (
    id SERIAL PRIMARY KEY,
    conversation_id INTEGER NOT NULL,
    user_id VARCHAR(255) NOT NULL,
    role VARCHAR(20) NOT NULL,  -- 'user' or 'assistant'
    content TEXT NOT NULL,
    tool_calls JSONB,  -- Optional: store function calls
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,

    -- Foreign key
    FOREIGN KEY (conversation_id) REFERENCES conversations(id) ON DELETE CASCADE
);
CREATE TABLE tasks (
    id SERIAL PRIMARY KEY,
    user_id VARCHAR(255) NOT NULL,
    title VARCHAR(200) NOT NULL,
    description VARCHAR(1000) DEFAULT '',
    completed BOOLEAN DEFAULT FALSE,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);"""


def url() -> str:
    """Of the test database, in which each old system has a schema of its own."""
    return own_environment()["DATABASE_URL"]


@contextmanager
def old_system(tables: str, name: str = "old_system") -> Iterator[psycopg.Connection[Any]]:
    """A schema with a seed's tables, on a connection of its own."""
    with psycopg.connect(url(), autocommit=True) as connection:
        connection.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(name)))
        connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(name)))
        connection.execute(SQL("SET search_path TO {}").format(Identifier(name)))
        connection.execute(tables)
        try:
            yield connection
        finally:
            connection.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(name)))


def run(source: str | Path, *options: str) -> Json:
    """The command with `--json`; what it printed."""
    out = io.StringIO()
    call_command("import_legacy", str(source), *options, "--json", stdout=out)
    found: Json = json.loads(out.getvalue())
    return found


def csv_file(path: Path, header: str, *rows: Sequence[object]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)
    return path


def json_lines(path: Path, *rows: Json) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def node(
    name: str, parent: str | None, role: str = "", *parts: Any, at: float | None = None, **more: Any
) -> Json:
    """A node of a ChatGPT export; without a role the empty root."""
    message = role and {
        "id": name,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": at,
        "content": {"content_type": "text", "parts": list(parts)},
        "status": "finished_successfully",
        "recipient": "all",
        "metadata": {},
        **more,
    }
    return {"id": name, "message": message or None, "parent": parent, "children": []}


def tree(key: str, current: str | None, *nodes: Json, **more: Any) -> Json:
    """A conversation of a ChatGPT export."""
    return {
        "id": key,
        "conversation_id": key,
        "title": "A plan for Lisbon",
        "create_time": 1_700_000_000.25,
        "update_time": 1_700_000_100.5,
        "mapping": {one["id"]: one for one in nodes},
        "current_node": current,
        **more,
    }
