"""Read the numbers or digits in many pictures into a table.

    python read_pictures.py SOURCE… --output answers.csv [--digit] [--fields fields.json] [--sheet]

A source is a picture, a folder, a pattern, a TIFF, PDF or ZIP, or `-` for a list on standard input.
`digits/batch/command.py` says what each option does, `docs/many_pictures.md` what for.
"""

from digits.common.command_line import begin_script, leave

if __name__ == "__main__":
    begin_script()

from digits.batch.command import main

__all__ = ["main"]

if __name__ == "__main__":
    leave(main())
