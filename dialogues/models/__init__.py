"""The tables of dialogues."""

from dialogues.models.books import Book as Book
from dialogues.models.books import BookChapter as BookChapter
from dialogues.models.books import BookLexeme as BookLexeme
from dialogues.models.books import BookPassage as BookPassage
from dialogues.models.books import Character as Character
from dialogues.models.context import DialogueContext as DialogueContext
from dialogues.models.feedback import MessageFeedback as MessageFeedback
from dialogues.models.feedback import ReviewState as ReviewState
from dialogues.models.feedback import Verdict as Verdict
from dialogues.models.life_events import LifeEvent as LifeEvent
from dialogues.models.life_events import LifeEventType as LifeEventType
from dialogues.models.messages import DialogueMessage as DialogueMessage
from dialogues.models.messages import DialogueMessageRef as DialogueMessageRef
from dialogues.models.messages import MessageReference as MessageReference
from dialogues.models.messages import MessageRole as MessageRole
from dialogues.models.messages import ReferenceType as ReferenceType
from dialogues.models.saved import SavedDialogue as SavedDialogue
from dialogues.models.sessions import DialogueSession as DialogueSession
from dialogues.models.sessions import DialogueStatus as DialogueStatus
from dialogues.models.sessions import DialogueType as DialogueType
from dialogues.models.task_list import Task as Task
from dialogues.models.task_list import TaskCounter as TaskCounter
from dialogues.models.templates import DialogueTemplate as DialogueTemplate
from dialogues.models.turns import DialogueTurn as DialogueTurn
from dialogues.models.turns import TurnStatus as TurnStatus
