"""What page, window and report show alike: answers, heatmaps and sentences; it knows no toolkit.

In come readings and explanations, out come pictures, HTML and words. It uses everything below, but
no training.
"""
