"""Light curves between columns and the store's bytes, without a Python value for each point.

The format is BSON 1.1 (bsonspec.org). `scan` and `fill` are compiled; what they are given is checked here.
"""
