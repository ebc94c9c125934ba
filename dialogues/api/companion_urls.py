"""The addresses of the companion and of life events below `/api/v1/`."""

from django.urls import URLPattern, URLResolver, path

from dialogues.api import companion, life_events

companion_urls: list[URLPattern | URLResolver] = [
    path("companion/", companion.CompanionView.as_view()),
    path("companion/messages/", companion.CompanionMessages.as_view()),
    path("companion/messages/search/", companion.CompanionSearch.as_view()),
    path("companion/statistics/", companion.CompanionStatistics.as_view()),
    path("companion/context/", companion.CompanionContext.as_view()),
    path("companion/mental-state/", companion.CompanionMentalState.as_view()),
    path("companion/start-over/", companion.CompanionStartOver.as_view()),
    path("life-events/", life_events.LifeEventList.as_view()),
    path("life-events/<str:event_id>/", life_events.LifeEventDetail.as_view()),
]
