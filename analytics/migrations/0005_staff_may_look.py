"""The group "staff" may view this app's tables in the admin, not change them."""

from django.db import migrations

from chatcore.migrations._staff import may_look


class Migration(migrations.Migration):
    dependencies = [("analytics", "0004_permissions")]

    operations = [migrations.RunPython(*may_look("analytics"))]
