"""Tables that people bring in: of guests, of a delegation. CSV or XLSX; nothing in them is trusted."""
