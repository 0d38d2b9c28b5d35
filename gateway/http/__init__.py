"""The HTTP interface: routes, views, uploads, errors, and the connection below them."""
