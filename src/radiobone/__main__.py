"""``python -m radiobone``."""

from radiobone.cli.app import main

main()
