"""How good a model is: numbers (`measures`), their figures, and a page that tells them.

It uses everything below, `screen` for the shapes that its report shares with the page.
"""
