"""The page of one's keys for programs."""

from uuid import UUID

from django import forms
from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from chatcore.errors import ChatcoreError
from chatcore.http.limits import Rule
from chatcore.http.throttles import enforce
from chatcore.models import KeyScope
from chatcore.pages import PageRequest, page
from chatcore.selectors.api_keys import key_for, keys_of
from chatcore.services.api_keys import MadeKey, create_key, revoke_key

SHOWN = 100


class NewKeyForm(forms.Form):
    name = forms.CharField(label="What it is for", max_length=100)
    scope = forms.ChoiceField(
        label="What it opens",
        initial=KeyScope.ANSWERS,
        choices=[
            (KeyScope.ANSWERS, "Answers alone, at /v1/"),
            (KeyScope.API, "Everything I may do, except account and keys"),
        ],
    )


@page
@require_http_methods(["GET", "HEAD", "POST"])
def api_keys(request: PageRequest) -> HttpResponse:
    form, made = NewKeyForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        made = _made(request, form)
    context = {
        "form": NewKeyForm() if made else form,
        "made": made,
        "keys": keys_of(request.user)[:SHOWN],
        "base_url": request.build_absolute_uri("/v1"),
    }
    answer = render(request, "web/api_keys.html", context)
    answer.headers["Cache-Control"] = "no-store"  # the secret is in it
    return answer


def _made(request: PageRequest, form: NewKeyForm) -> MadeKey | None:
    try:
        enforce(Rule.API_KEY, str(request.user.pk))
        return create_key(request.user, **form.cleaned_data)
    except ChatcoreError as refused:
        form.add_error(None, refused.detail)
        return None


@page
@require_POST
def api_key_revoke(request: PageRequest, key_id: UUID) -> HttpResponse:
    key = key_for(request.user, key_id)
    revoke_key(key)
    notices.success(request, f"The key “{key.name}” opens nothing any more.")
    return redirect("api_keys")
