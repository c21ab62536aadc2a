"""From digits and a recipe to a trained network with its papers.

`data.load_training_data` gives what a run learns from and is judged by, `fitting.train` trains by a
`recipe.Recipe`, `calibration` tells the network when to doubt, and `command` is the whole run. It
uses `common`, `picture`, `synthetic`, `network` and `adaptation`.
"""
