"""The catalogue: provider profiles and their approval, salons and their members, as customers see them."""
