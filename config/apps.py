"""The admin site of the product."""

from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Django's admin, under the product's name."""

    default_site = "chatcore.admin_site.ChatcoreAdminSite"
