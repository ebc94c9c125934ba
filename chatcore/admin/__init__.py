"""The kernel's admin pages. Importing this package registers them."""

from chatcore.admin import api_keys as api_keys
from chatcore.admin import demo as demo
from chatcore.admin import history as history
from chatcore.admin import jobs as jobs
from chatcore.admin import logins as logins
from chatcore.admin import partitions as partitions
from chatcore.admin import permissions as permissions
from chatcore.admin import readings as readings
from chatcore.admin import users as users
from chatcore.admin import vendors as vendors
from chatcore.admin import why as why
