"""The roof: knows every storey; nobody knows it."""
