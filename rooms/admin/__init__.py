"""The admin pages of rooms. Importing this package registers them."""

from rooms.admin import escalations as escalations
from rooms.admin import files as files
from rooms.admin import mail as mail
from rooms.admin import messages as messages
from rooms.admin import robots as robots
from rooms.admin import rooms as rooms
from rooms.admin import supervision as supervision
from rooms.admin import support as support
from rooms.admin import webhooks as webhooks
