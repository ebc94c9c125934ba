"""What the pages of rooms take in."""

from django import forms

from chatcore.models.conversations import CONTENT_MAX


class SayForm(forms.Form):
    content = forms.CharField(max_length=CONTENT_MAX)
    # Made with the page, so that a form sent twice is one message.
    client_ref = forms.UUIDField(required=False)


class InviteForm(forms.Form):
    username = forms.CharField(max_length=254)


class NewRoomForm(forms.Form):
    name = forms.CharField(max_length=200)
    description = forms.CharField(max_length=500, required=False)
    people = forms.CharField(max_length=500, required=False)

    def clean_people(self) -> list[str]:
        """Usernames, as people separate them: by commas or blanks, with or without an @."""
        words = self.cleaned_data["people"].replace(",", " ").split()
        return [word.lstrip("@") for word in words]
