"""Many pictures: a table, a file, a cluster.

What comes in are names of files, folders and archives; what goes out is a row for each page. One
function reads a batch (`reader.read_batch`), and what drives it is processes of this machine
(`processes`) or Ray (`cluster_run`). It knows no screen.
"""
