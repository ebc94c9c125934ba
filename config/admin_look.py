"""The admin's look: name, sign and colours. `chatcore.admin_site` builds its menu."""

from typing import Any

from django.templatetags.static import static

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Chatcore",
    "SITE_HEADER": "Chatcore",
    "SITE_SUBHEADER": "Administration",
    "SITE_ICON": lambda _request: static("chatcore/favicon.svg"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda _request: static("chatcore/favicon.svg"),
        }
    ],
    "STYLES": [lambda _request: static("chatcore/css/admin.css")],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "chatcore.admin_site.dashboard",
    "SIDEBAR": {
        "show_search": True,
        "navigation": "chatcore.admin_site.navigation",
    },
    "COLORS": {
        # The accent of our own pages, from dark on light paper to light on dark.
        "primary": {
            "50": "#f0f7f5",
            "100": "#dcebe5",
            "200": "#bcdad1",
            "300": "#a9cdc2",
            "400": "#83cbbd",
            "500": "#4f9d90",
            "600": "#1d6158",
            "700": "#154b44",
            "800": "#1d3833",
            "900": "#163029",
            "950": "#0d1f1c",
        },
    },
}
