"""Reviews: post, read, reply, moderate."""
