"""Picture and network meet: a picture in any form becomes a `digit.Reading`.

It uses `common`, `picture` and `network`. The command `digit_predictor.py` is here, too.
"""
