"""Files that a person gives: the newest is looked at, several at once become a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from digits.page.given import forget_given, given_picture, upload_key

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile


def uploaded_pictures() -> tuple[list[bytes], list[UploadedFile]]:
    """Ask for a file, of any kind: what it is tells its content, and our own sentence.

    Returns:
        The picture, if it is one; else all files of several, of a folder or a ZIP.
    """
    files = st.file_uploader(
        "A picture or several, at most 10 MB each; or paste one",
        accept_multiple_files=True,
        key=upload_key(),
        on_change=_uploaded,
        args=("files",),
    )
    folder = uploaded_folder()
    given = given_picture()
    newest = newest_of(files)
    if st.session_state.get("uploaded") == "folder" and folder:
        newest = folder
    if given is not None or not are_several(newest):
        forget_several()
        return [file.getvalue() for file in newest] if given is None else [given], []
    return [], newest


def uploaded_folder() -> list[UploadedFile]:
    """Ask for a whole folder, of whoever opens this."""
    with st.expander("Many pictures: several files, a ZIP or a folder", on_change="rerun") as more:
        if not more.open:
            return []
        st.caption(
            "Several files at once or a ZIP, up to 2,000 pictures, go into the box above, and "
            "become a table. A whole folder goes here."
        )
        return st.file_uploader(
            "Folder of pictures",
            accept_multiple_files="directory",
            key="folder",
            on_change=_uploaded,
            args=("folder",),
        )


def _uploaded(what: str) -> None:
    forget_given()
    st.session_state["uploaded"] = what


def are_several(files: list[UploadedFile]) -> bool:
    """Whether they are read into a table."""
    return len(files) > 1 or any(file.name.lower().endswith(".zip") for file in files)


def forget_several() -> None:
    """End the reading of many pictures, where there is one, for one is looked at instead."""
    if "many" in st.session_state:
        from digits.page.many import forget_reading

        forget_reading()


def newest_of(files: list[UploadedFile]) -> list[UploadedFile]:
    """Those that were given last, for a picture more takes the place of the one before."""
    ids = [file.file_id for file in files]
    known: list[str] = st.session_state.get("known_uploads", [])
    newest = [each for each in ids if each not in known]
    newest = newest or [each for each in st.session_state.get("newest_uploads", []) if each in ids]
    newest = newest or ids[-1:]
    st.session_state["known_uploads"], st.session_state["newest_uploads"] = ids, newest
    return [file for file in files if file.file_id in newest]
