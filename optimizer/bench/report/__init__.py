"""What a sweep says: statistics of its rows, and the page and the tables that show them."""
