"""What an agent takes on, as a supervisor sets it: skills, how much at once, their switch."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from chatcore.pages import PageRequest
from chatcore.selectors.permissions import require
from rooms.console.door import console_page, render_console
from rooms.console.step_forms import tags_in
from rooms.models import Availability, SupportProfile
from rooms.selectors.agents import agent
from rooms.services.escalation_care import change_profile

RIGHT = "chat:support:profile"
# As in an agent's own switch.
SWITCH = (
    (Availability.AUTO.value, "While they are here"),
    (Availability.ONLINE.value, "Always"),
    (Availability.AWAY.value, "Not now"),
    (Availability.OFFLINE.value, "Off duty"),
)


class AgentForm(forms.Form):
    availability = forms.ChoiceField(label="Gets work", choices=SWITCH)
    max_load = forms.IntegerField(label="At most at once", min_value=0, max_value=1_000)
    skills = forms.CharField(
        max_length=1_000,
        required=False,
        help_text="By commas. What asks for a skill goes to who has it.",
        widget=forms.TextInput({"autocapitalize": "none"}),
    )

    def clean_skills(self) -> list[str]:
        return tags_in(self.cleaned_data["skills"], "skills")


@console_page
@require_http_methods(["GET", "HEAD", "POST"])
def console_agent(request: PageRequest, user_id: UUID) -> HttpResponse:
    """One agent; saved, whoever becomes free gets what waits."""
    require(request.user, RIGHT)
    found = agent(user_id)
    form = AgentForm(request.POST or None, auto_id="a-%s", initial=_as_is(found))
    if request.method == "POST" and form.is_valid():
        change_profile(found, **form.cleaned_data)
        notices.success(request, f"Saved for {found.shown_name}.")
        return redirect("console_team")
    return render_console(request, "console/agent.html", "team", form=form, agent=found)


def _as_is(found: Any) -> dict[str, Any]:
    profile = getattr(found, "support_profile", None) or SupportProfile(user=found)
    return {
        "availability": profile.availability,
        "max_load": profile.max_load,
        "skills": ", ".join(profile.skills),
    }
