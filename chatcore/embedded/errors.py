"""What stops a start."""


class CannotRun(Exception):
    """Something outside of us is in the way; `cause` says what, `mend` says what to do."""

    def __init__(self, cause: str, mend: str) -> None:
        super().__init__(f"{cause}\nMend: {mend}")
        self.cause = cause
        self.mend = mend
