"""The database deletes a fact with its message, and the columns made from facts are made anew.

Django's own foreign keys cascade in Python only; this one holds for plain SQL, too. The trigger asks for
a digest, which makes the columns from the rows that are left.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

_KEY = """
ALTER TABLE remembered_facts ADD CONSTRAINT remembered_facts_source
  FOREIGN KEY (source_message_id) REFERENCES dialogue_messages (id)
  ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
"""
_NO_KEY = "ALTER TABLE remembered_facts DROP CONSTRAINT remembered_facts_source"
_TRIGGER = """
CREATE FUNCTION remembered_facts_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE dialogue_context SET digest_due_at = coalesce(digest_due_at, now())
  WHERE session_id IN (SELECT session_id FROM gone);
  RETURN NULL;
END $$;
CREATE TRIGGER remembered_facts_gone AFTER DELETE ON remembered_facts
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION remembered_facts_gone();
"""
_NO_TRIGGER = """
DROP TRIGGER remembered_facts_gone ON remembered_facts;
DROP FUNCTION remembered_facts_gone();
"""


def give(apps, _schema):
    for group in apps.get_model("auth", "Group").objects.filter(name="staff"):
        group.permissions.add(*_looks(apps))


def take(apps, _schema):
    for group in apps.get_model("auth", "Group").objects.filter(name="staff"):
        group.permissions.remove(*_looks(apps))


def _looks(apps):
    # Django makes its permissions after the last migration; here they are needed before.
    config = apps.get_app_config("dialogues")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="dialogues", codename="view_rememberedfact"
    )


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0019_remembered_facts")]

    operations = [
        migrations.RunSQL(_KEY, _NO_KEY),
        migrations.RunSQL(_TRIGGER, _NO_TRIGGER),
        migrations.RunPython(give, take),
    ]
