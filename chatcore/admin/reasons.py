"""Why staff look at what people said in private: said once, and written beside every look for an hour."""

from __future__ import annotations

import time

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from chatcore.models.readings import REASON_LEAST, REASON_MOST

LASTS = 3_600
_KEY = "reading_reason"


class ReasonForm(forms.Form):
    reason = forms.CharField(min_length=REASON_LEAST, max_length=REASON_MOST)
    next = forms.CharField(required=False)


def reason_given(request: HttpRequest) -> str:
    """What this session has said and still holds; nothing otherwise."""
    said = request.session.get(_KEY) or {}
    return str(said["reason"]) if said.get("until", 0) > time.time() else ""


@require_POST
def give_reason(request: HttpRequest) -> HttpResponse:
    """Keep the reason for an hour, and go back to what was to be looked at."""
    form = ReasonForm(request.POST)
    if form.is_valid():
        until = time.time() + LASTS
        request.session[_KEY] = {"reason": form.cleaned_data["reason"], "until": until}
    else:
        messages.error(request, f"Say why, in {REASON_LEAST} to {REASON_MOST} characters.")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if safe else "admin:index")


def ask_for_reason(request: HttpRequest) -> HttpResponse:
    """In the place of a page that wants a reason first."""
    context = {**admin.site.each_context(request), "title": "Why do you look?"}
    return render(request, "admin/reading_reason.html", context)
