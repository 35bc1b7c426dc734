"""The demo forum: everything in it is invented, and so are its people.

`forum/site/demo` holds the words, to be read and edited; this package turns them into records.
"""
