"""Where the pages of this app stand in the admin's menu."""

from chatcore.admin_site import Section

BOOKS = Section(20, "Books")
DIALOGUES = Section(30, "Dialogues")
