"""The catalogues of the interface: which words visitors see, and what they are in each language but English.

`manage.py catalogues` brings them up to date; a test holds them against the code.
"""
