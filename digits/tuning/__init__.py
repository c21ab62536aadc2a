"""The search for a better recipe, alone or by many machines.

In comes what may be chosen (`search_space`), out comes the recipe that reads most validation digits
right. It uses `common`, `network` and `training`.
"""
