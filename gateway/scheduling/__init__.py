"""Which run goes when, and from its first start to its end."""
