"""The kernel's tables: people, permissions, sign-ins, jobs, and what conversations share."""

from .api_keys import ApiKey as ApiKey
from .api_keys import KeyScope as KeyScope
from .demo import DemoObject as DemoObject
from .jobs import Job as Job
from .jobs import JobState as JobState
from .logins import Login as Login
from .logins import RefreshToken as RefreshToken
from .permissions import GroupMembership as GroupMembership
from .permissions import PermissionDomain as PermissionDomain
from .permissions import PermissionGrant as PermissionGrant
from .readings import StaffReading as StaffReading
from .users import AccountStatus as AccountStatus
from .users import AccountType as AccountType
from .users import CurrentStatus as CurrentStatus
from .users import SupportLevel as SupportLevel
from .users import User as User
