"""The group "staff" may view the log of mail in the admin, not change it."""

from django.db import migrations

from chatcore.migrations._staff import may_look


class Migration(migrations.Migration):
    dependencies = [("rooms", "0013_mail"), ("chatcore", "0004_staff_may_look")]

    operations = [migrations.RunPython(*may_look("rooms"))]
