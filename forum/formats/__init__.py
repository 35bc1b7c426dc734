"""How each language writes dates and numbers.

Code and templates name a pattern as English writes it (`date:"l j F Y"`). Django asks the language's module for what
goes by that name, as it does for DATE_FORMAT, and takes the name itself where there is nothing: so a language says here
only what it writes otherwise. Digits are Western and years are Gregorian in all of them.
"""
