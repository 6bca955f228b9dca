"""What the portfolio is made of: parts that run side by side, in threads or in processes of their own."""
