"""The group "staff" may view what robots spent in the admin."""

from django.db import migrations

from chatcore.migrations._staff import may_look


class Migration(migrations.Migration):
    dependencies = [("rooms", "0018_robot_budgets"), ("chatcore", "0004_staff_may_look")]

    operations = [migrations.RunPython(*may_look("rooms"))]
