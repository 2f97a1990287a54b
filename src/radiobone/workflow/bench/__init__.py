"""How long things take on this machine, beside the programs that people use today."""
