"""The methods paragraph of a paper, from the facts of a result folder, with its references."""
