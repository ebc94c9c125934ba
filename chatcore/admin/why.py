"""The page that answers why somebody may or may not."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from unfold.widgets import UnfoldAdminTextInputWidget

from chatcore.admin.messages import id_of, person_named
from chatcore.admin_site import PEOPLE, Menu, Page, register_page
from chatcore.errors import ChatcoreError
from chatcore.models import PermissionDomain, User
from chatcore.selectors.permissions import Explanation, explain


class WhyForm(forms.Form):
    """Whom and what."""

    user = forms.CharField(
        label="Who", widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "name or e-mail"})
    )
    permission = forms.CharField(
        label="May",
        widget=UnfoldAdminTextInputWidget(
            attrs={"placeholder": "chat:room:create", "list": "permissions"}
        ),
    )

    def clean_user(self) -> User:
        text = self.cleaned_data["user"].strip()
        key = id_of(text)
        found = User.all_objects.filter(pk=key).first() if key else person_named(text)
        if found is None:
            raise forms.ValidationError("No account has this name, e-mail or id.")
        return found


def why_page(request: HttpRequest) -> HttpResponse:
    form = WhyForm(request.GET or None)
    context = {
        **admin.site.each_context(request),
        "title": "Why may they?",
        "form": form,
        "answer": _answer(form) if form.is_valid() else None,
        "known": known_permissions(),
    }
    return render(request, "admin/why.html", context)


def _answer(form: WhyForm) -> Explanation | None:
    try:
        return explain(form.cleaned_data["user"], form.cleaned_data["permission"].strip())
    except ChatcoreError as error:
        form.add_error("permission", error.detail)
        return None


def known_permissions() -> list[str]:
    """Every permission that means something, for the field's suggestions."""
    domains = PermissionDomain.objects.all()
    return [
        f"{domain.permission_prefix}:{action}" for domain in domains for action in domain.actions
    ]


def _may_ask(user: User) -> bool:
    return user.has_perm("chatcore.view_permissiongrant")


register_page(
    Page("why", "why/", "Why may they?", Menu(PEOPLE, 35, "help_center"), why_page, _may_ask)
)
