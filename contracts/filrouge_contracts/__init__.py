"""What is said in Filrouge: events, their envelope and their register; needs nothing else of ours."""
