"""Where the pages of this app stand in the admin's menu."""

from chatcore.admin_site import Section

ROOMS = Section(40, "Rooms")
SUPPORT = Section(45, "Support")
