"""The page: Streamlit, and nothing that computes. `app.main` lays it out from top to bottom.

It uses `screen` and what lies below. Only this room and the door `streamlit_app.py` import
Streamlit.
"""
