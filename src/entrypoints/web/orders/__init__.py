"""`/orders/{id}`: what was ordered: paying it, having it, returning it."""
