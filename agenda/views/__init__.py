"""The pages of this storey: `public` ones for everybody, and a person's own agenda."""
