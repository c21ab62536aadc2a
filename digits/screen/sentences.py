"""What the page and the window say alike."""

DRAW_INVITATION = (
    "Draw a number, of one digit or many; the answer appears here when you lift the pen."
)

UNEXPECTED = "Something went wrong on our side; please try again with another picture."
"""Of an error that is no `DigitError`: its own message is for the log alone."""
