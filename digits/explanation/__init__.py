"""Why: where a network found the evidence for a class, and whether to believe it.

In comes what the network saw, out come `evidence.Explanation`s by several methods (`explaining`),
checks of them (`faithfulness`), heatmaps on the person's own picture (`overlay`) and sentences. It
uses `common`, `picture`, `network` and `reading`.
"""
