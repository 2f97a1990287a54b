"""Data cards in words, downloads checked against them, copies grouped, and cards of new data drafted."""
