"""What a group asks the buyer of a product: the questions, and the answers to them."""
