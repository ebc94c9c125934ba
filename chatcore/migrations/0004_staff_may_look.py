"""Staff who enter the admin find more than an empty menu: the group "staff" may view, not change."""

from django.db import migrations

from chatcore.migrations._staff import may_look


class Migration(migrations.Migration):
    dependencies = [
        ("chatcore", "0003_demo_objects"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.RunPython(*may_look("chatcore", "auth", "account", "django_celery_beat"))
    ]
