"""The group "staff" may view attachments in the admin, not change them."""

from django.db import migrations

from chatcore.migrations._staff import may_look


class Migration(migrations.Migration):
    dependencies = [("rooms", "0006_files"), ("chatcore", "0004_staff_may_look")]

    operations = [migrations.RunPython(*may_look("rooms"))]
