"""The rooms behind the doors, in floors: a room imports only what lies below it.

    page | window | evaluation | tuning
    batch
    screen
    explanation
    training
    adaptation
    reading
    network
    synthetic
    picture
    common

`docs/architecture.md` walks through them.
"""
