"""The tables of rooms."""

from rooms.models.messages import DeliveryStatus as DeliveryStatus
from rooms.models.messages import MessageType as MessageType
from rooms.models.messages import RoomMessage as RoomMessage
from rooms.models.messages import RoomMessageRef as RoomMessageRef
from rooms.models.participants import PRESENT as PRESENT
from rooms.models.participants import ParticipantStatus as ParticipantStatus
from rooms.models.participants import Role as Role
from rooms.models.participants import RoomParticipant as RoomParticipant
from rooms.models.rooms import MOST_PARTICIPANTS as MOST_PARTICIPANTS
from rooms.models.rooms import ChatRoom as ChatRoom
from rooms.models.rooms import RoomStatus as RoomStatus
from rooms.models.rooms import RoomType as RoomType
from rooms.models.search import RoomMessageWords as RoomMessageWords
from rooms.models.search import RoomSearchMark as RoomSearchMark
