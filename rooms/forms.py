"""What the pages of rooms take in."""

from django import forms

from chatcore.models.conversations import CONTENT_MAX


class SayForm(forms.Form):
    """Words, a file, or both."""

    content = forms.CharField(max_length=CONTENT_MAX, required=False)
    file = forms.FileField(required=False)
    # Made with the page, so that a form sent twice is one message.
    client_ref = forms.UUIDField(required=False)
    reply_to = forms.UUIDField(required=False)
    thread = forms.UUIDField(required=False)
    # A private note.
    note = forms.BooleanField(required=False)


class OpenSupportForm(forms.Form):
    name = forms.CharField(max_length=150, required=False)
    subject = forms.CharField(max_length=200, required=False)
    content = forms.CharField(max_length=CONTENT_MAX)
    client_ref = forms.UUIDField(required=False)


class TranscriptForm(forms.Form):
    email = forms.EmailField(max_length=254, required=False)


class RatingForm(forms.Form):
    rating = forms.IntegerField(min_value=1, max_value=5)
    comment = forms.CharField(max_length=4_000, required=False)


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
