"""The window: draw or open a digit; see what it is and where the network looked.

    python digit_gui.py [PICTURE] [--theme dark] [--model FILE]

`digits/window/app.py` holds its widgets, and what they are wired to.
"""

import sys

from digits.common.command_line import begin_script

if __name__ == "__main__":
    begin_script()

try:
    from digits.window.app import DigitWindow
    from digits.window.command import main
except ImportError as error:
    if "tk" not in str(error).lower():
        raise
    sys.exit(
        "This window needs Tk: on Debian and Ubuntu install python3-tk (and python3-pil.imagetk "
        "with Debian's own Pillow), on Fedora python3-tkinter, on macOS python-tk of Homebrew; "
        "or open the page instead: streamlit run streamlit_app.py"
    )

__all__ = ["DigitWindow", "main"]

if __name__ == "__main__":
    sys.exit(main())
