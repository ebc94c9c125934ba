"""The admin pages of books and dialogues. Importing this package registers them."""

from dialogues.admin import books as books
from dialogues.admin import messages as messages
from dialogues.admin import sessions as sessions
