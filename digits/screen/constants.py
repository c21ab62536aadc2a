"""Numbers that the page and the window have in common; light to import."""

SHOWN_CANDIDATES = 3
"""So many of the likeliest digits are shown, and their evidence on one scale."""
DOUBT_WAITS = 0.4
"""Seconds from when the pen was lifted until a doubt is said: half-drawn is not wrong."""
