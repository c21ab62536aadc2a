"""The window: Tk, and nothing that computes. `app` holds what is seen.

What is asked is answered in a process beside it (`background_process`, `answer_maker`), so that the
window never waits. It uses `screen` and what lies below. Only this room and the door `digit_gui.py`
import Tk.
"""
