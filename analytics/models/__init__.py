"""What the tables add up to, and when it was last added up."""

from analytics.models.refreshes import Refresh as Refresh
from analytics.models.views import ConversationKind as ConversationKind
from analytics.models.views import DialogueAnalytics as DialogueAnalytics
from analytics.models.views import MessageVolume as MessageVolume
