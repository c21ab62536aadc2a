"""What every room may use, and what knows no digit.

The errors whose messages are for people, files written whole or not at all, locks, and what the
commands share. It uses nothing of the other rooms.
"""
