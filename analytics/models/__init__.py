"""What the tables add up to, and when it was last added up."""

from analytics.models.figures import ConversationKind as ConversationKind
from analytics.models.figures import DialogueAnalytics as DialogueAnalytics
from analytics.models.figures import MessageVolume as MessageVolume
from analytics.models.figures import SupportAnalytics as SupportAnalytics
from analytics.models.refreshes import Refresh as Refresh
