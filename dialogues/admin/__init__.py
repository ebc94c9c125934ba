"""The admin pages of books and dialogues. Importing this package registers them."""

from dialogues.admin import books as books
from dialogues.admin import facts as facts
from dialogues.admin import feedback as feedback
from dialogues.admin import life_events as life_events
from dialogues.admin import messages as messages
from dialogues.admin import money as money
from dialogues.admin import saved as saved
from dialogues.admin import sessions as sessions
from dialogues.admin import task_list as task_list
from dialogues.admin import templates as templates
