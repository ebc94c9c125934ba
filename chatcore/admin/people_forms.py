"""The form that makes and changes accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import UnfoldAdminPasswordWidget

from chatcore.errors import ChatcoreError
from chatcore.models import User
from chatcore.selectors.users import email_taken
from chatcore.services.users import check_password_strength, create_account

if TYPE_CHECKING:
    UserForm = forms.ModelForm[User]
else:
    UserForm = forms.ModelForm


class AccountForm(UserForm):
    """An account; on the page that adds one, with a first password."""

    password = forms.CharField(
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="May be left empty: the person then asks for a link to choose one.",
    )

    class Meta:
        model = User
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance._state.adding:
            self._check_new(cleaned)
        return cleaned

    def _check_new(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("email") and email_taken(cleaned["email"]):
            self.add_error("email", "This e-mail address is in use.")
        if password := cleaned.get("password"):
            try:
                check_password_strength(password, User(username=cleaned.get("username", "")))
            except ChatcoreError as weak:
                self.add_error("password", list(weak.errors.get("password", [weak.detail])))

    def create(self, account: User) -> None:
        """Make the account through its service; `account` becomes the stored one."""
        names = ("username", "email", "display_name", "account_type", "support_level")
        columns = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        powers = {name: self.cleaned_data.get(name, False) for name in ("is_staff", "is_superuser")}
        made = create_account(
            password=self.cleaned_data.get("password") or None, **columns, **powers
        )
        account.__dict__.update(made.__dict__)
