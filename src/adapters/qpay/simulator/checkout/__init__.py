"""The page on which a person plays the customer, and what each of the buttons does."""
