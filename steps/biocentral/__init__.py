"""The client of Biocentral: HTTP requests with retries, and tasks that are polled."""
