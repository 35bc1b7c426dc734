"""Bank statements: reading a bank's file, and finding the orders that its credits are for."""
