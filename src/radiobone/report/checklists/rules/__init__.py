"""The rules that decide items of checklists from the facts of a result; by theme, listed in the registry."""
