"""What systems put into people's folders by themselves."""

from __future__ import annotations

# Of Windows, macOS, Linux and network drives; in any case.
_LITTER = (
    "thumbs.db",
    "ehthumbs.db",
    "ehthumbs_vista.db",
    "desktop.ini",
    "$recycle.bin",
    *("system volume information", "__macosx", "icon\r", "network trash folder"),
    *("temporary items", "lost+found", "@eadir", "#recycle"),
)


def is_litter(name: str) -> bool:
    """Whether a file or folder of that name is hidden, or was put there by a system or program."""
    return name.startswith((".", "~$")) or name.lower() in _LITTER
